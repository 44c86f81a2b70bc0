"""Status byte, event, instrument status and fault queue of the 5522A (programmer's guide ch. 5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from calibrator_sim.instruments.fluke_5522a._faults import TEXTS

__all__ = ["Registers"]

_QUEUE = 16
OPC, QYE, DDE, EXE, CME, PON = 1, 4, 8, 16, 32, 128
_EXECUTION = (501, 502, 539, 1306, 1324)
_QUERY = (1307, 1308, 1309, 1310)


def _event_bit(code: int) -> int:
    if code in _QUERY:
        return QYE
    if code in _EXECUTION:
        return EXE
    return CME if 1300 <= code < 1400 else DDE


@dataclass(slots=True)
class Registers:
    """Everything that the status queries show."""

    esr: int = PON
    ese: int = 0
    sre: int = 0
    seen: int = 0  # the last observed instrument status
    rose: int = 0  # ISCR1: bits that went to 1
    fell: int = 0  # ISCR0: bits that went to 0
    rose_enable: int = 0
    fell_enable: int = 0
    faults: list[int] = field(default_factory=list)

    def report(self, code: int) -> None:
        """Put a fault into the queue; a full queue ends with code 1."""
        self.esr |= _event_bit(code)
        if len(self.faults) < _QUEUE:
            self.faults.append(code)
        else:
            self.faults[-1] = 1

    def overflow(self) -> None:
        """Fill the queue up: unknown commands, and code 1 at its end."""
        for _ in range(_QUEUE + 1):
            self.report(1301)

    def take_fault(self) -> int:
        """Take the oldest fault, 0 when there is none."""
        return self.faults.pop(0) if self.faults else 0

    def take_error(self) -> str:
        """Take the oldest fault with its text."""
        code = self.take_fault()
        return f'{code},"{TEXTS[code]}"'

    def observe(self, condition: int) -> None:
        """Note which bits changed since the last look."""
        self.rose |= condition & ~self.seen
        self.fell |= self.seen & ~condition
        self.seen = condition

    def take(self, name: str) -> int:
        """Return a register and clear it."""
        value: int = getattr(self, name)
        setattr(self, name, 0)
        return value

    def clear(self) -> None:
        """Do what `*CLS` does."""
        self.esr = self.rose = self.fell = 0
        self.faults.clear()

    def byte(self, *, message_available: bool) -> int:
        """Return the status byte with the master summary in bit 6."""
        value = 0
        if self.rose & self.rose_enable or self.fell & self.fell_enable:
            value |= 4
        if self.faults:
            value |= 8
        if message_available:
            value |= 16
        if self.esr & self.ese:
            value |= 32
        return value | 64 if value & self.sre & ~64 else value

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return asdict(self)

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        for name, value in state.items():
            setattr(self, name, list(value) if isinstance(value, list) else value)
