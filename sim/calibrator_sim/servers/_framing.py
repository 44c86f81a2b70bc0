"""From bytes to program messages: line feed ends a message unless it stands in a definite block."""

from __future__ import annotations

from calibrator_sim.scpi import block_length

__all__ = ["Framer"]


class Framer:
    """Collects bytes; gives complete messages; drops what does not fit into the input buffer."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._dropping = False

    @property
    def partial(self) -> bool:
        """Whether a message was begun and not ended."""
        return bool(self._buffer.strip()) or self._dropping

    def feed(self, data: bytes) -> list[str | None]:
        """Take bytes; return the messages that they complete, None for one that overflowed the buffer."""
        self._buffer += data
        messages: list[str | None] = []
        while self._buffer:
            if self._dropping:
                cut = self._buffer.find(b"\n")
                if cut < 0:
                    self._buffer.clear()
                    break
                del self._buffer[: cut + 1]
                self._dropping = False
                continue
            end = self._end()
            if end > self._limit or (end < 0 and len(self._buffer) > self._limit):
                messages.append(None)
                self._dropping = True
                continue
            if end < 0:
                break
            text = self._buffer[:end].decode("latin-1").strip("\r\t \0")
            del self._buffer[: end + 1]
            if text:
                messages.append(text)
        return messages

    def _end(self) -> int:
        """Return the place of the line feed that ends the first message, -1 where none does yet."""
        end = self._buffer.find(b"\n")
        if end < 0 or self._buffer.find(b"#", 0, end) < 0:
            return end
        i, quote, held = 0, 0, bytes(self._buffer)
        while i < len(held):
            byte = held[i]
            if byte == 10:
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
            i += 1
        return -1
