"""Repeatability and reproducibility: every operator reads every part several times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._asked import numbers, one_number
from calibrator_uncertainty._doors import PROBABILITY, asks, optional
from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._shapes import Rectangular, StudentT
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_in, difference_unit, figures_in, parse_unit, quantity

__all__ = ["GaugeStudy", "MeanSquare", "gauge_study"]

_AXES, _LEAST = 3, 2
_CATEGORIES = 1.41  # as AIAG prints √2


@dataclass(frozen=True, slots=True)
class MeanSquare:
    """A row of the table of variances: `F` and `p_value` are NaN where nothing is tested."""

    source: str
    dof: float
    mean_square: float
    F: float = math.nan
    p_value: float = math.nan


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """Standard deviations of one reading by their causes, in `unit`: that of the readings, None of numbers.

    `repeatability` is that of one operator on one part, `operators` that between operators, `interaction`
    that of operators who differ from part to part (0 where it was `pooled` into the repeatability),
    `parts` that of the parts themselves. `gauge_dof` are the degrees of freedom of `gauge` (Satterthwaite).
    """

    repeatability: float
    operators: float
    interaction: float
    parts: float
    gauge_dof: float
    pooled: bool
    rows: tuple[MeanSquare, ...]
    unit: str | None = None

    @property
    def reproducibility(self) -> float:
        """Standard deviation from operator to operator, with their interaction with parts."""
        return math.hypot(self.operators, self.interaction)

    @property
    def gauge(self) -> float:
        """Standard deviation of a reading by any operator: repeatability and reproducibility together."""
        return math.hypot(self.repeatability, self.reproducibility)

    @property
    def total(self) -> float:
        """Standard deviation of a reading of any part by any operator."""
        return math.hypot(self.gauge, self.parts)

    @property
    def distinct_categories(self) -> int:
        """How many classes of these parts the gauge can tell apart: 1.41 times parts over gauge, truncated.

        Raises:
            InputError: the gauge shows no scatter at all.
        """
        if self.gauge == 0.0:
            raise InputError("the gauge shows no scatter: it tells any parts apart", code="readings")
        return int(_CATEGORIES * self.parts / self.gauge)

    def percent_of_total(self) -> dict[str, float]:
        """Return each standard deviation in per cent of `total` (they do not add up to 100)."""
        names = ("repeatability", "reproducibility", "operators", "interaction", "gauge", "parts")
        return {name: 100.0 * getattr(self, name) / self.total if self.total else 0.0 for name in names}

    def percent_of_tolerance(self, tolerance: Quantity) -> float:
        """Return six standard deviations of the gauge in per cent of a tolerance, upper less lower limit.

        Args:
            tolerance: a quantity where the readings were quantities, else a number in their unit.

        Raises:
            InputError: a tolerance that is not positive.
            UnitsError: a tolerance with a unit beside readings without, or the reverse, or another dimension.
        """
        if (self.unit is not None) != hasattr(tolerance, "_REGISTRY"):
            raise UnitsError(
                f"the tolerance is {tolerance}, the readings were {'in ' if self.unit else ''}"
                f"{'plain numbers' if self.unit is None else self.unit or 'dimensionless quantities'}",
                way_out="Give both their unit, or neither.",
                code="no-unit",
            )
        asked = tolerance if self.unit is None else difference_in(tolerance, self.unit, "the tolerance")
        width = one_number(asked, "the tolerance")
        if not 0.0 < width < math.inf:
            raise InputError(f"the tolerance is {tolerance}; it is positive and finite", code="tolerance")
        return 600.0 * self.gauge / width

    def reading(
        self, name: str, estimate: Quantity, unit: str, *, floor_u: Quantity = 0.0, source: str = ""
    ) -> Input:
        """Return one reading of any operator as an input: u is `gauge`, t with `gauge_dof`.

        `floor_u` is the resolution's d/√12: where it is the larger, u is that, rectangular. `unit` is that of
        the input; where the readings of the study were plain numbers, they were in it.

        Raises:
            InputError: an estimate that is no finite number, or a gauge without scatter and no floor.
            UnitsError: a quantity of another dimension.
        """
        text = source or "one reading, repeatability and reproducibility of a gauge study"
        value = one_number(figures_in(estimate, unit, name), f"the estimate of {name}")
        least = one_number(difference_in(floor_u, unit, name), f"floor_u of {name}")
        u = self.gauge
        if self.unit is not None:
            own = quantity(u, difference_unit(parse_unit(self.unit)))
            u = one_number(difference_in(own, unit, name), f"u of {name}")
        if u == 0.0 and not least > 0.0:
            raise InputError(
                f"the readings of the gauge study behind {name} do not differ, and their resolution was not "
                "stated: u = 0 is wrong",
                way_out="Give floor_u = d/√12 of the resolution d.",
                code="no-resolution",
            )
        if least >= u:
            return Input(name, value, unit, least, math.inf, Rectangular(), text)
        return Input(name, value, unit, u, self.gauge_dof, StudentT(self.gauge_dof), text)


@asks(pool_above=optional(PROBABILITY))
def gauge_study(
    readings: Quantity | Sequence[Sequence[Sequence[Quantity]]], *, pool_above: float | None = 0.25
) -> GaugeStudy:
    """Analyse a crossed study: `readings` by part, by operator and by trial, by analysis of variance.

    Parts and operators stand for all like them (random effects). Variances that come out negative are 0.

    Args:
        readings: one table for each part, one row in it for each operator, as many trials in each; numbers,
            or quantities: the study is then in the unit of the first.
        pool_above: the interaction is pooled into the repeatability where its p-value is larger; None never.

    Raises:
        InputError: fewer than two parts, operators or trials, rows of different lengths, a reading that is
            not finite.
        UnitsError: readings of different dimensions.

    Source: AIAG, Measurement Systems Analysis, 4th ed., III-B (analysis of variance, table III-B 7, from
        memory); ISO 5725-2:2019, 7 for repeatability and reproducibility of one level.

    Example:
        >>> study = gauge_study([[[1.0, 1.2], [1.1, 1.3]], [[3.0, 3.2], [3.3, 3.1]]])
        >>> round(study.repeatability, 3), round(study.parts, 3), study.distinct_categories
        (0.126, 1.413, 15)
    """
    unit, figures = _unit_of(readings)
    table = _table(figures)
    sums = _sums(table)
    parts, people, trials = table.shape
    error, cross = sums["repeatability"], sums["interaction"]
    pooled = pool_above is not None and _row("", cross, error).p_value > pool_above
    if pooled:
        error = (error[0] + cross[0], error[1] + cross[1])
    against = error if pooled else cross
    within, between = error[1] / error[0], against[1] / against[0]
    by_part, by_person = (sums[one][1] / sums[one][0] for one in ("parts", "operators"))
    interaction = 0.0 if pooled else max(0.0, (between - within) / trials)
    operators = max(0.0, (by_person - between) / (parts * trials))
    return GaugeStudy(
        repeatability=math.sqrt(within),
        operators=math.sqrt(operators),
        interaction=math.sqrt(interaction),
        parts=math.sqrt(max(0.0, (by_part - between) / (people * trials))),
        gauge_dof=_gauge_dof(
            (within, between, by_person),
            (error[0], against[0], sums["operators"][0]),
            _weights(table.shape, operators > 0.0, interaction > 0.0),
        ),
        pooled=pooled,
        rows=(
            _row("parts", sums["parts"], against),
            _row("operators", sums["operators"], against),
            _row("interaction", cross, sums["repeatability"]),
            MeanSquare("repeatability", error[0], within),
        ),
        unit=unit,
    )


def _unit_of(readings: Quantity) -> tuple[str | None, Numbers]:
    """Return the unit of readings that have one, that of the first, and their figures in it."""
    first = readings
    while isinstance(first, list | tuple) and first:
        first = first[0]
    if not hasattr(first, "_REGISTRY"):
        return None, readings
    unit = f"{first.units:D}".replace("µ", "u").replace("dimensionless", "")
    return unit, figures_in(readings, unit, "the readings of a gauge study")


def _table(readings: Numbers) -> np.ndarray:
    table = numbers(readings, "the readings of a gauge study")
    if table.ndim != _AXES or min(table.shape) < _LEAST:
        raise InputError(
            f"the readings have the shape {table.shape}",
            way_out="Give readings[part][operator][trial]: two of each at least.",
            code="readings",
        )
    if not np.isfinite(table).all():
        raise InputError("a reading of the gauge study is not finite", code="not-finite")
    # figures such as 1 000 000.2 lose digits when squared
    moved: np.ndarray = table - table.flat[0]
    return moved


def _sums(table: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return degrees of freedom and sum of squares of each cause."""
    parts, people, trials = table.shape
    cells, mean = table.mean(axis=2), table.mean()
    of_part, of_person = cells.mean(axis=1) - mean, cells.mean(axis=0) - mean
    rest = cells - mean - of_part[:, None] - of_person[None, :]
    return {
        "parts": (parts - 1.0, people * trials * float(of_part @ of_part)),
        "operators": (people - 1.0, parts * trials * float(of_person @ of_person)),
        "interaction": ((parts - 1.0) * (people - 1.0), trials * float((rest * rest).sum())),
        "repeatability": (
            parts * people * (trials - 1.0),
            float(((table - cells[:, :, None]) ** 2).sum()),
        ),
    }


