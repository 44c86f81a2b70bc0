"""External data representation and remote procedure calls over TCP (RFC 4506, RFC 5531)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = [
    "GARBAGE_ARGUMENTS",
    "NO_PROCEDURE",
    "NO_PROGRAM",
    "NO_VERSION",
    "Call",
    "Reader",
    "Records",
    "XdrError",
    "answer",
    "call",
    "opaque",
    "refusal",
    "uints",
]

NO_PROGRAM, NO_VERSION, NO_PROCEDURE, GARBAGE_ARGUMENTS = 1, 2, 3, 4
_LAST = 0x80000000


class XdrError(Exception):
    """Bytes that are not what they should be."""


def uints(*values: int) -> bytes:
    """Return unsigned 32-bit numbers."""
    return struct.pack(f">{len(values)}I", *values)


def opaque(data: bytes) -> bytes:
    """Return bytes of variable length, filled up to a multiple of four."""
    return uints(len(data)) + data + bytes(-len(data) % 4)


class Reader:
    """Takes values from the front of a record."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def uint(self) -> int:
        """Return the next number.

        Raises:
            XdrError: the record ends before it.
        """
        return int(struct.unpack(">I", self.take(4))[0])

    def opaque(self) -> bytes:
        """Return bytes of variable length.

        Raises:
            XdrError: the record ends before them.
        """
        length = self.uint()
        data = self.take(length)
        self.take(-length % 4)
        return data

    def take(self, count: int) -> bytes:
        """Return that many bytes.

        Raises:
            XdrError: the record ends before them.
        """
        if self._at + count > len(self._data):
            raise XdrError("the record is too short")
        self._at += count
        return self._data[self._at - count : self._at]


@dataclass(frozen=True, slots=True)
class Call:
    """A remote procedure call."""

    xid: int
    program: int
    version: int
    procedure: int
    arguments: Reader

    @classmethod
    def parse(cls, record: bytes) -> Call:
        """Take a record apart.

        Raises:
            XdrError: it is no call of version 2.
        """
        reader = Reader(record)
        xid, kind, rpc = reader.uint(), reader.uint(), reader.uint()
        if kind != 0 or rpc != 2:
            raise XdrError("the record is no call")
        program, version, procedure = reader.uint(), reader.uint(), reader.uint()
        for _ in ("credentials", "verifier"):
            reader.uint()
            reader.opaque()
        return cls(xid, program, version, procedure, reader)


def answer(xid: int, results: bytes) -> bytes:
    """Return the record of an accepted call, without its mark."""
    return uints(xid, 1, 0, 0, 0, 0) + results


def refusal(xid: int, reason: int, low: int = 1, high: int = 1) -> bytes:
    """Return the record of a call that cannot be carried out, without its mark."""
    return uints(xid, 1, 0, 0, 0, reason, *((low, high) if reason == NO_VERSION else ()))


def call(xid: int, program: int, version: int, procedure: int, arguments: bytes) -> bytes:
    """Return the record of a call, without its mark."""
    return uints(xid, 0, 2, program, version, procedure, 0, 0, 0, 0) + arguments


class Records:
    """Cuts a stream into records (RFC 5531, 11)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._record = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the records that they complete.

        Raises:
            XdrError: a record is larger than the limit.
        """
        self._buffer += data
        found: list[bytes] = []
        while len(self._buffer) >= 4:
            mark = int.from_bytes(self._buffer[:4], "big")
            length = mark & ~_LAST
            if length + len(self._record) > self._limit:
                raise XdrError("the record is too long")
            if len(self._buffer) < 4 + length:
                break
            self._record += self._buffer[4 : 4 + length]
            del self._buffer[: 4 + length]
            if mark & _LAST:
                found.append(bytes(self._record))
                self._record.clear()
        return found

    @staticmethod
    def mark(record: bytes) -> bytes:
        """Return a record as it goes onto the stream."""
        return uints(_LAST | len(record)) + record
