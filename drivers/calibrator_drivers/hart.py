"""HART command frames: identity, variables and loop current of a transmitter, over a modem on a serial line.

Resources: `HART::/dev/ttyUSB0::0` (a modem, 1200 baud, odd parity), `HART::socket://host:port::0` (any
pyserial URL); the last number is the polling address. Frame format and commands: HART field communication
protocol, revisions 5 to 7; the packing was seen in public code (S-HART), commands from 33 on are remembered.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ._errors import BadResource, InstrumentReportedError, UnexpectedReply
from .traffic import TrafficLog
from .transport import Line, Policy, parse_address
from .transport._frames import FrameSession, Wire, open_wire
from .transport._stream import Stream

__all__ = [
    "HartIdentity",
    "HartReply",
    "HartSession",
    "Variable",
    "build_request",
    "open_hart",
    "parse_reply",
]

_LINE = Line(baud=1200, parity="O")  # Bell 202
_PREAMBLE, _PREAMBLES = 0xFF, 5
_PRIMARY_MASTER = 0x80
_SHORT, _LONG = 0x02, 0x82
_REPLY = 0x04  # set in the delimiter of an answer
_COMMUNICATION_ERROR = 0x80  # in the first status byte: the transmitter did not understand the frame
_LONGEST_NOISE = 64  # bytes before a frame begins
# Commands that change nothing, so that asking twice is safe.
_READING = frozenset({0, 1, 2, 3, 7, 8, 9, 11, 12, 13, 14, 15, 16, 20, 21, 48})
# Response codes that accompany a command that was carried out [memory-medium].
_WARNINGS = frozenset({0, 8, 14, *range(24, 28), *range(96, 128)})
_CODES = {2: "invalid selection", 3: "value too large", 4: "value too small", 5: "too few data bytes"} | {
    6: "device-specific error",
    7: "write-protected",
    16: "access restricted",
    32: "busy",
    64: "command not implemented",
}


@dataclass(frozen=True, slots=True)
class HartReply:
    """An answer: response code, the transmitter's status byte, and data."""

    command: int
    response_code: int
    device_status: int
    data: bytes

    @property
    def fixed_current(self) -> bool:
        """Whether the loop current stands fixed (command 40, 45, 46), so that it follows nothing."""
        return bool(self.device_status & 0x08)

    @property
    def saturated(self) -> bool:
        """Whether the loop current is at its limit."""
        return bool(self.device_status & 0x04)


@dataclass(frozen=True, slots=True)
class HartIdentity:
    """What command 0 tells."""

    manufacturer: int
    device_type: int
    revision: int  # universal command revision
    software: int
    device_id: int
    long_address: bytes


@dataclass(frozen=True, slots=True)
class Variable:
    """A value and the code of its unit (HART common tables, table 2)."""

    value: float
    unit_code: int


