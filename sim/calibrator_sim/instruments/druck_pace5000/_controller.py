"""A PACE5000 as its servers see it; its physics is that of every controller."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import cached_property
from typing import Any

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._pressure_control import PressureControl
from calibrator_sim.instruments.druck_pace5000._commands import build
from calibrator_sim.scpi import Interpreter

__all__ = ["DruckPACE5000", "DruckPACE6000"]


def _at_once() -> Generator[int, None, None]:
    yield from ()


class DruckPACE5000(PressureControl):
    """A simulated PACE5000 with one gauge control module and the barometric option."""

    has_barometer = True
    panel = "PACE5000"

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.status.condition = self.condition
        self.identity = f"*IDN GE Druck,{self.panel} User Interface,{self.serial},02.00.06"

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


class DruckPACE6000(DruckPACE5000):
    """A simulated PACE6000 with two gauge control modules: its lines are joined as `NAME:1` and `NAME:2`."""

    panel = "PACE6000"
    terminal = "1"

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        serial = f"{self.serial}-2"  # the second module errs by itself
        self.second = DruckPACE5000(name, replace(unit, config=replace(unit.config, serial=serial)), world)
        self.second.terminal, self.second.status = "2", self.status
        self.status.condition = self.condition

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(build(self, {"2": self.second}), self.status, _at_once)

    def channel(self, terminal: str) -> DruckPACE5000:
        """Return the controller of a line."""
        return self.second if terminal == "2" else self

    def operating(self) -> bool:
        """Say whether either controller is on."""
        return super().operating() or self.second.operating()

    def trip(self) -> None:
        """Switch both controllers off, as after a loss of supply."""
        self.second.switch(control=False)
        super().trip()

    def reset(self) -> None:
        """Do what `*RST` does, to both channels."""
        super().reset()
        self.second.reset()

    def react(self) -> None:
        """Feel other manifolds."""
        super().react()
        self.second.react()

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**super().save(), "second": self.second.save()}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.second.load(state["second"])
        super().load(state)
