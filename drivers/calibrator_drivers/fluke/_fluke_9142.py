"""Fluke 9142, 9143 and 9144 field metrology wells: a dry block over a serial line.

The set-point, the block temperature, the output and the stability test were seen in public programs, one for
the 9144. The ramp rate, the cut-out, the unit and the error queue are remembered. A block stays hot for an
hour after its heater is off: `make_safe` switches it off, `touchable` says when it is below 50 °C.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from calibrator_drivers._errors import (
    OutOfLimits,
    ReadbackError,
    SettlingTimeout,
)
from calibrator_drivers._safety import Switch, forget_errors, mismatch, staged_or_refuse, sure
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.commands import action, choice, reading, setting
from calibrator_drivers.dialect import FLUKE, Dialect, parse_identity
from calibrator_drivers.roles import Identity, SourceLimits, SourceState
from calibrator_drivers.transport import Line, Session

_WAY_OUT = "Switch the well off at its mains switch; it stays hot."
__all__ = ["TOUCHABLE_C", "Fluke9142", "Fluke9143", "Fluke9144"]

WELL = Dialect("Fluke 914x", "SYST:ERR?", 10, "S-MEM")
TOUCHABLE_C = 50.0  # above, a block or bath is shown as hot
_SAME_C = 0.0051  # the display's last digit
_SAME_CUT_OUT_C = 0.51  # some units keep whole degrees
_POLL_S = 10.0
_WATCHED = 7  # a minute of readings within the stability limit, beside the instrument's own word
_SWITCH = {True: "1", False: "0"}


def _flag(reply: str) -> bool:
    return int(float(reply)) == 1


class _MetrologyWell:
    """What the three have in common; their spans differ."""

    MODEL_ID: ClassVar[str]
    ROLES: ClassVar[tuple[str, ...]] = ("SourceTemperature",)
    LINE: ClassVar[Line] = Line(baud=9600, terminator="\n", reply_terminator="\n", marker="*IDN?")
    SPAN_C: ClassVar[tuple[float, float]]
    _MODELS: ClassVar[tuple[str, ...]]

    # fmt: off
    set_point = setting("SOUR:SPO {}", "degC", -25.0, 660.0, "set-point", "S-9142", "seen")
    output = choice("OUTP:STAT {}", _SWITCH, "heating and cooling on or off", "S-9142", "seen")
    stability_limit = setting("SOUR:STAB:LIM {}", "K", 0.01, 9.99, "stability band", "S-9142", "seen")
    rate = setting("SOUR:RATE {}", "K/min", 0.1, 500.0, "ramp rate", "S-MEM", "mem-M")
    cut_out = setting("SOUR:PROT:SCUT:LEV {}", "degC", 0.0, 700.0, "soft cut-out", "S-MEM", "mem-M")
    temperature_unit = choice("UNIT:TEMP {}", {"degC": "C"}, "unit of every value", "S-MEM", "mem-M")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-M")
    identity = reading("*IDN?", str, "identity", "S-9142", "seen")
    unit_in_use = reading("UNIT:TEMP?", str.strip, "unit of every value", "S-MEM", "mem-M")
    set_point_read = reading("SOUR:SPO?", float, "set-point", "S-9142", "seen")
    block = reading("SOUR:SENS:DATA?", float, "temperature of the block", "S-9142", "seen")
    heating = reading("OUTP:STAT?", _flag, "whether the output is on", "S-9142", "seen")
    stability_limit_read = reading("SOUR:STAB:LIM?", float, "stability band", "S-9142", "seen")
    stable = reading("SOUR:STAB:TEST?", _flag, "1 when stable", "S-9142", "seen")
    cut_out_read = reading("SOUR:PROT:SCUT:LEV?", float, "soft cut-out", "S-MEM", "mem-M")
    tripped = reading("SOUR:PROT:TRIP?", _flag, "whether the cut-out has tripped", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._staged_c: float | None = None
        self._highest_c: float | None = None

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        return parse_identity(self.session, self.identity(), models=self._MODELS, makers=FLUKE)

    def reset(self) -> None:
        """Switch the output off, speak in degrees Celsius, and forget old errors."""
        self._staged_c = None
        self.clear_status()
        self.standby()
        self.temperature_unit("degC")
        self._check("UNIT:TEMP")

    def self_test(self) -> tuple[bool, str]:
        """Return whether the sensor gives a temperature: the well has no self-test to be asked for."""
        reply = f"{self.block():.3f}"
        return -50.0 < float(reply) < 800.0, reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        self._check("")

    def set_stability(self, limit_k: float, *, rate_k_per_min: float | None = None) -> None:
        """Set the band of the instrument's stability test, and how fast it goes there."""
        self.stability_limit(limit_k)
        if rate_k_per_min is not None:
            self.rate(rate_k_per_min)
        self._check("SOUR:STAB:LIM")

    def stage_temperature(self, temperature_c: float) -> None:
        """Programme a temperature with the output off.

        Raises:
            OutOfLimits: outside the block's span or above the section's limit; nothing was sent.
        """
        high = min(self.SPAN_C[1], self._highest_c if self._highest_c is not None else self.SPAN_C[1])
        if not self.SPAN_C[0] <= temperature_c <= high:
            raise OutOfLimits(
                f"{temperature_c:g} degC is outside {self.SPAN_C[0]:g} to {high:g} degC",
                command="SOUR:SPO {}",
                value=temperature_c,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose a temperature within. Nothing was sent.",
            )
        self._staged_c = None
        self.standby()
        self.set_point(temperature_c)
        self._check("SOUR:SPO")
        self._staged_c = temperature_c

    def operate(self) -> None:
        """Read back the unit, the set-point and the cut-out, then switch the output on.

        Raises:
            ReadbackError: what is read back is not what was staged, or the output stays off.
        """
        staged_c = staged_or_refuse(self.session, self._staged_c, what="temperature", done="heated")
        unit = self.unit_in_use()
        if unit.upper() not in ("C", "CEL"):
            raise self._mismatch("unit", "C", unit)
        read_back = self.set_point_read()
        if not abs(read_back - staged_c) <= _SAME_C:
            raise self._mismatch("set-point", f"{staged_c:g} degC", f"{read_back:g} degC")
        self._see_cut_out()
        if self.tripped():
            raise self._mismatch("cut-out", "closed", "tripped")
        self._switch.switch_on()

    def standby(self) -> None:
        """Switch the output off; the block stays hot.

        Raises:
            ReadbackError: the output stays on.
        """
        self._switch.switch_off()

    def make_safe(self) -> None:
        """Switch the output off and confirm it, whatever the state was; the block may be hot for an hour.

        `touchable` says when it is below 50 °C. A connection that breaks is opened once more.

        Raises:
            ReadbackError: the output stays on.
            InstrumentError: the instrument cannot be reached.
        """
        self._staged_c = None
        self._switch_off()

    def temperature_c(self) -> float:
        """Return the temperature of the block by its own sensor."""
        return self.block()

    def touchable(self) -> bool:
        """Say whether the output is off and the block reads below 50 °C."""
        return not self.heating() and self.block() < TOUCHABLE_C

    def state(self) -> SourceState:
        """Read set-point and output back."""
        return SourceState(
            function="block_display",
            value=self.set_point_read(),
            unit="degC",
            frequency_hz=0.0,
            range_high=self.SPAN_C[1],
            operating=self.heating(),
            settled=self.stable(),
        )

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until the instrument calls itself stable and a minute of its readings agrees.

        Its own stability test is not enough: on one unit it never worked.

        Raises:
            SettlingTimeout: it is not within `timeout_s`.
        """
        deadline = Deadline.after(self._clock, timeout_s)
        band = self.stability_limit_read()
        seen: deque[float] = deque(maxlen=_WATCHED)
        while True:
            seen.append(self.block())
            near = len(seen) == _WATCHED and max(seen) - min(seen) <= 2.0 * band
            if near and self.stable():
                return
            if deadline.passed():
                raise SettlingTimeout(
                    f"The block is not stable after {timeout_s:g} s",
                    timeout_s=timeout_s,
                    instrument=self.session.name,
                    resource=self.session.resource,
                    way_out="Widen the stability limit, or look for a draft and a probe that was moved.",
                )
            self._clock.sleep(_POLL_S)

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        temperature_c: float | None = None,
    ) -> None:
        """Set the soft cut-out, read it back, and hold `stage_temperature` below it.

        Raises:
            ReadbackError: the instrument keeps another cut-out.
        """
        del voltage_v, current_a
        if temperature_c is not None:
            self.cut_out(temperature_c)
            self._check("SOUR:PROT:SCUT:LEV")
            self._highest_c = temperature_c
            self._see_cut_out()

    def limits(self) -> SourceLimits | None:
        """Return None: the instrument has no limits in volts or amperes."""
        return None

    def restore_limits(self, limits: SourceLimits) -> None:
        """Do nothing: `limits` never returned any."""
        del limits

    def close(self) -> None:
        """Close the session; never changes the output."""
        self.session.close()

    def _switch_off(self) -> None:
        sure(
            self.session,
            lambda: self.output(False),
            lambda: forget_errors(self.session, WELL),
            self._switch.see_off,
        )

    def _see_cut_out(self) -> None:
        if self._highest_c is None:
            return
        held_c = self.cut_out_read()
        if not abs(held_c - self._highest_c) <= _SAME_CUT_OUT_C:
            raise mismatch(
                self.session,
                "soft cut-out",
                f"{self._highest_c:g} degC",
                f"{held_c:g} degC",
                way_out="Set the cut-out at the instrument, and take it out of local control.",
            )

    def _check(self, after: str) -> None:
        WELL.check(self.session, after=after)

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: self.output(True),
            lambda: self.output(False),
            self.heating,
            lambda: self._check("OUTP:STAT"),
            way_out=_WAY_OUT,
        )

    def _mismatch(self, quantity: str, staged: str, read_back: str) -> ReadbackError:
        return mismatch(self.session, quantity, staged, read_back, way_out=_WAY_OUT)


class Fluke9142(_MetrologyWell):
    """A 9142: -25 to 150 °C."""

    MODEL_ID = "fluke_9142"
    SPAN_C = (-25.0, 150.0)
    _MODELS = ("9142", "9142P")


class Fluke9143(_MetrologyWell):
    """A 9143: 33 to 350 °C."""

    MODEL_ID = "fluke_9143"
    SPAN_C = (33.0, 350.0)
    _MODELS = ("9143", "9143P")


class Fluke9144(_MetrologyWell):
    """A 9144: 50 to 660 °C."""

    MODEL_ID = "fluke_9144"
    SPAN_C = (50.0, 660.0)
    _MODELS = ("9144", "9144P")
