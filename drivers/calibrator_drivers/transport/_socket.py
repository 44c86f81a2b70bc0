"""TCPIP SOCKET through pyvisa and pyvisa-py, with the defects of pyvisa-py 0.8.1 worked around.

pyvisa-py opens the connection; while its reading has the defects, bytes go through the socket below it.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from calibrator_drivers._errors import ConnectFailed, InstrumentError
from calibrator_drivers.clock import Deadline, RealClock

from ._defects import delays_small_messages, has_no_peer, sleeps_through_a_lost_peer
from ._failures import LONGEST_REPLY, Failures
from ._link import Step
from ._strays import Strays
from ._visa_py import close_left_open
from ._wait import Readable

__all__ = ["SocketLink"]

_OPEN_TIMEOUT_MS = 2000  # of a host that does not answer at all; a closed port answers at once
_SEND_TIMEOUT_S = 10  # of a peer that takes no bytes
_SLICE_S = 0.25  # Windows does not interrupt select, so a person's Ctrl-C waits no longer than this
_CHUNK = 1 << 16
_FD_SETSIZE = 1024
_CLOCK = RealClock()


class SocketLink:
    """One TCP connection. Waiting on a socket is in real time, whatever the bench's clock shows."""

    ends_messages = False

    def __init__(self, resource: str, *, name: str) -> None:
        self.step = Step()
        self.while_waiting: Callable[[], object] = (
            _nothing  # called when a reply does not come within a slice
        )
        self._resource = resource
        self._name = name
        self._fail = Failures(name, resource)
        self._visa: Any = None  # pyvisa's resource
        self._socket: socket.socket | None = None
        self._readable: Readable | None = None
        self._buffer = bytearray()  # what came behind the end of a reply
        self._strays = Strays(self._buffer)

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
            close_left_open(error)
            raise self._fail.no_answer(error) from error
        self._visa = visa
        inner: Any = manager.visalib.sessions[visa.session]  # type: ignore[attr-defined] # pyvisa-py's own
        sock: socket.socket = inner.interface
        if has_no_peer(sock):
            self.close()
            raise self._fail.no_answer("the connection was refused")
        if delays_small_messages(sock):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _milliseconds(_SEND_TIMEOUT_S * 1000))
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _milliseconds(round(_SLICE_S * 1000)))
        self._socket, self._readable = sock, Readable(sock)

    def send(self, message: bytes) -> None:
        """Send all bytes, or say that the peer is gone."""
        sock, readable = self._connected()
        try:
            sock.sendall(message)
        except OSError as error:
            raise self._fail.lost(error) from error
        if readable.now() and sleeps_through_a_lost_peer():
            self._take(sock)  # a peer that closed before is noticed here

    def send_question(self, message: bytes) -> None:
        """Send all bytes of what is answered: who waits for the reply sees that the peer is gone."""
        try:
            self._connected()[0].sendall(message)
        except OSError as error:
            raise self._fail.lost(error) from error

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        sock, readable = self._connected()
        if not sleeps_through_a_lost_peer():
            return self._receive_plainly(terminator, timeout_s)
        buffer, begun_ns = self._buffer, _CLOCK.monotonic_ns()
        if not buffer:
            came = self._first(sock, readable, timeout_s)
            if came.endswith(terminator) and came.find(terminator) == len(came) - len(terminator):
                return came  # one whole reply, as nearly always
            buffer += came
        end = buffer.find(terminator)
        if end < 0:  # not whole at once
            end = self._gather(terminator, Deadline(_CLOCK, begun_ns + round(timeout_s * 1e9)), timeout_s)
        return self._strays.cut(end + len(terminator))

    def _gather(self, terminator: bytes, deadline: Deadline, timeout_s: float) -> int:
        """Take bytes until the terminator is among them; return where it begins."""
        sock, readable = self._connected()
        buffer, looked = self._buffer, 0
        self.while_waiting()
        while (end := buffer.find(terminator, looked)) < 0:
            if len(buffer) > LONGEST_REPLY:
                raise self._fail.endless(bytes(buffer))
            looked = max(0, len(buffer) - len(terminator) + 1)
            if readable.within(min(_SLICE_S, deadline.remaining_s())):
                self._take(sock)
            elif deadline.passed():
                raise self._fail.timeout(timeout_s, bytes(buffer))
        return end

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes straight from the socket; the time-out counts anew while they keep coming."""
        sock, readable = self._connected()
        if not sleeps_through_a_lost_peer():
            return self._receive_exactly_plainly(count, timeout_s)
        if len(self._buffer) < count <= _CHUNK:  # the head of a block: what comes along is kept
            self._fill(count, timeout_s)
        data = bytearray(count)
        had = min(count, len(self._buffer))
        data[:had] = self._strays.cut(had)
        view = memoryview(data)
        try:
            while had < count:
                self._wait(readable, timeout_s, view[:had])
                had += self._take_into(sock, view[had:])
        except InstrumentError:
            self._buffer[:0] = view[:had]  # what came of a block that broke off is told of
            raise
        return bytes(data)

    def receive_some(self, timeout_s: float) -> bytes:
        """Return what has come, at least one byte."""
        sock, readable = self._connected()
        if not self._buffer:
            self._wait(readable, timeout_s, b"")
            self._take(sock)
        return self._strays.cut(len(self._buffer))

    def waiting(self, timeout_s: float) -> bool:
        """Say whether bytes have come, waiting at most `timeout_s` for them."""
        return bool(self._buffer) or self._connected()[1].within(timeout_s)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        sock, readable = self._connected()
        if not sleeps_through_a_lost_peer():
            return self._drain_plainly(sock, readable)
        while readable.now():
            self._take(sock)
        return self._strays.discard() if self._buffer else 0

    def strays(self) -> bytes:
        """Return what came in and answers nothing, and was not told of yet."""
        return self._strays.take()

    def clear(self) -> None:
        """Begin a new connection: a raw socket has no device clear, and its late replies die with it."""
        self.open()

    def status_byte(self) -> None:
        """Return None: a raw socket has no serial poll."""
        return

    def trigger(self) -> bool:
        """Return False: a raw socket has no group execute trigger."""
        return False

    def wait_for_service(self, timeout_s: float) -> None:
        """Return None: a raw socket has no service request."""
        return

    def close(self) -> None:
        """Close the connection."""
        visa, self._visa, self._socket, self._readable = self._visa, None, None, None
        self._strays.discard()
        if visa is not None:
            visa.close()

    def _fill(self, count: int, timeout_s: float) -> None:
        sock, readable = self._connected()
        while len(self._buffer) < count:
            self._wait(readable, timeout_s, self._buffer)
            self._take(sock)

    def _wait(self, readable: Readable, timeout_s: float, partial: bytes | bytearray | memoryview) -> None:
        deadline = Deadline.after(_CLOCK, timeout_s)
        while not readable.within(min(_SLICE_S, deadline.remaining_s())):
            if deadline.passed():
                raise self._fail.timeout(timeout_s, bytes(partial[:40]))
            self.while_waiting()

    def _first(self, sock: socket.socket, readable: Readable, timeout_s: float) -> bytes:
        """Wait for the beginning of a reply, at most a slice: a receive that waits saves looking first."""
        # On Windows a receive that timed out leaves its socket unusable.
        waits = sys.platform != "win32" and timeout_s >= _SLICE_S
        if waits or readable.within(min(_SLICE_S, timeout_s)):
            return self._came(sock)
        return b""

    def _take(self, sock: socket.socket) -> None:
        """Take what is there into the buffer."""
        self._buffer += self._came(sock)

    def _came(self, sock: socket.socket) -> bytes:
        """Return what is there; nothing when a slice has passed."""
        try:
            data = sock.recv(_CHUNK)
        except BlockingIOError:  # the slice has passed
            return b""
        except OSError as error:
            raise self._fail.lost(error) from error
        if not data:
            raise self._fail.lost("the peer closed the connection")
        return data

    def _take_into(self, sock: socket.socket, view: memoryview) -> int:
        try:
            count = sock.recv_into(view)
        except OSError as error:
            raise self._fail.lost(error) from error
        if not count:
            raise self._fail.lost("the peer closed the connection")
        return count

    def _receive_plainly(self, terminator: bytes, timeout_s: float) -> bytes:
        import pyvisa

        self._visa.read_termination = terminator.decode("ascii")
        self._visa.timeout = timeout_s * 1000.0
        try:
            return bytes(self._visa.read_raw())
        except pyvisa.VisaIOError as error:
            if error.error_code == pyvisa.constants.StatusCode.error_timeout:
                raise self._fail.timeout(timeout_s) from error
            raise self._fail.lost(error) from error

    def _receive_exactly_plainly(self, count: int, timeout_s: float) -> bytes:
        import pyvisa

        self._visa.read_termination = None
        self._visa.timeout = timeout_s * 1000.0
        try:
            return bytes(self._visa.read_bytes(count, chunk_size=max(count, 1)))
        except pyvisa.VisaIOError as error:
            if error.error_code == pyvisa.constants.StatusCode.error_timeout:
                raise self._fail.timeout(timeout_s) from error
            raise self._fail.lost(error) from error

    def _drain_plainly(self, sock: socket.socket, readable: Readable) -> int:
        import pyvisa

        self._visa.flush(pyvisa.constants.BufferOperation.discard_receive_buffer)
        while readable.now():
            self._take(sock)
        return self._strays.discard()

    def _connected(self) -> tuple[socket.socket, Readable]:
        if self._socket is None or self._readable is None:
            raise self._fail.lost("the connection is closed")
        return self._socket, self._readable

    def _not_waitable(self) -> ConnectFailed:
        return ConnectFailed(
            f"This process holds too many open files: pyvisa-py waits for none from number {_FD_SETSIZE} on",
            instrument=self._name,
            resource=self._resource,
            way_out="Close some, or start the process anew.",
        )


def _nothing() -> None:
    """Hold nothing back, so nothing is to be done."""


def _milliseconds(count: int) -> bytes:
    """Return a time-out as sockets want it: a number on Windows, a struct timeval elsewhere."""
    if sys.platform == "win32":
        return struct.pack("L", count)
    return struct.pack("ll", count // 1000, count % 1000 * 1000)


def _too_many_files() -> bool:
    """Say whether a new socket would have a number that the select() of pyvisa-py 0.8.1 cannot wait for.

    It would leave that socket open behind its error.
    """
    if not hasattr(select, "poll"):  # Windows counts sockets, not numbers
        return False
    with socket.socket() as probe:
        return probe.fileno() >= _FD_SETSIZE
