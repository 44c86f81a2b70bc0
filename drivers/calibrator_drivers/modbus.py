"""Modbus TCP and RTU: registers in place of messages. Frames and functions are pymodbus's (extra `modbus`).

Resources: `MODBUS::host::502::unit`, `MODBUS-RTU::/dev/ttyUSB0::unit?baud=9600&parity=E`.
Bytes go through the transport of this room, so that lock, log, step and lost peers are as everywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Literal

from ._errors import BadResource, ConnectFailed, InstrumentReportedError, ReadTimeout, UnexpectedReply
from .clock import RealClock
from .traffic import TrafficLog
from .transport import Address, Line, Policy, parse_address
from .transport._frames import FrameSession, Wire, open_wire
from .transport._stream import Stream

__all__ = ["ModbusSession", "Table", "WordOrder", "from_words", "open_modbus", "to_words"]

Table = Literal["coil", "discrete", "holding", "input"]
WordOrder = Literal["ABCD", "CDAB", "BADC", "DCBA"]
_LINE = Line(baud=9600, parity="E")  # the default of Modbus over serial line V1.02, 2.5.1
_LENGTHS = {"f": 2, "i": 2, "I": 2, "h": 1, "H": 1, "d": 4, "q": 4, "Q": 4}
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not answer",
}


def from_words(words: Sequence[int], kind: str = "f", order: WordOrder = "ABCD") -> float:
    """Return the number in registers; `kind` is a letter of `struct` (f, d, h, H, i, I, q, Q).

    `order` names the bytes of the first two registers: ABCD high word first, CDAB low word first.

    Example:
        >>> from_words([0x4366, 0x2000]), from_words([0x2000, 0x4366], order="CDAB")
        (230.125, 230.125)
        >>> from_words([0xFFFE, 0xFFFF], "i", "CDAB")
        -2
    """
    if len(words) != _LENGTHS[kind]:
        raise ValueError(f"{len(words)} registers hold no number of {_LENGTHS[kind]}")
    number: float = struct.unpack(f">{kind}", _ordered(words, order))[0]
    return number


def to_words(value: float, kind: str = "f", order: WordOrder = "ABCD") -> tuple[int, ...]:
    """Return the registers that hold a number; the inverse of `from_words`.

    Example:
        >>> [hex(word) for word in to_words(230.125)]
        ['0x4366', '0x2000']
    """
    packed = struct.pack(f">{kind}", value)
    words = struct.unpack(f">{len(packed) // 2}H", packed)
    return struct.unpack(f">{len(words)}H", _ordered(words, order))


def _ordered(words: Sequence[int], order: WordOrder) -> bytes:
    """Put the bytes of registers in order; each order is its own inverse."""
    if order in ("CDAB", "DCBA"):
        words = words[::-1]
    return struct.pack(f"{'<' if order in ('BADC', 'DCBA') else '>'}{len(words)}H", *words)


class _Passed(Exception):  # noqa: N818 - an envelope: pymodbus takes every TimeoutError for its own
    def __init__(self, error: ReadTimeout) -> None:
        super().__init__(str(error))
        self.error = error


class ModbusSession(FrameSession):
    """One unit on a Modbus network or line. Reads may be repeated by the policy, writes never are."""

    def __init__(
        self,
        wire: Wire,
        address: Address,
        line: Line,
        *,
        name: str,
        timeout_s: float,
        traffic: TrafficLog | None,
        policy: Policy | None,
    ) -> None:
        super().__init__(
            wire, name=name, resource=address.resource, timeout_s=timeout_s, traffic=traffic, policy=policy
        )
        self._unit = int(address.unit)
        rtu = address.kind == "modbus-rtu"
        # 3.5 characters of 11 bits; from 19200 baud on 1.75 ms (Modbus over serial line V1.02, 2.5.1.1)
        self._gap_s = 0.0 if not rtu else 0.00175 if line.baud > 19200 else 38.5 / line.baud
        self._clock = RealClock()
        self._identity: tuple[Table, int, int] = ("holding", 0, 1)
        self._client = _client(self, rtu=rtu, timeout_s=timeout_s)

    def read(self, table: Table, address: int, count: int = 1) -> tuple[int, ...]:
        """Return `count` registers or bits from an address on, counted from 0.

        Raises:
            InstrumentReportedError: the unit answers with an exception.
            ReadTimeout: it does not answer.
            ConnectionLost: the peer is gone.
        """
        calls = {
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
        }
        what = f"read {table} {address} {count}"
        response = self._ask(calls[table], what, True, address, count=count)
        bits = table in ("coil", "discrete")
        values = tuple(int(value) for value in (response.bits if bits else response.registers))
        if len(values) < count or (not bits and len(values) != count):
            raise UnexpectedReply(
                f"{len(values)} values answer a question for {count}",
                reply=str(values),
                instrument=self.name,
                resource=self.resource,
                way_out="Check the register map of the model.",
            )
        return values[:count]

    def read_number(self, table: Table, address: int, kind: str = "f", order: WordOrder = "ABCD") -> float:
        """Return the number in the registers from an address on."""
        return from_words(self.read(table, address, _LENGTHS[kind]), kind, order)

    def identify(self, table: Table, address: int, count: int) -> tuple[int, ...]:
        """Return the registers that tell this unit from another (a serial number), and know it by them.

        Without it a lost connection is not brought back: nobody could say whose it is.
        """
        self._identity = (table, address, count)
        found = self.read(*self._identity)
        if not self._coming_back:
            self._known = str(found)
        return found

    def write(self, table: Table, address: int, values: Sequence[int]) -> None:
        """Write holding registers or coils; never sent twice."""
        what = f"write {table} {address}"
        if table == "holding":
            self._ask(self._client.write_registers, what, False, address, values=list(values))
        elif table == "coil":
            self._ask(self._client.write_coils, what, False, address, values=[bool(v) for v in values])
        else:
            raise ValueError(f"{table} registers cannot be written")

    def write_number(self, address: int, value: float, kind: str = "f", order: WordOrder = "ABCD") -> None:
        """Write a number to the holding registers from an address on."""
        self.write("holding", address, to_words(value, kind, order))

    def _ask_identity(self) -> str:
        return str(self.identify(*self._identity))

    def _ask(
        self, call: Callable[..., Any], what: str, repeatable: bool, address: int, **more: object
    ) -> Any:  # noqa: ANN401 - pymodbus's response of the call
        def exchange(_: Stream) -> Any:  # noqa: ANN401 - as above
            try:
                return call(address, device_id=self._unit, **more)
            except _Passed as passed:
                raise passed.error from None
            except Exception as error:
                if type(error).__module__.partition(".")[0] != "pymodbus":
                    raise
                raise self._misunderstood(error) from error

        response = self._exchange(exchange, what, repeatable=repeatable)
        if response.isError():
            code = int(getattr(response, "exception_code", 0))
            raise InstrumentReportedError(
                [(code, _EXCEPTIONS.get(code, "unknown exception"))],
                after=what,
                instrument=self.name,
                resource=self.resource,
                way_out="Check the register map of the model and the unit's number.",
            )
        return response

    def _misunderstood(self, error: Exception) -> UnexpectedReply:
        return UnexpectedReply(
            f"The answer {bytes(self._came).hex()} is not understood: {error}",
            reply=bytes(self._came).hex(),
            instrument=self.name,
            resource=self.resource,
            way_out="Check the unit's number and the settings of the line.",
        )

    def _frame_out(self, frame: bytes) -> None:
        """Send a frame that pymodbus has made."""
        wire = self._opened()
        if self._gap_s:
            self._clock.sleep(self._gap_s)
        self._send(wire.stream, frame)

    def _frame_in(self, timeout_s: float) -> bytes:
        """Return bytes for pymodbus to find a frame in."""
        try:
            data = self._opened().stream.receive_some(timeout_s)
        except ReadTimeout as error:
            raise _Passed(error) from error
        self._came += data
        return data


def _client(session: ModbusSession, *, rtu: bool, timeout_s: float) -> Any:  # noqa: ANN401 - made here, below
    """Return pymodbus's synchronous client with our bytes below it; it never asks twice by itself."""
    try:
        from pymodbus import FramerType
        from pymodbus.client import ModbusTcpClient
    except ImportError as error:
        raise ConnectFailed(
            "pymodbus is not installed",
            instrument=session.name,
            resource=session.resource,
            way_out="Install it with: pip install 'calibrator-lab[modbus]'",
        ) from error

    class Client(ModbusTcpClient):
        def connect(self) -> bool:
            return True

        def send(self, request: bytes, addr: tuple[Any, ...] | None = None) -> int:
            session._frame_out(request)
            return len(request)

        def recv(self, size: int | None) -> bytes:
            return session._frame_in(timeout_s)

        def close(self) -> None:
            """Nothing: the wire is not pymodbus's."""

    framer = FramerType.RTU if rtu else FramerType.SOCKET
    return Client("unused", framer=framer, timeout=timeout_s, retries=0)


def open_modbus(
    resource: str,
    *,
    timeout_s: float = 2.0,
    traffic: TrafficLog | None = None,
    name: str = "",
    line: Line | None = None,
    policy: Policy | None = None,
) -> ModbusSession:
    """Open a Modbus unit.

    Raises:
        BadResource: the resource names no Modbus unit.
        ConnectFailed: it cannot be opened, or pymodbus is not installed.
    """
    address = parse_address(resource)
    if address.kind not in ("modbus-tcp", "modbus-rtu"):
        raise BadResource(
            "This is no Modbus resource",
            instrument=name,
            resource=resource,
            way_out="Write MODBUS::host::502::unit or MODBUS-RTU::device::unit?baud=9600&parity=E.",
        )
    settings = address.line(line or _LINE)
    wire = open_wire(address, settings, name=name)
    return ModbusSession(
        wire, address, settings, name=name, timeout_s=timeout_s, traffic=traffic, policy=policy
    )
