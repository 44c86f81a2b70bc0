"""One budget at many points at once: columns in, columns out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._anew import rows_anew
from calibrator_uncertainty._arcsine import arcsine_factors
from calibrator_uncertainty._combine import Block, Plan
from calibrator_uncertainty._coverage import coverage_factors, probability_of
from calibrator_uncertainty._doors import FIGURES, MAPPING
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._shapes import Arcsine, Rectangular, StudentT
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_unit, figures_in, parse_unit, quantity

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._clause8 import Clause8
    from calibrator_uncertainty._running import Traced

__all__ = ["BudgetTable", "evaluate_table"]

_SMALL, _LARGE = 1e-140, 1e140  # beyond, the squares of squares lose digits
_LOOKED_AT = 64  # points of tiny u that are looked at closely
_CHUNK = 8192  # points whose columns stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class BudgetTable:
    """Results at N points, as arrays in `unit`; `contributions` is (inputs, N), each c·u with its sign."""

    name: str
    unit: str
    names: tuple[str, ...]
    value: np.ndarray
    u: np.ndarray
    dof: np.ndarray
    k: np.ndarray
    contributions: np.ndarray
    policy: str
    origin: tuple[Budget, _Columns] = field(repr=False)

    def clause8(
        self, places: Sequence[int] | None = None, *, rng: np.random.Generator, draws: int = 260_000
    ) -> tuple[Clause8, ...]:
        """Return whether first order may be used at points of this table (JCGM 101:2008, clause 8).

        Args:
            places: numbers of the points; all of them where nothing is said, which takes a Monte Carlo each.
            rng: seeded generator; what the points share is drawn once.
            draws: the most draws for one point.

        Raises:
            ModelError: a model that gives NaN or infinity inside the sampled range.
        """
        from calibrator_uncertainty._clause8 import validate_first_order

        budget, columns = self.origin
        chosen = range(len(self)) if places is None else places
        return validate_first_order(
            [columns.budget(budget, place) for place in chosen], draws=draws, rng=rng, policy=self.policy
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What must stand beside the table's U, as beside that of a budget."""
        from calibrator_uncertainty._copula import mixed_names

        budget = self.origin[0]
        mixed = (
            f"{names} are correlated and not all normal: where they are most of u, k takes their sum as "
            "normal or t"
            for names in mixed_names(budget._plan().blocks, budget.inputs)
        )
        return (*budget._plan().notes, *mixed, *budget._trace().remarks)

    @property
    def U(self) -> np.ndarray:
        """Expanded uncertainty at each point."""
        expanded: np.ndarray = self.k * self.u
        return expanded

    @property
    def quantity(self) -> Quantity:
        """The values as a pint quantity; differences of temperatures stay so."""
        unit = parse_unit(self.unit, self.name)
        return quantity(self.value, difference_unit(unit) if self.origin[0]._trace().difference else unit)

    @property
    def expanded_uncertainty(self) -> Quantity:
        """U at each point as a pint quantity."""
        return quantity(self.U, difference_unit(parse_unit(self.unit, self.name)))

    def __len__(self) -> int:
        return int(self.value.size)


def evaluate_table(
    budget: Budget,
    estimates: Mapping[str, Any],
    u: Mapping[str, Any],
    dof: Mapping[str, Any],
    policy: str,
) -> BudgetTable:
    """Evaluate `budget` at all points, a chunk at a time (see `Budget.table`)."""
    probability_of(policy)  # an unknown one is refused before the work
    for what, given in (("estimates", estimates), ("u", u), ("dof", dof)):
        MAPPING(given, what)
        for name, column in given.items():
            FIGURES(column, f"{what} of {name}")
    columns = _Columns(budget, estimates, u, dof)
    count = columns.count
    plan = budget._plan()
    traced = budget._trace()
    out = BudgetTable(
        name=budget.name,
        unit=budget.unit,
        names=tuple(one.name for one in budget.inputs),
        value=np.empty(count),
        u=np.empty(count),
        dof=np.empty(count),
        k=np.empty(count),
        contributions=np.empty((len(budget.inputs), count)),
        policy=policy,
        origin=(budget, columns),
    )
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        with np.errstate(all="ignore"):  # what is not finite is found below
            here = [_cut(column, part) for column in columns.estimates]
            if traced.branches or traced.checked:
                out.value[part], slopes = rows_anew(budget, here, part.stop - part.start)
            else:
                slots = traced.program.values(here)
                out.value[part] = slots[traced.program.output]
                slopes = traced.program.gradient(slots)
            parts = out.contributions[:, part]
            for place, slope in enumerate(slopes):
                np.multiply(slope, _cut(columns.u[place], part), out=parts[place])
            dofs = [_cut(column, part) for column in columns.dof]
            arrays = _Arrays(traced, here, [_cut(column, part) for column in columns.u])
            _combine(plan, parts, dofs, out, part, arrays)
    if not (np.isfinite(out.value).all() and np.isfinite(out.u).all()):
        bad = int(np.argmin(np.isfinite(out.value) & np.isfinite(out.u)))
        raise ModelError(
            f"the model gives {out.value[bad]} with u = {out.u[bad]} at point {bad}, where "
            + ", ".join(
                f"{one.name} = {np.atleast_1d(column)[bad if np.size(column) > 1 else 0]:.6g}"
                for one, column in zip(budget.inputs, columns.estimates, strict=True)
            ),
            where=budget.name,
            way_out="Check the estimates of that point.",
            code="not-finite",
        )
    _refuse_flat(out)
    return out


