"""Fluke (Hart Scientific) 7341 deep-well bath: the line protocol of the older Hart controllers.

Commands are letters, `s=150` sets and `s` asks; they end with a carriage return. That replies read
`set: 150.00 C` and `t: 149.998 C`, and every other letter here, is remembered. The controller has no switch
for its heater: `make_safe` sets a temperature at which it does not heat, and confirms that its duty is 0 %.
That `c` answers `cu: 120 C, in` was seen in the guide of a sister bath (7381); that `out` stands for one that
has tripped is remembered.

2400 baud, 8N1, no flow control is the line of a sister bath from the factory (6331, user's guide, pages 53
and 57), and so is an echo of each message (full duplex). `du=h`, `sa=0` and `lf=on` (9105/9107, user's guide,
page 48) switch it off with readings that are sent unasked, before anything is asked on a serial line.
"""

from __future__ import annotations

import re
from collections import deque
from typing import ClassVar

from calibrator_drivers._errors import ReadbackError, WrongIdentity
from calibrator_drivers._quiet import quieten
from calibrator_drivers._safety import Switch, finite_limit, held_within, mismatch, off_again, stays_on, sure
from calibrator_drivers._settling import wait_until
from calibrator_drivers._source import SwitchedSource
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading, setting
from calibrator_drivers.roles import Identity, SourceState
from calibrator_drivers.transport import Line, Session

__all__ = ["Fluke7341"]

SPAN_C = (-45.0, 150.0)
_COOL_C = 20.0  # below this nobody is burnt, and no heater works in a room
_TOUCHABLE_C = 50.0
_SAME_C = 0.0051
_QUIET = ("sa=0", "du=h", "lf=on")
_POLL_S = 10.0
_WATCHED = 31  # five minutes
_BAND_K = 0.005  # the bath's stability figure
_SAME_CUT_OUT_C = 0.51  # it is kept in whole degrees
_CUT_OUT = re.compile(r":\s*([-+]?\d+(?:\.\d+)?)\s*C\s*,\s*(in|out)", re.IGNORECASE)
_VALUE = re.compile(r":\s*([-+]?\d+(?:\.\d+)?(?:[Ee][-+]?\d+)?)\s*([A-Za-z]?)")


def _value(reply: str) -> float:
    """Return the number behind the colon of a reply, such as `po: 0.0`."""
    found = _VALUE.search(reply)
    if found is None:
        raise ValueError("no number behind a colon")
    return float(found.group(1))


def _celsius(reply: str) -> float:
    """Return the temperature in a reply, such as `t: 149.998 C`, which must say that it is in °C."""
    found = _VALUE.search(reply)
    if found is None or found.group(2).upper() != "C":
        raise ValueError("no temperature in degrees Celsius behind a colon")
    return float(found.group(1))


def _cut_out(reply: str) -> tuple[float, bool]:
    """Return the temperature of the cut-out, and whether it has tripped."""
    found = _CUT_OUT.search(reply)
    if found is None:
        raise ValueError("no temperature in degrees Celsius with `in` or `out`")
    return float(found.group(1)), found.group(2).casefold() == "out"


