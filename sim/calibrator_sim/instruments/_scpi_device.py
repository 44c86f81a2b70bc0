"""What simulated instruments that speak SCPI have in common: status, errors, common commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from functools import cached_property
from typing import Any

from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._status488 import StatusDevice
from calibrator_sim.scpi import Command, CommandTree, Interpreter, Number, ScpiError, Special, Status

__all__ = ["QUERY_NS", "SECOND", "ScpiDevice", "span"]

SECOND = 1_000_000_000
QUERY_NS = 1_000_000
_REGISTER = Number(words=())


def span(value: float | Special, low: float, high: float) -> float:
    """Return the number that is meant.

    Raises:
        ScpiError: -222 outside the span.
    """
    if isinstance(value, Special):
        return low if value is Special.MIN else high
    if not low <= value <= high:
        raise ScpiError(-222)
    return value


class ScpiDevice(StatusDevice, ABC):
    """An instrument with a command tree; a class of its own fills the tree and says what reset does."""

    SELF_TEST_S = 5.0
    VERSION = "1999.0"

    def __init__(self, name: str, serial: str, identity: str, world: World) -> None:
        self.name = name
        self.serial = serial
        self.identity = identity
        self.world = world
        self.status = Status()

    @abstractmethod
    def fill(self, tree: CommandTree) -> None:
        """Add the model's commands."""

    @abstractmethod
    def reset(self) -> None:
        """Do what `*RST` does."""

    def pending_ns(self) -> int:
        """Return when what is under way has ended; a moment in the past where nothing is."""
        return 0

    @cached_property
    def _interpreter(self) -> Interpreter:
        tree = CommandTree()
        self._common(tree)
        self.fill(tree)
        return Interpreter(tree, self.status, self._ready)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def ask(self, tree: CommandTree, header: str, answer: Callable[..., str], *parameters: Number) -> None:
        """Add a query of a setting."""
        tree.add(header, Command(answer, parameters, cost_ns=QUERY_NS))

    def state(self) -> dict[str, Any]:
        """Return the model's own state for a snapshot."""
        return {}

    def take(self, state: dict[str, Any]) -> None:
        """Take the model's own state."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"status": self.status.save(), "own": self.state()}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.status.load(state["status"])
        self.take(state["own"])

    def _ready(self) -> Generator[int, None, None]:
        return
        yield

    def _wait(self) -> Generator[int, None, None]:
        while self.pending_ns() > self.world.time_ns():
            yield self.pending_ns()

    def _common(self, tree: CommandTree) -> None:
        status = self.status

        def complete() -> Generator[int, None, None]:
            yield from self._wait()
            status.esr |= 1

        def ask_complete() -> Generator[int, None, str]:
            yield from self._wait()
            return "1"

        def test() -> Generator[int, None, str]:
            yield self.world.time_ns() + round(self.SELF_TEST_S * SECOND)
            return "+0"

        def register(name: str) -> Callable[[float], None]:
            return lambda value: setattr(status, name, round(span(value, 0, 255)))

        def byte() -> str:
            return f"{status.byte(message_available=self._interpreter.responding):+d}"

        tree.add("*IDN?", Command(lambda: self.identity, indefinite=True))
        tree.add("*RST", Command(self.reset))
        tree.add("*CLS", Command(status.clear))
        tree.add("*TST?", Command(test))
        tree.add("*OPC", Command(complete))
        tree.add("*OPC?", Command(ask_complete))
        tree.add("*WAI", Command(self._wait))
        tree.add("*ESE", Command(register("ese"), (_REGISTER,)))
        tree.add("*SRE", Command(register("sre"), (_REGISTER,)))
        self.ask(tree, "*ESE?", lambda: f"{status.ese:+d}")
        self.ask(tree, "*SRE?", lambda: f"{status.sre:+d}")
        self.ask(tree, "*ESR?", lambda: f"{status.read_esr():+d}")
        self.ask(tree, "*STB?", byte)
        self.ask(tree, "*OPT?", lambda: "0")
        self.ask(tree, "SYSTem:ERRor[:NEXT]?", status.next_error)
        self.ask(tree, "SYSTem:VERSion?", lambda: self.VERSION)
