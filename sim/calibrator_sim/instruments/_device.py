"""What every simulated instrument offers to the servers and to the bench."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

from calibrator_sim._effects import Effects
from calibrator_sim._random import Draws
from calibrator_sim.nodes.electrical import Connection, Feed

__all__ = ["Device", "World"]


class World(Protocol):
    """What an instrument feels of the bench around it."""

    draws: Draws
    effects: Effects
    line_frequency_hz: float

    def time_ns(self) -> int:
        """Return the bench's time."""
        ...

    def excess_c(self, ns: int) -> float:
        """Return how far the room was from 23 degC at a moment."""
        ...

    def feed(self, meter: str, ns: int) -> tuple[Feed, Connection]:
        """Return what a meter's leads brought to it at a moment."""
        ...

    def shunt_ohm(self, source: str) -> tuple[Connection, float]:
        """Return the connection of a source and the burden that its current meets."""
        ...

    def before_change(self) -> None:
        """Let running measurements finish what lies in the past before something changes."""
        ...

    def after_change(self) -> None:
        """Let sources react to what they now meet."""
        ...

    def stuck(self, meter: str) -> bool:
        """Say whether a fault keeps a meter at its last reading."""
        ...


class Device(Protocol):
    """An instrument behind a server."""

    name: str
    serial: str
    identity: str
    buffer_limit: int

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        ...

    def interrupted(self) -> None:
        """A message arrived before the last response was read."""
        ...

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""
        ...

    def overflowed(self) -> None:
        """The input buffer was full before a message ended."""
        ...

    def abort(self) -> None:
        """The connection that waited for a measurement is gone."""
        ...

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        ...

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        ...
