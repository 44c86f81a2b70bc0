"""Names of functions, ranges and points, as the procedure writes its point ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calibrator_drivers.accuracy import AccuracyTable
from calibrator_sim._errors import BenchFileError, closest

__all__ = ["Named", "parse_named"]

_AMOUNT = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(V|A|ohm)?")


@dataclass(frozen=True, slots=True)
class Named:
    """A function, one of its ranges, or one of its points; None stands for all of them."""

    function: str
    range_high: float | None = None
    value: float | None = None


def parse_named(text: str, table: AccuracyTable, where: str) -> Named:
    """Take "dcv", "dcv:10V" or "dcv:10V:-10V".

    Raises:
        BenchFileError: the meter has no such function or range.
    """
    function, *amounts = text.split(":")
    if function not in table.functions():
        raise BenchFileError(
            f'The meter has no function "{function}"',
            where=where,
            way_out=closest(function, table.functions()),
            code="bad-value",
        )
    matches = [_AMOUNT.fullmatch(amount) for amount in amounts]
    numbers = [float(match.group(1)) for match in matches if match]
    ranges = table.ranges(function)
    if len(numbers) != len(amounts) or len(numbers) > 2 or (numbers and numbers[0] not in ranges):
        known = ", ".join(f"{r:g}" for r in ranges)
        raise BenchFileError(
            f'"{text}" names no range or point of the meter',
            where=where,
            way_out=f"Write function:range:value such as dcv:10V:-10V; ranges of {function} are {known}.",
            code="bad-value",
        )
    return Named(function, *numbers)
