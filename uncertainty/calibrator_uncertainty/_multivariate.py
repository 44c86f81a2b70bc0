"""Several results of the same inputs: covariance and coverage regions of JCGM 102."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import check_generator, check_whole
from calibrator_uncertainty._budget import Budget
from calibrator_uncertainty._doors import MAPPING
from calibrator_uncertainty._draws import finite_or_refuse
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._montecarlo import Columns, check_probability
from calibrator_uncertainty._outside import refuse_outside
from calibrator_uncertainty._region_factors import (
    effective_joint_dof,
    ellipse_factor,
    rank_of,
    rectangle_factor,
)
from calibrator_uncertainty._regions import Examination, RegionVerdict, correlation_of

__all__ = ["Multivariate", "Region"]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Estimates, covariance and coverage regions of several results.

    The elliptical region is (y - ŷ)ᵀ V⁻¹ (y - ŷ) ≤ k_ellipse², the rectangular one
    |y_j - ŷ_j| ≤ k_rectangle·u_j for all j at once; to first order its k is exact of two normal results, and
    Šidák's of more, never too small. `draws` is 0 where it was found to first order; `notes` then say which
    degrees of freedom the factors rest on, and where u = 0 is none.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    estimates: np.ndarray
    covariance: np.ndarray
    k_ellipse: float
    k_rectangle: float
    probability: float
    draws: int
    notes: tuple[str, ...] = ()
    origin: Examination | None = field(default=None, repr=False)

    @property
    def verdict(self) -> RegionVerdict | None:
        """Whether first order may be used for the ellipse (JCGM 102:2011, clause 8), or None.

        It is drawn when it is asked, always with the same seed, and kept.
        """
        return None if self.origin is None else self.origin.found()[0]

    @property
    def clause8_text(self) -> str:
        """The verdict in a line, or why there is none."""
        return (self.origin or Examination(None, ())).text()

    def __str__(self) -> str:
        rows = (
            f"{name} = {value:.9g}, u = {u:.3g} {unit}".rstrip()
            for name, value, u, unit in zip(self.names, self.estimates, self.u, self.units, strict=True)
        )
        factors = f"k = {self.k_ellipse:.3f} (ellipse), {self.k_rectangle:.3f} (rectangle)"
        return "\n".join((*rows, f"{factors}, p = {self.probability:g}", *self.notes, self.clause8_text))

    @property
    def u(self) -> np.ndarray:
        """Standard uncertainty of each result."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> np.ndarray:
        """Correlation matrix; 0 beside a result without uncertainty, 1 on the diagonal."""
        return correlation_of(self.covariance)


def _few(dof: float, least: float) -> tuple[str, ...]:
    """Return a note on finite effective degrees of freedom."""
    if math.isinf(dof) and math.isinf(least):
        return ()
    return (
        f"k_ellipse is that of {dof:.3g} effective degrees of freedom (Willink-Hall), k_rectangle that of t "
        f"with {least:.3g}",
    )


