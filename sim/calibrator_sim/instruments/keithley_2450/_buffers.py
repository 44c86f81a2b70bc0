"""Reading buffers of a 2450: two that are always there, and those that are made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from calibrator_sim.scpi import ScpiError

__all__ = ["ELEMENTS", "Buffer", "Buffers", "Reading"]

ALWAYS = ("defbuffer1", "defbuffer2")
ELEMENTS = ("DATE", "FORMatted", "FRACtional", "READing", "RELative", "SEConds", "SOURce", "SOURFORMatted",
            "SOURSTATus", "SOURUNIT", "STATus", "TIME", "TSTamp", "UNIT")  # fmt: skip
STYLES = ("STANdard", "COMPact", "FULL", "WRITable", "FULLWRITable")
_SIZES = (10, 1_000_000)
_FIRST_SIZE = 100_000
_MOST_BUFFERS = 20
_UNITS = {"V": "Volt DC", "A": "Amp DC", "ohm": "Ohm"}
_PREFIXES = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"))
_HELD = 0x08  # of the source status: the limit holds
_OUTPUT = 0x01


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading with what was sourced at the time."""

    ns: int
    value: float
    unit: str
    sourced: float
    source_unit: str
    held: bool
    on: bool

    def element(self, name: str, first_ns: int, start: datetime, number: str) -> str:
        """Return one element of it as text; `number` formats values."""
        moment = start + timedelta(microseconds=self.ns // 1000)
        fraction = (start.microsecond * 1000 + self.ns) % 1_000_000_000
        return {
            "DATE": f"{moment:%m/%d/%Y}",
            "FORM": _engineering(self.value, self.unit),
            "FRAC": f"{fraction * 1e-9:{number}}",
            "READ": f"{self.value:{number}}",
            "REL": f"{(self.ns - first_ns) * 1e-9:{number}}",
            "SEC": f"{math.floor(moment.timestamp())}",
            "SOUR": f"{self.sourced:{number}}",
            "SOURFORM": _engineering(self.sourced, self.source_unit),
            "SOURSTAT": str(self.held * _HELD + self.on * _OUTPUT),
            "SOURUNIT": _UNITS[self.source_unit],
            "STAT": "0",
            "TIME": f"{moment:%H:%M:%S}",
            "TST": f"{moment:%m/%d/%Y %H:%M:%S}.{fraction:09d}",
            "UNIT": _UNITS[self.unit],
        }[name]


def _engineering(value: float, unit: str) -> str:
    """Return a value as the display writes it."""
    factor, prefix = next(((f, p) for f, p in _PREFIXES if abs(value) >= f), _PREFIXES[-1])
    factor, prefix = (1.0, "") if value == 0.0 or abs(value) >= 1e30 else (factor, prefix)
    return f"{value / factor:+09.5f} {prefix}{'Ohm' if unit == 'ohm' else unit}"


@dataclass(slots=True)
class Buffer:
    """One buffer; its statistics count what has been overwritten too."""

    size: int = _FIRST_SIZE
    once: bool = False
    readings: list[Reading] = field(default_factory=list)
    overwritten: int = 0
    seen: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    def add(self, reading: Reading) -> None:
        """Keep a reading; a full buffer forgets its oldest, or takes no more where it is filled once."""
        if self.once and len(self.readings) >= self.size:
            return
        self.readings.append(reading)
        if len(self.readings) > self.size:
            del self.readings[0]
            self.overwritten += 1
        # Welford's way, so that a steady value does not lose the digits of its scatter.
        self.seen += 1
        step = reading.value - self.total
        self.total += step / self.seen
        self.squares += step * (reading.value - self.total)
        self.low, self.high = min(self.low, reading.value), max(self.high, reading.value)

    def forget_statistics(self) -> None:
        """Begin the statistics anew."""
        self.seen, self.total, self.squares, self.low, self.high = 0, 0.0, 0.0, math.inf, -math.inf

    def clear(self) -> None:
        """Forget readings and statistics."""
        self.readings.clear()
        self.overwritten = 0
        self.forget_statistics()

    def statistic(self, which: str) -> float:
        """Return one statistic; 0 of an empty buffer."""
        if not self.seen:
            return 0.0
        spread = math.sqrt(self.squares / (self.seen - 1)) if self.seen > 1 else 0.0
        return {
            "AVER": self.total,
            "MAX": self.high,
            "MIN": self.low,
            "STDD": spread,
            "PK2P": self.high - self.low,
        }[which]


class Buffers:
    """All buffers of an instrument."""

    def __init__(self) -> None:
        self._held = {name: Buffer() for name in ALWAYS}

    def named(self, name: str | None) -> Buffer:
        """Return a buffer, the first default one where no name is given.

        Raises:
            ScpiError: -224 where there is none of that name.
        """
        found = self._held.get(name or ALWAYS[0])
        if found is None:
            raise ScpiError(-224)
        return found

    def make(self, name: str, size: float) -> None:
        """Make a buffer; one of that name must not exist."""
        if not name or name in self._held or len(self._held) >= _MOST_BUFFERS:
            raise ScpiError(-224)
        self._held[name] = Buffer(_size(size))

    def resize(self, name: str | None, size: float) -> None:
        """Change a buffer's size, which empties it."""
        found = self.named(name)
        found.size = _size(size)
        found.clear()

    def delete(self, name: str) -> None:
        """Delete a buffer that was made."""
        if name in ALWAYS or name not in self._held:
            raise ScpiError(-224)
        del self._held[name]

    def lines(
        self, found: Buffer, span: tuple[int, int], elements: Sequence[str], start: datetime, number: str
    ) -> str:
        """Return elements of readings by their numbers, the first being 1.

        Raises:
            ScpiError: -222 where the buffer does not have all of them.
        """
        first, last = span
        if not 1 <= first <= last <= len(found.readings):
            raise ScpiError(-222)
        begun = found.readings[0].ns
        return ",".join(
            reading.element(element, begun, start, number)
            for reading in found.readings[first - 1 : last]
            for element in (elements or ("READ",))
        )

    def reset(self) -> None:
        """Do what `*RST` does: only the default buffers remain, and they are empty."""
        self._held = {name: Buffer() for name in ALWAYS}

    def state(self) -> dict[str, Any]:
        """Return plain values for a snapshot."""
        return {name: asdict(buffer) for name, buffer in self._held.items()}

    def take(self, state: dict[str, Any]) -> None:
        """Take the values of a snapshot."""
        self._held = {
            name: Buffer(**{**each, "readings": [Reading(**reading) for reading in each["readings"]]})
            for name, each in state.items()
        }


def _size(size: float) -> int:
    if not _SIZES[0] <= size <= _SIZES[1]:
        raise ScpiError(-222)
    return round(size)
