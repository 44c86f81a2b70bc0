"""The channels of VXI-11 beside the core: abort, and interrupt towards the client."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable

from calibrator_sim.servers._channels import Channel, SocketChannel
from calibrator_sim.servers._conversation import Outgoing
from calibrator_sim.servers._host import Stir
from calibrator_sim.servers._session import Session
from calibrator_sim.servers._xdr import (
    GARBAGE_ARGUMENTS,
    NO_PROCEDURE,
    NO_PROGRAM,
    NO_VERSION,
    Call,
    Records,
    XdrError,
    answer,
    call,
    opaque,
    refusal,
    uints,
)

__all__ = ["MOST_DATA", "AbortSession", "Attach", "CallBack", "Calls"]

ABORT = 0x0607B0
MOST_DATA = 1 << 16
_LIMIT = MOST_DATA + 4096
_NO_LINK = 4
_CALL_BACK_S = 1.0

# Serves a connection that the server itself has opened.
Attach = Callable[[Channel, Callable[[Stir], Session | None]], None]


class Calls:
    """What the channels share: records in, records out."""

    def __init__(self) -> None:
        self.broken = False
        self._records = Records(_LIMIT)
        self.calls: list[Call] = []

    def take(self, data: bytes) -> None:
        """Take bytes; what is no call closes the connection."""
        try:
            self.calls += [Call.parse(record) for record in self._records.feed(data)]
        except XdrError:
            self.broken = True

    @staticmethod
    def refused(asked: Call, program: int) -> bytes | None:
        """Return the answer to a call of another program or version; None where it is the right one."""
        if asked.program != program:
            return refusal(asked.xid, NO_PROGRAM)
        return refusal(asked.xid, NO_VERSION) if asked.version != 1 else None


class AbortSession(Calls):
    """The abort channel: ends an operation that waits on the core channel."""

    busy = False
    due_ns = None
    deadline_ns = None

    def __init__(self, abort: Callable[[int], bool]) -> None:
        super().__init__()
        self._abort = abort

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        self.take(data)
        out = [Outgoing(Records.mark(self._carry_out(asked))) for asked in self.calls]
        self.calls.clear()
        return out

    def _carry_out(self, asked: Call) -> bytes:
        refused = self.refused(asked, ABORT)
        if refused is not None:
            return refused
        if asked.procedure == 0:
            return answer(asked.xid, b"")
        if asked.procedure != 1:
            return refusal(asked.xid, NO_PROCEDURE)
        try:
            found = self._abort(asked.arguments.uint())
        except XdrError:
            return refusal(asked.xid, GARBAGE_ARGUMENTS)
        return answer(asked.xid, uints(0 if found else _NO_LINK))

    def proceed(self) -> list[Outgoing]:
        """Nothing waits here."""
        return []

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone."""


class InterruptSession:
    """The interrupt channel: a connection to the client, which is called at each request for service."""

    busy = False
    due_ns = None
    deadline_ns = None
    broken = False

    def __init__(self, stir: Stir, program: int, version: int) -> None:
        self._stir = stir
        self._target = program, version
        self._out: list[Outgoing] = []
        self._xids = itertools.count(1)

    def call(self, handle: bytes) -> None:
        """Tell the client that the link with its handle requests service."""
        record = call(next(self._xids), *self._target, 30, opaque(handle))
        self._out.append(Outgoing(Records.mark(record)))
        self._stir()

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take the client's answers, which say nothing."""
        return self.proceed() if data else []

    def proceed(self) -> list[Outgoing]:
        """Return what goes out now."""
        out, self._out = self._out, []
        return out

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone."""


class CallBack:
    """The interrupt channel of a client, where it has asked for one.

    Args:
        attach: serves a connection that the server itself has opened.
    """

    def __init__(self, attach: Attach) -> None:
        self._attach = attach
        self._session: InterruptSession | None = None
        self._channel: SocketChannel | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a channel."""
        return self._session is not None

    def connect(self, address: int, port: int, program: int, version: int) -> bool:
        """Connect to the client; False where it does not answer."""
        try:
            sock = socket.create_connection((socket.inet_ntoa(uints(address)), port), _CALL_BACK_S)
        except OSError:
            return False
        channel, made = SocketChannel(sock), list[InterruptSession]()

        def factory(stir: Stir) -> Session:
            made.append(InterruptSession(stir, program, version))
            return made[0]

        self._attach(channel, factory)
        self._channel, self._session = channel, made[0]
        return True

    def call(self, handle: bytes) -> None:
        """Tell the client that the link with its handle requests service."""
        if self._session is not None:
            self._session.call(handle)

    def hang_up(self) -> bool:
        """End the channel; False where there is none."""
        if self._channel is None:
            return False
        self._channel.shut()
        self._session = self._channel = None
        return True
