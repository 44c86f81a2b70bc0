"""Fluke 6270A (and 2271A) pressure controllers: gauge pressure through the module that fits.

Unit, set-point, slew, module, mode, reading and the ready bit were seen in two public programs; their
queries, the identity and the error queue are remembered with medium confidence. The instrument tells the
uncertainty of its present reading, which never takes the place of a specification. The module in the first
bay is asked for its name, whose form is remembered (PM600-BG700K is 700 kPa): the set-point is held against
it, or against the module of the accuracy table where the name tells no range. The highest pressure of
`set_limits` is held by the driver: no command for an own limit of the controller was found in what was read
(`CALC:LIM` of other instruments is a test of readings, and not known to hold the output here).
"""

from __future__ import annotations

import re
from typing import ClassVar

from calibrator_drivers._pressure_controller import PressureController
from calibrator_drivers.commands import action, choice, reading, setting
from calibrator_drivers.dialect import FLUKE
from calibrator_drivers.transport import Line

__all__ = ["Fluke6270A"]

_KPA = 1e3
_READY = 1 << 4
_FULL_SCALE_PA = 700e3  # of the module in the accuracy table
_MODULE = re.compile(r"-[A-Z]*(\d+(?:\.\d+)?)([KM])", re.IGNORECASE)
_PREFIXES = {"K": 1e3, "M": 1e6}
_MODES = {"control": "CONT", "measure": "MEAS", "vent": "VENT"}


def _mode(reply: str) -> str:
    """Return which mode a reply names; another word is none, and says nothing about the output."""
    word = reply.strip().upper()
    for mode, text in _MODES.items():
        if word.startswith(text):
            return mode
    raise ValueError(f"none of {', '.join(_MODES.values())}")


def _module_pa(name: str) -> float | None:
    """Return the full scale that a module's name tells, None where it tells none."""
    found = _MODULE.search(name)
    return float(found.group(1)) * _PREFIXES[found.group(2).upper()] if found else None


class Fluke6270A(PressureController):
    """A 6270A behind a session; fills the roles of a source and of a meter of pressure."""

    MODEL_ID: ClassVar[str] = "fluke_6270a"
    MODELS: ClassVar[tuple[str, ...]] = ("6270A", "2271A")
    MAKERS: ClassVar[tuple[str, ...]] = FLUKE
    ROLES: ClassVar[tuple[str, ...]] = ("SourcePressure", "MeasurePressure")
    UNIT: ClassVar[str] = "kPa"
    UNIT_PA: ClassVar[float] = _KPA
    SAME: ClassVar[float] = 0.005
    READING_S: ClassVar[float] = 0.2
    LINE: ClassVar[Line] = Line(baud=9600, marker="*IDN?")

    # fmt: off
    pressure_unit = choice("UNIT:PRES {}", {"kPa": "KPA"}, "unit of every value", "S-6270A-PY", "seen")
    set_point = setting("SOUR:PRES {}", "kPa", -100.0, 20e3, "set-point", "S-6270A-PY", "seen")
    slew = setting("SOUR:PRES:SLEW {}", "kPa/s", 0.01, 2e3, "slew rate", "S-6270A-PY", "seen")
    module = choice("SENS:PRES:MOD {}", {"automatic": "AUTO"}, "pressure module", "S-6270A-PY", "seen")
    absolute = choice("SENS:PRES:MODE {}", {True: "ABS", False: "GAUG"}, "reference", "S-6270A-PY", "seen")
    output_mode = choice("OUTP:PRES:MODE {}", _MODES, "control, measure or vent", "S-6270A-PY", "seen")
    reset_all = action("*RST", "reset state", "S-MEM", "mem-M")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-M")
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-M")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-L")
    unit_in_use = reading("UNIT:PRES?", str.strip, "unit in use", "S-6270A-PY", "seen")
    set_point_read = reading("SOUR:PRES?", float, "set-point", "S-MEM", "mem-M")
    slew_read = reading("SOUR:PRES:SLEW?", float, "slew rate", "S-MEM", "mem-M")
    reference_in_use = reading("SENS:PRES:MODE?", str.strip, "reference in use", "S-MEM", "mem-M")
    mode_in_use = reading("OUTP:PRES:MODE?", _mode, "mode in use", "S-MEM", "mem-M")
    measured = reading("MEAS:PRES?", float, "pressure in the line", "S-6270A-PY", "seen")
    uncertainty = reading("MEAS:PRES:UNC?", float, "uncertainty of the reading", "S-DPI610", "seen")
    module_range = reading("SENS:PRES:MOD1:NAME?", _module_pa, "name of the module", "S-6270A-PY", "seen")
    condition = reading("STAT:OPER:COND?", int, "16 when ready", "S-6270A-PY", "seen")
    # fmt: on

    def reset(self) -> None:
        """Measure gauge pressure in kPa, automatic module; forget old errors. The line keeps its pressure."""
        self._staged, self._absolute = None, False
        self.clear_status()
        self.output_mode("measure")
        self.module("automatic")
        self.absolute(False)
        self.pressure_unit("kPa")
        self._check("reset")

    def _choose(self, range_pa: float, *, absolute: bool) -> None:
        """Choose gauge or absolute pressure; the module that fits is the instrument's choice."""
        del range_pa
        self.absolute(absolute)
        self.pressure_unit("kPa")
        self._check("SENS:PRES:MODE")

    def reading_uncertainty_pa(self) -> float:
        """Return the uncertainty that the instrument states for its present reading (Pa)."""
        return self.uncertainty() * _KPA

    def set_slew(self, slew_pa_per_s: float) -> None:
        """Set the rate of every later change."""
        self.pressure_unit("kPa")
        self.slew(slew_pa_per_s / _KPA)
        self._check("SOUR:PRES:SLEW")

    def is_controlling(self) -> bool:
        """Say whether it controls."""
        return self.mode_in_use() == "control"

    def is_settled(self) -> bool:
        """Say whether the ready bit is set."""
        return bool(self.condition() & _READY)

    def range_pa(self) -> float | None:
        """Return the full scale of the module, None where its name tells none."""
        return self.module_range()

    def _see_unit(self) -> None:
        unit = self.unit_in_use()
        if unit.upper() != "KPA":
            raise self._mismatch("unit", "KPA", unit)

    def _see_reference(self) -> None:
        staged, reference = "ABS" if self._absolute else "GAUG", self.reference_in_use()
        if not reference.upper().startswith(staged):
            raise self._mismatch("reference", staged, reference)

    def _see_at_rest(self) -> None:
        self._see_unit()
        self._see_reference()

    def _see_range(self, staged: float) -> None:
        self._see_reference()
        told_pa = self.module_range()
        range_pa = _FULL_SCALE_PA if told_pa is None else told_pa
        if not abs(staged) <= range_pa * 1.05:
            raise self._mismatch("range", f"one that holds {staged:g} Pa", f"{range_pa:g} Pa")

    def _control(self, *, on: bool) -> None:
        self.output_mode("control" if on else "measure")

    def _prepare_vent(self) -> None:
        self._control(on=False)  # the reference is another only where nothing is controlled
        self._absolute = False
        self.absolute(False)
        self.pressure_unit("kPa")

    def _start_vent(self) -> None:
        self.output_mode("vent")

    def _vent_state(self) -> tuple[bool, str]:
        mode = self.mode_in_use()
        return mode == "vent", f"mode {mode}"
