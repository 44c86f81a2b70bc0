"""Fluke (Hart Scientific) 7341 deep-well bath: the line protocol of the older Hart controllers.

Commands are letters, `s=150` sets and `s` asks; they end with a carriage return. That replies read
`set: 150.00 C` and `t: 149.998 C`, and every other letter here, is remembered. The controller has no switch
for its heater: `make_safe` sets a temperature at which it does not heat, and confirms that its duty is 0 %.
"""

from __future__ import annotations

import re
from collections import deque
from typing import ClassVar

from calibrator_drivers._errors import (
    OutOfLimits,
    ReadbackError,
    SettlingTimeout,
    WrongIdentity,
)
from calibrator_drivers._safety import off_again, staged_or_refuse, stays_on, sure
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.commands import reading, setting
from calibrator_drivers.roles import Identity, SourceLimits, SourceState
from calibrator_drivers.transport import Line, Session

_WAY_OUT = "Switch the bath off at its mains switch; it stays hot."
__all__ = ["Fluke7341"]

SPAN_C = (-45.0, 150.0)
_COOL_C = 20.0  # below this nobody is burnt, and no heater works in a room
_TOUCHABLE_C = 50.0
_SAME_C = 0.0051
_POLL_S = 10.0
_WATCHED = 31  # five minutes
_BAND_K = 0.005  # the bath's stability figure
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


class Fluke7341:
    """A 7341 behind a session; its output is what a set-point above the bath's temperature asks for."""

    MODEL_ID: ClassVar[str] = "fluke_7341"
    ROLES: ClassVar[tuple[str, ...]] = ("SourceTemperature",)
    LINE: ClassVar[Line] = Line(
        baud=2400, terminator="\r", reply_terminator="\n", marker="*ver", marker_reply=r"ver|VER"
    )

    # fmt: off
    set_point = setting("s={}", "degC", SPAN_C[0], SPAN_C[1], "set-point", "S-9009", "seen")
    cut_out = setting("c={}", "degC", 0.0, 175.0, "cut-out", "S-MEM", "mem-M")
    identity = reading("*ver", str, "model and firmware", "S-MEM", "mem-M")
    set_point_read = reading("s", _celsius, "set-point", "S-9009", "seen")
    bath = reading("t", _celsius, "temperature of the bath", "S-9009", "seen")
    duty = reading("po", _value, "heater duty, %", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._staged_c: float | None = None
        self._highest_c = SPAN_C[1]

    def identify(self) -> Identity:
        """Ask the controller for its model and firmware; a serial number where it tells one.

        Raises:
            WrongIdentity: the reply names no 7341.
        """
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
        if not SPAN_C[0] <= temperature_c <= self._highest_c:
            raise OutOfLimits(
                f"{temperature_c:g} degC is outside {SPAN_C[0]:g} to {self._highest_c:g} degC",
                command="s={}",
                value=temperature_c,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose a temperature within. Nothing was sent.",
            )
        self.standby()
        self._staged_c = temperature_c

    def operate(self) -> None:
        """Set the staged temperature and read it back, in degrees Celsius.

        Raises:
            ReadbackError: what is read back is not what was staged; the bath is sent back to 20 °C.
            UnexpectedReply: the controller does not speak in °C; the bath is sent back to 20 °C.
        """
        staged_c = staged_or_refuse(self.session, self._staged_c, what="temperature", done="heated")
        with off_again(lambda: self.set_point(_COOL_C)):
            self.set_point(staged_c)
            self._read_back(staged_c)

    def standby(self) -> None:
        """Let the bath go to 20 °C.

        Raises:
            ReadbackError: it keeps another set-point.
        """
        self._staged_c = None
        self.set_point(_COOL_C)
        self._read_back(_COOL_C)

    def make_safe(self) -> None:
        """Set 20 °C and confirm that the heater's duty is 0 %; the bath may be hot for hours.

        Raises:
            ReadbackError: the bath is above 25 °C and the heater still works.
            InstrumentError: the instrument cannot be reached.
        """
        self._switch_off()

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
        if not operating and self._staged_c is not None:
            set_point = self._staged_c
        settled = abs(self.bath() - set_point) <= _BAND_K
        return SourceState("block_display", set_point, "degC", 0.0, SPAN_C[1], operating, settled)

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until five minutes of readings lie within 5 mK of the set-point and of each other.

        Raises:
            SettlingTimeout: they do not within `timeout_s`.
        """
        deadline = Deadline.after(self._clock, timeout_s)
        target = self.set_point_read()
        seen: deque[float] = deque(maxlen=_WATCHED)
        while True:
            seen.append(self.bath())
            steady = len(seen) == _WATCHED and max(seen) - min(seen) <= 2.0 * _BAND_K
            if steady and abs(sum(seen) / _WATCHED - target) <= _BAND_K:
                return
            if deadline.passed():
                raise SettlingTimeout(
                    f"The bath is not stable after {timeout_s:g} s",
                    timeout_s=timeout_s,
                    instrument=self.session.name,
                    resource=self.session.resource,
                    way_out="Look at the level of the fluid, the stirrer and the cooling.",
                )
            self._clock.sleep(_POLL_S)

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        temperature_c: float | None = None,
    ) -> None:
        """Set the cut-out and the highest temperature that `stage_temperature` takes."""
        del voltage_v, current_a
        if temperature_c is not None:
            self.cut_out(temperature_c)
            self._highest_c = min(temperature_c, SPAN_C[1])

    def limits(self) -> SourceLimits | None:
        """Return None: the instrument has no limits in volts or amperes."""
        return None

    def restore_limits(self, limits: SourceLimits) -> None:
        """Do nothing: `limits` never returned any."""
        del limits

    def close(self) -> None:
        """Close the session; never changes the set-point."""
        self.session.close()

    def _switch_off(self) -> None:
        self._staged_c = None
        sure(self.session, lambda: self.set_point(_COOL_C), lambda: self._read_back(_COOL_C), self._see_cold)

    def _see_cold(self) -> None:
        left = self.duty()
        if not left <= 0.0 and not self.bath() <= _COOL_C + 5.0:
            raise stays_on(self.session, "heater duty", "0 %", f"{left:g} %", way_out=_WAY_OUT)

    def _read_back(self, temperature_c: float) -> None:
        read_back = self.set_point_read()
        if not abs(read_back - temperature_c) <= _SAME_C:
            raise self._mismatch("set-point", f"{temperature_c:g} degC", f"{read_back:g} degC")

    def _mismatch(self, quantity: str, staged: str, read_back: str) -> ReadbackError:
        # The bath heats or cools to what it keeps: it has no standby that a refusal could leave it in.
        return stays_on(self.session, quantity, staged, read_back, way_out=_WAY_OUT)
