"""What a weighing in use is worth: U(W) as a line, and the smallest net weight (EURAMET cg-18, 7.4, 7.5).

The line is the chord of U(W) between zero and Max. U(W) bends upwards, so that the chord lies above it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from calibrator.procedure import CurveEvaluation, Evaluation, ParametersEvaluation, Section, Text
from calibrator_procedures.balance._budget import half_digit
from calibrator_procedures.balance._placings import Scatter, scatter_at

if TYPE_CHECKING:
    from calibrator.procedure import Point, PointReferences
    from calibrator_uncertainty import Budget

__all__ = ["in_use", "repeatability_set"]

_K = 2.0
_AIR = 0.1 * 1.2 / 8000.0 / math.sqrt(3.0)  # the air's density within 10 % of 1.2 kg/m3, weights of steel
_FINEST_S = 0.41  # of a scale interval: a smaller s is one that rounding hides (USP <41>)
_USP = 0.001 / 2.0

_LINE = Text(
    en="Uncertainty of a weighing in use, k = 2, error not corrected",
    zh="使用中称量结果的不确定度（k = 2，示值误差未修正）",
)
_SMALLEST = Text(en="Smallest net weight", zh="最小称量值")
_SCATTER = Text(en="Standard deviation of one placing", zh="单次称量的标准偏差")


def repeatability_set(section: Section, known: Sequence[Scatter]) -> ParametersEvaluation:
    """Return the standard deviations of single placings, each with its own uncertainty s/sqrt(2 dof)."""
    values = tuple(item.s for item in known)
    variances = [item.s**2 / (2.0 * item.dof) for item in known]
    return ParametersEvaluation(
        id=f"{section.id}-repeatability",
        title=_SCATTER,
        names=tuple(f"s({item.load_g:g} g)" for item in known),
        values=values,
        units=("g",) * len(known),
        covariance=_diagonal(variances),
        points=_placings(section),
    )


def in_use(
    section: Section,
    errors: Sequence[Point],
    budgets: Mapping[str, Budget],
    known: Sequence[Scatter],
    references: Mapping[str, PointReferences],
) -> tuple[Evaluation, ...]:
    """Return the line U(W) = a + b W of each partial weighing range, and the smallest net weights."""
    slope, u_slope = _slope(errors, budgets)
    first = errors[0]
    terms = (u_slope, _AIR, _temperature(first, references[errors[-1].id], float(errors[-1].nominal)))

    def expanded(load: float, within: Sequence[Point]) -> float:
        own = _apparent(load, within, known, references)
        return _K * math.hypot(own, load * math.hypot(*terms)) + abs(slope) * load

    curves = []
    ranges = _ranges(first)
    for number, (low, high) in enumerate(ranges, start=1):
        within = [point for point in errors if low <= float(point.nominal) <= high] or errors
        at_low, at_high = expanded(low, within), expanded(high, within)
        b = _upward((at_high - at_low) / (high - low))
        a = _upward(at_low - b * low) if low else _upward(at_low)
        one = len(ranges) == 1
        line = ParametersEvaluation(
            f"{section.id}-in-use" if one else f"{section.id}-in-use-{number}",
            _LINE if one else _titled(low, high),
            ("a", "b"),
            (a, b),
            ("g", "1"),
            _diagonal((0.0, 0.0)),
            tuple(point.id for point in within),
        )
        curves.append(CurveEvaluation(line, "U(W) = a + b W", "W", "g", (low, high)))
    a, b = curves[0].coefficients.values
    least = _smallest(section, first, (a, b), known[0], half_digit(references[first.id], "resolution"))
    return (*curves, least)


def _ranges(point: Point) -> tuple[tuple[float, float], ...]:
    """Return the partial weighing ranges of a multi-interval instrument (g); of another one, its only range.

    Each has a scale interval of its own, so that U(W) steps where they meet (EURAMET cg-18, 7.4).
    """
    ends = [float(end) for end in str(point.settings.get("partial_g", "")).split()]
    bounds = [0.0, *ends, float(str(point.settings["max_g"]))]
    return tuple(itertools.pairwise(bounds))


def _titled(low: float, high: float) -> Text:
    return Text(en=f"{_LINE.en}, {low:g} g to {high:g} g", zh=f"{_LINE.zh}，{low:g} g 至 {high:g} g")


def _smallest(
    section: Section, first: Point, line: tuple[float, float], scatter: Scatter, half: float
) -> ParametersEvaluation:
    """Return the smallest net weights: by the line at the accuracy in use, and by s alone (USP <41>)."""
    a, b = line
    wanted = float(first.settings["accuracy"])
    s = max(scatter.s, _FINEST_S * 2.0 * half)
    by_s = s / _USP
    names = [f"by U(W), {wanted:g}", "by 2 s, 0.001"] if wanted > b else ["by 2 s, 0.001"]
    values = [a / (wanted - b), by_s] if wanted > b else [by_s]
    relative = 1.0 / math.sqrt(2.0 * scatter.dof)
    return ParametersEvaluation(
        id=f"{section.id}-smallest",
        title=_SMALLEST,
        names=tuple(names),
        values=tuple(values),
        units=("g",) * len(values),
        covariance=_diagonal([(relative * value) ** 2 for value in values]),
        points=_placings(section, scatter.load_g),
    )


def _upward(value: float) -> float:
    """Return three digits of a figure that bounds something, rounded upward."""
    if not value:
        return 0.0
    step = Decimal(1).scaleb(Decimal(repr(value)).adjusted() - 2)
    return float(Decimal(repr(value)).quantize(step, rounding=ROUND_CEILING))


def _placings(section: Section, load: float | None = None) -> tuple[str, ...]:
    """Return the ids of the repeated placings, of one load or of all."""
    return tuple(
        point.id
        for point in section.points
        if point.supporting
        and point.settings.get("test") == "repeatability"
        and (load is None or float(point.nominal) == load)
    )


def _slope(errors: Sequence[Point], budgets: Mapping[str, Budget]) -> tuple[float, float]:
    """Return the straight line through zero that fits the errors, and its standard uncertainty.

    The uncertainties of the errors are mostly those of one set of weights, so that they do not average out:
    the largest relative one is that of the line.
    """
    above = 0.0
    below = 0.0
    relative = 0.0
    for point in errors:
        result = budgets[point.id].evaluate(policy="k2")
        load = float(point.nominal)
        if not load:
            continue
        weight = 1.0 / result.u**2
        above += weight * load * result.value
        below += weight * load**2
        if load > 0.2 * float(str(point.settings["max_g"])):
            relative = max(relative, result.u / load)
    return above / below, relative


def _apparent(
    load: float,
    errors: Sequence[Point],
    known: Sequence[Scatter],
    references: Mapping[str, PointReferences],
) -> float:
    """Return the standard uncertainty of an indication in use: rounding at zero and at the load, and s."""
    nearest = min(errors, key=lambda point: abs(float(point.nominal) - load))
    own = references[nearest.id]
    digits = math.hypot(half_digit(own, "resolution"), half_digit(own, "zero_resolution")) / math.sqrt(3.0)
    return math.hypot(digits, scatter_at(load, known).s)


def _temperature(point: Point, references: PointReferences, load: float) -> float:
    """Return the relative standard uncertainty by the room in use: K_T times its half-width, rectangular."""
    return half_digit(references, "sensitivity") / load * float(point.settings["use_k"]) / math.sqrt(3.0)


def _diagonal(variances: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(value if row == column else 0.0 for column in range(len(variances)))
        for row, value in enumerate(variances)
    )
