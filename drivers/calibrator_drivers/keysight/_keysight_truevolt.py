"""Keysight 34461A, 34465A and 34470A (Truevolt) multimeters: volts, amperes, ohms, frequency.

What these have beyond a 34401A (autozero, impedance and filter by function, self-calibration, temperature) is
remembered with high confidence; each command's line says so.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._scpi_meter import FILTERS, NPLC, SWITCH, TRIGGER_S, ScpiMeter, filter_for
from calibrator_drivers.commands import choice, reading

__all__ = ["Keysight34461A", "Keysight34465A", "Keysight34470A"]

_HIGH_OHM_S = 0.2  # automatic delay from 10 Mohm upwards
_ACAL_S = 60.0
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 750.0: "750"}
_OHM = {100.0: "100", 1e3: "1E3", 1e4: "10E3", 1e5: "100E3", 1e6: "1E6", 1e7: "10E6", 1e8: "100E6"}
_AMP = {1e-4: "1E-4", 1e-3: "1E-3", 0.01: "0.01", 0.1: "0.1", 1.0: "1", 3.0: "3", 10.0: "10"}
_GATE = {0.01: "0.01", 0.1: "0.1", 1.0: "1"}
_PASSED = ("0", "+0")


class Keysight34461A(ScpiMeter):
    """A 34461A behind a session."""

    MODEL_ID: ClassVar[str] = "keysight_34461a"
    MODELS: ClassVar[tuple[str, ...]] = ("34461A",)
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
    amperes = choice("CONF:CURR:DC {}", _AMP, "direct current on a range (A)", "S-MEM", "mem-H")
    amperes_ac = choice("CONF:CURR:AC {}", _AMP, "sine current on a range (A)", "S-MEM", "mem-H")
    ohms_2w = choice("CONF:RES {}", _OHM, "2-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    ohms_4w = choice("CONF:FRES {}", _OHM, "4-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    frequency = choice("CONF:{}", {"Hz": "FREQ", "s": "PER"}, "frequency or period", "S-PYMEASURE", "seen")
    volts_nplc = choice("VOLT:DC:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    amperes_nplc = choice("CURR:DC:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_2w_nplc = choice("RES:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_4w_nplc = choice("FRES:NPLC {}", NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    high_impedance = choice("VOLT:DC:IMP:AUTO {}", SWITCH, "above 10 Gohm to 10 V", "S-MEM", "mem-H")
    volts_zero = choice("VOLT:DC:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    amperes_zero = choice("CURR:DC:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    ohms_zero = choice("RES:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    volts_filter = choice("VOLT:AC:BAND {}", FILTERS, "lowest frequency of a sine (Hz)", "S-MEM", "mem-H")
    amperes_filter = choice("CURR:AC:BAND {}", FILTERS, "lowest frequency of a sine (Hz)", "S-MEM", "mem-H")
    frequency_volts = choice("FREQ:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-MEM", "mem-H")
    frequency_gate = choice("FREQ:APER {}", _GATE, "gate time (s)", "S-MEM", "mem-H")
    # fmt: on

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; high impedance exists on 0.1, 1 and 10 V only."""
        self.volts(range_v)
        self.volts_nplc(nplc)
        self.high_impedance(high_impedance)
        self.volts_zero(True)
        self.integrating("V", nplc, "CONF:VOLT:DC")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time; four wires always measure their zero."""
        if wires == 2:
            self.ohms_2w(range_ohm)
            self.ohms_2w_nplc(nplc)
            self.ohms_zero(True)
        else:
            self.ohms_4w(range_ohm)
            self.ohms_4w_nplc(nplc)
        delay_s = _HIGH_OHM_S if range_ohm >= 1e7 else TRIGGER_S
        self.integrating("ohm", nplc, "CONF:RES" if wires == 2 else "CONF:FRES", delay_s=delay_s)

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range (A) and integration time; the 10 A range has terminals of its own."""
        self.amperes(range_a)
        self.amperes_nplc(nplc)
        self.amperes_zero(True)
        self.integrating("A", nplc, "CONF:CURR:DC")

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Fix range (V rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self.volts_ac(range_v)
        self.volts_filter(filter_for(frequency_hz))
        self.filtered("V", filter_for(frequency_hz), "CONF:VOLT:AC")

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Fix range (A rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self.amperes_ac(range_a)
        self.amperes_filter(filter_for(frequency_hz))
        self.filtered("A", filter_for(frequency_hz), "CONF:CURR:AC")

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the gate time and the voltage range that holds the signal, which may have 3 Hz to 300 kHz."""
        self.frequency("Hz")
        self.frequency_volts(next((range_v for range_v in _VOLT_AC if amplitude_v <= range_v), 750.0))
        self.frequency_gate(gate_s)
        self.gated("Hz", gate_s, "CONF:FREQ")


class Keysight34465A(Keysight34461A):
    """A 34465A behind a session: the 34461A's functions, self-calibration and temperature."""

    MODEL_ID: ClassVar[str] = "keysight_34465a"
    MODELS: ClassVar[tuple[str, ...]] = ("34465A",)

    # fmt: off
    self_calibration = reading("ACAL:ALL?", str.strip, "self-calibration, 0 passes", "S-MEM", "mem-H")
    internal_temperature = reading("SYST:TEMP?", float, "internal temperature (degC)", "S-MEM", "mem-H")
    # fmt: on

    def self_calibrate(self) -> bool:
        """Run the self-calibration with open terminals; return whether it passed."""
        passed = self.self_calibration(timeout_s=_ACAL_S) in _PASSED
        self.check("ACAL:ALL?")
        return passed

    def internal_temperature_c(self) -> float:
        """Return the temperature inside the meter."""
        return self.internal_temperature()


class Keysight34470A(Keysight34465A):
    """A 34470A behind a session: a 34465A with 7.5 digits."""

    MODEL_ID: ClassVar[str] = "keysight_34470a"
    MODELS: ClassVar[tuple[str, ...]] = ("34470A",)
