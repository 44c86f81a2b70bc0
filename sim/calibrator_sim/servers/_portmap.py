"""The portmapper that VXI-11 clients ask for the core channel's port (RFC 1833): versions 2, 3 and 4."""

from __future__ import annotations

import socket

from calibrator_sim.servers._channels import GoneError
from calibrator_sim.servers._conversation import Outgoing
from calibrator_sim.servers._host import Stir
from calibrator_sim.servers._xdr import (
    GARBAGE_ARGUMENTS,
    NO_PROCEDURE,
    NO_PROGRAM,
    NO_VERSION,
    Call,
    Records,
    XdrError,
    answer,
    opaque,
    refusal,
    uints,
)

__all__ = ["PORT", "DatagramChannel", "Portmapper"]

PORT = 111
_PROGRAM = 100000
_TCP = 6
_LIMIT = 4096


class Portmapper:
    """Makes sessions that answer where a program listens.

    Args:
        host: the address that clients are told.
        ports: TCP port of each (program, version).
    """

    def __init__(self, host: str, ports: dict[tuple[int, int], int]) -> None:
        self._host = host
        self._ports = ports

    def stream(self, _stir: Stir) -> PortmapSession:
        """Return the session of a TCP client."""
        return PortmapSession(self, marked=True)

    def datagrams(self, _stir: Stir) -> PortmapSession:
        """Return the session of all UDP clients."""
        return PortmapSession(self, marked=False)

    def answer(self, record: bytes) -> bytes | None:
        """Return the answer to a call; None where it is none."""
        try:
            asked = Call.parse(record)
        except XdrError:
            return None
        if asked.program != _PROGRAM:
            return refusal(asked.xid, NO_PROGRAM)
        if not 2 <= asked.version <= 4:
            return refusal(asked.xid, NO_VERSION, 2, 4)
        if asked.procedure == 3:  # GETPORT of version 2, GETADDR of the others
            return self._where(asked)
        return refusal(asked.xid, NO_PROCEDURE) if asked.procedure else answer(asked.xid, b"")

    def _where(self, asked: Call) -> bytes:
        try:
            program, version = asked.arguments.uint(), asked.arguments.uint()
            protocol = asked.arguments.uint() if asked.version == 2 else _TCP
        except XdrError:
            return refusal(asked.xid, GARBAGE_ARGUMENTS)
        port = self._ports.get((program, version), 0) if protocol == _TCP else 0
        if asked.version == 2:
            return answer(asked.xid, uints(port))
        place = f"{self._host}.{port >> 8}.{port & 255}" if port else ""
        return answer(asked.xid, opaque(place.encode("ascii")))


class PortmapSession:
    """One client."""

    busy = False
    due_ns = None
    deadline_ns = None

    def __init__(self, portmapper: Portmapper, *, marked: bool) -> None:
        self.broken = False
        self._portmapper = portmapper
        self._records = Records(_LIMIT) if marked else None

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        if self._records is None:
            found = self._portmapper.answer(data)
            return [Outgoing(found)] if found is not None else []
        try:
            records = self._records.feed(data)
        except XdrError:
            self.broken = True
            return []
        answers = [self._portmapper.answer(record) for record in records]
        return [Outgoing(Records.mark(found)) for found in answers if found is not None]

    def proceed(self) -> list[Outgoing]:
        """Nothing waits here."""
        return []

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone."""


class DatagramChannel:
    """A UDP port; each answer goes to whoever asked last."""

    def __init__(self, host: str, port: int) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._sock.bind((host, port))
        except OSError:
            self._sock.close()
            raise
        self._sock.setblocking(False)
        self._peer: tuple[str, int] | None = None

    def fileno(self) -> int:
        """Return the descriptor that a selector waits for."""
        return self._sock.fileno()

    def receive(self, most: int) -> bytes:
        """Return the next datagram."""
        try:
            data, self._peer = self._sock.recvfrom(most)
        except BlockingIOError:
            raise
        except OSError as error:
            raise GoneError from error
        return data

    def send(self, data: bytes | bytearray) -> int:
        """Send everything as one datagram."""
        if self._peer is None:
            return len(data)
        try:
            return self._sock.sendto(data, self._peer)
        except BlockingIOError:
            raise
        except OSError:
            return len(data)  # the client has gone: a datagram may get lost

    def gone(self) -> bool:
        """A port has no other side that could go."""
        return False

    def shut(self) -> None:
        """A port has no end."""

    def close(self) -> None:
        """Give the port back."""
        self._sock.close()
