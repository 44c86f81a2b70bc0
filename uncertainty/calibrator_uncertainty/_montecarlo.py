"""Monte Carlo of JCGM 101: streamed, adaptive, with fixed memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from calibrator_uncertainty._asked import check_generator, check_whole, one_number
from calibrator_uncertainty._copula import copula_note, joint_of
from calibrator_uncertainty._drawn import drawn_shape
from calibrator_uncertainty._draws import finite_or_refuse
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._histogram import Stream, symmetric_interval
from calibrator_uncertainty._rounding import leading_place
from calibrator_uncertainty._shapes import Constant, Normal, Rectangular

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._inputs import Input
    from calibrator_uncertainty._shapes import Shape

__all__ = ["MonteCarlo", "monte_carlo"]

_BLOCK = 4096  # draws whose columns stay in the processor's cache; larger ones are paged in anew
_TRIALS = 10_000  # M of JCGM 101, 7.9.4 a
_ARITHMETIC = 1e-14  # relative, of a mean over a block
_FEWEST_BLOCKS = 10  # two blocks may agree by chance


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What the draws say, in `unit`: estimate, u and both 95 % (or other) coverage intervals.

    `converged` is whether two standard errors of estimate, u and both ends lie below `tolerance` (0 where a
    fixed number of draws was asked for); `errors` are the standard errors of estimate, u, low and high end.
    `note` says where the tails are so heavy that the result has no u, whatever number stands there, what the
    draws could not see, and that they did not converge.
    """

    name: str
    unit: str
    value: float
    u: float
    symmetric: tuple[float, float]
    shortest: tuple[float, float]
    probability: float
    draws: int
    tolerance: float
    converged: bool
    errors: tuple[float, float, float, float]
    method: str
    note: str = ""


def monte_carlo(
    budget: Budget,
    rng: np.random.Generator,
    *,
    draws: int | None,
    digits: int,
    probability: float,
    most: int,
) -> MonteCarlo:
    """Draw until `digits` digits of u are sure, or a fixed number of `draws` (see `Budget.monte_carlo`)."""
    check_probability(probability)
    check_generator(rng)
    for number in (most if draws is None else draws, most):
        check_whole(number, "the number of draws, which fix the ends of an interval,", 1000)
    check_whole(digits, "the number of digits", 1)
    blocks = _blocks(budget, rng)
    if draws is not None:
        stream = _fixed(blocks, draws)
        return _result(budget, stream, probability, 0.0, stream.errors(probability), True, "fixed")
    return _adaptive(budget, blocks, digits, probability, most)


def check_probability(probability: float) -> None:
    """Refuse an interval without probability."""
    if not 0.0 < one_number(probability, "the coverage probability") < 1.0:
        raise InputError(
            f"a coverage probability is {probability}; it lies between 0 and 1", code="probability"
        )


def _fixed(blocks: Callable[[int], np.ndarray], draws: int) -> Stream:
    stream = Stream(blocks(min(draws, _BLOCK)))
    while stream.count < draws:
        stream.add(blocks(min(_BLOCK, draws - stream.count)))
    return stream


def _adaptive(
    budget: Budget, blocks: Callable[[int], np.ndarray], digits: int, probability: float, most: int
) -> MonteCarlo:
    """Follow JCGM 101:2008, 7.9.4, but never stop before ten blocks."""
    trials = max(_TRIALS, math.ceil(round(100.0 / (1.0 - probability), 3)))  # 100 / (1 - 0.9999) is 1e6
    stream: Stream | None = None
    rows: list[tuple[float, float, float, float]] = []
    tolerance, errors, converged = 0.0, (math.inf,) * 4, False
    while not converged and (stream is None or stream.count + trials <= most):
        drawn = blocks(trials)
        if stream is None:
            stream = Stream(drawn)
        else:
            stream.add(drawn)
        low, high = symmetric_interval(drawn, probability)
        rows.append((float(drawn.mean()), float(drawn.std(ddof=1)), low, high))
        if len(rows) < 2:
            continue
        table = np.array(rows)
        spread = table.std(axis=0, ddof=1) / math.sqrt(len(rows))
        errors = (float(spread[0]), float(spread[1]), float(spread[2]), float(spread[3]))
        tolerance = 0.5 * 10.0 ** leading_place(stream.u, digits) if stream.u > 0.0 else 0.0
        certain = stream.u <= _ARITHMETIC * abs(stream.mean)  # what spreads is the arithmetic of the mean
        converged = len(rows) >= _FEWEST_BLOCKS and (certain or bool(np.all(2.0 * spread <= tolerance)))
    if stream is None:
        raise InputError(f"{most} draws are fewer than one block of {trials}", code="draws")
    return _result(budget, stream, probability, tolerance, errors, converged, "adaptive")