class Fluke7341(SwitchedSource[float]):
    """A 7341 behind a session; its output is what a set-point above the bath's temperature asks for."""

    MODEL_ID: ClassVar[str] = "fluke_7341"
    ROLES: ClassVar[tuple[str, ...]] = ("SourceTemperature",)
    STAGES: ClassVar[tuple[str, str]] = "temperature", "heated"
    WAY_OUT: ClassVar[str] = "Switch the bath off at its mains switch; it stays hot."
    LINE: ClassVar[Line] = Line(
        baud=2400, terminator="\r", reply_terminator="\n", marker="*ver", marker_reply=r"ver|VER"
    )

    # fmt: off
    set_point = setting("s={}", "degC", SPAN_C[0], SPAN_C[1], "set-point", "S-9009", "seen")
    cut_out = setting("c={}", "degC", 0.0, 175.0, "cut-out", "S-MEM", "mem-M")
    identity = reading("*ver", str, "model and firmware", "S-MEM", "mem-M")
    set_point_read = reading("s", _celsius, "set-point", "S-9009", "seen")
    cut_out_read = reading("c", _cut_out, "cut-out, and whether it has tripped", "S-7381", "seen")
    bath = reading("t", _celsius, "temperature of the bath", "S-9009", "seen")
    duty = reading("po", _value, "heater duty, %", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._highest_c = SPAN_C[1]
        self._cut_out_c: float | None = None  # what was set

    def identify(self) -> Identity:
        """Ask the controller for its model and firmware; a serial number where it tells one.

        Raises:
            WrongIdentity: the reply names no 7341.
        """
        quieten(self.session, *_QUIET)
        raw = self.identity()
        found = re.search(r"(\d{4})\s*,?\s*([\w.]*)\s*,?\s*(\w*)", raw.partition(".")[2])
        if found is None or found.group(1) != "7341":
            raise WrongIdentity(
                f"A 7341 is expected, {raw!r} answers",
                identity=raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address in the bench file.",
            )
        return Identity("Hart Scientific", "7341", found.group(3), found.group(2), raw)

    def reset(self) -> None:
        """Let the bath go to 20 °C."""
        self.standby()

    def self_test(self) -> tuple[bool, str]:
        """Return whether the sensor gives a temperature: the bath has no self-test to be asked for."""
        reply = f"{self.bath():.3f}"
        return -60.0 < float(reply) < 180.0, reply

    def check_errors(self) -> None:
        """Do nothing: the controller keeps no errors."""

    def stage_temperature(self, temperature_c: float) -> None:
        """Keep a temperature for `operate`; the bath is sent to 20 °C meanwhile, and says so.

        Raises:
            OutOfLimits: outside the bath's span or above the section's limit; nothing was sent.
            ReadbackError: it keeps another set-point than 20 °C.
        """
        self._hold(temperature_c)
        self._begin_staging()
        self._staged = temperature_c

    def operate(self) -> None:
        """See the cut-out, set the staged temperature and read it back, in degrees Celsius.

        Raises:
            ReadbackError: what is read back is not what was staged, or the cut-out is another or has tripped;
                the bath is sent back to 20 °C.
            UnexpectedReply: the controller does not speak in °C; the bath is sent back to 20 °C.
        """
        staged_c = self._staged_here()
        try:
            with off_again(self._switch):
                self._hold(staged_c)
                self._compare(staged_c)
                self._connected = True
                self.set_point(staged_c)
                self._read_back(staged_c, outcome="the bath is sent back to 20 degC")
        except BaseException:
            self._staged = None
            raise

    def standby(self) -> None:
        """Let the bath go to 20 °C; what was staged is forgotten, for the controller does not hold it.

        Raises:
            ReadbackError: it keeps another set-point.
        """
        self._staged = None
        super().standby()

    def temperature_c(self) -> float:
        """Return the temperature of the bath by its control sensor."""
        return self.bath()

    def touchable(self) -> bool:
        """Say whether the bath is set to 20 °C or below, and reads below 50 °C."""
        return self.set_point_read() <= _COOL_C and self.bath() < _TOUCHABLE_C

    def state(self) -> SourceState:
        """Read the set-point back; it operates where it was sent somewhere else than to 20 °C.

        While it is at 20 °C the value is the staged one, which the driver keeps until `operate` sends it and
        reads it back: the controller has no standby in which it could hold it.
        """
        set_point = self.set_point_read()
        operating = abs(set_point - _COOL_C) > _SAME_C
        if not operating and self._staged is not None:
            set_point = self._staged
        settled = abs(self.bath() - set_point) <= _BAND_K
        return SourceState("block_display", set_point, "degC", 0.0, SPAN_C[1], operating, settled)

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until five minutes of readings lie within 5 mK of the set-point and of each other.

        Raises:
            SettlingTimeout: they do not within `timeout_s`.
        """
        target = self.set_point_read()
        seen: deque[float] = deque(maxlen=_WATCHED)

        def steady() -> bool:
            seen.append(self.bath())
            near = len(seen) == _WATCHED and max(seen) - min(seen) <= 2.0 * _BAND_K
            return near and abs(sum(seen) / _WATCHED - target) <= _BAND_K

        wait_until(
            self.session,
            self._clock,
            steady,
            timeout_s=timeout_s,
            poll_s=_POLL_S,
            what="The bath is not stable",
            way_out="Look at the level of the fluid, the stirrer and the cooling.",
        )

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        temperature_c: float | None = None,
    ) -> None:
        """Set the cut-out, read it back, and hold `stage_temperature` below it.

        Raises:
            OutOfLimits: it is no finite number; nothing was sent.
            ReadbackError: the controller keeps another cut-out, or it has tripped.
        """
        del voltage_v, current_a
        if temperature_c is not None:
            self._highest_c = min(finite_limit(self.session, temperature_c, "degC"), SPAN_C[1])
            self._cut_out_c = temperature_c
            self._limits_changed()
            self.cut_out(temperature_c)
            self._see_cut_out()

    def _hold(self, staged: float) -> None:
        held_within(
            self.session,
            staged,
            (SPAN_C[0], self._highest_c),
            "degC",
            command="s={}",
            whose="the bath's span and the section's limit",
        )

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: None,  # the set-point is what heats: `operate` sends it
            lambda: self.set_point(_COOL_C),
            self._is_sent_away,
            self.check_errors,
            part="set-point",
            names=("another", f"{_COOL_C:g} degC"),
            way_out=self.WAY_OUT,
        )

    def _is_sent_away(self) -> bool:
        return not abs(self.set_point_read() - _COOL_C) <= _SAME_C

    def _compare(self, staged: float) -> None:
        del staged  # it is kept here until it is sent: the controller has no standby to hold it in
        self._see_cut_out()

    def _see_cut_out(self) -> None:
        if self._cut_out_c is None:
            return
        held_c, tripped = self.cut_out_read()
        if tripped or not abs(held_c - self._cut_out_c) <= _SAME_CUT_OUT_C:
            raise mismatch(
                self.session,
                "cut-out",
                f"{self._cut_out_c:g} degC, in",
                f"{held_c:g} degC, {'out' if tripped else 'in'}",
                outcome="the bath stays at 20 degC",
                way_out="Set or reset the cut-out at the controller.",
            )

    def _to_rest(self) -> None:
        sure(
            self.session,
            self._switch.off,
            lambda: quieten(self.session, *_QUIET),
            lambda: self._read_back(_COOL_C),
            self._see_cold,
            way_out=self.WAY_OUT,
        )

    def _see_cold(self) -> None:
        left = self.duty()
        if not left <= 0.0 and not self.bath() <= _COOL_C + 5.0:
            raise stays_on(self.session, "heater duty", "0 %", f"{left:g} %", way_out=self.WAY_OUT)

    def _read_back(self, temperature_c: float, *, outcome: str = ReadbackError.MAY_BE_ON) -> None:
        # The bath heats or cools to what it keeps: it has no standby that a refusal could leave it in.
        read_back = self.set_point_read()
        if not abs(read_back - temperature_c) <= _SAME_C:
            raise mismatch(
                self.session,
                "set-point",
                f"{temperature_c:g} degC",
                f"{read_back:g} degC",
                outcome=outcome,
                way_out=self.WAY_OUT,
            )
