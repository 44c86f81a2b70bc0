"""A display in scale intervals: read as it is, or by small weights up to its changeover (OIML R 76-1)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim.instruments._balance import TICK_NS, Balance, OnPan
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._reader import SECOND, Reader
from calibrator_sim.instruments._text import TextDevice

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["ClassIIIScale"]

_WEIGHT_S = 2  # to put down one small weight and look
_MOST = 40  # small weights: four intervals of ten
_LOOKS = 3  # of an indication that stays, at a second's distance


class ClassIIIScale(OnPan, TextDevice):
    """One scale and its reader; the messages are those of the driver for typed instruments."""

    identity_messages = ("WHO",)
    without_faults = ("queue-overflow", "over-range", "stuck")

    def __init__(self, name: str, balance: Balance, world: World) -> None:
        self.name = name
        self.serial = balance.serial
        self.identity = balance.serial
        self.world = world
        self.balance = balance
        self.reader = Reader(name, world)
        self.read_g = 0.0  # what was read off the display last: small weights lead on from there

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, Balance(name, instrument, unit, load_table(instrument.model), world), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Do what the operator is asked; returns what is typed."""
        kind, _, rest = message.strip().partition(" ")
        if kind == "WHO":
            return self.identity, 0
        if kind == "DIAL":
            return (yield from self._key(rest)), 0
        if kind == "ADD":
            return (yield from self._add(float(rest.split(" ")[0]), again=";" in rest)), 0
        if kind not in ("LOOK", "AGAIN"):
            return "what is meant?", 0
        again = kind == "AGAIN"
        ns = yield from self.reader.look(again=again)
        self.read_g = self._shown_g(ns, 0.0)
        return self.reader.types(f"{self.read_g:g}", ns, again=again), 0

    def reset(self) -> None:
        """Keep zero and tare."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"pan": self.balance.save(), "read": self.read_g}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.balance.load(state["pan"])
        self.read_g = state["read"]

    def _key(self, wanted: str) -> Generator[int, None, str]:
        ns = yield from self.reader.look(again=False)
        if wanted.startswith("zero"):
            self.world.before_change()
            self.balance.set_zero(ns)
        elif wanted.startswith("tare"):
            self.world.before_change()
            self.balance.set_tare(ns)
        return "ok"

    def _add(self, small_g: float, *, again: bool) -> Generator[int, None, str]:
        """Put small weights down until the display stays one interval higher; they are taken off again."""
        ns = yield from self.reader.look(again=again)
        wanted = self.read_g + 0.5 * self.balance.step_g(self.balance.net_g(ns))
        for count in range(1, _MOST):
            yield self.world.time_ns() + _WEIGHT_S * SECOND
            now = self.world.time_ns()
            looks = [now - look * SECOND // _LOOKS for look in range(_LOOKS)]
            if all(self._shown_g(look, count * small_g) > wanted for look in looks):
                return self.reader.types(f"{count * small_g:.1f}", now, again=again)
        return "none"

    def _shown_g(self, ns: int, added_g: float) -> float:
        """Return what it shows with something added, in whole intervals."""
        balance, at = self.balance, ns // TICK_NS * TICK_NS
        net = balance.gross_g(at) - balance.state.zero_g - balance.state.tare_g
        if not added_g:
            balance.told_g = net
        step = balance.step_g(net)
        return round((net + added_g) / step) * step
