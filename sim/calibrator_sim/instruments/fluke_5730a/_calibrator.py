"""A 5730A: the output stage of Fluke's calibrators with the ranges of its own table, direct volts only."""

from __future__ import annotations

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.fluke_5522a import Fluke5522A

__all__ = ["Fluke5730A"]

_MOST_V = 1100.0
_EXSENSE, _EXGARD = 1 << 2, 1 << 1  # of the instrument status register (5700A II)


class Fluke5730A(Fluke5522A):
    """A simulated 5730A; other functions have no figures and answer as values out of range."""

    model = "5730A"
    versions = "1.10+*"
    most_v = _MOST_V

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.output.state.limit_v = (_MOST_V, -_MOST_V)

    def reset_switches(self) -> None:
        """Bring the switches to their reset state: internal sense and guard."""
        super().reset_switches()
        self.switches |= {
            "EXTSENSE": "OFF",
            "EXTGUARD": "OFF",
            "RCOMP": "OFF",
            "XFER": "OFF",
            "PHASELCK": "OFF",
        }

    def condition(self) -> int:
        """Return the instrument status register of this moment."""
        value = super().condition()
        value |= _EXSENSE if self.switches["EXTSENSE"] == "ON" else 0
        return value | (_EXGARD if self.switches["EXTGUARD"] == "ON" else 0)
