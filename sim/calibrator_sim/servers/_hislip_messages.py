"""Messages of HiSLIP (IVI-6.1 revision 1.0, tables 3 and 4): header, kinds, and the cutting of a stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Kind", "Message", "Messages", "TooLargeError", "UnframedError", "message"]

_HEADER = struct.Struct(">2sBBIQ")
_MOST_SKIPPED = 1 << 28


class Kind(IntEnum):
    """Message types."""

    INITIALIZE = 0
    INITIALIZE_RESPONSE = 1
    FATAL_ERROR = 2
    ERROR = 3
    ASYNC_LOCK = 4
    ASYNC_LOCK_RESPONSE = 5
    DATA = 6
    DATA_END = 7
    DEVICE_CLEAR_COMPLETE = 8
    DEVICE_CLEAR_ACKNOWLEDGE = 9
    ASYNC_REMOTE_LOCAL = 10
    ASYNC_REMOTE_LOCAL_RESPONSE = 11
    TRIGGER = 12
    INTERRUPTED = 13
    ASYNC_INTERRUPTED = 14
    ASYNC_MAXIMUM_SIZE = 15
    ASYNC_MAXIMUM_SIZE_RESPONSE = 16
    ASYNC_INITIALIZE = 17
    ASYNC_INITIALIZE_RESPONSE = 18
    ASYNC_DEVICE_CLEAR = 19
    ASYNC_SERVICE_REQUEST = 20
    ASYNC_STATUS_QUERY = 21
    ASYNC_STATUS_RESPONSE = 22
    ASYNC_DEVICE_CLEAR_ACKNOWLEDGE = 23
    ASYNC_LOCK_INFO = 24
    ASYNC_LOCK_INFO_RESPONSE = 25


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    kind: int
    control: int
    parameter: int
    payload: bytes


class UnframedError(Exception):
    """The stream holds no header where one should stand."""


class TooLargeError(Exception):
    """A message is larger than the maximum; it has been skipped."""


def message(kind: Kind, control: int = 0, parameter: int = 0, payload: bytes = b"") -> bytes:
    """Return the bytes of a message."""
    return _HEADER.pack(b"HS", kind, control & 0xFF, parameter & 0xFFFFFFFF, len(payload)) + payload


class Messages:
    """Cuts a stream into messages; what is too large is skipped without being held."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes; yield the messages that they complete.

        Raises:
            UnframedError: no header where one should stand.
            TooLargeError: a message was too large; go on with `feed(b"")`.
        """
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            prologue, kind, control, parameter, length = _HEADER.unpack_from(self._buffer)
            if prologue != b"HS" or length > _MOST_SKIPPED:
                raise UnframedError
            if length > self._limit:
                held = len(self._buffer) - _HEADER.size
                self._skip = max(0, length - held)
                del self._buffer[: _HEADER.size + min(length, held)]
                raise TooLargeError
            if len(self._buffer) < _HEADER.size + length:
                return
            payload = bytes(self._buffer[_HEADER.size : _HEADER.size + length])
            del self._buffer[: _HEADER.size + length]
            yield Message(kind, control, parameter, payload)
