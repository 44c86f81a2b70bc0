"""An ovenised oscillator that warms up, locks to satellites, and drifts where it does not see them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from calibrator_sim._config_types import UnitConfig
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import SECOND, ScpiDevice
from calibrator_sim.nodes import frequency
from calibrator_sim.nodes.electrical import Feed
from calibrator_sim.scpi import CommandTree

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig

__all__ = ["Gpsdo"]

_OVEN_S = 600.0  # until the oven is hot
_LOCK_S = 1800.0  # until it is locked
_STABLE_S = 86_400.0  # until it is within its specification
_LOCKED, _LOCKED_K = (
    1e-11,
    2.0,
)  # deviation of means over seconds to hours; a day averages to 1e-12 (memory_medium)
_SHORT = 1e-11  # white, over a second (memory_medium)
_WARMING = 1e-7  # at switch-on, decays within an hour
_AGING_PER_DAY = 5e-10
_AMPLITUDE_V, _SOURCE_OHM = 0.5, 50.0  # rms into 50 ohm
_NOMINAL_HZ = 10e6


class Gpsdo(ScpiDevice):
    """A simulated 58503B."""

    without_faults = ("stuck", "over-range")  # it reads nothing

    def __init__(self, name: str, serial: str, unit: UnitConfig, world: World) -> None:
        super().__init__(name, serial, f"HEWLETT-PACKARD,58503B,{serial},3704-C", world)
        self._unit = unit

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, instrument.serial, unit, world)

    def on_s(self, ns: int) -> float:
        """Return how long it has been on."""
        return self._unit.on_for_s + ns / SECOND

    def sync_state(self) -> str:
        """Return what it says of its lock: POW, WAIT, LOCK or HOLD."""
        on_s = self.on_s(self.world.time_ns())
        if on_s < _OVEN_S:
            return "POW"
        if not frequency.of(self.world).antenna(self.name):
            return "HOLD" if on_s >= _LOCK_S else "WAIT"
        return "LOCK" if on_s >= _LOCK_S else "WAIT"

    def figure_of_merit(self) -> int:
        """Return the frequency figure of merit: 0 within specification, 1 stabilising, 2 holdover, 3 else."""
        state = self.sync_state()
        if state == "LOCK":
            return 0 if self.on_s(self.world.time_ns()) >= _STABLE_S else 1
        return 2 if state == "HOLD" else 3

    def deviation(self, ns: int) -> float:
        """Return the fractional deviation of the output from nominal."""
        draws, effects = self.world.draws, self.world.effects
        short = _SHORT * effects.noise * draws.normal("gpsdo", self.serial, ns // SECOND)
        return self.mean_deviation(ns) + short

    def mean_deviation(self, ns: int) -> float:
        """Return the fractional deviation without what averages away within seconds."""
        draws, effects = self.world.draws, self.world.effects
        on_s = self.on_s(ns)
        steady = _LOCKED / _LOCKED_K * effects.standard_error * draws.normal("gpsdo locked", self.serial)
        warming = _WARMING * effects.warm_up * math.exp(-on_s / 3600.0) if on_s < _LOCK_S else 0.0
        if not frequency.of(self.world).antenna(self.name):
            steady += (
                effects.drift * _AGING_PER_DAY * draws.uniform("gpsdo aging", self.serial) * ns / 86_400e9
            )
        return steady + warming + self.world.drift(self.name, ns)

    def feed(self, ns: int) -> Feed:
        """Return what its 10 MHz output presents."""
        hertz = _NOMINAL_HZ * (1.0 + self.deviation(ns))
        return Feed(voltage_v=2.0 * _AMPLITUDE_V, source_ohm=_SOURCE_OHM, frequency_hz=hertz)

    def reset(self) -> None:
        """Nothing of its state is a setting."""

    def fill(self, tree: CommandTree) -> None:
        """Add the status queries of a 58503."""
        self.ask(tree, "SYNChronization:STATe?", self.sync_state)
        self.ask(tree, "SYNChronization:TFOMerit?", lambda: "+3" if self.sync_state() == "LOCK" else "+9")
        self.ask(tree, "SYNChronization:FFOMerit?", lambda: f"{self.figure_of_merit():+d}")
        self.ask(tree, "SYNChronization:HOLDover:DURation?", self._holdover)
        self.ask(tree, "SYSTem:STATus?", self._screen)
        self.ask(tree, "LED:GPSLock?", lambda: str(int(self.sync_state() == "LOCK")))
        self.ask(tree, "LED:HOLDover?", lambda: str(int(self.sync_state() == "HOLD")))
        self.ask(tree, "PTIMe:TINTerval?", self._interval)
        self.ask(tree, "DIAGnostic:ROSCillator:EFControl:RELative?", lambda: "+1.25000E+001")
        self.ask(
            tree, "DIAGnostic:LIFetime:COUNt?", lambda: f"{self.on_s(self.world.time_ns()) / 10800.0:+.0f}"
        )

    def _holdover(self) -> str:
        holding = self.sync_state() == "HOLD"
        return f"{self.world.time_ns() / SECOND if holding else 0.0:+.5E},{int(holding)}"

    def _screen(self) -> str:
        """Return the receiver's screen; its layout is from memory, its figures are those of the queries."""
        words = {"POW": "Power-up", "WAIT": "Recovery", "LOCK": "Locked", "HOLD": "Holdover"}
        state = self.sync_state()
        lines = (
            "------------------------------- Receiver Status -------------------------------",
            *(f"{'>>' if key == state else '  '} {word}" for key, word in words.items()),
            f"TFOM     {3 if state == 'LOCK' else 9}             FFOM     {self.figure_of_merit()}",
            f"1PPS TI {float(self._interval()) * 1e9:+.1f} ns relative to GPS",
            "HEALTH MONITOR ......................................................... [ OK ]",
        )
        return "\r\n".join(lines)

    def _interval(self) -> str:
        ns = self.world.time_ns()
        return f"{30e-9 * self.world.draws.normal('time interval', self.serial, ns // SECOND):+.5E}"
