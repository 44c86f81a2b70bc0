"""HiSLIP 1.0: instruments behind one port as `hislip0`, `hislip1`, …, each client with two channels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from calibrator_sim.servers._conversation import Conversation, Outgoing, Served
from calibrator_sim.servers._framing import Framer
from calibrator_sim.servers._hislip_messages import (
    Kind,
    Message,
    Messages,
    TooLargeError,
    UnframedError,
    message,
)
from calibrator_sim.servers._host import Stir

__all__ = ["MAXIMUM_SIZE", "HislipChannel", "HislipServer"]

MAXIMUM_SIZE = 1 << 20  # of a message from a client, header included
_VERSION = 0x0100
_VENDOR = int.from_bytes(b"CA", "big")
_HEADER = 16
_LEAST_SIZE = 64
_OVERLAP = 1
(_BAD_HEADER, _NO_CHANNELS, _BAD_START, _FULL) = 1, 2, 3, 4  # fatal errors
(_UNKNOWN_TYPE, _UNKNOWN_CONTROL, _VENDOR_TYPE, _TOO_LARGE) = 1, 2, 3, 4  # errors
_FIRST_VENDOR_TYPE = 128
_MOST_SESSIONS = 256
_MOST_WAITING = 64  # messages that the input buffer holds
_FREE, _GRANTED, _SHARED, _INVALID = 0, 1, 2, 3


class HislipServer:
    """All sessions of the instruments behind one port.

    Args:
        instruments: by sub-address, such as `hislip0`.
        overlap: whether the server prefers overlap mode (else synchronized mode).
    """

    def __init__(self, instruments: Mapping[str, Served], *, overlap: bool = False) -> None:
        self.instruments = instruments
        self.overlap = overlap
        self.sessions: dict[int, HislipSession] = {}
        self._numbers = itertools.count(1)

    def channel(self, stir: Stir) -> HislipChannel:
        """Return the session of a new connection, synchronous or asynchronous by its first message."""
        return HislipChannel(self, stir)

    def begin(self, served: Served, channel: HislipChannel) -> HislipSession | None:
        """Begin a session; None where there are too many."""
        if len(self.sessions) >= _MOST_SESSIONS:
            return None
        number = next(n & 0xFFFF for n in self._numbers if n & 0xFFFF not in self.sessions)
        session = HislipSession(number, served, channel, overlap=self.overlap)
        self.sessions[number] = session
        return session


class HislipSession:
    """One client with one instrument: what its two channels share."""

    def __init__(self, number: int, served: Served, synchronous: HislipChannel, *, overlap: bool) -> None:
        self.number = number
        self.served = served
        self.synchronous = synchronous
        self.asynchronous: HislipChannel | None = None
        self.talk = Conversation(
            served, end=b"\n", available=lambda: self.unread, interrupted=synchronous.interrupt
        )
        self.framer = Framer(served.device.buffer_limit, served.device.framing, ended=True)
        self.most = MAXIMUM_SIZE  # that the client takes in one message
        self.unread = False  # a response was sent and the client has not said that it read its end
        self.clearing = False
        self.lock_deadline_ns: int | None = None
        self.lock_name = ""
        self.overlap = overlap
        self.choose(overlap=overlap)
        served.watch.listen(self._request)

    def choose(self, *, overlap: bool) -> None:
        """Take overlap or synchronized mode."""
        self.overlap = overlap
        self.talk.interrupts = not overlap

    def _request(self, byte: int) -> None:
        if self.asynchronous is not None:
            self.asynchronous.push(message(Kind.ASYNC_SERVICE_REQUEST, byte))

    def end(self) -> None:
        """Both channels are to be closed."""
        self.talk.clear()
        self.served.watch.forget(self._request)
        self.served.locks.release_all(self)
        for channel in (self.synchronous, self.asynchronous):
            if channel is not None:
                channel.finish()


class HislipChannel:
    """One connection of a client."""

    def __init__(self, server: HislipServer, stir: Stir) -> None:
        self.broken = False
        self._server = server
        self._stir = stir
        self._session: HislipSession | None = None
        self._messages = Messages(MAXIMUM_SIZE)
        self._out: list[Outgoing] = []
        self._held: list[Message] = []  # while another client holds the lock, or an operation runs
        self._synchronous: Mapping[int, Callable[[HislipSession, Message], None]] = {
            Kind.DATA: self._data,
            Kind.DATA_END: self._data,
            Kind.TRIGGER: self._trigger,
            Kind.DEVICE_CLEAR_COMPLETE: self._clear_complete,
        }
        self._asynchronous: Mapping[int, Callable[[HislipSession, Message], None]] = {
            Kind.ASYNC_LOCK: self._lock,
            Kind.ASYNC_LOCK_INFO: self._lock_info,
            Kind.ASYNC_MAXIMUM_SIZE: self._maximum_size,
            Kind.ASYNC_STATUS_QUERY: self._status,
            Kind.ASYNC_DEVICE_CLEAR: self._clear,
            Kind.ASYNC_REMOTE_LOCAL: self._remote_local,
        }

    @property
    def busy(self) -> bool:
        """Whether the client has to wait: another one holds the lock, or the input buffer is full."""
        session = self._session
        flooded = (
            session is not None and session.synchronous is self and session.talk.waiting >= _MOST_WAITING
        )
        return flooded or bool(self._held)

    @property
    def due_ns(self) -> int | None:
        """The bench time at which a running operation ends; of the synchronous channel only."""
        session = self._session
        return session.talk.due_ns if session is not None and session.synchronous is self else None

    @property
    def deadline_ns(self) -> int | None:
        """The machine's time at which waiting for a lock is over."""
        session = self._session
        return session.lock_deadline_ns if session is not None and session.asynchronous is self else None

    def push(self, data: bytes) -> None:
        """Send something that was not asked for over this connection."""
        self._out.append(Outgoing(data))
        self._stir()

    def pull(self) -> None:
        """Carry out what the client has sent over this connection by now."""
        self._stir.pull()

    def finish(self) -> None:
        """Close the connection, from the other one."""
        self.broken = True
        self._stir()

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        while not self.broken:
            try:
                for one in self._messages.feed(data):
                    self._take(one)
                break
            except TooLargeError:
                self._say(Kind.ERROR, _TOO_LARGE, payload=b"Message too large")
                data = b""
            except UnframedError:
                self._fatal(_BAD_HEADER, b"Poorly formed message header")
        return self.proceed()

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        session = self._session
        if session is not None and session.synchronous is self:
            held, self._held = self._held, []
            for one in held:
                self._take(one)
            self._reply(session)
        elif session is not None and session.lock_deadline_ns is not None:
            self._try_lock(session)
        out, self._out = self._out, []
        return out

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone, and with it the session."""
        session, self._session = self._session, None
        if session is not None and self._server.sessions.pop(session.number, None) is not None:
            session.end()

    def _say(self, kind: Kind, control: int = 0, parameter: int = 0, payload: bytes = b"") -> None:
        self._out.append(Outgoing(message(kind, control, parameter, payload)))

    def _fatal(self, code: int, text: bytes) -> None:
        self._say(Kind.FATAL_ERROR, code, payload=text)
        self.broken = True

    def _take(self, one: Message) -> None:
        session = self._session
        if self.broken:
            return
        if session is None:
            self._start(one)
            return
        synchronous = session.synchronous is self
        if synchronous and session.asynchronous is None:
            self._fatal(_NO_CHANNELS, b"Both channels are needed")
            return
        handlers = self._synchronous if synchronous else self._asynchronous
        handler = handlers.get(one.kind)
        if handler is not None:
            handler(session, one)
        elif one.kind in (Kind.ERROR, Kind.FATAL_ERROR):
            self.broken = self.broken or one.kind == Kind.FATAL_ERROR
        else:
            self._say(Kind.ERROR, _VENDOR_TYPE if one.kind >= _FIRST_VENDOR_TYPE else _UNKNOWN_TYPE)

    def _start(self, one: Message) -> None:
        """Make the first message tell which channel this is."""
        if one.kind == Kind.INITIALIZE:
            name = one.payload.decode("latin-1").lower() or "hislip0"
            served = self._server.instruments.get(name)
            if served is None or served.replies.refuses(served.device):
                self._fatal(_BAD_START, b"There is no such instrument")
                return
            session = self._server.begin(served, self)
            if session is None:
                self._fatal(_FULL, b"Too many clients")
                return
            self._session = session
            self._say(Kind.INITIALIZE_RESPONSE, session.overlap, _VERSION << 16 | session.number)
            return
        joined = self._server.sessions.get(one.parameter & 0xFFFF)
        if one.kind != Kind.ASYNC_INITIALIZE or joined is None or joined.asynchronous is not None:
            self._fatal(_BAD_START, b"Invalid initialization sequence")
            return
        self._session, joined.asynchronous = joined, self
        self._say(Kind.ASYNC_INITIALIZE_RESPONSE, 0, _VENDOR)

    # The synchronous channel.

    def _data(self, session: HislipSession, one: Message) -> None:
        if session.clearing:
            return
        if session.served.locks.blocks(session):
            session.served.locks.wait(self._stir)
            self._held.append(one)
            return
        self._heed(session, one)
        for text in session.framer.feed(one.payload, last=one.kind == Kind.DATA_END):
            session.talk.put(text, one.parameter)

    def _trigger(self, session: HislipSession, one: Message) -> None:
        if session.clearing:
            return
        self._heed(session, one)
        text = session.served.device.trigger_message()
        if text:
            session.talk.put(text, one.parameter)

    def _heed(self, session: HislipSession, one: Message) -> None:
        """Take RMT-delivered; a response that nobody has read is interrupted in synchronized mode."""
        if one.control & 1:
            session.unread = False
        if session.unread and not session.overlap and not session.framer.partial:
            session.unread = False
            session.served.device.interrupted()
            self.interrupt(one.parameter)

    def interrupt(self, number: int) -> None:
        """Tell the client on both channels that the message of that number came too early."""
        self._say(Kind.INTERRUPTED, 0, number)
        if self._session is not None and self._session.asynchronous is not None:
            self._session.asynchronous.push(message(Kind.ASYNC_INTERRUPTED, 0, number))

    def _reply(self, session: HislipSession) -> None:
        """Send the responses that are there."""
        if session.clearing:
            return
        for reply in session.talk.proceed():
            for part in reply.parts:
                session.unread = True
                self._out += [Outgoing(data, part.delay_s) for data in _cut(part, reply.tag, session.most)]
        self.broken = self.broken or session.talk.broken
        session.served.watch.look(message_available=session.unread)

    def _clear_complete(self, session: HislipSession, one: Message) -> None:
        session.choose(overlap=bool(one.control & _OVERLAP))
        session.clearing = False
        self._say(Kind.DEVICE_CLEAR_ACKNOWLEDGE, one.control & _OVERLAP)

    # The asynchronous channel.

    def _clear(self, session: HislipSession, _one: Message) -> None:
        session.clearing = True
        session.unread = False
        session.framer.clear()
        session.talk.clear()
        session.synchronous.drop_held()
        self._say(Kind.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE, self._server.overlap)

    def drop_held(self) -> None:
        """Forget what waits for a lock: the instrument was cleared."""
        self._held.clear()
        self._stir()

    def _status(self, session: HislipSession, one: Message) -> None:
        # What was sent before the query counts, though it came over the other connection.
        session.synchronous.pull()
        if one.control & 1:
            session.unread = False
        self._say(Kind.ASYNC_STATUS_RESPONSE, session.served.watch.poll(message_available=session.unread))

    def _maximum_size(self, session: HislipSession, one: Message) -> None:
        if len(one.payload) == 8:
            session.most = max(_LEAST_SIZE, int.from_bytes(one.payload, "big"))
        self._say(Kind.ASYNC_MAXIMUM_SIZE_RESPONSE, 0, 0, MAXIMUM_SIZE.to_bytes(8, "big"))

    def _remote_local(self, _session: HislipSession, _one: Message) -> None:
        self._say(Kind.ASYNC_REMOTE_LOCAL_RESPONSE)

    def _lock_info(self, session: HislipSession, _one: Message) -> None:
        locks = session.served.locks
        self._say(Kind.ASYNC_LOCK_INFO_RESPONSE, locks.exclusive, locks.count)

    def _lock(self, session: HislipSession, one: Message) -> None:
        locks = session.served.locks
        if one.control == 0:
            released = locks.release(session)
            self._say(
                Kind.ASYNC_LOCK_RESPONSE, {"exclusive": _GRANTED, "shared": _SHARED}.get(released, _INVALID)
            )
        elif one.control != 1:
            self._say(Kind.ERROR, _UNKNOWN_CONTROL)
        elif locks.holds(session, exclusive=not one.payload):
            self._say(Kind.ASYNC_LOCK_RESPONSE, _INVALID)
        else:
            session.lock_name = one.payload[:256].decode("latin-1")
            session.lock_deadline_ns = session.served.real.monotonic_ns() + one.parameter * 1_000_000
            self._try_lock(session)

    def _try_lock(self, session: HislipSession) -> None:
        """Take the lock that is waited for, or give up when its time is over."""
        served = session.served
        if served.locks.take(session, session.lock_name):
            session.lock_deadline_ns = None
            self._say(Kind.ASYNC_LOCK_RESPONSE, _GRANTED)
        elif served.real.monotonic_ns() >= (session.lock_deadline_ns or 0):
            session.lock_deadline_ns = None
            self._say(Kind.ASYNC_LOCK_RESPONSE, _FREE)
        else:
            served.locks.wait(self._stir)


def _cut(part: Outgoing, tag: int, most: int) -> list[bytes]:
    """Return the messages that carry a response, none larger than the client takes."""
    size = max(1, most - _HEADER)
    data = part.data
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    kinds = [Kind.DATA] * (len(pieces) - 1) + [Kind.DATA_END if part.ends else Kind.DATA]
    return [message(kind, 0, tag, piece) for kind, piece in zip(kinds, pieces, strict=True)]
