"""Roles: what a device does, in the style of the NCSLI MII taxonomy.

A procedure names roles and never models. A driver declares in its class
attribute `ROLES` the names of the roles it fills. Bare floats carry their SI
unit in their name; pint quantities live one floor above, in the bench façade.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

__all__ = [
    "ROLE_NAMES",
    "Identity",
    "Indication",
    "Instrument",
    "MeasureCurrentDC",
    "MeasureResistance",
    "MeasureVoltageDC",
    "Meter",
    "Source",
    "SourceCurrentDC",
    "SourceLimits",
    "SourceResistance",
    "SourceState",
    "SourceVoltageDC",
]

ROLE_NAMES: tuple[str, ...] = (
    "SourceVoltageDC",
    "SourceResistance",
    "SourceCurrentDC",
    "MeasureVoltageDC",
    "MeasureResistance",
    "MeasureCurrentDC",
)


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

    function: str  # "dcv", "res4w", "res2w", "dci"
    value: float  # in `unit`
    unit: str  # "V", "ohm", "A"
    frequency_hz: float
    range_high: float | None  # None where the instrument does not tell
    operating: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """The instrument's own output limits: the lowest and the highest volts and amperes that it takes."""

    voltage_v: tuple[float, float]
    current_a: tuple[float, float]


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
class SourceVoltageDC(Source, Protocol):
    """Sources a direct voltage (MII: Source.Voltage.DC)."""

    def stage_voltage_dc(self, voltage_v: float) -> None:
        """Programme `voltage_v` with the output in standby."""
        ...


@runtime_checkable
class SourceResistance(Source, Protocol):
    """Sources a resistance (MII: Source.Resistance)."""

    def stage_resistance(self, resistance_ohm: float, *, wires: int) -> None:
        """Programme `resistance_ohm` for 2 or 4 wires with the output in standby.

        Lead compensation is chosen by the driver where the instrument has it.
        """
        ...


@runtime_checkable
class SourceCurrentDC(Source, Protocol):
    """Sources a direct current (MII: Source.Current.DC)."""

    def stage_current_dc(self, current_a: float) -> None:
        """Programme `current_a` with the output in standby."""
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


@runtime_checkable
class MeasureVoltageDC(Meter, Protocol):
    """Measures a direct voltage (MII: Measure.Voltage.DC)."""

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range and integration time; `high_impedance` asks for > 10 Gohm where the range has it."""
        ...


@runtime_checkable
class MeasureResistance(Meter, Protocol):
    """Measures a resistance (MII: Measure.Resistance)."""

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range, 2 or 4 wires, and integration time."""
        ...


@runtime_checkable
class MeasureCurrentDC(Meter, Protocol):
    """Measures a direct current (MII: Measure.Current.DC)."""

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range and integration time."""
        ...
