"""What a 3458A remembers beside function and range."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator_sim.instruments.keysight_34401a._settings import Settings

__all__ = ["State"]

_SECOND = 1_000_000_000
_SYNC_S = 0.5
_SYNC_CYCLES = 8.0
_HIGH_OHM = 1e7
_OVERLOAD = 9.9e37


@dataclass(slots=True)
class State:
    """Plain values only, so that a snapshot can hold it."""

    arm: str = "AUTO"
    trigger: str = "SYN"
    readings: int = 1
    digits: int = 6
    compensated: bool = False  # OCOMP
    synchronous: bool = False  # SETACV SYNC
    low_hz: float = 20.0  # ACBAND
    high_hz: float = 2e6
    delay_s: float = 0.0
    output: str = "ASCII"
    end: str = "OFF"
    memory: str = "OFF"
    service: int = 0
    last: float = 0.0
    text: str = ""
    math: str = "OFF"
    offset: float | None = None  # of MATH NULL; None: the next reading becomes it

    def reading_ns(self, settings: Settings, line_hz: float) -> int:
        """Return how long one reading takes."""
        function = settings.active()
        if function.name in ("FREQ", "PER"):
            seconds = 1.0
        elif function.name.endswith("AC"):
            seconds = _SYNC_S + _SYNC_CYCLES / max(self.low_hz, 1.0)
        else:
            times = (2.0 if settings.autozero else 1.0) * (2.0 if self.offset_free(settings) else 1.0)
            seconds = times * settings.nplc[function.name] / line_hz
            if function.unit == "OHM" and settings.range[function.name] >= _HIGH_OHM:
                seconds += 1.0  # settles through its own megohms
        return round((seconds + self.delay_s + 0.001) * _SECOND)

    def nulled(self, value: float) -> float:
        """Return a reading less the first one after `MATH NULL`."""
        if self.math != "NULL" or abs(value) >= _OVERLOAD:
            return value
        if self.offset is None:
            self.offset = value
        return value - self.offset

    def offset_free(self, settings: Settings) -> bool:
        """Say whether offsets of resistance are measured and taken off: to the 100 kohm range."""
        name = settings.function
        return self.compensated and name in ("RES", "FRES") and settings.range[name] <= 1e5
