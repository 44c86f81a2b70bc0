"""Math functions of a 34401A: null, dB, dBm, average, limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.scpi import Status

__all__ = ["Statistics", "apply"]

_LIMIT_LOW, _LIMIT_HIGH = 1 << 11, 1 << 12
_SMALLEST_W = 1e-30


@dataclass(slots=True)
class Statistics:
    """What the average function has seen."""

    count: int = 0
    total: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def add(self, value: float) -> None:
        """Count a reading in."""
        self.low = min(self.low, value) if self.count else value
        self.high = max(self.high, value) if self.count else value
        self.count += 1
        self.total += value

    def mean(self) -> float:
        """Return the mean of the readings, 0 before the first."""
        return self.total / self.count if self.count else 0.0


def apply(settings: Settings, value: float, statistics: Statistics, status: Status) -> float:
    """Return what the active math function makes of a reading."""
    if settings.math == "NULL":
        if settings.null_armed:
            settings.null_offset, settings.null_armed = value, False
        return value - settings.null_offset
    if settings.math in ("DB", "DBM"):
        power = max(value * value / settings.dbm_reference / 1e-3, _SMALLEST_W)
        dbm = 10.0 * math.log10(power)
        return dbm - (settings.db_reference if settings.math == "DB" else 0.0)
    if settings.math == "AVER":
        statistics.add(value)
    elif value < settings.limit_low:
        status.questionable |= _LIMIT_LOW
    elif value > settings.limit_high:
        status.questionable |= _LIMIT_HIGH
    return value
