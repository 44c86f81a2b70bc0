"""Triggering and the reading memory of a 34401A: idle, waiting for a trigger, measuring."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from typing import Any

from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.keysight_34401a._math import Statistics, apply, references_missing
from calibrator_sim.instruments.keysight_34401a._models import Function
from calibrator_sim.instruments.keysight_34401a._physics import OVERLOAD, Physics
from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.scpi import ScpiError, Status

__all__ = ["Trigger"]

_SECOND = 1_000_000_000
_MOST = 50_000  # readings of one READ?
# Automatic delays (user's guide, ch. 3, p. 81; seen), those of resistance by range.
_OHMS_S = {1e6: 0.015, 1e7: 0.1, 1e8: 0.1}
_FAST_OHMS_S = {1e6: 0.01, 1e7: 0.1, 1e8: 0.1}


@dataclass(slots=True)
class _Memory:
    """Readings taken and still to come."""

    readings: list[float] = field(default_factory=list)
    due: list[int] = field(default_factory=list)  # ends of readings that are running
    awaited: int = 0  # bus triggers still to come
    begun: bool = False  # whether INIT or READ? has been given since the last configuration
    stored: bool = True  # DATA:FEED
    last: float = 0.0


class Trigger:
    """Takes readings when they are due, one after the other."""

    def __init__(self, physics: Physics, settings: Settings, status: Status, world: World) -> None:
        self._physics = physics
        self._settings = settings
        self._status = status
        self._world = world
        self._memory = _Memory()
        self.statistics = Statistics()

    def reading_ns(self) -> int:
        """Return how long one reading takes with the present settings."""
        settings = self._settings
        function = settings.active()
        if function.name in ("FREQ", "PER"):
            seconds = settings.aperture_s
        elif function.name.endswith("AC"):
            seconds = 0.02
        else:
            nplc = settings.nplc[function.name] if function.integrating else 1.0
            seconds = (2.0 if settings.autozero else 1.0) * nplc / self._world.line_frequency_hz
        return round((self._delay_s(function) + seconds) * _SECOND)

    def delay_s(self) -> float:
        """Return the trigger delay, where it is automatic that of function, range and filter."""
        return self._delay_s(self._settings.active())

    def _delay_s(self, function: Function) -> float:
        settings = self._settings
        if not settings.delay_auto:
            return settings.delay_s
        if function.name in ("FREQ", "PER"):
            return 1.0
        if function.name.endswith("AC"):
            return settings.model.filters_s[settings.bandwidth]
        fast = function.integrating and settings.nplc[function.name] < 1.0
        usual = 0.001 if fast else 0.0015
        if function.unit != "OHM":
            return usual
        return (_FAST_OHMS_S if fast else _OHMS_S).get(settings.range[function.name], usual)

    def readings_wanted(self) -> int:
        """Return samples times triggers, in each arm."""
        settings = self._settings
        return int(min(settings.trigger_count, 1e9)) * settings.sample_count * settings.arm_count

    def measuring(self) -> bool:
        """Say whether readings are under way."""
        self.catch_up()
        return bool(self._memory.due)

    def waiting(self) -> bool:
        """Say whether a bus trigger is waited for."""
        self.catch_up()
        return self._memory.awaited > 0 and not self._memory.due

    def abort(self) -> None:
        """Go back to idle; what was measured stays in memory."""
        self._memory.due.clear()
        self._memory.awaited = 0

    def forget(self) -> None:
        """Go back to idle and empty the memory (a new configuration)."""
        self._memory = _Memory(last=self._memory.last)

    def catch_up(self) -> None:
        """Take the readings whose end lies in the past."""
        now = self._world.time_ns()
        while self._memory.due and self._memory.due[0] <= now:
            self._take(self._memory.due.pop(0))

    def initiate(self) -> None:
        """Do what `INITiate` does."""
        self.catch_up()
        if self._memory.awaited:
            raise ScpiError(-213)
        if self.readings_wanted() > self._settings.model.memory:
            raise ScpiError(531)
        self._begin()
        self._memory.stored = self._settings.feed == "CALC"
        if self._settings.trigger == "IMM":
            self._schedule(self.readings_wanted())
        else:
            self._memory.awaited = int(self._settings.trigger_count)

    def bus_trigger(self) -> None:
        """Do what `*TRG` does."""
        self.catch_up()
        if self._settings.trigger != "BUS" or self._memory.awaited <= 0 or self._memory.due:
            raise ScpiError(-211)
        self._memory.awaited -= 1
        self._schedule(self._settings.sample_count)

    def fetch(self) -> Generator[int, None, str | None]:
        """Do what `FETCh?` does: wait for the readings, return all of them."""
        self.catch_up()
        if not self._memory.begun:
            raise ScpiError(-230)
        if self._memory.awaited > 0 and not self._memory.due:
            raise ScpiError(-214)
        while self._memory.due:
            yield self._memory.due[0]
            self.catch_up()
        if not self._memory.readings:
            raise ScpiError(-230)
        return _format(self._memory.readings)

    def read(self) -> Generator[int, None, str | None]:
        """Do what `READ?` does: initiate and return the readings, which some models keep in memory."""
        self.abort()
        if self._settings.trigger == "BUS":
            raise ScpiError(-214)
        self._begin()
        if self._settings.trigger == "EXT":
            self.forget()
            return None  # no external trigger will ever come
        self._schedule(min(self.readings_wanted(), _MOST))
        yield from self.finish()
        readings = _format(self._memory.readings)
        if not self._settings.model.keeps:
            self.forget()
        return readings

    def remove(self, count: int) -> str:
        """Take the oldest readings out of memory (`R?`, `DATA:REMove?`)."""
        self.catch_up()
        taken = self._memory.readings[:count]
        del self._memory.readings[:count]
        return _format(taken)

    def last(self) -> float | None:
        """Return the last reading taken, None before the first."""
        self.catch_up()
        return self._memory.readings[-1] if self._memory.readings else None

    def raw(self) -> float:
        """Return the last reading before null and math, 0 before the first."""
        self.catch_up()
        return self._memory.last

    def points(self) -> int:
        """Return the number of readings in memory."""
        self.catch_up()
        return len(self._memory.readings)

    def await_points(self, count: int) -> Generator[int, None, None]:
        """Wait until so many readings are in memory, or none is to come."""
        while self._memory.due and self.points() < count:
            yield self._memory.due[0]
            self.catch_up()

    def finish(self) -> Generator[int, None, None]:
        """Wait for the running readings (`*OPC?`, `*WAI`)."""
        while self._memory.due:
            yield self._memory.due[0]
            self.catch_up()

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"memory": asdict(self._memory), "statistics": asdict(self.statistics)}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._memory = _Memory(**state["memory"])
        self.statistics = Statistics(**state["statistics"])

    def _begin(self) -> None:
        self._memory = _Memory(begun=True, last=self._memory.last)

    def _schedule(self, count: int) -> None:
        now = self._world.time_ns()
        period = max(self.reading_ns(), round(self._settings.timer_s * _SECOND))
        arm = round(self._settings.arm_s * _SECOND)
        if count == 1:
            self._memory.due = [now + period + arm]
            return
        group = max(1, count // self._settings.arm_count)
        self._memory.due = [now + period * (i + 1) + arm * (i // group + 1) for i in range(count)]

    def _take(self, ns: int) -> None:
        memory, settings = self._memory, self._settings
        value = memory.last
        if not self._world.stuck(self._physics.name):
            value = self._physics.measure(settings, ns)
        if self._world.over_range(self._physics.name):
            value = OVERLOAD
        memory.last = value
        if abs(value) < OVERLOAD:
            value = settings.nulled(value)
        if abs(value) >= OVERLOAD:
            self._status.overload(settings.active().overload_bit)
            if settings.math_on and references_missing(settings):
                self._status.report(540)
                settings.math_on = False
        elif settings.math_on:
            value = apply(settings, value, self.statistics, self._status)
        if memory.stored:
            memory.readings.append(value)


def _format(readings: list[float]) -> str:
    return ",".join(f"{value:+.8E}" for value in readings)
