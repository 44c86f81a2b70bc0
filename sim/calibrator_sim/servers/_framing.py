"""From bytes to program messages: an end ends a message unless it stands in a definite block."""

from __future__ import annotations

from functools import lru_cache

from calibrator_sim.instruments import GPIB_LIKE, Framing
from calibrator_sim.scpi import block_length, trim

__all__ = ["Framer"]

_BLANKS = "\r\t \0\n"
_SHORT = 64  # bytes of a message that is remembered


@lru_cache(maxsize=512)
def _alone(data: bytes, ends: bytes) -> str | None:
    """Return the one message that bytes are, "" for an empty one; None where they are not just one."""
    if not data or data[-1] not in ends or b"#" in data:
        return None
    return None if any(end in data[:-1] for end in ends) else data.decode("latin-1").strip(_BLANKS)


class Framer:
    """Collects bytes; gives complete messages; drops what does not fit into the input buffer."""

    def __init__(self, limit: int, framing: Framing = GPIB_LIKE, *, ended: bool = False) -> None:
        self._limit = limit
        self._short = min(_SHORT, limit)
        self._ended = ended  # the bus has END, so that an indefinite block can be told from its end
        self._ends = framing.ends
        self._blocks = framing.blocks
        self._buffer = bytearray()
        self._dropping = False

    @property
    def partial(self) -> bool:
        """Whether a message was begun and not ended."""
        return bool(self._buffer.strip()) or self._dropping

    def clear(self) -> None:
        """Forget what was begun."""
        self._buffer.clear()
        self._dropping = False

    def feed(self, data: bytes, *, last: bool = False) -> list[str | None]:
        """Take bytes; return the messages that they complete, None for one that overflowed the buffer.

        `last` says that the last byte came with END, which ends a message as well.
        """
        if len(data) <= self._short and not self._buffer and not self._dropping:
            text = _alone(data, self._ends)  # as most messages come
            if text is not None:
                return [text] if text else []
        self._buffer += data
        messages: list[str | None] = []
        while self._buffer:
            if self._dropping:
                if not self._skip():
                    break
                continue
            end = self._end()
            if end > self._limit or (end < 0 and len(self._buffer) > self._limit):
                messages.append(None)
                self._dropping = True
                continue
            if end < 0:
                break
            self._take(end, messages)
        if last:
            if self._dropping:
                self.clear()
            self._take(len(self._buffer), messages)
        return messages

    def _take(self, end: int, messages: list[str | None]) -> None:
        text = trim(self._buffer[:end].decode("latin-1"), _BLANKS)
        del self._buffer[: end + 1]
        if text:
            messages.append(text)

    def _skip(self) -> bool:
        """Drop up to the next end; say whether there was one."""
        cut = self._find(0)
        if cut < 0:
            self._buffer.clear()
            return False
        del self._buffer[: cut + 1]
        self._dropping = False
        return True

    def _find(self, start: int) -> int:
        """Return the place of the first end from `start` on, -1 where there is none."""
        places = [place for end in self._ends if (place := self._buffer.find(end, start)) >= 0]
        return min(places) if places else -1

    def _end(self) -> int:
        """Return the place of the byte that ends the first message, -1 where none does yet."""
        end = self._find(0)
        if end < 0 or not self._blocks or self._buffer.find(b"#", 0, end) < 0:
            return end
        i, quote, held = 0, 0, bytes(self._buffer)
        while i < len(held):
            byte = held[i]
            if byte in self._ends:
                return i
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in b"\"'":
                quote = byte
            elif byte == 35:  # "#"
                length = block_length(held, i)
                if length is not None and length <= self._limit:
                    i += length
                    continue
                if self._ended and held[i + 1 : i + 2] == b"0":
                    return -1
            i += 1
        return -1
