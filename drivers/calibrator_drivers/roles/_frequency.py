"""Roles of frequency: generators, counters and disciplined oscillators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ._core import Instrument, Meter, Source

NAMES: tuple[str, ...] = ("SourceFrequency", "MeasureFrequency", "ReferenceFrequency")


@dataclass(frozen=True, slots=True)
class Discipline:
    """What a disciplined oscillator says about its lock, read and never assumed.

    `traceable` is true only where all of it speaks for the output; `why_not` says what does not.
    """

    locked: bool
    stable: bool
    warm: bool
    traceable: bool
    why_not: str
    raw: str


@runtime_checkable
class SourceFrequency(Source, Protocol):
    """Sources a frequency (MII: Source.Frequency.AC.Sinewave)."""

    def stage_frequency(self, frequency_hz: float, *, amplitude_v: float) -> None:
        """Programme a sine of `frequency_hz` and `amplitude_v` rms with the output off."""
        ...


@runtime_checkable
class MeasureFrequency(Meter, Protocol):
    """Measures a frequency (MII: Measure.Frequency)."""

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the gate time (s) and the input for a signal of about `expected_hz` and `amplitude_v` rms."""
        ...


@runtime_checkable
class ReferenceFrequency(Instrument, Protocol):
    """Gives a fixed frequency, disciplined by a received time scale (MII: Source.Frequency.AC.Sinewave)."""

    def nominal_hz(self) -> float:
        """Return the frequency that the output nominally has (Hz)."""
        ...

    def discipline(self) -> Discipline:
        """Ask whether the output is locked, stable and warm, and so whether it may be called traceable."""
        ...