def _parity(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def build_request(address: bytes, command: int, data: bytes = b"", *, preambles: int = _PREAMBLES) -> bytes:
    """Return a frame of the primary master; `address` is one byte (polling) or five (long).

    Example:
        >>> build_request(bytes([0]), 0).hex()
        'ffffffffff0280000082'
    """
    head = bytes([_LONG if len(address) == 5 else _SHORT, address[0] & 0x3F | _PRIMARY_MASTER]) + address[1:]
    body = head + bytes([command, len(data)]) + data
    return bytes([_PREAMBLE]) * preambles + body + bytes([_parity(body)])


def parse_reply(frame: bytes) -> HartReply:
    """Return the answer in a frame without its preambles.

    Raises:
        ValueError: the parity is wrong or the frame is none of an answer.

    Example:
        >>> parse_reply(bytes.fromhex("068001020040c5"))
        HartReply(command=1, response_code=0, device_status=64, data=b'')
    """
    if _parity(frame):
        raise ValueError("the longitudinal parity is wrong")
    size = 5 if frame[0] & 0x80 else 1
    body = frame[1 + size : -1]
    if frame[0] & 0x07 != _SHORT | _REPLY or len(body) < 4 or body[1] != len(body) - 2:
        raise ValueError("it is no answer of a transmitter")
    return HartReply(body[0], body[2], body[3], body[4:])


class HartSession(FrameSession):
    """One transmitter on a loop. Commands that read may be repeated by the policy, others never are."""

    def __init__(
        self,
        wire: Wire,
        polling_address: int,
        *,
        name: str,
        resource: str,
        timeout_s: float,
        traffic: TrafficLog | None,
        policy: Policy | None,
    ) -> None:
        super().__init__(
            wire, name=name, resource=resource, timeout_s=timeout_s, traffic=traffic, policy=policy
        )
        self._address = self._polling = bytes([polling_address])
        self._preambles = _PREAMBLES

    def identify(self) -> HartIdentity:
        """Ask by the polling address who answers, and use its long address from then on."""
        self._address = self._polling
        data = self.command(0).data
        if len(data) < 12 or data[0] != 254:
            raise self._not_understood(0, data)
        self._preambles = max(_PREAMBLES, min(data[3], 20))
        self._address = bytes([data[1] & 0x3F, data[2], *data[9:12]])
        if not self._coming_back:
            self._known = self._address.hex()
        return HartIdentity(
            data[1], data[2], data[4], data[6], int.from_bytes(data[9:12], "big"), self._address
        )

    def command(self, number: int, data: bytes = b"") -> HartReply:
        """Carry out a command.

        Raises:
            InstrumentReportedError: the transmitter refuses it; nothing was changed.
            ReadTimeout: it does not answer.
        """

        def exchange(stream: Stream) -> HartReply:
            self._send(stream, build_request(self._address, number, data, preambles=self._preambles))
            return self._take(stream, number)

        reply = self._exchange(exchange, f"command {number}", repeatable=number in _READING)
        if reply.response_code & _COMMUNICATION_ERROR or reply.response_code not in _WARNINGS:
            broken = reply.response_code & _COMMUNICATION_ERROR
            text = "frame not understood" if broken else _CODES.get(reply.response_code, "refused")
            raise InstrumentReportedError(
                [(reply.response_code, text)],
                after=f"command {number}",
                instrument=self.name,
                resource=self.resource,
                way_out="Check the loop's resistance (230 ohm at least), write protection, and the value.",
            )
        return reply

    def primary_variable(self) -> Variable:
        """Return the primary variable (command 1)."""
        data = self.command(1).data
        return Variable(self._float(1, data, 1), data[0])

    def loop_current(self) -> tuple[float, float]:
        """Return the loop current (mA) and the percentage of range (command 2)."""
        data = self.command(2).data
        return self._float(2, data, 0), self._float(2, data, 4)

    def dynamic_variables(self) -> tuple[float, tuple[Variable, ...]]:
        """Return the loop current (mA) and up to four variables (command 3)."""
        data = self.command(3).data
        places = range(4, len(data) - 4, 5)
        return self._float(3, data, 0), tuple(
            Variable(self._float(3, data, at + 1), data[at]) for at in places
        )

    def fix_current(self, current_ma: float) -> float:
        """Fix the loop current (mA), 0 lets it follow the input again (command 40); returns what is fixed.

        A loop that is left fixed measures nothing: always end with `fix_current(0.0)`.
        """
        return self._float(40, self.command(40, struct.pack(">f", current_ma)).data, 0)

    def _ask_identity(self) -> str:
        return self.identify().long_address.hex()

    def _take(self, stream: Stream, number: int) -> HartReply:
        """Read frames until the answer to this command; others on the loop are passed."""
        while True:
            frame = self._frame(stream)
            try:
                reply = parse_reply(frame)
            except ValueError as error:
                raise UnexpectedReply(
                    f"The frame {frame.hex()} is not understood: {error}",
                    reply=frame.hex(),
                    instrument=self.name,
                    resource=self.resource,
                    way_out="Check the modem and the noise on the loop.",
                ) from error
            meant = (
                frame[1] & 0x3F == self._address[0] & 0x3F
                and frame[2 : 1 + len(self._address)] == self._address[1:]
            )
            if reply.command == number and meant:
                return reply

    def _frame(self, stream: Stream) -> bytes:
        seen = 0
        noise = 0
        while True:
            byte = self._bytes(stream, 1)
            if byte[0] == _PREAMBLE:
                seen += 1
                continue
            if seen >= 2 and byte[0] & 0x07 in (_SHORT, _SHORT | _REPLY):
                size = 5 if byte[0] & 0x80 else 1
                head = byte + self._bytes(stream, size + 2)
                return head + self._bytes(stream, head[-1] + 1)
            seen, noise = 0, noise + 1
            if noise > _LONGEST_NOISE:
                raise self._not_understood(0, bytes(self._came))

    def _bytes(self, stream: Stream, count: int) -> bytes:
        data = stream.receive_exactly(count, self._timeout_s)
        self._came += data
        return data

    def _float(self, number: int, data: bytes, at: int) -> float:
        if len(data) < at + 4:
            raise self._not_understood(number, data)
        value: float = struct.unpack(">f", data[at : at + 4])[0]
        return value

    def _not_understood(self, number: int, data: bytes) -> UnexpectedReply:
        return UnexpectedReply(
            f"The answer {data[:40].hex()} to command {number} is not understood",
            reply=data.hex(),
            instrument=self.name,
            resource=self.resource,
            way_out="Check that a HART transmitter is at this address.",
        )


def open_hart(
    resource: str,
    *,
    timeout_s: float = 2.0,
    traffic: TrafficLog | None = None,
    name: str = "",
    line: Line | None = None,
    policy: Policy | None = None,
) -> HartSession:
    """Open a transmitter on a HART loop; nothing is sent.

    Raises:
        BadResource: the resource names no HART transmitter.
        ConnectFailed: the line cannot be opened.
    """
    address = parse_address(resource)
    if address.kind != "hart":
        raise BadResource(
            "This is no HART resource",
            instrument=name,
            resource=resource,
            way_out="Write HART::/dev/ttyUSB0::0 or HART::socket://host:port::0.",
        )
    wire = open_wire(address, address.line(line or _LINE), name=name)
    return HartSession(
        wire,
        int(address.unit),
        name=name,
        resource=resource,
        timeout_s=timeout_s,
        traffic=traffic,
        policy=policy,
    )
