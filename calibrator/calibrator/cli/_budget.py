"""A budget as `calibrator budget` prints it: a table in the chosen language, or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.cli._format import width

if TYPE_CHECKING:
    from calibrator_uncertainty import BudgetResult

__all__ = ["budget_object", "budget_text"]

_HEADS = ("quantity", "value", "unit", "distribution", "dof", "sensitivity", "contribution", "share")
_DISTRIBUTIONS = ("constant", "normal", "rectangular", "triangular", "arcsine", "trapezoidal", "exponential")


def budget_object(result: BudgetResult) -> dict[str, Any]:
    """Return the budget as JSON has it; as in `show --json` numbers are decimal strings, all digits kept.

    `BudgetResult.from_json` reads it back; by its check figure an edited one is refused.
    """
    made: dict[str, Any] = json.loads(result.to_json(decimals=True))
    return made


def budget_text(result: BudgetResult, say: Callable[[str], str]) -> str:
    """Return the budget as a table; heads and distributions in the chosen language."""
    lines = result.to_text().splitlines()
    first = 1 if result.name else 0
    last = first + 2 + len(result.lines)
    lines[first] = _replaced(lines[first], _HEADS, say)
    for number in range(first + 2, last):
        lines[number] = _replaced(lines[number], _DISTRIBUTIONS, say)
    return "\n".join(lines)


def _replaced(line: str, words: Sequence[str], say: Callable[[str], str]) -> str:
    """Put the words that fill a cell into the language, on the columns that they had."""

    def cell(match: re.Match[str]) -> str:
        text = say(match[2])
        blanks = " " * (len(match[2]) - width(text))
        return f"{match[1]}{text}{blanks}"

    return re.sub(rf"(^|  )({'|'.join(words)})(?=  |$)", cell, line)
