"""Keysight 34461A, 34465A and 34470A (Truevolt) multimeters: volts, amperes, ohms, frequency.

What these have beyond a 34401A (autozero, impedance and filter by function, self-calibration, temperature) is
remembered with high confidence; each command's line says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from calibrator_drivers._scpi_meter import FILTERS, SWITCH, ScpiMeter
from calibrator_drivers.commands import choice, reading
from calibrator_drivers.dialect import KEYSIGHT
from calibrator_drivers.transport import Session

from ._conf_meter import ConfMeter

__all__ = ["Keysight34461A", "Keysight34465A", "Keysight34470A"]

_ACAL_S = 60.0
_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 750.0: "750"}
_AMP = {1e-4: "1E-4", 1e-3: "1E-3", 0.01: "0.01", 0.1: "0.1", 1.0: "1", 3.0: "3", 10.0: "10"}
_GATE = {0.01: "0.01", 0.1: "0.1", 1.0: "1"}
_PASSED = ("0", "+0")


class Keysight34461A(ScpiMeter, ConfMeter):
    """A 34461A behind a session."""

    MODEL_ID: ClassVar[str] = "keysight_34461a"
    MODELS: ClassVar[tuple[str, ...]] = ("34461A",)
    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT

    # fmt: off
    amperes = choice("CONF:CURR:DC {}", _AMP, "direct current on a range (A)", "S-MEM", "mem-H")
    amperes_ac = choice("CONF:CURR:AC {}", _AMP, "sine current on a range (A)", "S-MEM", "mem-H")
    high_impedance = choice("VOLT:DC:IMP:AUTO {}", SWITCH, "above 10 Gohm to 10 V", "S-MEM", "mem-H")
    volts_zero = choice("VOLT:DC:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    amperes_zero = choice("CURR:DC:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    ohms_zero = choice("RES:ZERO:AUTO {}", SWITCH, "a zero with each reading", "S-MEM", "mem-H")
    volts_filter = choice("VOLT:AC:BAND {}", FILTERS, "lowest frequency of a sine (Hz)", "S-MEM", "mem-H")
    amperes_filter = choice("CURR:AC:BAND {}", FILTERS, "lowest frequency of a sine (Hz)", "S-MEM", "mem-H")
    frequency_volts = choice("FREQ:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-MEM", "mem-H")
    frequency_gate = choice("FREQ:APER {}", _GATE, "gate time (s)", "S-MEM", "mem-H")
    # fmt: on

    def set_impedance(self, *, high: bool) -> None:
        """Set the input of direct volts: above 10 Gohm, or 10 Mohm."""
        self.high_impedance(high)

    def set_zero(self, function: str) -> None:
        """Measure a zero with each reading; four wires always do."""
        zeros = {"V": self.volts_zero, "A": self.amperes_zero, "2w": self.ohms_zero}
        if function in zeros:
            zeros[function](True)

    def set_filter(self, unit: str, lowest_hz: int) -> None:
        """Set the filter of alternating volts or amperes."""
        (self.volts_filter if unit == "V" else self.amperes_filter)(lowest_hz)


class _SelfCalibrating(ABC):
    """What a 34465A and a 34470A have beyond a 34461A."""

    session: Session

    # fmt: off
    self_calibration = reading("ACAL:ALL?", str.strip, "self-calibration, 0 passes", "S-MEM", "mem-H")
    internal_temperature = reading("SYST:TEMP?", float, "internal temperature (degC)", "S-MEM", "mem-H")
    # fmt: on

    @abstractmethod
    def check(self, after: str) -> None:
        """Raise `InstrumentReportedError` when the error queue is not empty; `after` is what was done."""

    def self_calibrate(self) -> bool:
        """Run the self-calibration with open terminals; return whether it passed."""
        passed = self.self_calibration(timeout_s=_ACAL_S) in _PASSED
        self.check("ACAL:ALL?")
        return passed

    def internal_temperature_c(self) -> float:
        """Return the temperature inside the meter."""
        return self.internal_temperature()


class Keysight34465A(Keysight34461A, _SelfCalibrating):
    """A 34465A behind a session: the 34461A's functions, self-calibration and temperature."""

    MODEL_ID: ClassVar[str] = "keysight_34465a"
    MODELS: ClassVar[tuple[str, ...]] = ("34465A",)
    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT


class Keysight34470A(Keysight34461A, _SelfCalibrating):
    """A 34470A behind a session: a 34465A with 7.5 digits."""

    MODEL_ID: ClassVar[str] = "keysight_34470a"
    MODELS: ClassVar[tuple[str, ...]] = ("34470A",)
    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT
