"""An instrument on a bare serial line, which others may share (RS-485, a daisy chain)."""

from __future__ import annotations

import re
from collections.abc import Callable

from calibrator_drivers._errors import ConnectFailed
from calibrator_drivers.clock import Deadline, RealClock

from ._address import Line
from ._failures import Failures
from ._link import Step
from ._port import Port
from ._stream import hold, release

__all__ = ["SerialLink"]

_QUIET_S = 0.1  # before a marker is sent
_SILENT_S = 1.0  # where there is no marker, at least
_PATIENCE = 4.0  # times the time-out that was missed, and
_PATIENCE_S = 10.0  # this in any case, for the reply to the marker
_CLOCK = RealClock()


class SerialLink:
    """One instrument on a serial port.

    A serial line has no device clear and no connection that a late reply could die with. So a line that fell
    out of step is brought back by its marker: replies come in order, and what comes before the marker's reply
    is late and thrown away. Without a marker nothing tells a late reply from another: it is waited for with
    patience, and where it does not come the line is opened anew and `ReadTimeout` says so, once.
    """

    ends_messages = False

    def __init__(self, device: str, line: Line, *, name: str, resource: str) -> None:
        self._device = device
        self._line = line
        self._fail = Failures(name, resource)
        self._key = f"serial {device}"
        self._port: Port | None = None
        self._last_sent = b""
        self._missed_s = 0.0
        self._marker = line.marker.encode("ascii") + line.terminator.encode("ascii") if line.marker else b""
        self._marker_reply = b""
        self._known = re.compile(line.marker_reply.encode("ascii"), re.I) if line.marker_reply else None
        self._gave_up = False
        self._passed = bytearray()  # replies that were passed over, with the marker's own
        self._end = line.reply_terminator.encode("ascii")
        self._own_step = Step()
        self.tell_own: Callable[[bytes], object] = _nobody  # hears what the link sends to come into step

    @property
    def step(self) -> Step:
        """Whether the line is in step; shared with whoever shares the port."""
        return self._port.step if self._port is not None else self._own_step

    def open(self) -> None:
        """Open the port, or open it anew where this link has it already."""
        if self._port is not None:
            self._port.open()
            return
        port = hold(self._key, self._make)
        if _electrical(port.line) != _electrical(self._line):
            release(self._key, port.close)
            raise ConnectFailed(
                f"{self._device} is open with {_electrical(port.line)}, not with {_electrical(self._line)}",
                way_out="Instruments that share a line speak at one speed with one framing.",
            )
        self._port = port

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        self._last_sent = message
        self._opened().send(message)

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        self._missed_s = timeout_s  # whatever breaks it off, a person's Ctrl-C too: a reply may still come
        reply = self._opened().receive(terminator, timeout_s)
        self._missed_s = 0.0
        if self._marker and self._last_sent == self._marker:
            self._marker_reply = reply
        return reply

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes; the time-out counts anew while they keep coming."""
        self._missed_s = timeout_s
        data = self._opened().receive_exactly(count, timeout_s)
        self._missed_s = 0.0
        return data

    def waiting(self, timeout_s: float) -> bool:
        """Say whether bytes have come, waiting at most `timeout_s` for them."""
        return self._opened().waiting(timeout_s)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        return self._opened().drain()

    def strays(self) -> bytes:
        """Return what came in and answers nothing, and was not told of yet."""
        if self._port is None:
            return b""
        late, self._passed = bytes(self._passed), bytearray()
        return self._port.strays() + late

    def clear(self) -> None:
        """Bring the line back into step; raises `ReadTimeout` where it cannot be."""
        if self._port is None:
            self.open()
        port = self._opened()
        if self._line.abort:
            self.tell_own(self._line.abort)
            port.send(self._line.abort)
        if not self._marker:
            self._wait_for_late_reply(port)
            return
        patience_s = _PATIENCE * self._missed_s + _PATIENCE_S
        port.until_silent(_QUIET_S, patience_s)
        self.tell_own(self._marker)
        port.send(self._marker)
        self._go_past_late_replies(port, patience_s)

    def status_byte(self) -> None:
        """Return None: a serial line has no serial poll."""
        return

    def trigger(self) -> bool:
        """Return False: a serial line has no group execute trigger."""
        return False

    def wait_for_service(self, timeout_s: float) -> None:
        """Return None: a serial line has no service request."""
        return

    def close(self) -> None:
        """Give the port back; the last who has it closes it."""
        port, self._port = self._port, None
        if port is not None:
            release(self._key, port.close)

    def _wait_for_late_reply(self, port: Port) -> None:
        """Wait for what was missed; where it does not come, open the port anew and say that it is gone."""
        patience_s = _PATIENCE * self._missed_s + _PATIENCE_S
        if not self._gave_up and self._missed_s and not port.waiting(patience_s):
            self._gave_up = True
            port.open()
            port.drain()
            raise self._fail.timeout(patience_s)
        self._gave_up = False
        silent_s = max(_SILENT_S, self._missed_s)
        port.until_silent(silent_s, _PATIENCE * silent_s + _PATIENCE_S)

    def _go_past_late_replies(self, port: Port, patience_s: float) -> None:
        """Read until the marker's reply: known, or the last before the line falls silent again.

        Where the late reply may itself answer a marker, the two look alike, and only silence tells.
        """
        known = b"" if self._last_sent == self._marker else self._marker_reply
        deadline = Deadline.after(_CLOCK, patience_s)
        reply = port.receive(self._end, deadline.remaining_s())
        self._passed += reply
        while not self._is_marked(reply, known):
            told = bool(known) or (self._known is not None and self._last_sent != self._marker)
            if not port.waiting(deadline.remaining_s() if told else max(_QUIET_S, self._missed_s)):
                if told:
                    raise self._fail.timeout(patience_s, reply)
                break
            reply = port.receive(self._end, deadline.remaining_s())
            self._passed += reply
        self._marker_reply = reply
        self._last_sent = b""

    def _is_marked(self, reply: bytes, known: bytes) -> bool:
        """Say whether this can only be the marker's reply."""
        if self._last_sent == self._marker:
            return False
        return (bool(known) and reply == known) or (
            self._known is not None and self._known.match(reply) is not None
        )

    def _make(self) -> Port:
        port = Port(self._device, self._line, self._fail)
        port.open()
        return port

    def _opened(self) -> Port:
        if self._port is None:
            raise self._fail.lost("the port is closed")
        return self._port


def _nobody(_data: bytes) -> None:
    """Log nothing."""


def _electrical(line: Line) -> str:
    return f"{line.baud} {line.bits}{line.parity}{line.stop} {line.flow}"
