"""Exchanges of frames, for what carries no messages: Modbus and HART. One lock a bus, logged, in step."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TypeVar

from calibrator_drivers._errors import ConnectFailed, ConnectionLost, ReadTimeout, WrongIdentity
from calibrator_drivers.bus import bus_lock
from calibrator_drivers.clock import RealClock
from calibrator_drivers.traffic import TrafficLog

from ._address import Address, Line
from ._failures import Failures
from ._link import Step
from ._policy import Policy
from ._port import Port
from ._socket import SocketLink
from ._stream import Stream, hold, release

__all__ = ["FrameSession", "Wire", "open_wire"]

_SILENT_S = 1.0
_PATIENCE = 4.0

T = TypeVar("T")


class Wire:
    """A stream that frames travel on, with its step; a serial line and a TCP gateway may carry many units."""

    def __init__(self, stream: Stream, *, key: str, lock: RLock) -> None:
        self.step = Step()
        self.stream = stream
        self.lock = lock
        self._key = key

    def into_step(self, missed_s: float) -> None:
        """Make sure that no late frame can come: by a new connection, or by the silence of the line."""
        if isinstance(self.stream, Port):
            silent_s = max(_SILENT_S, missed_s)
            self.stream.until_silent(silent_s, _PATIENCE * silent_s)
        else:
            self.stream.open()

    def release(self) -> None:
        """Give the wire back; the last who has it closes it."""
        if self._key:
            release(self._key, self.stream.close)


def open_wire(address: Address, line: Line, *, name: str) -> Wire:
    """Return the wire of an address, which others may have open already.

    Raises:
        ConnectFailed: it cannot be opened.
    """
    network = address.kind == "modbus-tcp"
    key = f"tcp {address.device}:{address.port}" if network else f"serial {address.device}"

    def make() -> Wire:
        stream: Stream
        if network:
            stream = SocketLink(f"TCPIP::{address.device}::{address.port}::SOCKET", name=name)
        else:
            stream = Port(address.device, line, Failures(name, address.resource))
        stream.open()
        return Wire(stream, key=f"frames {key}", lock=bus_lock(key))

    return hold(f"frames {key}", make)


class FrameSession:
    """What Modbus and HART sessions have in common."""

    def __init__(
        self,
        wire: Wire,
        *,
        name: str,
        resource: str,
        timeout_s: float,
        traffic: TrafficLog | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.name = name
        self.resource = resource
        self.policy = policy or Policy()
        self.resynchronisations = 0
        self.retries = 0
        self.reconnections = 0
        self.last_offset: int | None = None
        self._timeout_s = timeout_s
        self._wire: Wire | None = wire
        self._traffic = traffic
        self._dirty = False
        self._lost = False
        self._coming_back = False
        self._missed_s = 0.0
        self._came = bytearray()
        self._known: str | None = None  # who answers, where that was asked

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        return self._dirty

    def reopen(self) -> None:
        """Close the connection and open it anew; changes nothing in the instrument."""
        wire = self._opened()
        with wire.lock:
            wire.stream.open()
            self._note("reopen")
            self._dirty = self._lost = wire.step.dirty = False

    def close(self) -> None:
        """Close the connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.release()

    def _exchange(self, exchange: Callable[[Stream], T], what: str, *, repeatable: bool) -> T:
        """Run one exchange, with the policy's retries where it is repeatable."""
        wire = self._opened()
        with wire.lock:
            left = self.policy.query_retries if repeatable else 0
            while True:
                try:
                    self._begin(wire)
                    found = exchange(wire.stream)
                except (ReadTimeout, ConnectionLost) as error:
                    self._fall(error, what)
                    if left == 0 or self._lost or self._coming_back:
                        raise
                    left -= 1
                    self.retries += 1
                    self._note(f"retry {what}")
                else:
                    self._received()
                    self._dirty = wire.step.dirty = False
                    return found

    def _begin(self, wire: Wire) -> None:
        if self._lost:
            raise Failures(self.name, self.resource).lost("it was lost before and stays closed; open it anew")
        if self._dirty or wire.step.dirty:
            self.resynchronisations += 1
            self._note("resynchronise")
            wire.into_step(self._missed_s)
            self._tell_strays(wire)
        elif wire.stream.drain():
            self.resynchronisations += 1
            self._tell_strays(wire)
            self._note("drained")
        self._dirty = wire.step.dirty = True
        self._came.clear()

    def _fall(self, error: ReadTimeout | ConnectionLost, what: str) -> None:
        self._received()
        if self._lost:
            return
        self._note(error.code)
        if isinstance(error, ReadTimeout):
            self._missed_s = error.timeout_s
            return
        self._lost = True
        if self.policy.on_loss == "reconnect" and not self._coming_back and self._come_back():
            self._note(f"reconnected after {what}")
            error.restored = True
            error.way_out = (
                f"The connection is back and the same unit answers. {what} was not repeated: repeat the step."
            )

    def _come_back(self) -> bool:
        """Open the connection anew and see that the same unit answers; False where it never told who it is.

        Raises:
            WrongIdentity: another unit answers.
            ConnectFailed: nothing answers any more.
        """
        known = self._known
        if known is None:
            return False
        self._coming_back = True
        same = False
        try:
            self._reconnect()
            found = self._ask_identity()
            same = found == known
        finally:
            self._coming_back, self._lost = False, not same
        if not same:
            raise WrongIdentity(
                f"After the connection came back {found!r} answers, before it was {known!r}",
                identity=found,
                instrument=self.name,
                resource=self.resource,
                way_out="Look which unit is connected; nothing was set.",
            )
        self.reconnections += 1
        return True

    def _reconnect(self) -> None:
        clock = RealClock()
        for attempt in range(1, self.policy.reconnect_attempts + 1):
            try:
                self.reopen()
            except (ConnectFailed, ConnectionLost):
                if attempt == self.policy.reconnect_attempts:
                    raise
                clock.sleep(self.policy.reconnect_wait_s)
            else:
                return

    def _ask_identity(self) -> str:
        """Return what tells this unit from another; asked only after it was asked before."""
        raise AssertionError("a session that knows its unit says how it is asked")

    def _tell_strays(self, wire: Wire) -> None:
        if (strays := wire.stream.strays()) and self._traffic is not None:
            self._traffic.stray(self.name, strays)

    def _send(self, stream: Stream, frame: bytes) -> None:
        if self._traffic is not None:
            self.last_offset = self._traffic.sent(self.name, frame)
        stream.send(frame)

    def _received(self) -> None:
        """Log what came in one line, however many pieces it came in."""
        if self._traffic is not None and self._came:
            self._traffic.received(self.name, bytes(self._came))
        self._came.clear()

    def _note(self, text: str) -> None:
        if self._traffic is not None:
            self._traffic.note(self.name, text)

    def _opened(self) -> Wire:
        if self._wire is None:
            raise Failures(self.name, self.resource).lost("the connection is closed")
        return self._wire