class Multivariate:
    """Several measurands that are functions of the same inputs.

    Args:
        models: by name of the result, each a model of all the inputs it names.
        inputs: the inputs, as in a budget.
        units: unit of each result by name.
        correlations: correlation coefficients by pairs of input names.

    Source: JCGM 102:2011, clauses 6 and 7.

    Example:
        >>> from calibrator_uncertainty import normal
        >>> both = Multivariate(
        ...     {"sum": lambda a, b: a + b, "difference": lambda a, b: a - b},
        ...     [normal("a", 2, 0.1, "V"), normal("b", 1, 0.1, "V")],
        ...     units={"sum": "V", "difference": "V"},
        ... )
        >>> round(float(both.first_order().correlation[0, 1]), 12)
        0.0
    """

    def __init__(
        self,
        models: Mapping[str, Callable[..., Any]],
        inputs: Sequence[Input],
        *,
        units: Mapping[str, str],
        correlations: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        MAPPING(models, "models")
        MAPPING(units, "units")
        if not models or set(models) != set(units):
            raise InputError("each result needs a model and a unit", code="units")
        self.budgets = tuple(
            Budget(model, inputs, unit=units[name], name=name, correlations=correlations)
            for name, model in models.items()
        )

    def first_order(self, *, probability: float = 0.95) -> Region:
        """Propagate the covariance matrix: U_y = C U_x Cᵀ, with factors of the normal distribution or of t.

        k of the ellipse is that of as many results as are not functions of the others (its dimensions).
        k of the rectangle is exact of two results, of more that of as many independent ones, which is never
        too small (Šidák). The document gives no degrees of freedom; where inputs have finite ones the ellipse
        has Hotelling's factor with effective ones (Willink-Hall), the rectangle that of t with the fewest of
        any result, and a note says so.

        Source: JCGM 102:2011, 6.2, 6.5; R. Willink, B. D. Hall, Metrologia 39 (2002) 361.
        """
        check_probability(probability)
        slopes, values = [], []
        for budget in self.budgets:
            refuse_outside(budget, "a joint region")
            value, gradient = budget._trace().program.value_and_gradient(
                [one.estimate for one in budget.inputs]
            )
            values.append(value)
            slopes.append([c * one.u for c, one in zip(gradient, budget.inputs, strict=True)])
        matrix = np.array(slopes)
        covariance = matrix @ self._input_correlations() @ matrix.T
        dof = effective_joint_dof(self._terms(matrix), covariance)
        least = min(b._plan().combine(parts)[1] for b, parts in zip(self.budgets, slopes, strict=True))
        factors = (
            ellipse_factor(rank_of(covariance), dof, probability),
            rectangle_factor(covariance, least, probability),
        )
        notes = (*self._told(), *_few(dof, least), *self._flat(np.sqrt(np.diag(covariance))))
        return self._region(np.array(values), covariance, factors, probability, 0, notes)

    def monte_carlo(
        self, rng: np.random.Generator, *, draws: int = 200_000, probability: float = 0.95
    ) -> Region:
        """Propagate distributions; each input is drawn once for all results.

        Source: JCGM 102:2011, 7.4-7.7.
        """
        check_probability(probability)
        check_generator(rng)
        if draws < 1000:
            raise InputError(f"{draws} draws cannot fix a region; 1000 are the least", code="draws")
        check_whole(draws, "the number of draws", 1000)
        table = self._draw(rng, draws)
        estimates = table.mean(axis=1)
        covariance = np.atleast_2d(np.cov(table))
        centred = table - estimates[:, None]
        distance = np.einsum("ip,ip->p", centred, np.linalg.pinv(covariance, hermitian=True) @ centred)
        u = np.sqrt(np.diag(covariance))
        widest = np.max(np.abs(centred) / np.where(u > 0.0, u, 1.0)[:, None], axis=0)
        place = math.ceil(probability * draws) - 1
        factors = (
            math.sqrt(float(np.partition(distance, place)[place])),
            float(np.partition(widest, place)[place]),
        )
        return self._region(estimates, covariance, factors, probability, draws)

    def _draw(self, rng: np.random.Generator, draws: int) -> np.ndarray:
        """Draw each input once for all results: a row for each of these."""
        for budget in self.budgets:
            refuse_outside(budget, "a joint region")
        columns = Columns(self.budgets[0], rng).draw(draws)
        found = []
        for budget in self.budgets:
            drawn = np.broadcast_to(np.asarray(budget._sample(columns), dtype=np.float64), (draws,))
            finite_or_refuse(budget, columns, drawn)
            found.append(drawn)
        return np.array(found)

    def _told(self) -> tuple[str, ...]:
        """Return what must stand beside each result anyhow."""
        told = (note for one in self.budgets for note in (*one._plan().notes, *one._trace().remarks))
        return tuple(dict.fromkeys(told))

    def _flat(self, u: np.ndarray) -> tuple[str, ...]:
        """Return a note on each result whose u is nothing to first order alone."""
        from calibrator_uncertainty._flat import flat_note

        notes = []
        for budget, one in zip(self.budgets, u.tolist(), strict=True):
            note = flat_note(budget, one) if one == 0.0 else ""
            if note:
                notes.append(f"{budget.name}: {note}")
        return tuple(notes)

    def _terms(self, matrix: np.ndarray) -> list[tuple[np.ndarray, float]]:
        """Return covariance matrix and dof of each independent input and block, from the contributions."""
        plan = self.budgets[0]._plan()
        single = [(matrix[:, [place]], plan.dofs[place]) for place in plan.singles]
        terms = [(column @ column.T, dof) for column, dof in single if math.isfinite(dof)]
        for block in plan.blocks:
            columns = matrix[:, list(block.places)]
            terms.append((columns @ block.matrix @ columns.T, block.dof))
        return terms

    def _input_correlations(self) -> np.ndarray:
        budget = self.budgets[0]
        matrix = np.eye(len(budget.inputs))
        for block in budget._plan().blocks:
            matrix[np.ix_(block.places, block.places)] = block.matrix
        return matrix

    def _region(  # noqa: PLR0917
        self,
        estimates: np.ndarray,
        covariance: np.ndarray,
        factors: tuple[float, float],
        probability: float,
        draws: int,
        notes: tuple[str, ...] = (),
    ) -> Region:
        names = tuple(one.name for one in self.budgets)
        known = (names, estimates, covariance, factors[0], probability)
        return Region(
            names=names,
            units=tuple(one.unit for one in self.budgets),
            estimates=estimates,
            covariance=covariance,
            k_ellipse=factors[0],
            k_rectangle=factors[1],
            probability=probability,
            draws=draws,
            notes=notes,
            origin=Examination(None if draws else self._draw, known),
        )
