"""VXI-11: instruments behind one port as `inst0`, `inst1`, …, with core, abort and interrupt channel.

Numbers and rules: VXI-11 revision 1.0 (1995), B.4 to B.6, tables B.1 and B.2.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from calibrator_sim.servers._conversation import Outgoing, Served
from calibrator_sim.servers._host import Stir
from calibrator_sim.servers._talker import Talker
from calibrator_sim.servers._vxi11_channels import MOST_DATA, AbortSession, Attach, CallBack, Calls
from calibrator_sim.servers._xdr import (
    GARBAGE_ARGUMENTS,
    NO_PROCEDURE,
    Call,
    Reader,
    Records,
    XdrError,
    answer,
    opaque,
    refusal,
    uints,
)

__all__ = ["CORE", "CoreSession", "Gateway"]

CORE = 0x0607AF
(_OK, _NO_DEVICE, _NO_LINK, _PARAMETER, _NO_CHANNEL, _UNSUPPORTED, _RESOURCES, _LOCKED, _NO_LOCK) = (
    0, 3, 4, 5, 6, 8, 9, 11, 12,
)  # fmt: skip
_TIMEOUT, _ABORTED, _CHANNEL_THERE = 15, 23, 29
_WAIT_LOCK, _END, _TERM_CHAR = 1, 8, 128
_BY_COUNT, _BY_CHAR, _BY_END = 1, 2, 4
_MOST_LINKS = 256

# Tries an operation: its results, or None while it must wait.
_Attempt = Callable[[], bytes | None]


@dataclass(eq=False, slots=True)
class _Link:
    """A link of a client to an instrument; it owns the locks."""

    number: int
    talker: Talker
    session: CoreSession
    service: bytes | None = None  # the client's handle, while requests for service are wanted
    aborted: bool = False

    def request(self, _byte: int) -> None:
        """Pass a request for service on."""
        if self.service is not None:
            self.session.call_back(self.service)


@dataclass(slots=True)
class _Waiting:
    """An operation that cannot end yet."""

    xid: int
    link: _Link
    attempt: _Attempt
    deadline_ns: int
    otherwise: bytes  # results when its time is over


class Gateway:
    """The instruments and links of all clients.

    Args:
        instruments: by device name, such as `inst0`.
        attach: serves a connection that the gateway itself has opened.
    """

    def __init__(
        self,
        instruments: Mapping[str, Served],
        attach: Attach,
    ) -> None:
        self.instruments = instruments
        self.attach = attach
        self.links: dict[int, _Link] = {}
        self.abort_port = 0
        self.numbers = itertools.count(1)

    def core(self, stir: Stir) -> CoreSession:
        """Return the session of a client on the core channel."""
        return CoreSession(self, stir)

    def aborting(self, _stir: Stir) -> AbortSession:
        """Return the session of a client on the abort channel."""
        return AbortSession(self._abort)

    def _abort(self, number: int) -> bool:
        link = self.links.get(number)
        if link is None:
            return False
        link.aborted = True
        link.session.stir()
        return True


class CoreSession(Calls):
    """The core channel of one client; links live as long as it does."""

    def __init__(self, gateway: Gateway, stir: Stir) -> None:
        super().__init__()
        self.stir = stir
        self._gateway = gateway
        self._links: dict[int, _Link] = {}
        self._waiting: _Waiting | None = None
        self._callback = CallBack(gateway.attach)
        self._procedures: dict[int, Callable[[Call, Reader], bytes | None]] = {
            0: lambda _asked, _reader: b"",
            10: self._create_link,
            11: self._write,
            12: self._read,
            13: self._status,
            14: self._trigger,
            15: self._clear,
            16: self._generic,  # remote
            17: self._generic,  # local
            18: self._lock,
            19: self._unlock,
            20: self._enable_service,
            22: lambda _asked, _reader: uints(_UNSUPPORTED) + opaque(b""),
            23: self._destroy_link,
            25: self._create_interrupt,
            26: self._destroy_interrupt,
        }

    @property
    def busy(self) -> bool:
        """Whether an operation waits: a client has one at a time."""
        return self._waiting is not None

    @property
    def due_ns(self) -> int | None:
        """The bench time at which the first running operation ends; None when idle."""
        return min(
            (due for link in self._links.values() if (due := link.talker.due_ns) is not None), default=None
        )

    @property
    def deadline_ns(self) -> int | None:
        """The machine's time at which a waiting operation is over, or its late reply there."""
        if self._waiting is None:
            return None
        ready = self._waiting.link.talker.ready_ns
        return self._waiting.deadline_ns if ready is None else min(ready, self._waiting.deadline_ns)

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        self.take(data)
        return self.proceed()

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        out: list[bytes] = []
        for link in self._links.values():
            link.talker.proceed()
            self.broken = self.broken or link.talker.broken
        if self._waiting is not None and (results := self._waited(self._waiting)) is not None:
            out.append(answer(self._waiting.xid, results))
            self._waiting = None
        while self.calls and self._waiting is None:
            asked = self.calls.pop(0)
            done = self._carry_out(asked)
            if done is not None:
                out.append(done)
        return [Outgoing(Records.mark(record)) for record in out]

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone, and its links with it."""
        for number in list(self._links):
            self._drop(number)
        self._callback.hang_up()

    def _carry_out(self, asked: Call) -> bytes | None:
        refused = self.refused(asked, CORE)
        if refused is not None:
            return refused
        procedure = self._procedures.get(asked.procedure)
        if procedure is None:
            return refusal(asked.xid, NO_PROCEDURE)
        try:
            results = procedure(asked, asked.arguments)
        except XdrError:
            return refusal(asked.xid, GARBAGE_ARGUMENTS)
        return None if results is None else answer(asked.xid, results)

    def _waited(self, waiting: _Waiting) -> bytes | None:
        if waiting.link.aborted:
            waiting.link.aborted = False
            return uints(_ABORTED) + waiting.otherwise[4:]
        results = waiting.attempt()
        if results is None and waiting.link.talker.served.real.monotonic_ns() >= waiting.deadline_ns:
            return waiting.otherwise
        return results

    def _when(
        self, asked: Call, link: _Link, attempt: _Attempt, wait_ms: int, otherwise: bytes
    ) -> bytes | None:
        """Try now, and again until the time is over."""
        link.aborted = False
        results = attempt()
        if results is None:
            deadline = link.talker.served.real.monotonic_ns() + wait_ms * 1_000_000
            self._waiting = _Waiting(asked.xid, link, attempt, deadline, otherwise)
        return results

    def _unlocked(
        self, asked: Call, link: _Link, lock: tuple[int, int], then: _Attempt, empty: bytes = b""
    ) -> bytes | None:
        """Do something as soon as no other link holds the lock; `lock` is the flags and ms to wait."""
        flags, lock_ms = lock
        locks = link.talker.served.locks

        def attempt() -> bytes | None:
            if locks.blocks(link):
                locks.wait(self.stir)
                return None
            return then()

        if locks.blocks(link) and not flags & _WAIT_LOCK:
            return uints(_LOCKED) + empty
        return self._when(asked, link, attempt, lock_ms, uints(_LOCKED) + empty)

    def _create_link(self, asked: Call, reader: Reader) -> bytes | None:
        _client, lock, lock_ms, name = reader.uint(), reader.uint(), reader.uint(), reader.opaque()
        served = self._gateway.instruments.get(name.decode("latin-1").split(",")[0].lower())
        if served is None or served.replies.refuses(served.device):
            return uints(_NO_DEVICE, 0, 0, 0)
        if len(self._links) >= _MOST_LINKS:
            return uints(_RESOURCES, 0, 0, 0)
        link = _Link(next(self._gateway.numbers), Talker(served), self)
        self._links[link.number] = self._gateway.links[link.number] = link
        served.watch.listen(link.request)
        made = uints(_OK, link.number, self._gateway.abort_port, MOST_DATA)
        if not lock:
            return made
        return self._when(
            asked,
            link,
            lambda: made if self._took(link) else None,
            lock_ms,
            uints(_LOCKED, link.number, 0, 0),
        )

    def _took(self, link: _Link) -> bool:
        locks = link.talker.served.locks
        taken = locks.take(link)
        if not taken:
            locks.wait(self.stir)
        return taken

    def call_back(self, handle: bytes) -> None:
        """Tell the client over its interrupt channel that a link requests service."""
        self._callback.call(handle)

    def _write(self, asked: Call, reader: Reader) -> bytes | None:
        link, io_ms, lock_ms, flags = self._link(reader.uint()), reader.uint(), reader.uint(), reader.uint()
        data = reader.opaque()
        if link is None:
            return uints(_NO_LINK, 0)
        if len(data) > MOST_DATA:
            return uints(_PARAMETER, 0)

        def accept() -> bytes | None:
            if link.talker.full:
                return None
            link.talker.write(data, end=bool(flags & _END))
            self.broken = self.broken or link.talker.broken
            return uints(_OK, len(data))

        if link.talker.full:
            return self._when(asked, link, accept, io_ms, uints(_TIMEOUT, 0))
        return self._unlocked(asked, link, (flags, lock_ms), accept, uints(0))

    def _read(self, asked: Call, reader: Reader) -> bytes | None:
        link, most = self._link(reader.uint()), reader.uint()
        io_ms, lock_ms, flags, stop = reader.uint(), reader.uint(), reader.uint(), reader.uint()
        if link is None:
            return uints(_NO_LINK, 0) + opaque(b"")
        if link.talker.served.locks.blocks(link) and not flags & _WAIT_LOCK:
            return uints(_LOCKED, 0) + opaque(b"")
        talker = link.talker
        talker.asked()

        def attempt() -> bytes | None:
            if talker.served.locks.blocks(link) or not talker.available:
                return None
            data, ended, stopped = talker.take(most, stop & 0xFF if flags & _TERM_CHAR else None)
            reason = (_BY_END if ended else 0) | (_BY_CHAR if stopped else 0)
            return uints(_OK, reason | (_BY_COUNT if len(data) == most else 0)) + opaque(data)

        return self._when(
            asked,
            link,
            attempt,
            max(io_ms, lock_ms if flags & _WAIT_LOCK else 0),
            uints(_TIMEOUT, 0) + opaque(b""),
        )

    def _generic(
        self, asked: Call, reader: Reader, then: Callable[[_Link], None] = lambda _link: None
    ) -> bytes | None:
        link, flags, lock_ms, _io = self._link(reader.uint()), reader.uint(), reader.uint(), reader.uint()
        if link is None:
            return uints(_NO_LINK)

        def attempt() -> bytes:
            then(link)
            return uints(_OK)

        return self._unlocked(asked, link, (flags, lock_ms), attempt)

    def _status(self, asked: Call, reader: Reader) -> bytes | None:
        link, flags, lock_ms, _io = self._link(reader.uint()), reader.uint(), reader.uint(), reader.uint()
        if link is None:
            return uints(_NO_LINK, 0)
        return self._unlocked(asked, link, (flags, lock_ms), lambda: uints(_OK, link.talker.poll()), uints(0))

    def _trigger(self, asked: Call, reader: Reader) -> bytes | None:
        return self._generic(asked, reader, lambda link: link.talker.trigger())

    def _clear(self, asked: Call, reader: Reader) -> bytes | None:
        return self._generic(asked, reader, lambda link: link.talker.clear())

    def _lock(self, asked: Call, reader: Reader) -> bytes | None:
        link, flags, lock_ms = self._link(reader.uint()), reader.uint(), reader.uint()
        if link is None:
            return uints(_NO_LINK)
        if link.talker.served.locks.holds(link, exclusive=True):
            return uints(_LOCKED)
        if not flags & _WAIT_LOCK:
            return uints(_OK if self._took(link) else _LOCKED)
        return self._when(
            asked, link, lambda: uints(_OK) if self._took(link) else None, lock_ms, uints(_LOCKED)
        )

    def _unlock(self, _asked: Call, reader: Reader) -> bytes:
        link = self._link(reader.uint())
        if link is None:
            return uints(_NO_LINK)
        return uints(_OK if link.talker.served.locks.release(link) else _NO_LOCK)

    def _enable_service(self, _asked: Call, reader: Reader) -> bytes:
        link, enable, handle = self._link(reader.uint()), reader.uint(), reader.opaque()
        if link is None:
            return uints(_NO_LINK)
        link.service = handle[:40] if enable else None
        return uints(_OK)

    def _destroy_link(self, _asked: Call, reader: Reader) -> bytes:
        number = reader.uint()
        if self._link(number) is None:
            return uints(_NO_LINK)
        self._drop(number)
        return uints(_OK)

    def _create_interrupt(self, _asked: Call, reader: Reader) -> bytes:
        address, port, program, version, family = (reader.uint() for _ in range(5))
        if self._callback.connected:
            return uints(_CHANNEL_THERE)
        if family != 0 or not 0 < port <= 0xFFFF:
            return uints(_UNSUPPORTED if family else _PARAMETER)
        reached = self._callback.connect(address, port, program, version)
        return uints(_OK if reached else _NO_CHANNEL)

    def _destroy_interrupt(self, _asked: Call, _reader: Reader) -> bytes:
        return uints(_OK if self._callback.hang_up() else _NO_CHANNEL)

    def _link(self, number: int) -> _Link | None:
        return self._links.get(number)

    def _drop(self, number: int) -> None:
        link = self._links.pop(number)
        self._gateway.links.pop(number, None)
        link.talker.clear()
        link.talker.served.locks.release_all(link)
        link.talker.served.watch.forget(link.request)
