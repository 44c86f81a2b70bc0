"""Headers as the 2450's manual prints them: a number after `SOURce`, `SENSe` and `OUTPut` can only be 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calibrator_sim.instruments._scpi_device import QUERY_NS
from calibrator_sim.scpi import Command, CommandTree, Number, Parameter, ScpiError, Special

__all__ = ["WHICH", "WORDS", "between", "put", "query", "query_number", "slot"]

WORDS = (Special.MIN, Special.MAX, Special.DEF)
WHICH = Number("", WORDS, optional=True)


def put(tree: CommandTree, header: str, run: Callable[..., Any], *parameters: Parameter) -> None:
    """Add a command that acts."""
    tree.add(header, Command(_first(header, run), parameters))


def query(tree: CommandTree, header: str, answer: Callable[..., Any], *parameters: Parameter) -> None:
    """Add a query."""
    tree.add(header, Command(_first(header, answer), parameters, cost_ns=QUERY_NS))


def query_number(
    tree: CommandTree,
    header: str,
    answer: Callable[..., str],
    ends: tuple[float, float, float],
    say: Callable[[float], str],
) -> None:
    """Add a query of a number, which also tells what `ends` says of its least, most and usual value."""

    def either(*values: Any) -> str:  # noqa: ANN401 - a number of the header, then what is asked for
        *numbers, last = (*values, None) if len(values) <= header.count("USER#") else values
        return answer(*numbers) if last is None else say(between(last, *ends))

    query(tree, header, either, WHICH)


def _first(header: str, run: Callable[..., Any]) -> Callable[..., Any]:
    numbers = header.partition(":USER")[0].count("#")

    def checked(*values: Any) -> Any:  # noqa: ANN401 - numbers of the header, then what the command takes
        if any(number != 1 for number in values[:numbers]):
            raise ScpiError(-114)
        return run(*values[numbers:])

    return checked


def between(value: float | Special | None, low: float, high: float, usual: float) -> float:
    """Return the number that is meant.

    Raises:
        ScpiError: -222 outside the span.
    """
    if isinstance(value, Special):
        return {Special.MIN: low, Special.MAX: high, Special.DEF: usual}[value]
    if value is None or not low <= value <= high:
        raise ScpiError(-222)
    return value


def slot(number: int) -> int:
    """Return where a user's delay is kept; there are five.

    Raises:
        ScpiError: -114 for another number.
    """
    if not 1 <= number <= 5:
        raise ScpiError(-114)
    return number - 1
