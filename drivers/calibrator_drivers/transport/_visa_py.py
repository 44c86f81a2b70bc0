"""What pyvisa-py 0.8.1 lacks for VXI-11 and HiSLIP, done on its own sessions.

A VXI-11 read spins until its time-out when the peer has closed (`recv` returns no bytes, which its loop takes
for "not yet"), and so does HiSLIP's flush; a socket whose end is an error cures both and changes nothing
where the defect is gone. HiSLIP's clear and status query fail when a reply or a service request is on its
way (IVI-6.1, 6.12 and 6.14 say to go past them); `HislipExtras` goes past them.
"""

from __future__ import annotations

import errno
import socket
import struct
import traceback
from typing import Any

from calibrator_drivers.clock import Deadline, RealClock

from ._wait import Readable

__all__ = [
    "HislipExtras",
    "close_left_open",
    "first_cause",
    "hislip_of",
    "keep_half_replies",
    "notice_a_lost_peer",
]

_CLOCK = RealClock()
_HEADER = struct.Struct("!2sBBIQ")
_DEVICE_CLEAR_COMPLETE, _DEVICE_CLEAR_ACKNOWLEDGE = 8, 9
_TRIGGER = 12
_ASYNC_DEVICE_CLEAR, _ASYNC_SERVICE_REQUEST = 19, 20
_ASYNC_STATUS_QUERY, _ASYNC_STATUS_RESPONSE, _ASYNC_DEVICE_CLEAR_ACKNOWLEDGE = 21, 22, 23
_FIRST_ID = 0xFFFF_FF00
_CLEAR_S = 2.0
_LOOK_S = 0.25  # a service request that was lost on the way is found by asking


class _EndIsAnError(socket.socket):
    """A socket that raises where another returns no bytes at the peer's end."""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data = super().recv(bufsize, flags)
        if not data and bufsize:
            raise ConnectionResetError("the peer closed the connection")
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:  # noqa: ANN401 - any buffer
        count = super().recv_into(buffer, nbytes, flags)
        if not count and len(buffer):
            raise ConnectionResetError("the peer closed the connection")
        return count


def _noticing(sock: socket.socket) -> socket.socket:
    timeout = sock.gettimeout()
    replaced = _EndIsAnError(sock.family, sock.type, sock.proto, fileno=sock.detach())
    replaced.settimeout(timeout)
    return replaced


def _inner(visa: Any) -> Any:  # noqa: ANN401 - pyvisa-py's session, None under another library
    sessions = getattr(visa.visalib, "sessions", None)
    return None if sessions is None else getattr(sessions.get(visa.session), "interface", None)


def notice_a_lost_peer(visa: Any) -> None:  # noqa: ANN401 - any pyvisa resource
    """Let pyvisa-py's VXI-11 and HiSLIP sessions notice at once that the peer is gone."""
    inner = _inner(visa)
    if inner is None:
        return
    for name in ("sock", "_sync", "_async"):
        if isinstance(sock := getattr(inner, name, None), socket.socket):
            setattr(inner, name, _noticing(sock))


def keep_half_replies(visa: Any, kept: bytearray) -> None:  # noqa: ANN401 - any pyvisa resource
    """Append to `kept` what pyvisa-py throws away at a time-out: a reply that came without its end."""
    session = (getattr(visa.visalib, "sessions", None) or {}).get(visa.session)
    if session is None:
        return
    read, interface = session.read, getattr(session, "interface", None)

    def reading(count: int) -> tuple[bytes, Any]:
        data, status = read(count)
        if status < 0:
            kept.extend(data)
        return data, status

    session.read = reading
    if interface is None or not hasattr(interface, "_sync"):
        return
    receive = interface.receive  # HiSLIP's

    def receiving(max_len: int = 4096) -> bytes:
        try:
            return bytes(receive(max_len))
        except OSError as error:
            for frame, _ in traceback.walk_tb(error.__traceback__):
                if "bytes_recvd" in frame.f_locals:
                    kept.extend(frame.f_locals["recv_buffer"][: frame.f_locals["bytes_recvd"]])
            raise

    interface.receive = receiving


def close_left_open(error: BaseException) -> None:
    """Close the sockets that pyvisa-py leaves open behind an error of opening."""
    seen: BaseException | None = error
    while seen is not None:
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            session = frame.f_locals.get("self")
            # A VXI-11 link that is refused leaves the connection of its session's client open.
            for owner in (session, getattr(session, "interface", None)):
                for name in ("sock", "_sync", "_async", "interface"):
                    if isinstance(sock := getattr(owner, name, None), socket.socket):
                        sock.close()
        seen = seen.__cause__ or seen.__context__


