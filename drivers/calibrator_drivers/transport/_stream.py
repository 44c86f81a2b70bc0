"""A stream of bytes that several links may share: the serial line or the connection to a gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Protocol, TypeVar

__all__ = ["Held", "Stream", "hold", "release"]


class Stream(Protocol):
    """What a link needs of the bytes below it; all raise `ConnectionLost` when the peer is gone."""

    def open(self) -> None:
        """Open, closing a former connection."""
        ...

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        ...

    def waiting(self, timeout_s: float) -> bool:
        """Say whether bytes have come, waiting at most `timeout_s` for them."""
        ...

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        ...

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes."""
        ...

    def receive_some(self, timeout_s: float) -> bytes:
        """Return what has come, at least one byte."""
        ...

    def drain(self) -> int:
        """Discard what has come in; return how many bytes."""
        ...

    def strays(self) -> bytes:
        """Return what came in and answers nothing, and was not told of yet."""
        ...

    def close(self) -> None:
        """Close."""
        ...


T = TypeVar("T")


@dataclass(slots=True)
class Held(Generic[T]):
    """Something that is open once in a process, and by how many."""

    thing: T
    holders: int = 0


# A serial port opens once a process (on Windows once a machine), so those who share it must meet here.
_HELD: dict[str, Held[object]] = {}
_GUARD = Lock()


def hold(key: str, make: Callable[[], T]) -> T:
    """Return the thing of a key, made and opened by the first who asks; each caller releases it once."""
    with _GUARD:
        held = _HELD.get(key)
        if held is None:
            held = Held(make())
            _HELD[key] = held
        held.holders += 1
        return held.thing  # type: ignore[return-value] # what make() of this key gave


def release(key: str, close: Callable[[], None]) -> None:
    """Give a thing back; the last one closes it."""
    with _GUARD:
        held = _HELD[key]
        held.holders -= 1
        if held.holders == 0:
            del _HELD[key]
            close()
