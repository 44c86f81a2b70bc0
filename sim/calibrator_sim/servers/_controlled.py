"""A serial line on which control characters act at once, as on Fluke's calibrators."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from calibrator_sim.servers._conversation import Outgoing, Served
from calibrator_sim.servers._exchange import Exchange

__all__ = ["Controlled", "ControlledExchange"]

_CLEAR, _POLL, _TRIGGER = 0x03, 0x10, 0x14  # ^C, ^P and ^T (5500A programmer's guide; seen)
_PARTS = re.compile(rb"([\x03\x10\x14])")


@runtime_checkable
class Controlled(Protocol):
    """An instrument that takes control characters."""

    def control(self, byte: int) -> str | None:
        """Act on a control character; return the line that goes out."""
        ...


class ControlledExchange(Exchange):
    """One connection whose client may clear, poll and trigger by a character anywhere in a message."""

    def __init__(self, served: Served, device: Controlled) -> None:
        super().__init__(served, served.device.serial_line.framing)
        self._controlled = device
        self._end = served.device.serial_line.framing.reply_end

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        out: list[Outgoing] = []
        for part in _PARTS.split(data):
            if len(part) == 1 and part[0] in (_CLEAR, _POLL, _TRIGGER):
                out += self._control(part[0])
            elif part:
                out += super().feed(part)
        return out

    def _control(self, byte: int) -> list[Outgoing]:
        if byte == _CLEAR:
            self.clear()
        line = self._controlled.control(byte)
        return [] if line is None else [Outgoing(line.encode("ascii") + self._end)]
