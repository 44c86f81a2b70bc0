"""An instrument on GPIB behind a Prologix gateway (GPIB-ETHERNET on TCP port 1234, GPIB-USB on serial).

Lines that begin with `++` go to the gateway, all others to the addressed instrument. A reply comes only when
`++read eoi` asks for it, and the gateway gives up after `++read_tmo_ms`, so that a slow reading is asked for
again until its own time-out. All instruments behind a gateway share its one stream of bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from calibrator_drivers._errors import ConnectionLost, UnexpectedReply
from calibrator_drivers.clock import Deadline, RealClock

from ._address import Address, Line
from ._failures import Failures
from ._link import Step
from ._stream import Stream, hold, release

__all__ = ["PrologixLink", "gateway_bus"]

_READ_MS = 500
_MARGIN_S = 0.25  # the network's share of a gateway's answer
_POLL_S = 2.0
_SPECIAL = (b"\x1b", b"\n", b"\r", b"+")
# No write to the gateway's EEPROM, controller, read only on demand, LF and EOI behind each message,
# nothing added to replies.
_SETUP = (
    "savecfg 0",
    "mode 1",
    "auto 0",
    "eos 2",
    "eoi 1",
    "eot_enable 0",
    f"read_tmo_ms {_READ_MS}",
)
_MOST_KEPT = 2 * len(_SETUP)
_CLOCK = RealClock()
Told = Callable[[bytes], object]  # hears each line that goes to the gateway itself


def gateway_bus(address: Address) -> str:
    """Return the bus that a gateway's instruments share."""
    place = f"{address.device}:{address.port}" if address.way == "TCPIP" else address.device
    return f"prologix {place}"


class _Gateway:
    """One gateway: its stream, its step, and whom it addresses."""

    def __init__(self, stream: Stream) -> None:
        self.step = Step()
        self.stream = stream
        self._addressed = ""

    def open(self, told: Told) -> None:
        """Open the stream and set the gateway up."""
        self._addressed = ""
        self.stream.open()
        for command in _SETUP:
            self.tell(command, told)

    def tell(self, command: str, told: Told) -> None:
        """Send a line to the gateway itself."""
        line = f"++{command}\n".encode("ascii")
        told(line)
        self.stream.send(line)

    def address(self, unit: str, told: Told) -> None:
        """Address an instrument."""
        if self._addressed != unit:
            self.tell(f"addr {unit}", told)
            self._addressed = unit


class PrologixLink:
    """One GPIB address behind a gateway."""

    ends_messages = False  # the stream behind the gateway marks no end, though GPIB does

    def __init__(self, address: Address, *, name: str) -> None:
        self._address = address
        self._name = name
        self._unit = address.unit
        self._key = gateway_bus(address)
        self._fail = Failures(name, address.resource)
        self._gateway: _Gateway | None = None
        self._own_step = Step()
        self._talking = False  # a reply was asked for and has not ended
        self._early: list[bytes] = []  # lines to the gateway before anybody logs them
        self.tell_own: Told = self._keep

    @property
    def step(self) -> Step:
        """Whether the gateway's stream is in step; shared with all behind it."""
        return self._gateway.step if self._gateway is not None else self._own_step

    def open(self) -> None:
        """Open the gateway, or open it anew where this link has it already."""
        self._talking = False
        if self._gateway is not None:
            self._gateway.open(self._own)
        else:
            self._gateway = hold(self._key, self._make)

    def send(self, message: bytes) -> None:
        """Send a message to the instrument; the gateway ends it with LF and EOI."""
        gateway = self._opened()
        self._talking = False
        message = message.rstrip(b"\r\n")
        for special in _SPECIAL:  # escape first, or it would escape its own marks
            message = message.replace(special, b"\x1b" + special)
        gateway.stream.send(message + b"\n")

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Ask for a reply and return it up to and with the terminator."""
        deadline = Deadline.after(_CLOCK, timeout_s)
        gateway = self._opened()
        self._listen(gateway, deadline, timeout_s)
        reply = gateway.stream.receive(terminator, max(_MARGIN_S, deadline.remaining_s()))
        self._talking = False
        return reply

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Ask for a reply and return `count` bytes of it."""
        gateway = self._opened()
        self._listen(gateway, Deadline.after(_CLOCK, timeout_s), timeout_s)
        return gateway.stream.receive_exactly(count, timeout_s)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        return self._opened().stream.drain()

    def strays(self) -> bytes:
        """Return what came in and answers nothing, and was not told of yet."""
        return self._gateway.stream.strays() if self._gateway is not None else b""

    def clear(self) -> None:
        """Open the gateway anew, so that no byte is on its way, and clear the instrument (SDC)."""
        self.open()
        self._opened().tell("clr", self._own)

    def status_byte(self) -> int:
        """Return the status byte by serial poll."""
        gateway = self._opened()
        gateway.tell("spoll", self._own)
        reply = gateway.stream.receive(b"\n", _POLL_S)
        try:
            return int(reply)
        except ValueError as error:
            raise UnexpectedReply(
                f"The gateway answers {reply!r} to a serial poll",
                reply=reply.decode("latin-1"),
                instrument=self._name,
                resource=self._address.resource,
                way_out="Check that a Prologix gateway is at this address.",
            ) from error

    def trigger(self) -> bool:
        """Send a group execute trigger."""
        self._opened().tell("trg", self._own)
        return True

    def wait_for_service(self, timeout_s: float) -> None:
        """Return None: the status byte is polled, since the gateway tells nothing by itself."""
        return

    def close(self) -> None:
        """Give the gateway back; the last who has it closes it."""
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            release(self._key, gateway.stream.close)

    def _listen(self, gateway: _Gateway, deadline: Deadline, timeout_s: float) -> None:
        """Ask for the reply until its first byte has come."""
        if self._talking and gateway.stream.waiting(0.0):
            return
        while True:
            gateway.tell("read eoi", self._own)
            self._talking = True
            if gateway.stream.waiting(min(_READ_MS / 1000.0 + _MARGIN_S, max(0.0, deadline.remaining_s()))):
                return
            if deadline.passed():
                raise self._fail.timeout(timeout_s)

    def _keep(self, line: bytes) -> None:
        if len(self._early) < _MOST_KEPT:  # nobody may ever log them
            self._early.append(line)

    def _own(self, line: bytes) -> None:
        early, self._early = self._early, []
        for each in (*early, line):
            self.tell_own(each)

    def _make(self) -> _Gateway:
        gateway = _Gateway(_stream(self._address, self._name))
        gateway.open(self._own)
        return gateway

    def _opened(self) -> _Gateway:
        if self._gateway is None:
            raise self._fail.lost("the connection to the gateway is closed")
        try:
            self._gateway.address(self._unit, self._own)
        except ConnectionLost:
            self._gateway.step.dirty = True  # the gateway forgets whom it addressed
            raise
        return self._gateway


def _stream(address: Address, name: str) -> Stream:
    if address.way == "TCPIP":
        from ._socket import SocketLink

        return SocketLink(f"TCPIP::{address.device}::{address.port}::SOCKET", name=name)
    from ._port import Port

    return Port(address.device, address.line(Line(baud=115200)), Failures(name, address.resource))
