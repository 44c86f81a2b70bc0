"""HART command frames over a modem's serial line or TCP.

Frames: HART field communication protocol, revisions 5 to 7 (preambles, delimiter, address,
command, byte count, data, longitudinal parity).
"""

from __future__ import annotations

from calibrator_sim.instruments import HartSlave
from calibrator_sim.servers._conversation import Outgoing, Served

__all__ = ["HartSession", "parity"]

_PREAMBLE = 0xFF
_LEAST_PREAMBLES = 2
_SHORT_REQUEST, _LONG_REQUEST = 0x02, 0x82
_PRIMARY = 0x80
_PREAMBLES = 5
_MOST = 512
_FAILED = bytes((6, 0x80))  # device-specific command error; device malfunction
_PARITY_ERROR = 0x88  # communication error: longitudinal parity


def parity(data: bytes) -> int:
    """Return the exclusive or of all bytes.

    Example:
        >>> parity(bytes.fromhex("8200"))
        130
    """
    result = 0
    for byte in data:
        result ^= byte
    return result


class HartSession:
    """The master's end of a loop with one slave."""

    busy = False
    due_ns = None
    deadline_ns = None

    def __init__(self, served: Served, slave: HartSlave) -> None:
        self.broken = False
        self._served = served
        self._slave = slave
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the master; return what goes out now."""
        self._buffer += data
        out: list[Outgoing] = []
        while (frame := self._frame()) is not None and not self.broken:
            if self._served.replies.closes(self._served.device):
                self.broken = True
                break
            response = self._answer(frame)
            if response is not None:
                out += self._served.replies.replies(self._served.device, "", response.decode("latin-1"), b"")
        if len(self._buffer) > _MOST:
            del self._buffer[:-_MOST]
        return out

    def proceed(self) -> list[Outgoing]:
        """Nothing waits here."""
        return []

    def end_of_input(self) -> None:
        """The master sends no more."""

    def close(self) -> None:
        """The connection is gone."""

    def _frame(self) -> bytes | None:
        """Return the next whole frame without its preambles; None while there is none."""
        while True:
            start = self._buffer.find(bytes((_PREAMBLE,)) * _LEAST_PREAMBLES)
            if start < 0:
                return None
            begin = start
            while begin < len(self._buffer) and self._buffer[begin] == _PREAMBLE:
                begin += 1
            if begin >= len(self._buffer):
                return None
            if self._buffer[begin] not in (_SHORT_REQUEST, _LONG_REQUEST):
                del self._buffer[: begin + 1]  # noise, or another slave's answer
                continue
            head = 1 + (5 if self._buffer[begin] == _LONG_REQUEST else 1) + 2
            if len(self._buffer) < begin + head:
                return None
            end = begin + head + self._buffer[begin + head - 1] + 1
            if len(self._buffer) < end:
                return None
            frame = bytes(self._buffer[begin:end])
            del self._buffer[:end]
            return frame

    def _answer(self, frame: bytes) -> bytes | None:
        """Return the slave's frame; None where it is not meant."""
        size = 5 if frame[0] == _LONG_REQUEST else 1
        address, command, data = frame[1 : 1 + size], frame[1 + size], frame[3 + size : -1]
        if not self._meant(address):
            return None
        if parity(frame[:-1]) != frame[-1]:
            status, body = bytes((_PARITY_ERROR, 0)), b""
        else:
            status, body = self._carried_out(command, data)
        reply = (
            bytes((frame[0] | 0x04,)) + address + bytes((command, len(status) + len(body))) + status + body
        )
        return bytes((_PREAMBLE,)) * _PREAMBLES + reply + bytes((parity(reply),))

    def _carried_out(self, command: int, data: bytes) -> tuple[bytes, bytes]:
        try:
            return self._slave.command(command, data)
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted and answered as a failure
            self._served.defects.note(self._served.device.name, defect)
            return _FAILED, b""

    def _meant(self, address: bytes) -> bool:
        if len(address) == 1:
            return address[0] & 0x3F == self._slave.polling_address
        wanted = self._slave.long_address
        return bytes((address[0] & 0x3F,)) + address[1:] == bytes((wanted[0] & 0x3F,)) + wanted[
            1:
        ] or address[1:] == bytes(4)
