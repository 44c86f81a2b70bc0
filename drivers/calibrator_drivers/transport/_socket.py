"""TCPIP SOCKET through pyvisa and pyvisa-py, with the defects of pyvisa-py 0.8.1 worked around."""

from __future__ import annotations

import selectors
import socket
from typing import Any

from calibrator_drivers._errors import ConnectFailed, ConnectionLost, ReadTimeout, UnexpectedReply
from calibrator_drivers.clock import Deadline, RealClock

from ._defects import delays_small_messages, has_no_peer, sleeps_through_a_lost_peer

__all__ = ["SocketLink"]

_OPEN_TIMEOUT_MS = 2000  # of a host that does not answer at all; a closed port answers at once
_SLICE_S = 0.25  # Windows does not interrupt select, so a person's Ctrl-C waits no longer than this
_LONGEST_REPLY = 1 << 20
_FD_SETSIZE = 1024
# select() of POSIX refuses file numbers from FD_SETSIZE on, poll() and the select() of Windows do not.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)


class SocketLink:
    """One TCP connection. Waiting on a socket is in real time, whatever the bench's clock shows."""

    def __init__(self, resource: str, *, name: str) -> None:
        self._resource = resource
        self._name = name
        self._visa: Any = None  # pyvisa's resource
        self._inner: Any = None  # pyvisa-py's session below it
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Open the connection; a former one is closed, so that no late reply can come through it."""
        import pyvisa

        self.close()
        if _too_many_files():
            raise self._not_waitable()
        try:
            manager = pyvisa.ResourceManager("@py")
            visa = manager.open_resource(self._resource, open_timeout=_OPEN_TIMEOUT_MS, write_termination="")
        except Exception as error:  # pyvisa-py 0.8.1 raises the bare Exception here
            raise self._no_answer(str(error)) from error
        self._visa = visa
        self._inner = manager.visalib.sessions[visa.session]  # type: ignore[attr-defined] # pyvisa-py's own
        sock: socket.socket = self._inner.interface
        if has_no_peer(sock):
            self.close()
            raise self._no_answer("the connection was refused")
        if delays_small_messages(sock):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock

    def send(self, message: bytes) -> None:
        """Send all bytes, or say that the peer is gone."""
        sock = self._connected()
        try:
            self._inner.write(message)
        except OSError as error:
            raise self._lost(str(error)) from error
        if _readable(sock, 0.0) and not _peek(sock, 1):
            raise self._lost("the peer closed the connection")

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        sock = self._connected()
        if not sleeps_through_a_lost_peer():
            return self._receive_plainly(terminator, timeout_s)
        deadline = Deadline.after(RealClock(), timeout_s)
        reply = bytearray()
        while not reply.endswith(terminator):
            if not _readable(sock, min(_SLICE_S, deadline.remaining_s())):
                if deadline.passed():
                    raise self._timeout(timeout_s, bytes(reply))
                continue
            reply += self._take(sock, terminator)
            if len(reply) > _LONGEST_REPLY:
                raise UnexpectedReply(
                    f"{self._name} sent {len(reply)} bytes without an end of message",
                    reply=bytes(reply[:80]).decode("latin-1"),
                    instrument=self._name,
                    resource=self._resource,
                    way_out="Check that the port is the instrument's command port.",
                )
        return bytes(reply)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        sock, count = self._connected(), 0
        if not sleeps_through_a_lost_peer():  # pyvisa-py's own buffer is in use
            self._discard_buffered()
        while _readable(sock, 0.0):
            count += len(self._take(sock, b"\n"))
        return count

    def clear(self) -> None:
        """Begin a new connection: a raw socket has no device clear, and its late replies die with it."""
        self.open()

    def close(self) -> None:
        """Close the connection."""
        visa, self._visa, self._inner, self._socket = self._visa, None, None, None
        if visa is not None:
            visa.close()

    def _take(self, sock: socket.socket, terminator: bytes) -> bytes:
        """Take what is there, through pyvisa-py and at most to the terminator, without waiting.

        Exactly the bytes that were seen are asked for, so that none stays in pyvisa-py's own buffer.
        """
        there = _peek(sock, 4096)
        if not there:
            raise self._lost("the peer closed the connection")
        end = there.find(terminator)
        wanted = len(there) if end < 0 else end + len(terminator)
        taken, _ = self._inner.read(wanted)
        return bytes(taken)

    def _discard_buffered(self) -> None:
        import pyvisa

        self._visa.flush(pyvisa.constants.BufferOperation.discard_receive_buffer)

    def _receive_plainly(self, terminator: bytes, timeout_s: float) -> bytes:
        import pyvisa

        self._visa.read_termination = terminator.decode("ascii")
        self._visa.timeout = timeout_s * 1000.0
        try:
            return bytes(self._visa.read_raw())
        except pyvisa.VisaIOError as error:
            if error.error_code == pyvisa.constants.StatusCode.error_timeout:
                raise self._timeout(timeout_s, b"") from error
            raise self._lost(str(error)) from error

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise self._lost("the connection is closed")
        return self._socket

    def _no_answer(self, why: str) -> ConnectFailed:
        return ConnectFailed(
            f"Nothing answers: {why}",
            instrument=self._name,
            resource=self._resource,
            way_out="Check power, cable and address, then try `calibrator bench check`.",
        )

    def _not_waitable(self) -> ConnectFailed:
        return ConnectFailed(
            f"This process holds too many open files: pyvisa-py waits for none from number {_FD_SETSIZE} on",
            instrument=self._name,
            resource=self._resource,
            way_out="Close some, or start the process anew.",
        )

    def _lost(self, why: str) -> ConnectionLost:
        return ConnectionLost(
            f"The connection is lost: {why}",
            instrument=self._name,
            resource=self._resource,
            way_out="Check power and cable; a new connection never re-energises.",
        )

    def _timeout(self, timeout_s: float, partial: bytes) -> ReadTimeout:
        begun = f"; it began with {partial[:40]!r}" if partial else ""
        return ReadTimeout(
            f"No complete reply within {timeout_s:g} s{begun}",
            timeout_s=timeout_s,
            instrument=self._name,
            resource=self._resource,
            way_out="The next exchange starts on a new connection; check the instrument if it happens again.",
        )


def _too_many_files() -> bool:
    """Say whether a new socket would have a number that the select() of pyvisa-py 0.8.1 cannot wait for.

    It would leave that socket open behind its error.
    """
    if _Selector is selectors.SelectSelector:
        return False
    with socket.socket() as probe:
        return probe.fileno() >= _FD_SETSIZE


def _readable(sock: socket.socket, timeout_s: float) -> bool:
    with _Selector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(timeout_s))


def _peek(sock: socket.socket, size: int) -> bytes:
    try:
        return sock.recv(size, socket.MSG_PEEK)
    except ConnectionError:
        return b""
