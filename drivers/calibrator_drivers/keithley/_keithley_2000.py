"""Keithley 2000 multimeter: volts and amperes, direct and sine, ohms, frequency.

Functions and ranges as public drivers set them; the rest is remembered, as each command's line says.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._scpi_meter import TRIGGER_S, ScpiMeter
from calibrator_drivers.commands import action, choice, setting
from calibrator_drivers.dialect import KEITHLEY

__all__ = ["Keithley2000"]

_HIGH_OHM_S = 0.3
_GATE_S = 1.0  # its own
_SLOWEST_S = {3: 7.0, 30: 1.2}  # settling of the sine filters, by their lowest frequency (Hz)
_MEDIUM_FROM_HZ = 300.0
_FUNCTIONS = {
    name: f"'{word}'"
    for name, word in (
        ("dcv", "VOLT:DC"),
        ("acv", "VOLT:AC"),
        ("dci", "CURR:DC"),
        ("aci", "CURR:AC"),
        ("res2w", "RES"),
        ("res4w", "FRES"),
        ("freq", "FREQ"),
    )
}
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 750.0: "750"}
_OHM = {10.0**n: f"1E{n}" for n in range(2, 9)}
_AMP = {0.01: "0.01", 0.1: "0.1", 1.0: "1", 3.0: "3"}
_AMP_AC = {1.0: "1", 3.0: "3"}
_BANDS = {3: "3", 30: "30"}


class Keithley2000(ScpiMeter):
    """A 2000 behind a session."""

    MODEL_ID: ClassVar[str] = "keithley_2000"
    MODELS: ClassVar[tuple[str, ...]] = ("MODEL 2000",)
    MAKERS: ClassVar[tuple[str, ...]] = KEITHLEY
    ROLES: ClassVar[tuple[str, ...]] = (
        "MeasureVoltageDC",
        "MeasureResistance",
        "MeasureCurrentDC",
        "MeasureVoltageAC",
        "MeasureCurrentAC",
        "MeasureFrequency",
    )

    # fmt: off
    single = action("INIT:CONT OFF", "measures when asked", "S-PYMEASURE", "seen")
    only_reading = action("FORM:ELEM READ", "replies hold the reading alone", "S-MEM", "mem-H")
    function = choice("FUNC {}", _FUNCTIONS, "measuring function", "S-PYMEASURE", "seen")
    volts = choice("VOLT:DC:RANG {}", _VOLT, "range of direct voltage (V)", "S-PYMEASURE", "seen")
    volts_ac = choice("VOLT:AC:RANG {}", _VOLT_AC, "range of sine voltage (V)", "S-PYMEASURE", "seen")
    amperes = choice("CURR:DC:RANG {}", _AMP, "range of direct current (A)", "S-PYMEASURE", "seen")
    amperes_ac = choice("CURR:AC:RANG {}", _AMP_AC, "range of sine current (A)", "S-PYMEASURE", "seen")
    ohms_2w = choice("RES:RANG {}", _OHM, "range of 2-wire resistance (ohm)", "S-PYMEASURE", "seen")
    ohms_4w = choice("FRES:RANG {}", _OHM, "range of 4-wire resistance (ohm)", "S-PYMEASURE", "seen")
    volts_nplc = setting("VOLT:DC:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-PYMEASURE", "seen")
    amperes_nplc = setting("CURR:DC:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-PYMEASURE", "seen")
    ohms_2w_nplc = setting("RES:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-PYMEASURE", "seen")
    ohms_4w_nplc = setting("FRES:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-PYMEASURE", "seen")
    volts_filter = choice("VOLT:AC:DET:BAND {}", _BANDS, "lowest frequency (Hz)", "S-MEM", "mem-H")
    amperes_filter = choice("CURR:AC:DET:BAND {}", _BANDS, "lowest frequency (Hz)", "S-MEM", "mem-H")
    threshold = choice("FREQ:THR:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-MEM", "mem-H")
    # fmt: on

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; its input is above 10 Gohm to 10 V and cannot be changed."""
        self._begin("dcv")
        self.volts(range_v)
        self.volts_nplc(nplc)
        self.integrating("V", nplc, "VOLT:DC")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time."""
        self._begin("res2w" if wires == 2 else "res4w")
        (self.ohms_2w if wires == 2 else self.ohms_4w)(range_ohm)
        (self.ohms_2w_nplc if wires == 2 else self.ohms_4w_nplc)(nplc)
        delay_s = _HIGH_OHM_S if range_ohm >= 1e7 else TRIGGER_S
        self.integrating("ohm", nplc, "RES" if wires == 2 else "FRES", delay_s=delay_s)

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range (A) and integration time."""
        self._begin("dci")
        self.amperes(range_a)
        self.amperes_nplc(nplc)
        self.integrating("A", nplc, "CURR:DC")

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Fix range (V rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self._begin("acv")
        self.volts_ac(range_v)
        self.volts_filter(_band(frequency_hz))
        self.timed("V", _SLOWEST_S[_band(frequency_hz)], "VOLT:AC")

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Fix range (A rms) and the filter that costs a signal from `frequency_hz` upwards no accuracy."""
        self._begin("aci")
        self.amperes_ac(range_a)
        self.amperes_filter(_band(frequency_hz))
        self.timed("A", _SLOWEST_S[_band(frequency_hz)], "CURR:AC")

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the voltage range that holds the signal; the gate of 1 s is its own."""
        self._begin("freq")
        self.threshold(next((range_v for range_v in _VOLT_AC if amplitude_v <= range_v), 750.0))
        self.gated("Hz", _GATE_S, "FREQ")

    def _begin(self, function: str) -> None:
        self.single()
        self.only_reading()
        self.function(function)


def _band(frequency_hz: float) -> int:
    return 30 if frequency_hz >= _MEDIUM_FROM_HZ else 3
