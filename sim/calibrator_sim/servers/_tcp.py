"""Raw TCP: one thread for all instruments of a bench, one message exchange a connection."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from calibrator_drivers.clock import Clock
from calibrator_sim._errors import ServeError
from calibrator_sim.instruments import Device
from calibrator_sim.servers._exchange import Exchange, Outgoing

__all__ = ["TcpHost"]

_log = logging.getLogger(__name__)

_CHUNK = 65536
_MOST_UNREAD = 1 << 20  # bytes that a client may leave unread before it is dropped


@dataclass(eq=False, slots=True)
class _Link:
    """One connection."""

    sock: socket.socket
    exchange: Exchange
    late: list[tuple[int, bytes]] = field(default_factory=list)  # (real ns, bytes)
    unsent: bytearray = field(default_factory=bytearray)


class TcpHost:
    """Serves instruments on ports of one address until closed.

    Any thread may carry out messages, but only the serving thread closes a client's socket: Windows fails a
    `select` whose socket is closed meanwhile.

    Args:
        lock: requests are carried out under it.
        real: the machine's clock, for replies that leave later.
        wait_s: real seconds until a moment of the bench.
        host: address to listen on.
    """

    def __init__(
        self, lock: threading.RLock, real: Clock, wait_s: Callable[[int], float], host: str = "127.0.0.1"
    ) -> None:
        self._lock = lock
        self._real = real
        self._wait_s = wait_s
        self._host = host
        self._selector = selectors.DefaultSelector()
        self._links: list[_Link] = []
        self._dropped: list[socket.socket] = []  # to be closed by the serving thread
        self._failure: Exception | None = None
        self._listeners: list[tuple[socket.socket, Callable[[], Exchange]]] = []
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._open = True
        self._thread = threading.Thread(target=self._run, name="simulated bench", daemon=True)

    def listen(self, device: Device, exchange: Callable[[], Exchange], port: int = 0) -> int:
        """Open a port for an instrument (0: any free one) and return its number.

        Raises:
            ServeError: the address cannot be bound.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind((self._host, port))
            listener.listen(16)
        except OSError as error:
            listener.close()
            raise ServeError(
                f"Port {port} of {self._host} cannot be served: {error.strerror or error}",
                where=f"instrument {device.name}",
                way_out="Choose another host, or end the program that holds the port.",
            ) from error
        listener.setblocking(False)
        self._listeners.append((listener, exchange))
        self._selector.register(listener, selectors.EVENT_READ, exchange)
        return int(listener.getsockname()[1])

    @property
    def failure(self) -> Exception | None:
        """What ended the serving thread before it was closed: a defect of the simulator."""
        return self._failure

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def drain(self) -> None:
        """Carry out every message that clients have sent; called by the clock before time moves."""
        with self._lock:
            for listener, exchange in self._listeners:
                while self._accept(listener, exchange):
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
            self._close_dropped()
            for sock in (*(pair[0] for pair in self._listeners), self._wake, self._woken):
                sock.close()
            self._selector.close()

    def _run(self) -> None:
        try:
            while self._open:
                events = self._selector.select(self._timeout())
                with self._lock:
                    for key, mask in events:
                        self._handle(key, mask)
                    for link in list(self._links):
                        self._continue(link)
                    self._close_dropped()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and clients are let go
            self._failure = error
            _log.exception("the simulated bench stopped serving")
        finally:
            # Also after a defect of the simulator: clients see a closed connection and do not wait.
            with self._lock:
                for link in list(self._links):
                    self._drop(link)
                self._close_dropped()
                if self._failure is not None:
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
            if mask & selectors.EVENT_READ:
                self._receive(key.data)
        elif key.data is None:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(_CHUNK)
        elif isinstance(key.fileobj, socket.socket):
            self._accept(key.fileobj, key.data)

    def _accept(self, listener: socket.socket, exchange: Callable[[], Exchange]) -> bool:
        """Take a client that waits; say whether there was one."""
        try:
            sock, _ = listener.accept()
        except OSError:
            return False  # nobody, or the client has gone again
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = _Link(sock, exchange())
        self._links.append(link)
        self._selector.register(sock, selectors.EVENT_READ, link)
        return True

    def _receive(self, link: _Link) -> bool:
        """Take what the client has sent; say whether there was anything."""
        if link not in self._links or link.exchange.due_ns is not None:
            return False  # gone, or busy: the rest waits in the socket
        try:
            data = link.sock.recv(_CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            self._drop(link)
            return False
        if not data:
            link.exchange.end_of_input()
            self._drop(link)
            return False
        self._send(link, link.exchange.feed(data))
        return True

    def _continue(self, link: _Link) -> None:
        """Go on with operations that take real time, and send what was held back."""
        if link.exchange.due_ns is not None:
            if self._gone(link):
                return
            self._send(link, link.exchange.proceed())
            if link.exchange.due_ns is None:
                self._receive(link)
        now = self._real.monotonic_ns()
        while link.late and link.late[0][0] <= now:
            link.unsent += link.late.pop(0)[1]
            self._flush(link)

    def _gone(self, link: _Link) -> bool:
        """Drop a client that went away while its operation was running."""
        try:
            gone = link.sock.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone:
            self._drop(link)
        return gone

    def _send(self, link: _Link, outgoing: list[Outgoing]) -> None:
        for item in outgoing:
            if item.delay_s > 0.0:
                link.late.append((self._real.monotonic_ns() + round(item.delay_s * 1e9), item.data))
                link.late.sort()
                self._rouse()
            else:
                link.unsent += item.data
        if link.exchange.due_ns is not None:
            self._rouse()
        self._flush(link)
        if link.exchange.broken:
            self._drop(link)

    def _flush(self, link: _Link) -> None:
        if not link.unsent or link not in self._links:
            return
        try:
            sent = link.sock.send(link.unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(link)
            return
        del link.unsent[:sent]
        if len(link.unsent) > _MOST_UNREAD:
            self._drop(link)
            return
        mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if link.unsent else 0)
        if self._selector.get_key(link.sock).events != mask:
            self._selector.modify(link.sock, mask, link)
            self._rouse()

    def _drop(self, link: _Link) -> None:
        if link in self._links:
            self._links.remove(link)
            self._selector.unregister(link.sock)
            with contextlib.suppress(OSError):  # the client has gone before
                link.sock.shutdown(socket.SHUT_RDWR)
            self._dropped.append(link.sock)
            link.exchange.close()
            self._rouse()

    def _rouse(self) -> None:
        """Let the serving thread look again at what is due."""
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(BlockingIOError):  # so full that it wakes anyway
                self._wake.send(b"x")

    def _timeout(self) -> float | None:
        """Return the real seconds until the next thing is due."""
        with self._lock:
            waits = [
                self._wait_s(link.exchange.due_ns) for link in self._links if link.exchange.due_ns is not None
            ]
            now = self._real.monotonic_ns()
            waits += [(link.late[0][0] - now) / 1e9 for link in self._links if link.late]
        return max(0.0, min(waits)) if waits else None
