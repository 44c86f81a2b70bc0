"""How contributions combine: what is shared or correlated, effective dof, and the lines of a budget."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._coverage import effective_dof
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._shapes import Arcsine, Normal, Rectangular, Shape, StudentT

__all__ = ["Block", "Plan", "make_plan", "pairs_of"]

Correlations = Mapping[tuple[str, str], float]

_CANCELLED = 1e-14  # of the squares: what is left of them after cancelling has no digits


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Inputs that are correlated with each other and with nothing else."""

    places: tuple[int, ...]
    matrix: np.ndarray  # correlation matrix
    dof: float
    explicit: bool  # by given coefficients, not only by a shared cause
    one: type[Shape] | None = None  # the rectangle or U-shape that all of it is, where it is one error


class Plan(NamedTuple):
    """What of a budget does not change with its estimates."""

    u: tuple[float, ...]
    dofs: tuple[float, ...]
    blocks: tuple[Block, ...]
    singles: tuple[int, ...]
    finite: tuple[tuple[int, float], ...]  # single inputs with finite dof
    rectangles: tuple[int, ...]  # single rectangular inputs
    rectangular_blocks: tuple[int, ...]  # blocks that are one rectangle
    notes: tuple[str, ...]
    arcsines: tuple[int, ...] = ()  # single U-shaped inputs
    arcsine_blocks: tuple[int, ...] = ()  # blocks that are one U-shaped error

    def combine(self, parts: Sequence[float]) -> tuple[float, float, list[float], list[float]]:
        """Return u, dof, each input's part of u² (not divided), and the rectangular contributions."""
        if not self.blocks:
            u = math.hypot(*parts)
            rectangles = [abs(parts[place]) for place in self.rectangles]
            return u, self._simple_dof(parts, u), [part * part for part in parts], rectangles
        weights = [part * part for part in parts]
        terms = [(parts[place], self.dofs[place]) for place in self.singles]
        squares = [weights[place] for place in self.singles]
        rectangles = [abs(parts[place]) for place in self.rectangles]
        for number, block in enumerate(self.blocks):
            mine = np.array([parts[place] for place in block.places])
            joint = mine * (block.matrix @ mine)
            square = max(0.0, math.fsum(joint))
            if square <= _CANCELLED * math.fsum(mine * mine) and (np.abs(block.matrix) == 1.0).all():
                square = math.fsum(block.matrix[0] * mine) ** 2  # one error: nothing but rounding was left
            for place, weight in zip(block.places, joint, strict=True):
                weights[place] = float(weight)
            squares.append(square)
            terms.append((math.sqrt(square), block.dof))
            if number in self.rectangular_blocks:
                rectangles.append(math.sqrt(square))
        return math.sqrt(math.fsum(squares)), effective_dof(terms), weights, rectangles

    def _simple_dof(self, parts: Sequence[float], u: float) -> float:
        if u == 0.0:
            return math.inf
        weight = 0.0
        for place, dof in self.finite:
            square = parts[place] / u
            square *= square
            weight += square * square / dof
        return 1.0 / weight if weight > 0.0 else math.inf


def pairs_of(correlations: Correlations, where: str) -> tuple[tuple[str, str, float], ...]:
    """Return correlations as rows of two names and a coefficient.

    Raises:
        InputError: not by pairs of names, or no numbers.
    """
    found = []
    for pair, r in correlations.items() if isinstance(correlations, Mapping) else [(correlations, 0.0)]:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise InputError(
                f"correlations are told as {pair!r}",
                where=where,
                way_out='Write {("a", "b"): 0.5}, a pair of input names and its coefficient.',
                code="correlation",
            )
        found.append((*pair, one_number(r, f"the correlation of {pair[0]} and {pair[1]}")))
    return tuple(found)


def make_plan(inputs: Sequence[Input], correlations: Correlations, where: str) -> Plan:
    """Sort the inputs of a budget into independent ones and correlated blocks.

    Raises:
        InputError: a correlation of an unknown input, outside -1 to 1, or a matrix that cannot be.
    """
    if not correlations and not [one for one in inputs if one.shared is not None]:
        return _plan_of_independent(inputs)
    matrix, given = _matrix(inputs, correlations, where)
    blocks, notes = _blocks(inputs, matrix, given, where)
    inside = {place for block in blocks for place in block.places}
    singles = tuple(place for place in range(len(inputs)) if place not in inside)
    return Plan(
        u=tuple(one.u for one in inputs),
        dofs=tuple(one.dof for one in inputs),
        blocks=blocks,
        singles=singles,
        finite=tuple((place, inputs[place].dof) for place in singles if math.isfinite(inputs[place].dof)),
        rectangles=tuple(place for place in singles if isinstance(inputs[place].distribution, Rectangular)),
        rectangular_blocks=tuple(number for number, block in enumerate(blocks) if block.one is Rectangular),
        notes=notes,
        arcsines=tuple(place for place in singles if isinstance(inputs[place].distribution, Arcsine)),
        arcsine_blocks=tuple(number for number, block in enumerate(blocks) if block.one is Arcsine),
    )


