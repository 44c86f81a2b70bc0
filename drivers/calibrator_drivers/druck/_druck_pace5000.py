"""Druck PACE5000 pressure controllers, and what a PACE6000 shares with them: one channel, gauge or absolute.

Commands are SCPI with a header echo in each reply (K0472). What is marked `mem-` in the table is remembered
and was never compared with an instrument: ranges by name, the self-test, the forms of `UNIT?` and `RANG?`.
Control off keeps the pressure in the line; only a vent makes the line safe. On an absolute range the sensor
reads the air's pressure in a vented line: what `make_safe` and `line_pressure_pa` look at is then the
difference to the barometer (an option), or to the standard atmosphere where none answers
with a pressure from 500 to 1150 hPa.
The highest pressure of `set_limits` is held by the driver: no command for an own limit is known here.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import ClassVar

from calibrator_drivers._errors import ReadTimeout, UnexpectedReply
from calibrator_drivers._pressure_controller import PressureController
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, flag, reading, setting
from calibrator_drivers.dialect import Dialect
from calibrator_drivers.transport import Session

from ._headers import unheaded

__all__ = ["DruckPACE5000"]

PACE = Dialect("PACE", ":SYST:ERR?", 20, "S-PACE-PY")
_HPA = 100.0  # Pa; the unit that every value on the wire has
_ATMOSPHERE_PA = 101325.0
_BAROMETER_PA = 50e3, 115e3  # the pressure of the air anywhere that people work; anything else is a slip
_MODELS = ("PACE5000", "PACE5000 USER INTERFACE", "PACE5000E", "PACE6000", "PACE6000 USER INTERFACE")
_SLEW = {"linear": "LIN", "maximum": "MAX"}
_MODES = {"active": "ACT", "passive": "PASS", "gauge": "GAUG"}
_VENT = {"start": "1", "abort": "0"}
_SWITCH = {True: "1", False: "0"}
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*(M?BAR|KPA|MPA|HPA|PSI)(A|G)?", re.IGNORECASE)
_TO_PA = {"BAR": 1e5, "MBAR": 100.0, "HPA": 100.0, "KPA": 1e3, "MPA": 1e6, "PSI": 6894.757293168}


def _range_pa(reply: str) -> float | None:
    """Return the full scale that a range's name tells, None where it tells none."""
    found = _RANGE.search(reply)
    return float(found.group(1)) * _TO_PA[found.group(2).upper()] if found else None


def _in_limits(reply: str) -> tuple[float, bool]:
    value, within = reply.split(",")
    return float(value), flag(within)