def _row(source: str, of: tuple[float, float], against: tuple[float, float]) -> MeanSquare:
    from scipy.special import fdtrc

    one, other = of[1] / of[0], against[1] / against[0]
    if other == 0.0:
        return MeanSquare(source, of[0], one)
    return MeanSquare(source, of[0], one, one / other, float(fdtrc(of[0], against[0], one / other)))


def _weights(shape: tuple[int, ...], operators: bool, interaction: bool) -> tuple[float, float, float]:
    """Return what the variance of the gauge takes of each mean square: within, between and by operator."""
    parts, _, trials = shape
    by_person = 1.0 / (parts * trials) if operators else 0.0
    between = (1.0 / trials if interaction else 0.0) - by_person
    return 1.0 - (1.0 / trials if interaction else 0.0), between, by_person


def _gauge_dof(
    squares: tuple[float, float, float], dofs: tuple[float, float, float], weights: tuple[float, float, float]
) -> float:
    """Return the degrees of freedom of a sum of mean squares (Satterthwaite), 1 at least."""
    if dofs[0] == dofs[1] and squares[0] == squares[1]:  # pooled: one mean square stands in both places
        weights, squares = (weights[0] + weights[1], 0.0, weights[2]), (squares[0], 0.0, squares[2])
    terms = [weight * square for weight, square in zip(weights, squares, strict=True)]
    spread = math.fsum(term * term / dof for term, dof in zip(terms, dofs, strict=True))
    return max(1.0, math.fsum(terms) ** 2 / spread) if spread > 0.0 else dofs[0]