def first_cause(error: BaseException) -> object:
    """Return the error of the system behind what pyvisa-py makes of it, else the error itself."""
    found, seen = error, error.__cause__ or error.__context__
    while seen is not None:
        if isinstance(seen, OSError):
            found = seen
        seen = seen.__cause__ or seen.__context__
    if (
        isinstance(found, OSError) and found.errno == errno.EBADF
    ):  # its VXI-11 closes the socket, then uses it
        return "the host's name is not known, or the host is not reached"
    return found


def hislip_of(visa: Any) -> HislipExtras | None:  # noqa: ANN401 - any pyvisa resource
    """Return what pyvisa-py's HiSLIP session lacks, None for any other session."""
    inner = _inner(visa)
    return HislipExtras(inner) if hasattr(inner, "_sync") and hasattr(inner, "_async") else None


class HislipExtras:
    """Clear, status, trigger and service request on pyvisa-py's HiSLIP client (IVI-6.1)."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - pyvisa_py.protocols.hislip.Instrument
        self._client = client
        self._requested = False

    def clear(self) -> None:
        """Clear the device; replies that are still on their way are thrown away (IVI-6.1, 6.12)."""
        client = self._client
        self._send(client._async, _ASYNC_DEVICE_CLEAR)
        feature, _ = self._until(client._async, _ASYNC_DEVICE_CLEAR_ACKNOWLEDGE, _CLEAR_S)
        self._send(client._sync, _DEVICE_CLEAR_COMPLETE, feature)
        self._until(client._sync, _DEVICE_CLEAR_ACKNOWLEDGE, _CLEAR_S)
        client._message_id = _FIRST_ID
        client.last_message_id = None
        self._requested = False

    def status_byte(self) -> int:
        """Ask for the status byte; a service request that comes first is kept (IVI-6.1, 6.14.1)."""
        client = self._client
        self._send(client._async, _ASYNC_STATUS_QUERY, client._rmt, _last_sent(client))
        client._rmt = 0
        status, _ = self._until(client._async, _ASYNC_STATUS_RESPONSE, client.timeout)
        return status

    def trigger(self) -> None:
        """Send a trigger."""
        self._client.trigger()

    def wait_for_service(self, timeout_s: float) -> int | None:
        """Wait for a service request; return the status byte, None when none came in time."""
        deadline = Deadline.after(_CLOCK, timeout_s)
        readable = Readable(self._client._async)
        while True:
            if self._requested or readable.within(min(_LOOK_S, deadline.remaining_s())):
                if not self._requested:
                    self._next(self._client._async)
                    continue
                self._requested = False
                return self.status_byte() | 0x40
            if (status := self.status_byte()) & 0x40 and not self._requested:
                return status
            if deadline.passed() and not self._requested:
                return None

    def _send(self, sock: socket.socket, kind: int, control: int = 0, parameter: int = 0) -> None:
        sock.sendall(_HEADER.pack(b"HS", kind, control, parameter, 0))

    def _until(self, sock: socket.socket, kind: int, timeout_s: float) -> tuple[int, int]:
        """Return control code and parameter of the next message of a kind; others before it are passed."""
        deadline, readable = Deadline.after(_CLOCK, timeout_s), Readable(sock)
        while readable.within(deadline.remaining_s()):
            found, control, parameter = self._next(sock)
            if found == kind:
                return control, parameter
        raise TimeoutError(f"no HiSLIP message {kind} within {timeout_s:g} s")

    def _next(self, sock: socket.socket) -> tuple[int, int, int]:
        mark, kind, control, parameter, length = _HEADER.unpack(_exactly(sock, _HEADER.size))
        if mark != b"HS":
            raise ConnectionError("the HiSLIP connection is out of step")
        while length:
            length -= len(_exactly(sock, min(length, 1 << 16)))
        if kind == _ASYNC_SERVICE_REQUEST:
            self._requested = True
        return kind, control, parameter


def _last_sent(client: Any) -> int:  # noqa: ANN401 - as above
    """Return the id that a status query names: of the last message, else the first that will be sent."""
    last: int | None = client.last_message_id
    return _FIRST_ID if last is None else last


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += sock.recv(count - len(data))
    return data
