"""What the 34401A and its successors have in common: `CONF` by function, integration, filters, gates.

What differs is where autozero, impedance and filters are set: a model says so in three methods. It stands
beside `ScpiMeter`, which checks errors and keeps the time of a reading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from calibrator_drivers._scpi_meter import NPLC, TRIGGER_S, filter_for
from calibrator_drivers.commands import choice
from calibrator_drivers.transport import Session

__all__ = ["ConfMeter", "holding"]

_HIGH_OHM_S = 0.2  # automatic delay from 10 Mohm upwards
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 750.0: "750"}
_OHM = {100.0: "100", 1e3: "1E3", 1e4: "10E3", 1e5: "100E3", 1e6: "1E6", 1e7: "10E6", 1e8: "100E6"}
_AMP = {0.01: "0.01", 0.1: "0.1", 1.0: "1", 3.0: "3"}
_AMP_AC = {1.0: "1", 3.0: "3"}
_GATE = {0.01: "0.01", 0.1: "0.1", 1.0: "1"}


class ConfMeter(ABC):
    """The settings of a `ScpiMeter` that is configured by `CONF`."""

    session: Session

    ROLES: ClassVar[tuple[str, ...]] = (
        "MeasureVoltageDC",
        "MeasureResistance",
        "MeasureCurrentDC",
        "MeasureVoltageAC",
        "MeasureCurrentAC",
        "MeasureFrequency",
    )

    # fmt: off
    volts = choice("CONF:VOLT:DC {}", _VOLT, "direct voltage on a range (V)", "S-PYMEASURE", "seen")
    volts_ac = choice("CONF:VOLT:AC {}", _VOLT_AC, "sine voltage on a range (V)", "S-PYMEASURE", "seen")
    amperes = choice("CONF:CURR:DC {}", _AMP, "direct current on a range (A)", "S-PYMEASURE", "seen")
    amperes_ac = choice("CONF:CURR:AC {}", _AMP_AC, "sine current on a range (A)", "S-PYMEASURE", "seen")
    ohms_2w = choice("CONF:RES {}", _OHM, "2-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    ohms_4w = choice("CONF:FRES {}", _OHM, "4-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    frequency = choice("CONF:{}", {"Hz": "FREQ", "s": "PER"}, "frequency or period", "S-PYMEASURE", "seen")
    volts_nplc = choice("VOLT:DC:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    amperes_nplc = choice("CURR:DC:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_2w_nplc = choice("RES:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_4w_nplc = choice("FRES:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    frequency_volts = choice("FREQ:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-PYMEASURE", "seen")
    frequency_gate = choice("FREQ:APER {}", _GATE, "gate time (s)", "S-PYMEASURE", "seen")
    # fmt: on

    @abstractmethod
    def integrating(self, unit: str, nplc: float, after: str, *, delay_s: float = TRIGGER_S) -> None:
        """Check the errors of an integrating configuration, and remember how long a reading takes."""

    @abstractmethod
    def filtered(self, unit: str, lowest_hz: int, after: str) -> None:
        """Check the errors of an alternating configuration, and remember how long its filter settles."""

    @abstractmethod
    def gated(self, unit: str, gate_s: float, after: str) -> None:
        """Check the errors of a counting configuration, and remember how long its gate is."""

    @abstractmethod
    def set_impedance(self, *, high: bool) -> None:
        """Set the input of direct volts: above 10 Gohm, or 10 Mohm."""

    @abstractmethod
    def set_zero(self, function: str) -> None:
        """Measure a zero with each reading of `V`, `A`, `2w` or `4w`."""

    @abstractmethod
    def set_filter(self, unit: str, lowest_hz: int) -> None:
        """Set the filter of alternating volts or amperes."""

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; high impedance exists on 0.1, 1 and 10 V only."""
        self.volts(range_v)
        self.volts_nplc(nplc)
        self.set_impedance(high=high_impedance)
        self.set_zero("V")
        self.integrating("V", nplc, "CONF:VOLT:DC")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time."""
        if wires == 2:
            self.ohms_2w(range_ohm)
            self.ohms_2w_nplc(nplc)
        else:
            self.ohms_4w(range_ohm)
            self.ohms_4w_nplc(nplc)
        self.set_zero("2w" if wires == 2 else "4w")
        delay_s = _HIGH_OHM_S if range_ohm >= 1e7 else TRIGGER_S
        self.integrating("ohm", nplc, "CONF:RES" if wires == 2 else "CONF:FRES", delay_s=delay_s)

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range (A) and integration time; a 10 A range has terminals of its own."""
        self.amperes(range_a)
        self.amperes_nplc(nplc)
        self.set_zero("A")
        self.integrating("A", nplc, "CONF:CURR:DC")

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Fix range (V rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self.volts_ac(range_v)
        self.set_filter("V", filter_for(frequency_hz))
        self.filtered("V", filter_for(frequency_hz), "CONF:VOLT:AC")

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Fix range (A rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self.amperes_ac(range_a)
        self.set_filter("A", filter_for(frequency_hz))
        self.filtered("A", filter_for(frequency_hz), "CONF:CURR:AC")

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the gate time and the voltage range that holds the signal, which may have 3 Hz to 300 kHz."""
        self.frequency("Hz")
        self.frequency_volts(holding(amplitude_v, type(self).frequency_volts.texts))
        self.frequency_gate(gate_s)
        self.gated("Hz", gate_s, "CONF:FREQ")


def holding(amplitude_v: float, ranges: Iterable[float]) -> float:
    """Return the lowest range that holds an rms voltage, the highest where none does."""
    known = sorted(ranges)
    return next((range_v for range_v in known if amplitude_v <= range_v), known[-1])
