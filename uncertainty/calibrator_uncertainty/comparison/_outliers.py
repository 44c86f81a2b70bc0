"""Outlier tests: one at a time, and in search of outliers that hide each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._asked import by_name
from calibrator_uncertainty._doors import MAPPING, NUMBER, WHOLE, asks, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.comparison._results import Floats

__all__ = ["OutlierSearch", "OutlierTest", "cochran", "cochran_search", "grubbs", "outlier_search"]


@dataclass(frozen=True, slots=True)
class OutlierTest:
    """One test: the laboratory that stands out most, its statistic and the critical value at `level`."""

    laboratory: str
    statistic: float
    critical: float
    level: float

    @property
    def significant(self) -> bool:
        """True where the statistic exceeds its critical value."""
        return self.statistic > self.critical


@dataclass(frozen=True, slots=True)
class OutlierSearch:
    """Tests with the most outlying results taken out one after another.

    All laboratories up to the last significant step are outliers. `masked` says that the first test alone
    would have missed them, because they hide each other.
    """

    steps: tuple[OutlierTest, ...]

    @property
    def outliers(self) -> tuple[str, ...]:
        """The outlying laboratories, the most outlying first."""
        last = max((i + 1 for i, step in enumerate(self.steps) if step.significant), default=0)
        return tuple(step.laboratory for step in self.steps[:last])

    @property
    def masked(self) -> bool:
        """True where a step that is not significant comes before one that is."""
        return bool(self.outliers) and not all(step.significant for step in self.steps[: len(self.outliers)])


@asks(values=MAPPING, level=NUMBER)
def grubbs(values: Mapping[str, Quantity], *, level: float = 0.05) -> OutlierTest:
    """Test whether the result farthest from the mean is an outlier (two-sided).

    One test sees one outlier; two that lie together hide each other: see `outlier_search`.

    Raises:
        InputError: fewer than three results, results that are all equal, or a level outside 0 to 1.

    Source: F. E. Grubbs, Technometrics 11 (1969) 1; ISO 5725-2:1994, 7.3.4.1 and table 5.

    Example:
        >>> test = grubbs({"A": 1.0, "B": 1.1, "C": 0.9, "D": 1.0, "E": 2.0})
        >>> test.laboratory, round(test.statistic, 3), round(test.critical, 3), test.significant
        ('E', 1.767, 1.715, True)
    """
    return outlier_search(values, most=1, level=level).steps[0]


@asks(values=MAPPING, most=optional(WHOLE), level=NUMBER)
def outlier_search(
    values: Mapping[str, Quantity], *, most: int | None = None, level: float = 0.05
) -> OutlierSearch:
    """Search for up to `most` outliers, also where they mask each other (generalised extreme deviates).

    Args:
        values: results by laboratory; of uncertain quantities the estimates count.
        most: highest number of outliers looked for; without it a third of the results.
        level: probability of finding any outlier in clean normal data.

    Raises:
        InputError: too few results, results that are all equal, or a level outside 0 to 1.

    Source: B. Rosner, Technometrics 25 (1983) 165; NIST/SEMATECH e-Handbook, 1.3.5.17.3.
    """
    names, numbers = _plain(values)
    count = numbers.size
    _check(count, level)
    steps = most if most is not None else max(1, count // 3)
    if not 1 <= steps <= count - 2:
        raise InputError(f"{steps} outliers of {count} results cannot be looked for", code="too-few")
    kept = list(range(count))
    made: list[OutlierTest] = []
    for _ in range(steps):
        left = numbers[kept]
        spread = float(np.std(left, ddof=1))
        if spread == 0.0:
            if not made:
                raise InputError("the results are all equal, so none stands out", code="no-spread")
            break
        deviations = np.abs(left - left.mean())
        place = int(np.argmax(deviations))
        made.append(
            OutlierTest(
                names[kept[place]], float(deviations[place]) / spread, _grubbs_limit(len(kept), level), level
            )
        )
        del kept[place]
    return OutlierSearch(tuple(made))


def _grubbs_limit(count: int, level: float) -> float:
    from scipy.special import stdtrit

    t = float(stdtrit(count - 2, 1.0 - level / (2.0 * count)))
    return (count - 1) / math.sqrt(count) * math.sqrt(t * t / (count - 2 + t * t))


@asks(deviations=MAPPING, replicates=WHOLE, level=NUMBER)
def cochran(deviations: Mapping[str, Quantity], replicates: int, *, level: float = 0.05) -> OutlierTest:
    """Test whether the largest of several standard deviations is an outlier.

    Args:
        deviations: standard deviation of each laboratory's own replicates, all of the same number.
        replicates: how many replicates each of them has.
        level: probability of a false alarm.

    Raises:
        InputError: fewer than two laboratories, fewer than two replicates, deviations negative or all 0.

    Source: W. G. Cochran (1941); ISO 5725-2:1994, 7.3.3 and table 4 (the critical values are computed).

    Example:
        >>> test = cochran({"A": 1.0, "B": 1.2, "C": 0.9, "D": 3.6}, 3)
        >>> test.laboratory, round(test.statistic, 3), round(test.critical, 3), test.significant
        ('D', 0.8, 0.768, True)
    """
    return cochran_search(deviations, replicates, most=1, level=level).steps[0]


@asks(deviations=MAPPING, replicates=WHOLE, most=optional(WHOLE), level=NUMBER)
def cochran_search(
    deviations: Mapping[str, Quantity], replicates: int, *, most: int | None = None, level: float = 0.05
) -> OutlierSearch:
    """Test the largest standard deviation, take it out, and test again.

    Two large deviations can hide each other in the first test; `masked` then says so. It is a pointer to
    look, not a licence to drop them: the level of repeated tests is not controlled.

    Raises:
        InputError: as `cochran`.

    Source: ISO 5725-2:1994, 7.3.3.6.
    """
    names, numbers = _plain(deviations)
    if replicates < 2:
        raise InputError(f"{replicates} replicates have no standard deviation", code="too-few")
    _check(numbers.size + 1, level)
    if (numbers < 0).any():
        raise InputError("a standard deviation is negative", code="negative-u")
    steps = most if most is not None else max(1, numbers.size // 3)
    if not 1 <= steps <= numbers.size - 1:
        raise InputError(f"{steps} outliers of {numbers.size} cannot be looked for", code="too-few")
    kept = list(range(numbers.size))
    made: list[OutlierTest] = []
    for _ in range(steps):
        squares = (numbers[kept] / numbers[kept].max()) ** 2 if numbers[kept].max() > 0 else numbers[kept]
        if not squares.sum() > 0.0:
            if not made:
                raise InputError("the standard deviations are all 0, so none stands out", code="no-spread")
            break
        place = int(np.argmax(squares))
        limit = _cochran_limit(len(kept), replicates, level)
        made.append(OutlierTest(names[kept[place]], float(squares[place] / squares.sum()), limit, level))
        del kept[place]
    return OutlierSearch(tuple(made))


def _cochran_limit(laboratories: int, replicates: int, level: float) -> float:
    # One laboratory's share of all the squares has a beta distribution.
    from scipy.special import betaincinv

    freedom = (replicates - 1) / 2.0
    return float(betaincinv(freedom, (laboratories - 1) * freedom, 1.0 - level / laboratories))


def _plain(values: Mapping[str, Quantity]) -> tuple[tuple[str, ...], Floats]:
    by_name(values, "what is tested")
    unit = next((one.units for one in values.values() if hasattr(one, "_magnitude")), None)
    numbers = []
    for name, one in values.items():
        if (unit is not None) != hasattr(one, "_magnitude"):
            raise InputError(f"{name} has a unit or not, unlike the others", code="no-unit")
        magnitude = one if unit is None else one.to(unit)._magnitude
        number = float(magnitude._value if isinstance(magnitude, UncertainArray) else magnitude)
        if not math.isfinite(number):
            raise InputError(f"the figure of {name} is {number}", code="not-finite")
        numbers.append(number)
    return tuple(values), np.array(numbers)


def _check(count: int, level: float) -> None:
    if count < 3:
        raise InputError(f"among {count} results no outlier can be told", code="too-few")
    if not 0.0 < level < 1.0:
        raise InputError(f"a level of {level} does not lie between 0 and 1", code="probability")