class DruckPACE5000(PressureController):
    """A PACE5000, or a channel of a PACE6000; fills the roles of a source and of a meter of pressure."""

    MODEL_ID: ClassVar[str] = "druck_pace5000"
    MODELS: ClassVar[tuple[str, ...]] = _MODELS
    MAKERS: ClassVar[tuple[str, ...]] = ("DRUCK", "GE", "BAKER")
    DIALECT: ClassVar[Dialect] = PACE
    UNIT: ClassVar[str] = "hPa"
    UNIT_PA: ClassVar[float] = _HPA
    SAME: ClassVar[float] = 0.05
    ROLES: ClassVar[tuple[str, ...]] = ("SourcePressure", "MeasurePressure")

    # fmt: off
    pressure_unit = choice(":UNIT:PRES {}", {"hPa": "HPA"}, "unit of every value", "S-PACE-PY", "seen")
    pressure_range = setting(':SENS:PRES:RANG "{}barg"', "bar", 0.025, 210, "barg range", "S-MEM", "mem-M")
    absolute_range = setting(':SENS:PRES:RANG "{}bara"', "bar", 0.025, 211, "bara range", "S-MEM", "mem-M")
    set_point = setting(":SOUR:PRES {}", "hPa", -1013.0, 210e3, "set-point", "S-PACE-PY", "seen")
    slew = setting(":SOUR:PRES:SLEW {}", "hPa/s", 0.01, 21e3, "slew rate", "S-PACE-PY", "seen")
    slew_mode = choice(":SOUR:PRES:SLEW:MODE {}", _SLEW, "slew mode", "S-PACE-PY", "seen")
    overshoot = choice(":SOUR:PRES:SLEW:OVER {}", _SWITCH, "whether it may overshoot", "S-PACE-PY", "seen")
    control_mode = choice(":OUTP:MODE {}", _MODES, "control mode", "S-PACE-PY", "seen")
    control = choice(":OUTP:STAT {}", _SWITCH, "controller on or off", "S-PACE-PY", "seen")
    isolation_open = choice(":OUTP:ISOL:STAT {}", _SWITCH, "isolation valve: 1 is open", "S-PACE-PY", "seen")
    vent = choice(":SOUR:PRES:LEV:IMM:AMPL:VENT {}", _VENT, "vents the line", "S-K0472", "seen")
    in_limits_band = setting(":SOUR:PRES:INL {}", "%", 0.0, 100.0, "in-limits band", "S-MEM", "mem-H")
    in_limits_time = setting(":SOUR:PRES:INL:TIME {}", "s", 2.0, 999.0, "in-limits time", "S-K0472", "seen")
    reset_all = action("*RST", "reset state, controller off", "S-MEM", "mem-H")
    clear_status = action("*CLS", "empties the error queue", "S-PACE-PY", "seen")
    identity = reading("*IDN?", str, "identity", "S-PACE-PY", "seen")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-L")
    unit_in_use = reading(":UNIT:PRES?", str.strip, "unit in use", "S-PACE-PY", "seen")
    range_in_use = reading(":SENS:PRES:RANG?", _range_pa, "name of the range in use", "S-MEM", "mem-M")
    range_name = reading(":SENS:PRES:RANG?", str.strip, "name of the range in use", "S-MEM", "mem-M")
    set_point_read = reading(":SOUR:PRES?", float, "set-point", "S-PACE-PY", "seen")
    slew_read = reading(":SOUR:PRES:SLEW?", float, "slew rate", "S-PACE-PY", "seen")
    slew_mode_read = reading(":SOUR:PRES:SLEW:MODE?", str.strip, "slew mode", "S-PACE-PY", "seen")
    controlling = reading(":OUTP:STAT?", flag, "whether the controller is on", "S-PACE-PY", "seen")
    vent_status = reading(":SOUR:PRES:LEV:IMM:AMPL:VENT?", int, "1 while it vents", "S-K0472", "seen")
    measured = reading(":SENS:PRES?", float, "pressure in the line", "S-PACE-PY", "seen")
    in_limits = reading(":SENS:PRES:INL?", _in_limits, "pressure, and 1 within limits", "S-PACE-PY", "seen")
    barometer = reading(":SENS:PRES:BAR?", float, "barometric pressure", "S-PACE-PY", "seen")
    effort = reading(":SOUR:PRES:EFF?", float, "controller effort, %", "S-PACE-PY", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(unheaded(session), clock)
        self._air_pa = 0.0  # what an absolute range reads in an open line; found before a vent

    def reset(self) -> None:
        """Switch the controller off and forget old errors; the line keeps its pressure."""
        self._staged = None
        self.clear_status()
        self.reset_all()
        self._check("*RST")

    def _choose(self, range_pa: float, *, absolute: bool) -> None:
        """Fix the sensor's range by its name, such as "7barg"."""
        self._air_pa = 0.0
        (self.absolute_range if absolute else self.pressure_range)(range_pa / 1e5)
        self.pressure_unit("hPa")
        self._check(":SENS:PRES:RANG")

    def line_pressure_pa(self) -> float:
        """Return the pressure that the control sensor reads now; above the air while a line is made safe."""
        return super().line_pressure_pa() - self._air_pa

    def barometric_pressure_pa(self) -> float:
        """Return the pressure of the air by the instrument's barometer (an option)."""
        return self.barometer() * _HPA

    def set_slew(self, slew_pa_per_s: float) -> None:
        """Set the rate of every later change, and forbid overshoot."""
        self.pressure_unit("hPa")
        self.slew_mode("linear")
        self.slew(slew_pa_per_s / _HPA)
        self.overshoot(False)
        self._check(":SOUR:PRES:SLEW")

    def set_in_limits(self, percent_of_full_scale: float, dwell_s: float) -> None:
        """Set when the instrument calls the pressure settled."""
        self.in_limits_band(percent_of_full_scale)
        self.in_limits_time(dwell_s)
        self._check(":SOUR:PRES:INL")

    def range_pa(self) -> float | None:
        """Return the full scale of the range in use, None where its name tells none."""
        return self.range_in_use()

    def is_controlling(self) -> bool:
        """Say whether the controller is on."""
        return self.controlling()

    def is_settled(self) -> bool:
        """Say whether the in-limits flag is set."""
        return self.in_limits()[1]

    def _see_unit(self) -> None:
        unit = self.unit_in_use()
        if unit.upper() != "HPA":
            raise self._mismatch("unit", "HPA", unit)

    def _see_range(self, staged: float) -> None:
        mode = self.slew_mode_read()
        if not mode.upper().startswith("LIN"):
            raise self._mismatch("slew mode", "LIN", mode)
        name = self.range_name()
        reference = name.strip('"').upper()[-1:]
        if reference in ("A", "G") and (reference == "A") != self._absolute:
            raise self._mismatch("reference", "absolute" if self._absolute else "gauge", name)
        range_pa = _range_pa(name)
        if range_pa is not None and not abs(staged) <= range_pa * 1.05:
            raise self._mismatch("range", f"one that holds {staged / _HPA:g} hPa", f"{range_pa:g} Pa")
        if self.vent_status() == 1:
            self.vent("abort")

    def _control(self, *, on: bool) -> None:
        if on:
            self.control_mode("active")
        self.control(on)

    def _air(self) -> float:
        """Return the air's pressure on an absolute range, 0 Pa on a gauge range or where none is told."""
        with suppress(ReadTimeout, UnexpectedReply):  # an option, and no reason to leave a line as it is
            if not self.range_name().strip('"').upper().endswith("A"):
                return 0.0
            with suppress(ReadTimeout, UnexpectedReply):
                low, high = _BAROMETER_PA
                if low <= (told_pa := self.barometric_pressure_pa()) <= high:
                    return told_pa
            return _ATMOSPHERE_PA
        return 0.0

    def _rest_pa(self) -> float:
        return self._air_pa

    def _prepare_vent(self) -> None:
        self.pressure_unit("hPa")
        self._air_pa = self._air()
        self.slew_mode("linear")
        self.overshoot(False)
        self.isolation_open(True)

    def _start_vent(self) -> None:
        self.vent("start")

    def _vent_state(self) -> tuple[bool, str]:
        status = self.vent_status()
        return status != 1, f"vent status {status}"
