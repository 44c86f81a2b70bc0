"""One thread for all connections of a bench, each with the session of its protocol."""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from calibrator_drivers.clock import Clock
from calibrator_sim._defects import Defects
from calibrator_sim._errors import ServeError
from calibrator_sim.servers._channels import Channel, GoneError, SocketChannel
from calibrator_sim.servers._conversation import Outgoing
from calibrator_sim.servers._session import Session

__all__ = ["Stir", "TcpHost"]

_CHUNK = 65536
_MOST_UNREAD = 16 << 20  # bytes that a client may leave unread before it is dropped
# Clients at once; further ones are let go at once. The select of Windows takes 512 sockets.
_MOST_LINKS = 400 if sys.platform == "win32" else 4096


class Stir:
    """What a session holds of its connection; to be called when it has something to do without being asked.

    `pull` takes what the client has sent by now.
    """

    def __init__(self, host: TcpHost) -> None:
        self._host = host
        self._link: _Link | None = None

    def __call__(self) -> None:
        if self._link is not None:
            self._host.stir(self._link)

    def join(self, link: _Link) -> None:
        """Belong to a connection."""
        self._link = link

    def pull(self) -> None:
        """Carry out what the client has sent over this connection by now."""
        if self._link is not None:
            self._host.pull(self._link)


T = TypeVar("T")
Factory = Callable[[Stir], Session | None]


@dataclass(eq=False, slots=True)
class _Link:
    """One connection."""

    channel: Channel
    session: Session
    late: list[tuple[int, bytes]] = field(default_factory=list)  # (real ns, bytes)
    unsent: bytearray = field(default_factory=bytearray)
    mask: int = selectors.EVENT_READ


