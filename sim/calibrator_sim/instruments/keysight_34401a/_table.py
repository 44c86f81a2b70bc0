"""What the parts of the command table share: formats, spans, queries of settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from calibrator_sim.scpi import Command, CommandTree, Number, ScpiError, Special

__all__ = ["QUERY_NS", "WHICH", "Span", "Value", "add_query", "say"]

Value = float | Special
QUERY_NS = 1_000_000  # a GPIB query of a setting takes about this long
WHICH = Number(words=(Special.MIN, Special.MAX), optional=True)


def say(number: float) -> str:
    """Return a number as the meter prints readings and settings."""
    return f"{number:+.8E}"


def add_query(tree: CommandTree, pattern: str, answer: Callable[..., str], *parameters: Number) -> None:
    """Add a query of a setting."""
    tree.add(pattern, Command(answer, parameters, cost_ns=QUERY_NS))


@dataclass(frozen=True, slots=True)
class Span:
    """The values that a setting may have, for MIN, MAX and what lies outside."""

    low: float
    high: float

    def take(self, value: Value) -> float:
        """Return the number that is meant.

        Raises:
            ScpiError: -222 outside the span.
        """
        if isinstance(value, Special):
            return self.low if value is Special.MIN else self.high
        if not self.low <= value <= self.high:
            raise ScpiError(-222)
        return value

    def ask(self, which: Value | None, present: float) -> float:
        """Return the present value, or the end of the span that is asked for."""
        if which is None:
            return present
        return self.low if which is Special.MIN else self.high