def _refuse_flat(out: BudgetTable) -> None:
    """Refuse a point whose u is nothing to first order alone, as that of x² at 0 or of a sine at its top."""
    budget, columns = out.origin
    flat = (out.u == 0.0) & ~out.contributions.any(axis=0)
    small = out.u <= 1e-12 * np.abs(out.value)  # of a clock it may be so everywhere
    suspects = np.flatnonzero(small & ~flat & (out.u <= 1e-6 * out.u.max(initial=0.0)))
    for place in (*np.flatnonzero(flat), *suspects[:_LOOKED_AT], *np.flatnonzero(small & ~flat)[:1]):
        from calibrator_uncertainty._flat import budget_is_flat, flat_error

        here = columns.budget(budget, int(place))
        if budget_is_flat(here, float(out.u[place])):
            raise flat_error(f"the model at point {place}", budget.name)


class _Columns:
    """The inputs as floats or arrays of one length, in the units of the budget."""

    def __init__(
        self, budget: Budget, estimates: Mapping[str, Any], u: Mapping[str, Any], dof: Mapping[str, Any]
    ) -> None:
        names = {one.name for one in budget.inputs}
        for given in (estimates, u, dof):
            unknown = sorted(given.keys() - names)
            if unknown:
                raise InputError(f"{unknown[0]!r} is no input", where=budget.name, code="name")
        self.estimates: list[Any] = []
        self.u: list[Any] = []
        self.dof: list[Any] = []
        for one in budget.inputs:
            self.estimates.append(_column(estimates.get(one.name, one.estimate), one.unit, one.name))
            unit = str(difference_unit(parse_unit(one.unit, one.name))) if one.name in u else one.unit
            self.u.append(_column(u.get(one.name, one.u), unit, one.name))
            self.dof.append(_column(dof.get(one.name, one.dof), "", one.name))
        lengths = {np.size(c) for c in (*self.estimates, *self.u, *self.dof) if isinstance(c, np.ndarray)}
        if len(lengths) > 1:
            raise InputError(
                f"columns of {sorted(lengths)} points do not fit", where=budget.name, code="columns"
            )
        self.count = lengths.pop() if lengths else 1
        self._check(budget)

    def budget(self, budget: Budget, place: int) -> Budget:
        """Return the budget of one point.

        Raises:
            InputError: there is no such point.
        """
        if not -self.count <= place < self.count:
            raise InputError(f"there is no point {place} of {self.count}", where=budget.name, code="point")

        def here(column: Numbers) -> float:
            return float(column[place]) if isinstance(column, np.ndarray) else float(column)

        moved = {}
        for one, value, u, dof in zip(budget.inputs, self.estimates, self.u, self.dof, strict=True):
            shape = one.distribution
            if isinstance(shape, StudentT) and here(dof) != one.dof:
                shape = StudentT(here(dof))
            moved[one.name] = replace(one, estimate=here(value), u=here(u), dof=here(dof), distribution=shape)
        return budget.at(**moved)

    def _check(self, budget: Budget) -> None:
        for one, estimate in zip(budget.inputs, self.estimates, strict=True):
            finite = np.atleast_1d(np.isfinite(estimate))
            if not finite.all():
                bad = int(np.argmin(finite))
                raise InputError(
                    f"the estimate of {one.name} is {np.atleast_1d(estimate)[bad]} at point {bad}",
                    where=budget.name,
                    way_out="An estimate is a finite number: leave the point out.",
                    code="not-finite",
                )
        for one, spread, dof in zip(budget.inputs, self.u, self.dof, strict=True):
            if not np.all(np.asarray(spread) >= 0.0):
                raise InputError(f"u of {one.name} is negative or NaN at some point", code="negative-u")
            if not np.all(np.asarray(dof) >= 1.0):
                raise InputError(f"dof of {one.name} is below 1 at some point", code="dof")


