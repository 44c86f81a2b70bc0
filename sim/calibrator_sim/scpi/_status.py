"""Status byte, event registers and error queue (IEEE 488.2:1992, 11; SCPI-1991 vol. 1, 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from calibrator_sim.scpi._errors import MESSAGES

__all__ = ["Status"]

_QUEUE = 20
OPC, QYE, DDE, EXE, CME, PON = 1, 4, 8, 16, 32, 128


def _event_bit(code: int) -> int:
    """Return the bit of the standard event register that an error sets."""
    if code > 0 or -399 <= code <= -300:
        return DDE
    return {1: CME, 2: EXE, 4: QYE}[-code // 100]


@dataclass(slots=True)
class Status:
    """The registers and the error queue of a SCPI instrument."""

    esr: int = PON
    ese: int = 0
    sre: int = 0
    questionable: int = 0
    questionable_enable: int = 0
    power_on_clear: bool = True
    measurement: bool = False  # an enabled event of a measurement register, where the model has one
    operation: int = 0  # events of the operation register
    operation_enable: int = 0
    errors: list[int] = field(default_factory=list)
    # What the operation register shows now, where the model has one; an event lasts until it is read.
    condition: Callable[[], int] | None = field(default=None, compare=False)

    def report(self, code: int) -> None:
        """Put an error into the queue and set its event bit; a full queue ends with -350."""
        self.esr |= _event_bit(code)
        if len(self.errors) < _QUEUE:
            self.errors.append(code)
        else:
            self.errors[-1] = -350

    def overflow(self) -> None:
        """Fill the error queue up: syntax errors, and -350 at its end."""
        for _ in range(_QUEUE + 1):
            self.report(-102)

    def overload(self, bit: int) -> None:
        """Note a reading overload: a device event without an error in the queue."""
        self.esr |= DDE
        self.questionable |= bit

    def next_error(self) -> str:
        """Take the oldest error out of the queue."""
        code = self.errors.pop(0) if self.errors else 0
        return f'{code:+d},"{MESSAGES[code] if code else "No error"}"'

    def clear(self) -> None:
        """Do what `*CLS` does."""
        self.esr = 0
        self.questionable = self.operation = 0
        self.errors.clear()

    def read_esr(self) -> int:
        """Return the standard event register and clear it."""
        value, self.esr = self.esr, 0
        return value

    def read_questionable(self) -> int:
        """Return the questionable data event register and clear it."""
        value, self.questionable = self.questionable, 0
        return value

    def look(self) -> int:
        """Return the operation register as it is now, and keep what it shows as events."""
        now = self.condition() if self.condition is not None else 0
        self.operation |= now
        return now

    def read_operation(self) -> int:
        """Return the operation event register and clear it."""
        self.look()
        value, self.operation = self.operation, 0
        return value

    def byte(self, *, message_available: bool) -> int:
        """Return the status byte with the master summary in bit 6."""
        value = int(self.measurement)
        if self.questionable & self.questionable_enable:
            value |= 8
        if message_available:
            value |= 16
        if self.esr & self.ese:
            value |= 32
        if self.operation_enable:
            self.look()
            value |= 128 if self.operation & self.operation_enable else 0
        return value | 64 if value & self.sre & ~64 else value

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        saved = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "condition"}
        return {**saved, "errors": list(self.errors)}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        for name, value in state.items():
            setattr(self, name, list(value) if isinstance(value, list) else value)