def _plan_of_independent(inputs: Sequence[Input]) -> Plan:
    """Return the plan of inputs that have nothing in common."""
    u, dofs, finite, rectangles, arcsines = [], [], [], [], []
    for place, one in enumerate(inputs):
        u.append(one.u)
        dofs.append(one.dof)
        if one.dof != math.inf:
            finite.append((place, one.dof))
        kind = type(one.distribution)
        if kind is Rectangular:
            rectangles.append(place)
        elif kind is Arcsine:
            arcsines.append(place)
    singles, flat = tuple(range(len(u))), tuple(rectangles)
    return Plan(tuple(u), tuple(dofs), (), singles, tuple(finite), flat, (), (), tuple(arcsines))


def _matrix(inputs: Sequence[Input], correlations: Correlations, where: str) -> tuple[np.ndarray, set[int]]:
    places = {one.name: place for place, one in enumerate(inputs)}
    matrix = np.eye(len(inputs))
    for first, one in enumerate(inputs):
        for second in range(first):
            if one.shared and one.shared == inputs[second].shared:
                matrix[first, second] = matrix[second, first] = 1.0
    given: set[int] = set()
    told: dict[frozenset[int], float] = {}
    for pair, r in correlations.items():
        first_name, second_name = (unicodedata.normalize("NFKC", name) for name in pair)
        for name in (first_name, second_name):
            if name not in places:
                raise InputError(f"a correlation names {name!r}, which is no input", where=where, code="name")
        if not -1.0 <= r <= 1.0 or first_name == second_name:
            raise InputError(
                f"the correlation of {first_name} and {second_name} is {r}; two inputs have one from -1 to 1",
                where=where,
                code="correlation",
            )
        i, j = places[first_name], places[second_name]
        before = told.setdefault(frozenset((i, j)), r)
        if before != r:
            raise InputError(
                f"the correlation of {first_name} and {second_name} is given as {before} and as {r}",
                where=where,
                code="correlation-twice",
            )
        if inputs[i].shared and inputs[i].shared == inputs[j].shared and r != 1.0:
            raise InputError(
                f"{first_name} and {second_name} share {inputs[i].shared!r}, and their correlation is {r}",
                where=where,
                way_out="One cause means r = 1: give shared, or a correlation, not both.",
                code="correlation-shared",
            )
        if r != 0.0:
            given |= {i, j}
        matrix[i, j] = matrix[j, i] = r
    return matrix, given


def _blocks(
    inputs: Sequence[Input], matrix: np.ndarray, given: set[int], where: str
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    blocks: list[Block] = []
    notes: list[str] = []
    left = set(range(len(inputs)))
    while left:
        places = _connected(min(left), matrix)
        left -= set(places)
        if len(places) == 1:
            continue
        part = matrix[np.ix_(places, places)]
        names = ", ".join(inputs[place].name for place in places)
        smallest = float(np.linalg.eigvalsh(part)[0])
        if smallest < -1e-8:
            raise InputError(
                f"the correlations of {names} are not positive semidefinite (eigenvalue {smallest:.3g})",
                where=where,
                way_out="No set of quantities can have these correlations; check signs and rounding.",
                code="not-psd",
            )
        dofs = {inputs[place].dof for place in places}
        if len(dofs) > 1:
            notes.append(f"{names} are correlated and differ in dof; the smallest, {min(dofs):g}, was used")
        one = _one_error(part, [inputs[place].distribution for place in places])
        blocks.append(Block(tuple(places), part, min(dofs), bool(given & set(places)), one))
    return tuple(blocks), tuple(notes)


def _one_error(matrix: np.ndarray, shapes: Sequence[Shape]) -> type[Shape] | None:
    """Return the rectangle or U-shape that a block is, all of whose correlations are 1 or -1.

    Their sum is the same distribution again, wider or narrower: both are symmetric.
    """
    kind = type(shapes[0])
    alike = kind in {Rectangular, Arcsine} and all(type(one) is kind for one in shapes)
    return kind if alike and bool((np.abs(matrix) == 1.0).all()) else None


def _connected(start: int, matrix: np.ndarray) -> list[int]:
    found, waiting = {start}, [start]
    while waiting:
        for place in np.flatnonzero(matrix[waiting.pop()]):
            if int(place) not in found:
                found.add(int(place))
                waiting.append(int(place))
    return sorted(found)


def joint_factor(block: Block, inputs: Sequence[Input], where: str) -> tuple[np.ndarray, float]:
    """Return F with F Fᵀ = R and the dof of the multivariate distribution that a block is drawn from.

    Raises:
        InputError: inputs with given correlations that are not normal or t, or that share a cause besides.

    Source: JCGM 101:2008, 6.4.8 (multivariate normal); JCGM 102:2011, 5.3.2 (multivariate t, common dof).
    """
    from calibrator_uncertainty._quantity import factor_of

    names = ", ".join(inputs[place].name for place in block.places)
    for place in block.places:
        one = inputs[place]
        if not isinstance(one.distribution, Normal | StudentT) or one.shared:
            raise InputError(
                f"{one.name} is {'shared' if one.shared else one.distribution.name}; "
                "correlated inputs are drawn as normal or t",
                where=where or names,
                way_out="State the common cause as shared, or model it as an input of its own.",
                code="correlated-shape",
            )
    dofs = [inputs[place].dof for place in block.places]
    for place in block.places:
        shape = inputs[place].distribution
        if isinstance(shape, StudentT):
            dofs.append(shape.dof)
    return factor_of(block.matrix, names), min(dofs)
