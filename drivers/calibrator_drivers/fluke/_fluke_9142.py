"""Fluke 9142, 9143 and 9144 field metrology wells: a dry block over a serial line.

The set-point, the block temperature, the output and the stability test were seen in public programs, one for
the 9144. The ramp rate, the cut-out, the unit and the error queue are remembered. A block stays hot for an
hour after its heater is off: `make_safe` switches it off, `touchable` says when it is below 50 °C.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from calibrator_drivers._safety import Switch, finite_limit, held_within, mismatch
from calibrator_drivers._settling import wait_until
from calibrator_drivers._source import SwitchedSource
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, flag, reading, setting
from calibrator_drivers.dialect import FLUKE, Dialect
from calibrator_drivers.roles import SourceState
from calibrator_drivers.transport import Line, Session

__all__ = ["TOUCHABLE_C", "Fluke9142", "Fluke9143", "Fluke9144"]

WELL = Dialect("Fluke 914x", "SYST:ERR?", 10, "S-MEM")
TOUCHABLE_C = 50.0  # above, a block or bath is shown as hot
_SAME_C = 0.0051  # the display's last digit
_SAME_CUT_OUT_C = 0.51  # some units keep whole degrees
_POLL_S = 10.0
_WATCHED = 7  # a minute of readings within the stability limit, beside the instrument's own word
_SWITCH = {True: "1", False: "0"}


class _MetrologyWell(SwitchedSource[float]):
    """What the three have in common; their spans differ."""

    ROLES: ClassVar[tuple[str, ...]] = ("SourceTemperature",)
    LINE: ClassVar[Line] = Line(baud=9600, terminator="\n", reply_terminator="\n", marker="*IDN?")
    SPAN_C: ClassVar[tuple[float, float]]
    MAKERS: ClassVar[tuple[str, ...]] = FLUKE
    DIALECT: ClassVar[Dialect] = WELL
    STAGES: ClassVar[tuple[str, str]] = "temperature", "heated"
    WAY_OUT: ClassVar[str] = "Switch the well off at its mains switch; it stays hot."

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
    heating = reading("OUTP:STAT?", flag, "whether the output is on", "S-9142", "seen")
    stability_limit_read = reading("SOUR:STAB:LIM?", float, "stability band", "S-9142", "seen")
    stable = reading("SOUR:STAB:TEST?", flag, "1 when stable", "S-9142", "seen")
    cut_out_read = reading("SOUR:PROT:SCUT:LEV?", float, "soft cut-out", "S-MEM", "mem-M")
    tripped = reading("SOUR:PROT:TRIP?", flag, "whether the cut-out has tripped", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._highest_c: float | None = None

    def reset(self) -> None:
        """Switch the output off, speak in degrees Celsius, and forget old errors."""
        self._staged = None
        self.clear_status()
        self.standby()
        self.temperature_unit("degC")
        self._check("UNIT:TEMP")

    def self_test(self) -> tuple[bool, str]:
        """Return whether the sensor gives a temperature: the well has no self-test to be asked for."""
        reply = f"{self.block():.3f}"
        return -50.0 < float(reply) < 800.0, reply

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
        self._hold(temperature_c)
        self._begin_staging()
        self.set_point(temperature_c)
        self._end_staging(temperature_c, "SOUR:SPO")

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
        band = self.stability_limit_read()
        seen: deque[float] = deque(maxlen=_WATCHED)

        def steady() -> bool:
            seen.append(self.block())
            near = len(seen) == _WATCHED and max(seen) - min(seen) <= 2.0 * band
            return near and self.stable()

        wait_until(
            self.session,
            self._clock,
            steady,
            timeout_s=timeout_s,
            poll_s=_POLL_S,
            what="The block is not stable",
            way_out="Widen the stability limit, or look for a draft and a probe that was moved.",
        )

    def set_limits(
        self,
        *,
        voltage_v: float | None = None,
        current_a: float | None = None,
        temperature_c: float | None = None,
    ) -> None:
        """Set the soft cut-out, read it back, and hold `stage_temperature` below it.

        Raises:
            OutOfLimits: it is no finite number; nothing was sent.
            ReadbackError: the instrument keeps another cut-out.
        """
        del voltage_v, current_a
        if temperature_c is not None:
            self._highest_c = finite_limit(self.session, temperature_c, "degC")
            self._limits_changed()
            self.cut_out(temperature_c)
            self._check("SOUR:PROT:SCUT:LEV")
            self._see_cut_out()

    def _hold(self, staged: float) -> None:
        low, high = self.SPAN_C
        held_within(
            self.session,
            staged,
            (low, high if self._highest_c is None else min(high, self._highest_c)),
            "degC",
            command="SOUR:SPO {}",
            whose="the block's span and the section's limit",
        )

    def _compare(self, staged: float) -> None:
        unit = self.unit_in_use()
        if unit.upper() not in ("C", "CEL"):
            raise self._mismatch("unit", "C", unit)
        read_back = self.set_point_read()
        if not abs(read_back - staged) <= _SAME_C:
            raise self._mismatch("set-point", f"{staged:g} degC", f"{read_back:g} degC")
        self._see_cut_out()
        if self.tripped():
            raise self._mismatch("cut-out", "closed", "tripped")

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

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: self.output(True),
            lambda: self.output(False),
            self.heating,
            lambda: self._check("OUTP:STAT"),
            way_out=self.WAY_OUT,
        )


class Fluke9142(_MetrologyWell):
    """A 9142: -25 to 150 °C."""

    MODEL_ID = "fluke_9142"
    SPAN_C = (-25.0, 150.0)
    MODELS = ("9142", "9142P")


class Fluke9143(_MetrologyWell):
    """A 9143: 33 to 350 °C."""

    MODEL_ID = "fluke_9143"
    SPAN_C = (33.0, 350.0)
    MODELS = ("9143", "9143P")


class Fluke9144(_MetrologyWell):
    """A 9144: 50 to 660 °C."""

    MODEL_ID = "fluke_9144"
    SPAN_C = (50.0, 660.0)
    MODELS = ("9144", "9144P")