class TcpHost:
    """Serves instruments on ports of one address until closed.

    Any thread may carry out messages, but only the serving thread closes a client's socket: Windows fails a
    `select` whose socket is closed meanwhile.

    Args:
        lock: requests are carried out under it.
        real: the machine's clock, for replies that leave later.
        wait_s: real seconds until a moment of the bench.
        host: address to listen on.
        defects: where errors of the simulator itself are noted; one costs the connection that met it.
    """

    def __init__(
        self,
        lock: threading.RLock,
        real: Clock,
        wait_s: Callable[[int], float],
        host: str = "127.0.0.1",
        defects: Defects | None = None,
    ) -> None:
        self._lock = lock
        self._real = real
        self._wait_s = wait_s
        self._host = host
        self._selector = selectors.DefaultSelector()
        self._links: dict[_Link, None] = {}
        self._waiting: dict[_Link, None] = {}  # those that have something to do later
        self._dropped: list[Channel] = []  # to be closed by the serving thread
        self._defects = defects or Defects()
        self._listeners: list[tuple[socket.socket, Factory]] = []
        self._wake, self._woken = socket.socketpair()
        self._reserve = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # to be given up when none is left
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._open = True
        self._thread = threading.Thread(target=self._run, name="simulated bench", daemon=True)

    def listen(self, name: str, factory: Factory, port: int = 0) -> int:
        """Open a port (0: any free one) and return its number; `factory` makes the session of a client.

        Raises:
            ServeError: the address cannot be bound.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind((self._host, port))
            listener.listen(1024)
        except OSError as error:
            listener.close()
            place = f"Port {port}" if port else "A port"
            raise ServeError(
                f"{place} of {self._host} cannot be served: {error.strerror or error}",
                where=f"instrument {name}",
                way_out="Choose another host, or end the program that holds the port.",
            ) from error
        listener.setblocking(False)
        self._listeners.append((listener, factory))
        self._selector.register(listener, selectors.EVENT_READ, factory)
        return int(listener.getsockname()[1])

    def attach(self, channel: Channel, factory: Factory) -> None:
        """Serve a connection that is there already."""
        link = self._link(channel, factory)
        if link is None:
            channel.close()

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def drain(self) -> None:
        """Carry out every message that clients have sent; called by the clock before time moves."""
        with self._lock:
            for listener, factory in self._listeners:
                while self._accept(listener, factory):
                    self._rouse()
            for link in list(self._links):
                while self._receive(link):
                    pass

    def close(self) -> None:
        """Stop serving and close every connection."""
        if not self._open:
            return
        self._open = False
        self._rouse()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            for link in list(self._links):
                self._drop(link)
            self._close_dropped()
            for sock in (*(pair[0] for pair in self._listeners), self._wake, self._woken, self._reserve):
                sock.close()
            self._selector.close()

    def _run(self) -> None:
        try:
            while self._open:
                events = self._selector.select(self._timeout())
                with self._lock:
                    for key, mask in events:
                        self._handle(key, mask)
                    for link in list(self._waiting):
                        self._continue(link)
                    self._close_dropped()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is noted and clients are let go
            self._defects.note("the serving thread, which stopped serving", error)
        finally:
            # Also after a defect of the host itself: clients see a closed connection and do not wait.
            with self._lock:
                for link in list(self._links):
                    self._drop(link)
                self._close_dropped()
                if self._open:
                    self._stop_listening()

    def _stop_listening(self) -> None:
        """Refuse new clients, who would wait for a thread that has ended."""
        for listener, _ in self._listeners:
            with contextlib.suppress(KeyError, ValueError):  # closed or unregistered before
                self._selector.unregister(listener)
            listener.close()
        self._listeners.clear()

    def _close_dropped(self) -> None:
        while self._dropped:
            self._dropped.pop().close()

    def _handle(self, key: selectors.SelectorKey, mask: int) -> None:
        if isinstance(key.data, _Link):
            if mask & selectors.EVENT_WRITE:
                self._flush(key.data)
            if mask & selectors.EVENT_READ and not self._receive(key.data):
                self._pause(key.data)
        elif key.data is None:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(_CHUNK)
        elif isinstance(key.fileobj, socket.socket):
            self._accept(key.fileobj, key.data)

    def _accept(self, listener: socket.socket, factory: Factory) -> bool:
        """Take a client that waits; say whether there was one."""
        try:
            sock, _ = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away(listener)
            return False  # nobody, the client has gone again, or no descriptor is left
        if len(self._links) >= _MOST_LINKS or self._link(SocketChannel(sock), factory) is None:
            sock.close()
        return True

    def _turn_away(self, listener: socket.socket) -> None:
        """Let a client go for whom no descriptor is left, or it would wake the thread for ever."""
        self._reserve.close()
        with contextlib.suppress(OSError):  # the descriptor may have gone to somebody else
            listener.accept()[0].close()
        with contextlib.suppress(OSError):
            self._reserve = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def _link(self, channel: Channel, factory: Factory) -> _Link | None:
        """Make the connection of a session; None where it is refused."""
        stir = Stir(self)
        try:
            session = factory(stir)
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted and the client let go
            self._defects.note("a new connection", defect)
            return None
        if session is None:
            return None
        link = _Link(channel, session)
        stir.join(link)
        self._links[link] = None
        self._selector.register(channel, selectors.EVENT_READ, link)
        return link

    def stir(self, link: _Link) -> None:
        """Let a session go on soon."""
        if link in self._links:
            self._waiting[link] = None
            self._rouse()

    def pull(self, link: _Link) -> None:
        """Carry out what a client has sent by now."""
        while self._receive(link):
            pass

    def _receive(self, link: _Link) -> bool:
        """Take what the client has sent; say whether there was anything."""
        if link not in self._links or link.session.busy:
            return False  # gone, or busy: the rest waits in the connection
        try:
            data = link.channel.receive(_CHUNK)
        except BlockingIOError:
            return False
        except GoneError:
            self._asked(link, link.session.end_of_input)
            self._drop(link)
            return False
        self._send(link, self._asked(link, lambda: link.session.feed(data)) or [])
        return True

    def _asked(self, link: _Link, act: Callable[[], T]) -> T | None:
        """Let a session do something; where the simulator has a defect, only this connection ends."""
        try:
            return act()
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted and the client let go
            self._defects.note(type(link.session).__name__, defect)
            self._drop(link)
            return None

    def _pause(self, link: _Link) -> None:
        """Do not wait for bytes that a busy session leaves in the connection."""
        if link in self._links and link.session.busy and not self._gone(link):
            self._watch(link, reading=False)

    def _continue(self, link: _Link) -> None:
        """Go on with operations that take real time, and send what was held back."""
        self._waiting.pop(link, None)
        if link not in self._links:
            return
        was_busy = link.session.busy
        if was_busy and self._gone(link):
            return
        self._send(link, self._asked(link, link.session.proceed) or [])
        if was_busy and not link.session.busy:
            self._receive(link)
        now = self._real.monotonic_ns()
        while link.late and link.late[0][0] <= now:
            link.unsent += link.late.pop(0)[1]
            self._flush(link)

    def _gone(self, link: _Link) -> bool:
        """Drop a client that went away while its operation was running."""
        gone = link.channel.gone()
        if gone:
            self._drop(link)
        return gone

    def _send(self, link: _Link, outgoing: list[Outgoing]) -> None:
        for item in outgoing:
            if item.delay_s > 0.0:
                link.late.append((self._real.monotonic_ns() + round(item.delay_s * 1e9), item.data))
                link.late.sort()
            else:
                link.unsent += item.data
        self._flush(link)
        if link in self._links and link.session.broken:
            self._drop(link)

    def _flush(self, link: _Link) -> None:
        if link not in self._links:
            return
        if link.unsent:
            try:
                sent = link.channel.send(link.unsent)
            except BlockingIOError:
                sent = 0
            except GoneError:
                self._drop(link)
                return
            del link.unsent[:sent]
            if len(link.unsent) > _MOST_UNREAD:
                self._drop(link)
                return
        session = link.session
        if link.late or session.due_ns is not None or session.deadline_ns is not None:
            self._waiting[link] = None
            self._rouse()
        self._watch(link, reading=not session.busy or bool(link.mask & selectors.EVENT_READ))

    def _watch(self, link: _Link, *, reading: bool) -> None:
        """Wait for bytes, and for room where some are unsent."""
        mask = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if link.unsent else 0)
        if mask == link.mask:
            return
        if not mask:
            self._selector.unregister(link.channel)
        elif link.mask:
            self._selector.modify(link.channel, mask, link)
        else:
            self._selector.register(link.channel, mask, link)
        link.mask = mask
        self._rouse()

    def _drop(self, link: _Link) -> None:
        if link in self._links:
            del self._links[link]
            self._waiting.pop(link, None)
            if link.mask:
                self._selector.unregister(link.channel)
            link.channel.shut()
            self._dropped.append(link.channel)
            self._asked(link, link.session.close)
            self._rouse()

    def _rouse(self) -> None:
        """Let the serving thread look again at what is due."""
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(BlockingIOError):  # so full that it wakes anyway
                self._wake.send(b"x")

    def _timeout(self) -> float | None:
        """Return the real seconds until the next thing is due."""
        with self._lock:
            now = self._real.monotonic_ns()
            waits: list[float] = []
            for link in self._waiting:
                session = link.session
                if session.due_ns is not None:
                    waits.append(self._wait_s(session.due_ns))
                if session.deadline_ns is not None:
                    waits.append((session.deadline_ns - now) / 1e9)
                if link.late:
                    waits.append((link.late[0][0] - now) / 1e9)
                if session.due_ns is None and session.deadline_ns is None and not link.late:
                    waits.append(0.0)  # stirred
        return max(0.0, min(waits)) if waits else None
