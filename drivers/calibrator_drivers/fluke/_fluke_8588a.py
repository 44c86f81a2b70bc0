"""Fluke 8588A reference multimeter: direct volts and ohms, for which there is an accuracy table.

Functions, ranges, impedance and `INIT`/`FETC?` were seen in a public Python package.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._scpi_meter import LINE_HZ, MARGIN_S, TRIGGER_S, ScpiMeter, indication_of
from calibrator_drivers.commands import action, choice, reading, setting
from calibrator_drivers.dialect import FLUKE
from calibrator_drivers.roles import Indication

__all__ = ["Fluke8588A"]

_FUNCTIONS = {"dcv": '"VOLT:DC"', "res2w": '"RES"', "res4w": '"FRES"'}
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_OHM = {10.0**n: f"1E{n}" for n in range(1, 8)}
_TRUE_TO_OHM = 1e4  # True Ohms exist to the 10 kohm range (memory)
_IMPEDANCE = {True: "AUTO", False: "10M"}


class Fluke8588A(ScpiMeter):
    """An 8588A behind a session."""

    MODEL_ID: ClassVar[str] = "fluke_8588a"
    MODELS: ClassVar[tuple[str, ...]] = ("8588A",)
    MAKERS: ClassVar[tuple[str, ...]] = FLUKE
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureVoltageDC", "MeasureResistance")

    # fmt: off
    single = action("INIT:CONT OFF", "measures when asked", "S-8588A-PY", "seen")
    function = choice("FUNC {}", _FUNCTIONS, "measuring function", "S-8588A-PY", "seen")
    volts = choice("VOLT:DC:RANG {}", _VOLT, "range of direct voltage (V)", "S-8588A-PY", "seen")
    volts_nplc = setting("VOLT:DC:NPLC {}", "PLC", 0.01, 500.0, "integration time", "S-8588A-PY", "seen")
    impedance = choice("VOLT:DC:IMP {}", _IMPEDANCE, "input, AUTO above 10 Gohm", "S-8588A-PY", "seen")
    ohms_2w = choice("RES:RANG {}", _OHM, "range of 2-wire resistance (ohm)", "S-8588A-PY", "seen")
    ohms_4w = choice("FRES:RANG {}", _OHM, "range of 4-wire resistance (ohm)", "S-8588A-PY", "seen")
    true_ohms = action("FRES:MODE TRUE", "current both ways, no EMF", "S-8588A-PY", "seen")
    normal_ohms = action("FRES:MODE NORM", "current one way", "S-MEM", "mem-M")
    ohms_2w_nplc = setting("RES:NPLC {}", "PLC", 0.01, 500.0, "integration time", "S-8588A-PY", "seen")
    ohms_4w_nplc = setting("FRES:NPLC {}", "PLC", 0.01, 500.0, "integration time", "S-8588A-PY", "seen")
    trigger = action("INIT", "triggers one reading", "S-8588A-PY", "seen")
    indication = reading("FETC?", str, "returns it", "S-8588A-PY", "seen")
    internal_temperature = reading("SYST:TEMP?", float, "internal temperature (degC)", "S-8588A-PY", "seen")
    # fmt: on

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; high impedance exists on 0.1, 1 and 10 V only."""
        self.single()
        self.function("dcv")
        self.volts(range_v)
        self.volts_nplc(nplc)
        self.impedance(high_impedance)
        self.integrating("V", nplc, "FUNC VOLT:DC")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time; True Ohms with 4 wires up to 10 kohm."""
        self.single()
        self.function("res2w" if wires == 2 else "res4w")
        if wires == 2:
            self.ohms_2w(range_ohm)
            self.ohms_2w_nplc(nplc)
            self.integrating("ohm", nplc, "FUNC RES", delay_s=TRIGGER_S + 1.0)
            return
        twice = range_ohm <= _TRUE_TO_OHM
        self.ohms_4w(range_ohm)
        (self.true_ohms if twice else self.normal_ohms)()
        self.ohms_4w_nplc(nplc)
        self.integrating("ohm", (2.0 if twice else 1.0) * nplc, "FUNC FRES", delay_s=TRIGGER_S + 1.0)

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        self.trigger()
        raw = self.indication(timeout_s=self.reading_time_s() + 1.0 / LINE_HZ + MARGIN_S)
        return indication_of(self.session, raw, unit=self.unit, asked="FETC?", overload=self.OVERLOAD)
