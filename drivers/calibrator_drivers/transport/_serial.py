"""An instrument on a bare serial line, which others may share (RS-485, a daisy chain)."""

from __future__ import annotations

from calibrator_drivers._errors import ConnectFailed, ReadTimeout
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
    is late and thrown away. Without a marker the line is waited for until it has been silent for as long as
    the reply that was missed.
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
        self._end = line.reply_terminator.encode("ascii")
        self._own_step = Step()

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
        try:
            reply = self._opened().receive(terminator, timeout_s)
        except ReadTimeout:
            self._missed_s = timeout_s
            raise
        if self._marker and self._last_sent == self._marker:
            self._marker_reply = reply
        return reply

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes; the time-out counts anew while they keep coming."""
        try:
            return self._opened().receive_exactly(count, timeout_s)
        except ReadTimeout:
            self._missed_s = timeout_s
            raise

    def waiting(self, timeout_s: float) -> bool:
        """Say whether bytes have come, waiting at most `timeout_s` for them."""
        return self._opened().waiting(timeout_s)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        return self._opened().drain()

    def clear(self) -> None:
        """Bring the line back into step; raises `ReadTimeout` where it cannot be."""
        if self._port is None:
            self.open()
        port = self._opened()
        if self._line.abort:
            port.send(self._line.abort)
        if not self._marker:
            silent_s = max(_SILENT_S, self._missed_s)
            port.until_silent(silent_s, _PATIENCE * silent_s + _PATIENCE_S)
            return
        patience_s = _PATIENCE * self._missed_s + _PATIENCE_S
        port.until_silent(_QUIET_S, patience_s)
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

    def _go_past_late_replies(self, port: Port, patience_s: float) -> None:
        """Read until the marker's reply: known, or the last before the line falls silent again.

        Where the late reply may itself answer a marker, the two look alike, and only silence tells.
        """
        known = b"" if self._last_sent == self._marker else self._marker_reply
        deadline = Deadline.after(_CLOCK, patience_s)
        reply = port.receive(self._end, deadline.remaining_s())
        while reply != known or not known:
            if not port.waiting(max(_QUIET_S, self._missed_s) if not known else deadline.remaining_s()):
                if known:
                    raise self._fail.timeout(patience_s, reply)
                break
            reply = port.receive(self._end, deadline.remaining_s())
        self._marker_reply = reply
        self._last_sent = b""

    def _make(self) -> Port:
        port = Port(self._device, self._line, self._fail)
        port.open()
        return port

    def _opened(self) -> Port:
        if self._port is None:
            raise self._fail.lost("the port is closed")
        return self._port


def _electrical(line: Line) -> str:
    return f"{line.baud} {line.bits}{line.parity}{line.stop} {line.flow}"
