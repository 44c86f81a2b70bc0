"""Math functions of a 34401A: null, dB, dBm, average, limits (user's guide, ch. 3, p. 63 to 69)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.scpi import Status

__all__ = ["DBM_OHM", "Statistics", "allowed", "apply", "references_missing"]

DBM_OHM = (50, 75, 93, 110, 124, 125, 135, 150, 250, 300, 500, 600, 800, 900, 1000, 1200, 8000)
_LIMIT_LOW, _LIMIT_HIGH = 1 << 11, 1 << 12
_SMALLEST_W = 1e-30


def allowed(math_function: str, function: str) -> bool:
    """Say whether a math function goes with a measuring function (user's guide, p. 124)."""
    if math_function in ("DB", "DBM"):
        return function in ("VOLT", "VOLT:AC")
    if function in ("CONT", "DIOD"):
        return False
    return math_function != "NULL" or function != "VOLT:RAT"


@dataclass(slots=True)
class Statistics:
    """What the average function has seen since it was enabled."""

    count: int = 0
    total: float = 0.0
    low: float = 0.0
    high: float = 0.0
    squares: float = 0.0  # of deviations from the mean

    def add(self, value: float) -> None:
        """Count a reading in."""
        self.low = min(self.low, value) if self.count else value
        self.high = max(self.high, value) if self.count else value
        before = self.mean()
        self.count += 1
        self.total += value
        self.squares += (value - before) * (value - self.mean())

    def deviation(self) -> float:
        """Return the standard deviation of the readings, 0 before the second."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    def mean(self) -> float:
        """Return the mean of the readings, 0 before the first."""
        return self.total / self.count if self.count else 0.0


def apply(settings: Settings, value: float, statistics: Statistics, status: Status) -> float:
    """Return what the active math function makes of a reading."""
    if settings.math == "NULL":
        if settings.null_offset is None:
            settings.null_offset = value
        return value - settings.null_offset
    if settings.math in ("DB", "DBM"):
        power = max(value * value / settings.dbm_reference / 1e-3, _SMALLEST_W)
        dbm = 10.0 * math.log10(power)
        if settings.math == "DBM":
            return dbm
        if settings.db_reference is None:
            settings.db_reference = dbm
        return dbm - settings.db_reference
    if settings.math == "AVER":
        statistics.add(value)
    elif value < settings.limit_low:
        status.questionable |= _LIMIT_LOW
    elif value > settings.limit_high:
        status.questionable |= _LIMIT_HIGH
    return value


def references_missing(settings: Settings) -> bool:
    """Say whether the next reading would become a reference."""
    if settings.math == "NULL":
        return settings.null_offset is None
    return settings.math == "DB" and settings.db_reference is None