def _result(  # noqa: PLR0917
    budget: Budget,
    stream: Stream,
    probability: float,
    tolerance: float,
    errors: Any,  # noqa: ANN401 - four floats
    converged: bool,
    method: Literal["fixed", "adaptive"],
) -> MonteCarlo:
    return MonteCarlo(
        name=budget.name,
        unit=budget.unit,
        value=stream.mean,
        u=stream.u,
        symmetric=stream.symmetric(probability),
        shortest=stream.shortest(probability),
        probability=probability,
        draws=stream.count,
        tolerance=tolerance,
        converged=converged,
        errors=errors,
        method=method,
        note=note_on(stream, budget, converged),
    )


def note_on(stream: Stream, budget: Budget, converged: bool) -> str:
    """Return what must stand beside the figures of draws; empty where they speak for themselves."""
    short = "" if converged else f"not converged after {stream.count} draws: fewer digits are sure than asked"
    joined = copula_note(budget._plan().blocks, budget.inputs)
    return "; ".join(filter(None, (stream.note, budget._trace().unseen, joined, short)))


def _blocks(budget: Budget, rng: np.random.Generator) -> Callable[[int], np.ndarray]:
    """Return a source of blocks of draws of the result; buffers are used again and again."""
    source = Columns(budget, rng)
    scratch: dict[int, np.ndarray] = {}

    def block(count: int) -> np.ndarray:
        columns = source.draw(count)
        found = np.asarray(budget._sample(columns), dtype=np.float64)
        if found.shape != (count,):
            found = np.broadcast_to(found, (count,))
        total = found.sum()
        if not math.isfinite(total):
            finite_or_refuse(budget, columns, found)
        if any(found is column for column in columns):
            kept = scratch.setdefault(count, np.empty(count))
            kept[:] = found
            return kept
        return found

    return block


def shapes_of(inputs: Sequence[Input]) -> list[Shape]:
    """Return what each input is drawn from; a shared cause has the smallest dof that is told of it."""
    dofs: dict[str, float] = {}
    for one in inputs:
        if one.shared and one.u > 0.0:
            dofs[one.shared] = min(dofs.get(one.shared, math.inf), one.dof)
    return [
        drawn_shape(one.distribution, dofs.get(one.shared, one.dof) if one.shared else one.dof)
        for one in inputs
    ]


class Columns:
    """Draws of the inputs of one budget into buffers of its own."""

    def __init__(self, budget: Budget, rng: np.random.Generator) -> None:
        self._budget = budget
        self._rng = rng
        self._blocks = [
            (block, joint_of(block, budget.inputs, budget.name))
            for block in budget._plan().blocks
            if block.explicit
        ]
        self._joint = {place for block, _ in self._blocks for place in block.places}
        self._shapes = shapes_of(budget.inputs)
        self._buffers: dict[int, list[np.ndarray]] = {}

    def draw(self, count: int) -> list[Any]:
        """Return `count` draws of each input; a float where it is exact."""
        buffers = self._buffers.get(count)
        if buffers is None:
            buffers = self._buffers[count] = [np.empty(count) for _ in self._budget.inputs]
        columns: list[Any] = [None] * len(buffers)
        for block, joint in self._blocks:
            for place, row in zip(block.places, joint.draw(self._rng, count), strict=True):
                columns[place] = self._scaled(place, row)
        shared: dict[str, np.ndarray] = {}
        for place in self._order():
            one = self._budget.inputs[place]
            if one.u == 0.0 or isinstance(one.distribution, Constant):
                columns[place] = float(one.estimate)
            elif one.shared and one.shared in shared:
                np.copyto(buffers[place], shared[one.shared])
                columns[place] = self._scaled(place, buffers[place])
            else:
                deviates = self._deviates(place, buffers[place])
                if one.shared:
                    shared[one.shared] = deviates.copy()
                columns[place] = self._scaled(place, deviates)
        return columns

    def _order(self) -> Iterator[int]:
        return (place for place in range(len(self._budget.inputs)) if place not in self._joint)

    def _deviates(self, place: int, buffer: np.ndarray) -> np.ndarray:
        shape = self._shapes[place]
        if isinstance(shape, Normal):
            return self._rng.standard_normal(out=buffer)
        if isinstance(shape, Rectangular):
            self._rng.random(out=buffer)
            buffer -= 0.5
            buffer *= 2.0 * math.sqrt(3.0)
            return buffer
        return shape.draw(self._rng, buffer.size)

    def _scaled(self, place: int, deviates: np.ndarray) -> np.ndarray:
        one = self._budget.inputs[place]
        deviates *= one.u
        deviates += one.estimate
        return deviates
