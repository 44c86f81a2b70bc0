"""What pressure controllers have in common: staging, control, and a line that is made safe by venting.

Control off keeps the pressure in the line. Safe is when the vent has ended and the sensor reads almost
nothing; a line at high pressure first comes down under control, at the slew rate that the instrument holds.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from contextlib import suppress
from typing import ClassVar

from ._errors import ReadTimeout, UnexpectedReply
from ._indicate import indicate
from ._safety import Switch, every_step, finite_limit, held_within, stays_on, sure
from ._settling import wait_until
from ._source import SwitchedSource
from .clock import Clock, Deadline
from .commands import Choice, Reading, Setting
from .roles import Indication, SourceState
from .transport import Session

__all__ = ["SAFE_PA", "PressureController"]

SAFE_PA = 1000.0  # of gauge pressure left in a line that may be opened
VENT_FROM_PA = 200e3  # above, the controller goes down at the slew rate first (K0443, remembered)
_POLL_S = 0.5
_LOOKS = 2  # in a row that must read as vented: one alone may be a slip of the line
_PATIENCE_S = 60.0  # beyond the time that the slew rate explains


class PressureController(SwitchedSource[float]):
    """Stages, controls and vents by what a driver says of its instrument.

    Where `operate` fails the controller is switched off again, and the line keeps what pressure it has until
    `make_safe`.
    """

    UNIT: ClassVar[str]  # that every value on the wire has, as `pressure_unit` takes it
    UNIT_PA: ClassVar[float]
    SAME: ClassVar[
        float
    ]  # of two set-points, in that unit: coarser than the display, finer than any specification
    READING_S: ClassVar[float] = 0.1
    pressure_unit: ClassVar[Choice[str]]
    set_point: ClassVar[Setting]
    set_point_read: ClassVar[Reading[float]]
    slew_read: ClassVar[Reading[float]]
    measured: ClassVar[Reading[float]]

    STAGES: ClassVar[tuple[str, str]] = "pressure", "controlled"
    WAY_OUT: ClassVar[str] = "Keep away from the line; look at the instrument, and vent it by hand."

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._highest_pa: float | None = None
        self._absolute = False  # what was staged is above vacuum
        self._vent_within_s = _PATIENCE_S

    # What a driver says.

    @abstractmethod
    def range_pa(self) -> float | None:
        """Return the upper end of the range in use, None where the instrument does not tell."""

    @abstractmethod
    def is_controlling(self) -> bool:
        """Say whether the controller is on."""

    @abstractmethod
    def is_settled(self) -> bool:
        """Say whether the instrument calls its pressure settled."""

    @abstractmethod
    def _see_range(self, staged: float) -> None:
        """Raise `ReadbackError` where reference, range or limit do not fit what was staged."""

    @abstractmethod
    def _choose(self, range_pa: float, *, absolute: bool) -> None:
        """Choose range and reference, and check that they were taken."""

    @abstractmethod
    def _see_unit(self) -> None:
        """Raise `ReadbackError` where values are in another unit than this driver takes them in."""

    @abstractmethod
    def _control(self, *, on: bool) -> None:
        """Switch the controller on or off."""

    @abstractmethod
    def _prepare_vent(self) -> None:
        """Set what a vent needs: unit, a limited slew rate, valves."""

    def _rest_pa(self) -> float:
        """Return the set-point that stands for the pressure of the air, in the reference in use."""
        return 0.0

    @abstractmethod
    def _start_vent(self) -> None:
        """Start the vent."""

    @abstractmethod
    def _vent_state(self) -> tuple[bool, str]:
        """Return whether the vent has ended, and what the instrument says about it."""

    # What follows from it.

    def configure_pressure(self, range_pa: float, *, absolute: bool) -> None:
        """Choose range and reference with the controller off; the line keeps its pressure.

        What was staged is forgotten, for a set-point means another pressure in another reference. A driver
        whose controller is on switches it off first: no range is changed under control.
        """
        if self._connected:
            self.standby()
        self._staged = None
        self._choose(range_pa, absolute=absolute)
        self._absolute = absolute

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return self.READING_S

    def read(self) -> Indication:
        """Return the pressure in the line (Pa)."""
        asked = type(self).measured
        return indicate(self.session, asked.header, "Pa", parse=asked.parse, scale=self.UNIT_PA)

    def line_pressure_pa(self) -> float:
        """Return the pressure that the control sensor reads now."""
        return self.measured() * self.UNIT_PA

    def slew_pa_per_s(self) -> float:
        """Return the slew rate that the instrument holds."""
        return self.slew_read() * self.UNIT_PA

    def state(self) -> SourceState:
        """Read set-point, range and controller back."""
        return SourceState(
            function="pressure_abs" if self._absolute else "pressure_gauge",
            value=self.set_point_read() * self.UNIT_PA,
            unit="Pa",
            frequency_hz=0.0,
            range_high=self.range_pa(),
            operating=self.is_controlling(),
            settled=self.is_settled(),
        )

    def stage_pressure(self, pressure_pa: float) -> None:
        """Programme a pressure of the reference in use, controller off; the line keeps its pressure.

        Raises:
            OutOfLimits: above the limit of `set_limits`; nothing was sent.
        """
        self._hold(pressure_pa)
        self._begin_staging()
        self._program(pressure_pa)
        self._end_staging(pressure_pa, "set-point")

    def _to_rest(self) -> None:
        """Bring the line down at the slew rate, vent it, and confirm by the sensor."""
        sure(self.session, self._vent_line, way_out=self.WAY_OUT)

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until the instrument calls its pressure settled.

        Raises:
            SettlingTimeout: it does not within `timeout_s`.
        """
        wait_until(
            self.session,
            self._clock,
            self.is_settled,
            timeout_s=timeout_s,
            poll_s=_POLL_S,
            what="The pressure is not within limits",
            way_out="Look for a leak, and check the supply pressure.",
        )

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        pressure_pa: float | None = None,
    ) -> None:
        """Set the highest pressure that `stage_pressure` takes; a controller knows no volts or amperes.

        Raises:
            OutOfLimits: it is no finite number.
        """
        del voltage_v, current_a
        if pressure_pa is not None:
            self._highest_pa = abs(finite_limit(self.session, pressure_pa, "Pa"))
            self._limits_changed()

    def _hold(self, staged: float) -> None:
        if self._highest_pa is not None:
            span = (-self._highest_pa, self._highest_pa)
            held_within(self.session, staged, span, "Pa", command="set-point", whose="the section's limit")

    def _program(self, pressure_pa: float) -> None:
        self.pressure_unit(self.UNIT)
        self.set_point(pressure_pa / self.UNIT_PA)

    def _compare(self, staged: float) -> None:
        self._see_unit()
        held, wanted = self.set_point_read(), staged / self.UNIT_PA
        if not abs(held - wanted) <= self.SAME:
            raise self._mismatch("set-point", f"{wanted:g} {self.UNIT}", f"{held:g} {self.UNIT}")
        self._see_range(staged)

    def _vent_line(self) -> None:
        self._vent_within_s = _PATIENCE_S
        # No answer keeps the vent from the wire: what is to be sent is sent, then all of it is looked at.
        every_step(
            self._come_down,
            lambda: self._control(on=False),
            self._start_vent,
            self._forget_errors,
            self._see_at_rest,  # what a sensor reads in another unit, or above vacuum, is no safe line
            self._see_vented,
            self._switch.see_off,
        )

    def _come_down(self) -> None:
        """Prepare the vent, and let the controller lower a line at high pressure first."""
        self._prepare_vent()
        held_pa = abs(self._line_or_nan())
        self._vent_within_s = self._seconds_from(held_pa)
        if held_pa > VENT_FROM_PA:
            self._go_down(self._vent_within_s)

    def _forget_errors(self) -> None:
        with suppress(UnexpectedReply, ReadTimeout):  # what the queue holds is no reason to stop
            self.DIALECT.read_errors(self.session)

    def _see_at_rest(self) -> None:
        """Raise `ReadbackError` where the sensor's reading does not mean what a vented line is judged by."""
        self._see_unit()

    def _see_vented(self) -> None:
        deadline = Deadline.after(self._clock, self._vent_within_s)
        safe = 0
        while True:
            (ended, told), left_pa = self._vent_or_unknown(), self._line_or_nan()
            safe = safe + 1 if ended and abs(left_pa) <= SAFE_PA else 0
            if safe == _LOOKS:
                return
            if deadline.passed():
                raise stays_on(
                    self.session,
                    "line",
                    f"vented below {SAFE_PA:g} Pa",
                    f"{left_pa:g} Pa, {told}",
                    way_out=self.WAY_OUT,
                )
            self._clock.sleep(_POLL_S)

    def _vent_or_unknown(self) -> tuple[bool, str]:
        """Return whether the vent has ended; one that is not understood has not."""
        try:
            return self._vent_state()
        except UnexpectedReply as error:
            return False, f"vent unknown ({error.reply!r})"

    def _line_or_nan(self) -> float:
        """Return the line's pressure, nan where none is told: vented all the same, never called safe."""
        try:
            return self.line_pressure_pa()
        except (UnexpectedReply, ReadTimeout):
            return math.nan

    def _seconds_from(self, held_pa: float) -> float:
        """Return how long the way down may take; a slew rate that is not told is no reason not to vent."""
        if math.isnan(held_pa):
            return _PATIENCE_S
        try:
            return held_pa / max(self.slew_pa_per_s(), 1.0) + _PATIENCE_S
        except (UnexpectedReply, ReadTimeout):
            return _PATIENCE_S

    def _go_down(self, seconds: float) -> None:
        """Let the controller lower the line; where it does not come down in time, the vent takes over."""
        self._program(self._rest_pa())
        self._control(on=True)
        deadline = Deadline.after(self._clock, seconds)
        while not abs(self._line_or_nan()) <= VENT_FROM_PA and not deadline.passed():
            self._clock.sleep(_POLL_S)

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: self._control(on=True),
            lambda: self._control(on=False),
            self.is_controlling,
            lambda: self._check("control"),
            part="controller",
            way_out=self.WAY_OUT,
        )
