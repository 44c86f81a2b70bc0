"""Roles: what every device, every source and every meter can do, whatever its quantity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Identity:
    """What an instrument says it is; `serial` is empty where it does not tell."""

    manufacturer: str
    model: str
    serial: str
    firmware: str
    raw: str


@dataclass(frozen=True, slots=True)
class Indication:
    """One reading: the reply as it came, its value in `unit`, and whether it means overload.

    `value` is NaN where `overload` is true.
    `traffic_offset` is the place of the exchange in the traffic log, None without one.
    """

    raw: str
    value: float
    unit: str
    overload: bool = False
    traffic_offset: int | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a source says about its output, read back and never assumed."""

    function: str  # "dcv", "acv", "dci", "aci", "res4w", "res2w", "temp_tc", "temp_rtd", "freq"
    value: float  # in `unit`
    unit: str  # "V", "ohm", "A", "degC", "Hz"
    frequency_hz: float
    range_high: float | None  # None where the instrument does not tell
    operating: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """The instrument's own output limits: the lowest and the highest volts and amperes that it takes.

    A pressure controller has pascals instead; its volts and amperes are zero.
    """

    voltage_v: tuple[float, float]
    current_a: tuple[float, float]
    pressure_pa: tuple[float, float] | None = None


@runtime_checkable
class Instrument(Protocol):
    """What every driver can do."""

    MODEL_ID: ClassVar[str]  # accuracy table, such as "fluke_5522a"
    ROLES: ClassVar[tuple[str, ...]]

    def identify(self) -> Identity:
        """Ask the instrument who it is."""
        ...

    def reset(self) -> None:
        """Bring the instrument to its reset state, with no output."""
        ...

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test; return whether it passed and the raw reply."""
        ...

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        ...

    def close(self) -> None:
        """Close the session; never changes an output."""
        ...


@runtime_checkable
class Source(Instrument, Protocol):
    """A device with an output that can be energised."""

    def operate(self) -> None:
        """Connect the output, after reading back value, unit, frequency and range (METROLOGY 5).

        Raises `ReadbackError` when what is read back is not what was staged.
        """
        ...

    def standby(self) -> None:
        """Disconnect the output."""
        ...

    def make_safe(self) -> None:
        """Go to standby and then to zero, whatever the state was; may be called at any time."""
        ...

    def state(self) -> SourceState:
        """Read the output back."""
        ...

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until the instrument says that its output has settled.

        Raises `SettlingTimeout` after `timeout_s`.
        """
        ...

    def set_limits(self, *, voltage_v: float | None = None, current_a: float | None = None) -> None:
        """Set the instrument's own output limits (magnitudes), where it has such."""
        ...

    def limits(self) -> SourceLimits | None:
        """Return the instrument's own output limits, None where it has none or does not tell."""
        ...

    def restore_limits(self, limits: SourceLimits) -> None:
        """Set the instrument's own output limits as `limits` once returned them."""
        ...


@runtime_checkable
class Meter(Instrument, Protocol):
    """A device that indicates."""

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        ...

    def reading_time_s(self) -> float:
        """Return how long one reading takes with the present settings, for plans and progress."""
        ...
