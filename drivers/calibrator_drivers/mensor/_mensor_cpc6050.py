"""Mensor CPC6050 pressure controller by Mensor's own command set.

A reply begins with a space, or with `E` while an error is queued; the driver takes that character off and
asks for the error. That, the ends of messages (CR or LF in, CR LF out), a queue of ten errors, queries that
are a command with a question mark, and numbers with or without an exponent were seen in the manual
(S-CPC6050). In which of these forms `UpperLimit?` answers was not: each is taken, also with kPa behind it.
The words of the 600 series were seen in a public package (`Units`, `Mode`, `Ptype`, `Setpt`, `Stable?`, the
limits); rate, range and error query are remembered with medium confidence, the speed of the line too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from calibrator_drivers._errors import InstrumentReportedError, ReadTimeout, UnexpectedReply
from calibrator_drivers._indicate import not_understood
from calibrator_drivers._pressure_controller import PressureController
from calibrator_drivers._safety import mismatch
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import choice, reading, setting
from calibrator_drivers.roles import SourceLimits
from calibrator_drivers.transport import Line, Session

__all__ = ["MensorCPC6050"]

_KPA = 1e3
_KPA_CODE = "22"
_LONGEST_QUEUE = 10
_LOWEST_KPA = 100.0  # below the air, as far as the instrument's own limit goes
_NONE_V = (0.0, 0.0)
_ERROR = re.compile(r"E\s*(\d+)\s*-?\s*(.*)")
_NONE = re.compile(r"no err", re.IGNORECASE)  # in whatever words an empty queue is told
_LIMIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*(?:kPa)?", re.IGNORECASE | re.ASCII)
_MODES = {"standby": "Standby", "measure": "Measure", "control": "Control", "vent": "Vent"}


def _text(reply: str) -> str:
    """Return a reply without its first character, which says whether an error is queued."""
    return reply[1:].strip() if reply[:1] in (" ", "E") else reply.strip()


def _mode(reply: str) -> str:
    """Return which mode a reply names; another word is none, and says nothing about the output."""
    mode = _text(reply).casefold()
    if mode not in _MODES:
        raise ValueError(f"none of {', '.join(_MODES.values())}")
    return mode


def _value(reply: str) -> float:
    return float(_text(reply))


def _limit(reply: str) -> float:
    """Return a limit (kPa), where a unit stands behind the number that of this driver."""
    found = _LIMIT.fullmatch(_text(reply))
    if found is None:
        raise ValueError("no number, with kPa behind it or nothing")
    return float(found.group(1))


def _yes(reply: str) -> bool:
    text = _text(reply).upper()
    if text not in ("YES", "NO"):
        raise ValueError("neither YES nor NO")
    return text == "YES"


class MensorCPC6050(PressureController):
    """A CPC6050 behind a session; fills the roles of a source and of a meter of pressure."""

    MODEL_ID: ClassVar[str] = "mensor_cpc6050"
    MODELS: ClassVar[tuple[str, ...]] = ("CPC6050", "CPC6000")
    MAKERS: ClassVar[tuple[str, ...]] = ("MENSOR", "WIKA")
    ROLES: ClassVar[tuple[str, ...]] = ("SourcePressure", "MeasurePressure")
    UNIT: ClassVar[str] = "kPa"
    UNIT_PA: ClassVar[float] = _KPA
    SAME: ClassVar[float] = 0.01
    LINE: ClassVar[Line] = Line(
        # a queued error changes the first character of a reply
        baud=57600,
        terminator="\r",
        reply_terminator="\n",
        marker="*IDN?",
        marker_reply=r"[ E]?MENSOR",
    )

    # fmt: off
    pressure_unit = choice("Units {}", {"kPa": _KPA_CODE}, "unit of every value", "S-MENSOR", "seen")
    reference = choice("Ptype {}", {"gauge": "G", "absolute": "A"}, "reference", "S-MENSOR", "seen")
    mode = choice("Mode {}", _MODES, "mode", "S-MENSOR", "seen")
    set_point = setting("Setpt {}", "kPa", -100.0, 25e3, "set-point", "S-MENSOR", "seen")
    upper_limit = setting("UpperLimit {}", "kPa", 0.0, 25e3, "own upper limit", "S-MENSOR", "seen")
    lower_limit = setting("LowerLimit {}", "kPa", -110.0, 25e3, "own lower limit", "S-MENSOR", "seen")
    rate = setting("RSETPT {}", "kPa/s", 0.001, 1e3, "rate", "S-MEM", "mem-M")
    identity = reading("*IDN?", _text, "identity", "S-MENSOR", "seen")
    unit_in_use = reading("Units?", _text, "unit in use", "S-MENSOR", "seen")
    mode_in_use = reading("Mode?", _mode, "mode in use", "S-MEM", "mem-M")
    reference_in_use = reading("Ptype?", _text, "reference in use", "S-MEM", "mem-M")
    set_point_read = reading("Setpt?", _value, "set-point", "S-MEM", "mem-M")
    slew_read = reading("RSETPT?", _value, "rate", "S-MEM", "mem-M")
    range_high = reading("RANGEMAX?", _value, "upper end of the range", "S-MEM", "mem-M")
    measured = reading("A?", _value, "pressure in the line", "S-MENSOR", "seen")
    stable = reading("Stable?", _yes, "whether it is stable", "S-MENSOR", "seen")
    upper_limit_read = reading("UpperLimit?", _limit, "own upper limit", "S-MEM", "mem-M")
    lower_limit_read = reading("LowerLimit?", _limit, "own lower limit", "S-MEM", "mem-M")
    error = reading("ERR?", str.strip, "oldest error", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._own_kpa: tuple[float, float] | None = None  # lower and upper limit that it is to hold

    def reset(self) -> None:
        """Measure gauge pressure in kPa, and forget old errors. The line keeps its pressure."""
        self._staged, self._absolute = None, False
        self._errors()
        self.mode("measure")
        self.reference("gauge")
        self.pressure_unit("kPa")
        self._check("Units")

    def self_test(self) -> tuple[bool, str]:
        """Return whether the sensor gives a pressure: the instrument has no self-test to be asked for."""
        found = self.read()
        return not found.overload, found.raw

    def _choose(self, range_pa: float, *, absolute: bool) -> None:
        """Choose gauge or absolute pressure; the transducer that fits is the instrument's choice."""
        del range_pa
        self.reference("absolute" if absolute else "gauge")
        self.pressure_unit("kPa")
        self._check("Ptype")
        if self._own_kpa is not None and absolute != self._absolute:
            before, self._own_kpa = self._own_kpa, self._own(absolute=absolute)
            if self._own_kpa != before:
                self._send_limits()

    def set_slew(self, slew_pa_per_s: float) -> None:
        """Set the rate of every later change."""
        self.pressure_unit("kPa")
        self.rate(slew_pa_per_s / _KPA)
        self._check("RSETPT")

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        pressure_pa: float | None = None,
    ) -> None:
        """Set the instrument's own limits on both sides, and the most that `stage_pressure` takes.

        Raises:
            OutOfLimits: it is no finite number, or the line is controlled above it.
            ReadbackError: the instrument keeps others, or does not tell which.
        """
        super().set_limits(voltage_v=voltage_v, current_a=current_a, pressure_pa=pressure_pa)
        if self._highest_pa is not None and pressure_pa is not None:
            self._own_kpa = self._own(absolute=self._absolute)
            self._send_limits()

    def _own(self, *, absolute: bool) -> tuple[float, float]:
        """Return its lower and upper limit (kPa) for the section's maximum; below the air it has no less."""
        highest = (self._highest_pa or 0.0) / _KPA
        return -_LOWEST_KPA if absolute else -min(highest, _LOWEST_KPA), highest

    def is_controlling(self) -> bool:
        """Say whether it controls."""
        return self.mode_in_use() == "control"

    def is_settled(self) -> bool:
        """Say whether the instrument calls its pressure stable."""
        return self.stable()

    def range_pa(self) -> float | None:
        """Return the upper end of the transducer's range."""
        return self.range_high() * _KPA

    def _see_unit(self) -> None:
        unit = self.unit_in_use()
        if unit.split(" ")[0] not in (_KPA_CODE, "kPa", "KPA"):
            raise self._mismatch("unit", "kPa", unit)

    def _see_reference(self) -> None:
        staged, reference = "A" if self._absolute else "G", self.reference_in_use()
        if not reference.upper().startswith(staged):
            raise self._mismatch("reference", staged, reference)

    def _see_at_rest(self) -> None:
        self._see_unit()
        self._see_reference()

    def _see_range(self, staged: float) -> None:
        self._see_reference()
        high = self.range_high()
        if not abs(staged) / _KPA <= high * 1.001:
            raise self._mismatch("range", f"one that holds {staged / _KPA:g} kPa", f"{high:g} kPa")
        self._see_limits()

    def limits(self) -> SourceLimits | None:
        """Return its own limits, which it keeps through a reset; None where it does not tell them."""
        self.pressure_unit("kPa")
        told = [self._told(ask)[0] for ask in (self.lower_limit_read, self.upper_limit_read)]
        low, high = (math.nan if each is None else each * _KPA for each in told)
        return None if math.isnan(low + high) else SourceLimits(_NONE_V, _NONE_V, (low, high))

    def restore_limits(self, limits: SourceLimits) -> None:
        """Set its own limits as `limits` once returned them, and read them back.

        Raises:
            ReadbackError: it keeps others, or does not tell which.
        """
        if limits.pressure_pa is not None:
            low, high = limits.pressure_pa
            self._highest_pa = max(abs(low), abs(high))
            self._own_kpa = (low / _KPA, high / _KPA)
            self._limits_changed()
            self._send_limits()

    def _send_limits(self) -> None:
        """Send the limits that it is to hold, and read them back."""
        if self._own_kpa is not None:
            self.pressure_unit("kPa")
            low, high = self._own_kpa
            if low > 0.0:  # the lower one is never above the upper
                self.upper_limit(high)
                self.lower_limit(low)
            else:
                self.lower_limit(low)
                self.upper_limit(high)
            self._check("UpperLimit, LowerLimit")
            self._see_limits()

    def _see_limits(self) -> None:
        """Hold its own limits against the section's; one that it does not tell is not relied on."""
        if self._own_kpa is None:
            return
        low, high = self._own_kpa
        for name, asked, wanted, ask in (
            ("upper limit", "UpperLimit?", high, self.upper_limit_read),
            ("lower limit", "LowerLimit?", low, self.lower_limit_read),
        ):
            found, told = self._told(ask)
            if found is None or not abs(found - wanted) <= self.SAME:
                raise mismatch(
                    self.session,
                    name,
                    f"{wanted:g} kPa",
                    told if found is None else f"{found:g} kPa",
                    way_out=f"See what the instrument answers to {asked}, take it out of local control,"
                    " and start again.",
                )

    def _told(self, ask: Callable[[], float]) -> tuple[float | None, str]:
        """Return a limit that is told, or none and what came in its place."""
        try:
            return ask(), ""
        except UnexpectedReply as error:
            return None, f"nothing that is understood in {error.reply!r}"
        except ReadTimeout:
            return None, "nothing"

    def _control(self, *, on: bool) -> None:
        self.mode("control" if on else "measure")

    def _prepare_vent(self) -> None:
        self._control(on=False)  # the reference is another only where nothing is controlled
        self._absolute = False
        self.reference("gauge")
        self.pressure_unit("kPa")

    def _start_vent(self) -> None:
        self.mode("vent")

    def _vent_state(self) -> tuple[bool, str]:
        mode = self.mode_in_use()
        return mode == "vent", f"mode {mode}"

    def _errors(self) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for _ in range(_LONGEST_QUEUE):
            reply = self.error()
            match = _ERROR.match(reply)
            if match is None:
                if _NONE.search(reply) is None:
                    raise not_understood(self.session, "ERR?", reply)
                break
            if int(match.group(1)) == 0:
                break
            found.append((int(match.group(1)), match.group(2).strip()))
        return found

    def _check(self, after: str) -> None:
        errors = self._errors()
        if errors:
            raise InstrumentReportedError(
                errors, after=after, instrument=self.session.name, resource=self.session.resource
            )

    def _forget_errors(self) -> None:
        with suppress(UnexpectedReply, ReadTimeout):  # what the queue holds is no reason to stop
            self._errors()
