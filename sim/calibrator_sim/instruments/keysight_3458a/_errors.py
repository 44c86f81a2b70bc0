"""Errors of a 3458A: a register of bits, and texts (memory_medium; the bits as the reference lists them)."""

from __future__ import annotations

from typing import Any

__all__ = ["Errors", "MistakeError"]

HARDWARE, CALIBRATION, TOO_FAST, SYNTAX, UNKNOWN, TYPE, RANGE, MISSING, IGNORED = range(9)
_TEXTS = {
    HARDWARE: "HARDWARE ERROR",
    CALIBRATION: "CAL OR ACAL ERROR",
    TOO_FAST: "TRIGGER TOO FAST",
    SYNTAX: "SYNTAX ERROR",
    UNKNOWN: "UNDEFINED COMMAND",
    TYPE: "UNDEFINED PARAMETER",
    RANGE: "PARAMETER OUT OF RANGE",
    MISSING: "PARAMETER REQUIRED",
    IGNORED: "PARAMETER IGNORED",
}
_BASE = 100


class MistakeError(Exception):
    """A command that cannot be carried out; `bit` of the error register says why."""

    def __init__(self, bit: int) -> None:
        super().__init__(_TEXTS[bit])
        self.bit = bit


class Errors:
    """The error register: `ERR?` takes it whole, `ERRSTR?` takes its lowest bit with a text."""

    def __init__(self) -> None:
        self.register = 0

    def report(self, bit: int) -> None:
        """Set a bit."""
        self.register |= 1 << bit

    def take_all(self) -> str:
        """Return the register and clear it."""
        held, self.register = self.register, 0
        return str(held)

    def take_one(self) -> str:
        """Return the lowest error with its text and clear it; `0,"NO ERROR"` where there is none."""
        for bit, text in _TEXTS.items():
            if self.register & (1 << bit):
                self.register &= ~(1 << bit)
                return f'{_BASE + bit},"{text}"'
        return '0,"NO ERROR"'

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"register": self.register}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.register = state["register"]
