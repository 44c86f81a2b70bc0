"""A serial port over pyserial; any device name or URL that pyserial opens (`socket://`, `rfc2217://`)."""

from __future__ import annotations

import os
import sys
from typing import Any

from calibrator_drivers.clock import Deadline, RealClock

from ._address import Line
from ._failures import LONGEST_REPLY, Failures
from ._link import Step
from ._strays import Strays

__all__ = ["Port"]

_SLICE_S = 0.05  # Windows does not interrupt a read, so a person's Ctrl-C waits no longer than this
_SEND_TIMEOUT_S = 10.0
_CLOCK = RealClock()
_REFUSALS: tuple[type[Exception], ...] = (OSError, ValueError)  # SerialException is an OSError
if sys.platform != "win32":
    import termios

    _REFUSALS += (termios.error,)  # a setting that the line does not have; pyserial lets it through


class Port:
    """One open serial port; satisfies `Stream`. Its step and buffer belong to all who share it."""

    def __init__(self, device: str, line: Line, fail: Failures) -> None:
        self.step = Step()
        self.line = line
        self._device = device
        self._fail = fail
        self._serial: Any = None
        self._buffer = bytearray()
        self._strays = Strays(self._buffer)

    def open(self) -> None:
        """Open the port, closing a former one; another program that has it is a named error."""
        import serial

        self.close()
        options: dict[str, Any] = {
            "baudrate": self.line.baud,
            "bytesize": self.line.bits,
            "parity": self.line.parity,
            "stopbits": self.line.stop,
            "rtscts": self.line.flow == "rtscts",
            "xonxoff": self.line.flow == "xonxoff",
            "dsrdtr": self.line.flow == "dsrdtr",
            "timeout": _SLICE_S,
            "write_timeout": _SEND_TIMEOUT_S,
        }
        if "://" not in self._device and os.name == "posix":
            options["exclusive"] = True  # two processes on one line take each other's replies
        try:
            self._serial = serial.serial_for_url(self._device, **options)
        except _REFUSALS as error:
            raise self._fail.no_answer(error) from error

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        try:
            self._opened().write(message)
        except OSError as error:
            raise self._fail.lost(error) from error

    def waiting(self, timeout_s: float) -> bool:
        """Say whether bytes have come, waiting at most `timeout_s` for them."""
        deadline = Deadline.after(_CLOCK, timeout_s)
        while not self._buffer:
            self._take()
            if not self._buffer and deadline.passed():
                return False
        return True

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        deadline = Deadline.after(_CLOCK, timeout_s)
        while (end := self._buffer.find(terminator)) < 0:
            if len(self._buffer) > LONGEST_REPLY:
                raise self._fail.endless(bytes(self._buffer))
            if not self._take() and deadline.passed():
                partial = bytes(self._buffer)
                self._strays.discard()
                raise self._fail.timeout(timeout_s, partial)
        return self._cut(end + len(terminator))

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes; the time-out counts anew while they keep coming."""
        deadline = Deadline.after(_CLOCK, timeout_s)
        while len(self._buffer) < count:
            if self._take():
                deadline = Deadline.after(_CLOCK, timeout_s)
            elif deadline.passed():
                raise self._fail.timeout(timeout_s, bytes(self._buffer[:40]))
        return self._cut(count)

    def receive_some(self, timeout_s: float) -> bytes:
        """Return what has come, at least one byte."""
        if not self.waiting(timeout_s):
            raise self._fail.timeout(timeout_s)
        return self._cut(len(self._buffer))

    def drain(self) -> int:
        """Discard what has come in; return how many bytes."""
        try:
            while waiting := self._opened().in_waiting:
                self._buffer += self._opened().read(waiting)
        except OSError as error:
            raise self._fail.lost(error) from error
        return self._strays.discard()

    def strays(self) -> bytes:
        """Return what came in and answers nothing, and was not told of yet."""
        return self._strays.take()

    def until_silent(self, quiet_s: float, at_most_s: float) -> None:
        """Discard what comes until nothing has come for `quiet_s`; gives up after `at_most_s`."""
        limit = Deadline.after(_CLOCK, at_most_s)
        quiet = Deadline.after(_CLOCK, quiet_s)
        while not quiet.passed():
            if self._take():
                self._strays.discard()
                quiet = Deadline.after(_CLOCK, quiet_s)
            if limit.passed():
                raise self._fail.timeout(at_most_s)
        self._strays.discard()

    def close(self) -> None:
        """Close the port."""
        port, self._serial = self._serial, None
        self._strays.discard()
        if port is not None:
            port.close()

    def _take(self) -> bool:
        """Wait a slice for bytes; say whether any came."""
        port = self._opened()
        try:
            data = port.read(port.in_waiting or 1)
        except OSError as error:
            raise self._fail.lost(error) from error
        self._buffer += data
        return bool(data)

    def _cut(self, count: int) -> bytes:
        return self._strays.cut(count)

    def _opened(self) -> Any:  # noqa: ANN401 - pyserial's URL handlers share no typed class
        if self._serial is None:
            raise self._fail.lost("the port is closed")
        return self._serial
