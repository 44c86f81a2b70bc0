"""Bytes that came in and answer nothing: half replies, late ones, replies that nobody asked for."""

from __future__ import annotations

__all__ = ["Strays"]


class Strays:
    """Watches a buffer of what came in, so that every byte is told of in the traffic log, once."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self._discarded = bytearray()
        self._told = 0  # of the buffer's bytes: those of a reply that broke off

    def cut(self, count: int) -> bytes:
        """Take the first bytes of the buffer, which are a reply's."""
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._told = max(0, self._told - count)
        return data

    def discard(self) -> int:
        """Empty the buffer; return how many bytes were in it."""
        count = len(self._buffer)
        self._discarded += self._buffer[self._told :]
        self._buffer.clear()
        self._told = 0
        return count

    def take(self) -> bytes:
        """Return what was discarded, and what the buffer holds of a reply that broke off; each byte once."""
        data = bytes(self._discarded + self._buffer[self._told :])
        self._discarded.clear()
        self._told = len(self._buffer)
        return data
