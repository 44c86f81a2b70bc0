"""Modbus: TCP and RTU in front of an instrument's registers.

Frames, function and exception codes: Modbus application protocol V1.1b3; RTU over serial line V1.02.
"""

from __future__ import annotations

import struct

from calibrator_sim.instruments import ModbusError, Registers
from calibrator_sim.servers._conversation import Outgoing, Served

__all__ = ["ModbusRtuSession", "ModbusTcpSession", "crc16"]

_TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
_MOST_BITS, _MOST_WORDS = 2000, 125
_MOST_WRITTEN_BITS, _MOST_WRITTEN_WORDS = 1968, 123
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE, _FAILURE = 1, 2, 3, 4
_ON = 0xFF00
# Length of a request by function: fixed, or the place of the byte that counts what follows.
_FIXED = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8}
_COUNTED = (15, 16)
_LEAST_RTU, _MOST_RTU = 4, 256


def _shifted(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_TABLE = tuple(_shifted(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Return the checksum of a frame.

    Example:
        >>> hex(crc16(bytes.fromhex("010300000002")))
        '0xbc4'
    """
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def _answer(registers: Registers, request: bytes) -> bytes:
    """Carry out a request (function and data) and return the response."""
    function = request[0]
    try:
        if function in _TABLES:
            return _read(registers, function, request[1:])
        if function in (5, 6):
            return _write_one(registers, function, request)
        if function in _COUNTED:
            return _write_many(registers, function, request[1:])
        raise ModbusError(_ILLEGAL_FUNCTION)
    except ModbusError as error:
        return bytes((function | 0x80, error.code))
    except struct.error:
        return bytes((function | 0x80, _ILLEGAL_VALUE))


def _read(registers: Registers, function: int, data: bytes) -> bytes:
    address, count = struct.unpack(">HH", data)
    bits = function <= 2
    if not 1 <= count <= (_MOST_BITS if bits else _MOST_WORDS):
        raise ModbusError(_ILLEGAL_VALUE)
    if address + count > 0x10000:
        raise ModbusError(_ILLEGAL_ADDRESS)
    values = registers.read(_TABLES[function], address, count)
    packed = _pack_bits(values) if bits else struct.pack(f">{count}H", *values)
    return bytes((function, len(packed))) + packed


def _write_one(registers: Registers, function: int, request: bytes) -> bytes:
    address, value = struct.unpack(">HH", request[1:])
    if function == 5 and value not in (0, _ON):
        raise ModbusError(_ILLEGAL_VALUE)
    registers.write(
        "coil" if function == 5 else "holding", address, [value // _ON if function == 5 else value]
    )
    return request


def _write_many(registers: Registers, function: int, data: bytes) -> bytes:
    address, count, size = struct.unpack(">HHB", data[:5])
    bits, body = function == 15, data[5:]
    most = _MOST_WRITTEN_BITS if bits else _MOST_WRITTEN_WORDS
    wanted = (count + 7) // 8 if bits else 2 * count
    if not 1 <= count <= most or size != wanted or len(body) != size:
        raise ModbusError(_ILLEGAL_VALUE)
    if address + count > 0x10000:
        raise ModbusError(_ILLEGAL_ADDRESS)
    values = (
        [body[i // 8] >> i % 8 & 1 for i in range(count)] if bits else list(struct.unpack(f">{count}H", body))
    )
    registers.write("coil" if bits else "holding", address, values)
    return bytes((function,)) + struct.pack(">HH", address, count)


def _pack_bits(values: list[int]) -> bytes:
    packed = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        packed[i // 8] |= bool(value) << i % 8
    return bytes(packed)


class _ModbusSession:
    """What both kinds of connection share: a request is carried out at once."""

    busy = False
    due_ns = None
    deadline_ns = None

    def __init__(self, served: Served, registers: Registers, unit: int = 1) -> None:
        self.broken = False
        self._served = served
        self._registers = registers
        self._unit = unit
        self._buffer = bytearray()

    def proceed(self) -> list[Outgoing]:
        """Nothing waits here."""
        return []

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone."""

    def _carried_out(self, request: bytes) -> bytes | None:
        """Return the response; None where a fault closes the connection."""
        if self._served.replies.closes(self._served.device):
            self.broken = True
            return None
        try:
            return _answer(self._registers, request)
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted and answered as a failure
            self._served.defects.note(self._served.device.name, defect)
            return bytes((request[0] | 0x80, _FAILURE))

    def _out(self, frame: bytes) -> list[Outgoing]:
        """Return a frame as faults leave it."""
        return self._served.replies.replies(self._served.device, "", frame.decode("latin-1"), b"")


class ModbusTcpSession(_ModbusSession):
    """A Modbus TCP client."""

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        self._buffer += data
        out: list[Outgoing] = []
        while len(self._buffer) >= 8 and not self.broken:
            transaction, protocol, length, unit = struct.unpack(">HHHB", self._buffer[:7])
            if protocol != 0 or not 2 <= length <= 254:
                self.broken = True  # the stream is lost
                break
            if len(self._buffer) < 6 + length:
                break
            request = bytes(self._buffer[7 : 6 + length])
            del self._buffer[: 6 + length]
            if unit not in (self._unit, 0, 255):
                continue  # another unit's: nobody answers
            response = self._carried_out(request)
            if response is not None:
                out += self._out(struct.pack(">HHHB", transaction, 0, len(response) + 1, unit) + response)
        return out


class ModbusRtuSession(_ModbusSession):
    """A Modbus RTU line; frames are told apart by their length, since a pseudo-terminal keeps no gaps."""

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the line; return what goes out now."""
        self._buffer += data
        out: list[Outgoing] = []
        while not self.broken and (frame := self._frame()) is not None:
            response = self._carried_out(frame[1:-2])
            if response is not None and frame[0] != 0:
                answer = frame[:1] + response
                out += self._out(answer + crc16(answer).to_bytes(2, "little"))
        return out

    def _frame(self) -> bytes | None:
        """Return the next frame for this unit, or for all of them, and drop what stands before it."""
        held = bytes(self._buffer)
        for start in range(len(held) - 3):
            if held[start] not in (0, self._unit):
                continue
            length = _length(held[start : start + _MOST_RTU])
            if length:
                del self._buffer[: start + length]
                return held[start : start + length]
        del self._buffer[:-_MOST_RTU]
        return None


def _length(held: bytes) -> int:
    """Return how long the frame at the beginning is; 0 where there is none (yet)."""
    function = held[1]
    wanted = 0  # an unknown function: as long as its checksum says
    if function in _FIXED:
        wanted = _FIXED[function]
    elif function in _COUNTED:
        wanted = 9 + held[6] if len(held) > 6 else len(held) + 1
    if wanted > len(held):
        return 0
    crc = 0xFFFF
    for length, byte in enumerate(held[: wanted or len(held)], start=1):
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
        # Over a frame with its checksum nothing is left. One pass, whatever a client sends.
        if crc == 0 and (length == wanted or (not wanted and length >= _LEAST_RTU)):
            return length
    return 0
