"""A PACE5000 as its servers see it; its physics is that of every controller."""

from __future__ import annotations

from collections.abc import Generator
from functools import cached_property

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._pressure_control import PressureControl
from calibrator_sim.instruments.druck_pace5000._commands import build
from calibrator_sim.scpi import Interpreter

__all__ = ["DruckPACE5000"]


def _at_once() -> Generator[int, None, None]:
    yield from ()


class DruckPACE5000(PressureControl):
    """A simulated PACE5000 with one gauge control module and the barometric option."""

    has_barometer = True

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.status.condition = self.condition
        self.identity = f"*IDN GE Druck,PACE5000 User Interface,{self.serial},02.00.06"

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(build(self), self.status, _at_once)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def condition(self) -> int:
        """Return the pressure part of the operation register: bit 0 vented, bit 2 within limits."""
        now = self.world.time_ns()
        return (1 if self.vent_status(now) == 2 else 0) | (4 if self.in_limits(now) else 0)