def _column(given: Numbers, unit: str, name: str) -> Numbers:
    given = figures_in(given, unit, name)
    if isinstance(given, float | int):
        return float(given)
    column = np.asarray(given, dtype=np.float64)
    if column.ndim > 1:
        raise InputError(f"the column of {name} has {column.ndim} axes; a table has one", code="columns")
    return column if column.ndim else float(column)


def _cut(column: Numbers, part: slice) -> Numbers:
    return column[part] if isinstance(column, np.ndarray) else column


class _Arrays:
    """The errors of arrays that the model uses from outside, whose single ones may dominate."""

    def __init__(self, traced: Traced, here: Sequence[Any], u: Sequence[Any]) -> None:
        self.rectangles, self.arcsines = (
            []
            if traced.branches or traced.checked
            else [part * u[line] for line, rows in traced.elements(here, kind) for part in rows]
            for kind in (Rectangular, Arcsine)
        )


def _combine(  # noqa: PLR0917 - the parts of one chunk
    plan: Plan, parts: np.ndarray, dofs: Sequence[Any], out: BudgetTable, part: slice, arrays: _Arrays
) -> None:
    """Fill u, dof and k of one chunk; what would vanish or overflow in parts of the largest contribution."""
    total, weight, ranks = _squares(plan, parts, dofs)
    scale = None
    if not np.all((total > _SMALL) & (total < _LARGE)):
        largest = np.max(np.abs(parts), axis=0)
        scale = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
        parts = parts / scale
        total, weight, ranks = _squares(plan, parts, dofs)
    for one in arrays.rectangles:
        _rank(one if scale is None else one / scale, *ranks)
    u, dof_out = out.u[part], out.dof[part]
    np.sqrt(total, out=u)
    dof_out.fill(math.inf)
    np.divide(total * total, weight, out=dof_out, where=weight > 0.0)
    shaped = bool(plan.rectangles or plan.rectangular_blocks or arrays.rectangles)
    out.k[part] = coverage_factors(out.policy, dof_out, ranks if shaped else None, u)
    if plan.arcsines or plan.arcsine_blocks or arrays.arcsines:
        largest = np.zeros(u.shape)
        for one in arrays.arcsines:
            np.maximum(largest, one if scale is None else one / scale, out=largest)
        for place in plan.arcsines:
            np.maximum(largest, np.abs(parts[place]), out=largest)
        for number in plan.arcsine_blocks:
            np.maximum(largest, np.sqrt(_joint(plan.blocks[number], parts)), out=largest)
        found = arcsine_factors(out.policy, largest, u, dof_out)
        np.copyto(out.k[part], found, where=~np.isnan(found))
    if scale is not None:
        u *= scale


def _squares(
    plan: Plan, parts: np.ndarray, dofs: Sequence[Any]
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return u², the sum of fourth powers over dof, and the two largest rectangles."""
    count = parts.shape[1]
    total, weight = np.zeros(count), np.zeros(count)
    first, second = np.zeros(count), np.zeros(count)
    square = np.empty(count)
    for place in plan.singles:
        np.multiply(parts[place], parts[place], out=square)
        total += square
        dof = dofs[place]
        if not (isinstance(dof, float) and math.isinf(dof)):
            square *= square
            square /= dof
            weight += square
        if place in plan.rectangles:
            _rank(np.abs(parts[place]), first, second)
    for number, block in enumerate(plan.blocks):
        joint = _joint(block, parts)
        total += joint
        smallest = np.min(np.broadcast_arrays(*(np.asarray(dofs[place]) for place in block.places)), axis=0)
        weight += joint * joint / smallest
        if number in plan.rectangular_blocks:
            _rank(np.sqrt(joint), first, second)
    return total, weight, (first, second)


def _joint(block: Block, parts: np.ndarray) -> np.ndarray:
    """Return the part of u² that a block is, at each point."""
    mine = parts[list(block.places)]
    found: np.ndarray = np.maximum(0.0, np.einsum("ip,ij,jp->p", mine, block.matrix, mine))
    return found


def _rank(sizes: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    """Keep the two largest of what has been seen."""
    np.maximum(second, np.minimum(first, sizes), out=second)
    np.maximum(first, sizes, out=first)
