"""Keysight 34401A (HP, Agilent) multimeter: volts and amperes, direct and alternating, ohms, frequency."""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._scpi_meter import FILTERS, SWITCH, ScpiMeter
from calibrator_drivers.commands import choice
from calibrator_drivers.dialect import KEYSIGHT
from calibrator_drivers.roles import Identity

from ._conf_meter import ConfMeter, holding

__all__ = ["Keysight34401A"]

_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 750.0: "750"}
_CONTROL = {"remote": "REM"}
_GATE = {0.01: "0.01", 0.1: "0.1", 1.0: "1"}


class Keysight34401A(ScpiMeter, ConfMeter):
    """A 34401A behind a session; it does not tell its serial number.

    On a serial line `identify` and `reset` put it into remote first (`SYST:REM`).
    """

    MODEL_ID: ClassVar[str] = "keysight_34401a"
    MODELS: ClassVar[tuple[str, ...]] = ("34401A",)
    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT

    # fmt: off
    bandwidth = choice("DET:BAND {}", FILTERS, "lowest frequency of a sine (Hz)", "S-PYMEASURE", "seen")
    period_volts = choice("PER:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-PYMEASURE", "seen")
    period_gate = choice("PER:APER {}", _GATE, "gate time (s)", "S-PYMEASURE", "seen")
    high_impedance = choice("INP:IMP:AUTO {}", SWITCH, "above 10 Gohm to 10 V", "S-PYMEASURE", "seen")
    control = choice("SYST:{}", _CONTROL, "who has control, on RS-232", "S-PYMEASURE", "seen", restores=True)
    auto_zero = choice("ZERO:AUTO {}", SWITCH, "a zero measurement with each reading", "S-PYMEASURE", "seen")
    # fmt: on

    def identify(self) -> Identity:
        """Take control where the line leaves it at the front panel, and ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        self._take_control()
        return super().identify()

    def reset(self) -> None:
        """Go to the reset state and forget old errors."""
        self._take_control()
        super().reset()

    def _take_control(self) -> None:
        # RS-232 has no remote-enable line: in local READ? and every setting are error 550.
        if self.session.resource.upper().startswith("ASRL"):
            self.control("remote")

    def set_impedance(self, *, high: bool) -> None:
        """Set the input of direct volts: above 10 Gohm, or 10 Mohm."""
        self.high_impedance(high)

    def set_zero(self, function: str) -> None:
        """Measure a zero with each reading, of any function."""
        del function
        self.auto_zero(True)

    def set_filter(self, unit: str, lowest_hz: int) -> None:
        """Set the filter of alternating volts and amperes."""
        del unit
        self.bandwidth(lowest_hz)

    def configure_period(self, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the gate time and the voltage range of a period measurement; readings are in seconds."""
        self.frequency("s")
        self.period_volts(holding(amplitude_v, type(self).period_volts.texts))
        self.period_gate(gate_s)
        self.gated("s", gate_s, "CONF:PER")
