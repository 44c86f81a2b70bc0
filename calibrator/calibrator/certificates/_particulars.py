"""What a result states beside its error: the reference value, what a difference is taken between, the load.

An instrument that indicates has E = indication − reference value; a source has E = set value − reference
value. A difference (hysteresis, eccentricity, repeatability, …) is between two values of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from calibrator.certificates._bodies import Body, number

__all__ = [
    "BESIDE_WORDS",
    "PAIRS",
    "PLAIN",
    "POSITIONS",
    "Beside",
    "Particulars",
    "Sense",
    "is_difference",
    "particulars",
]

Sense = Literal["indication", "set", "difference"]

# How tables and ids of differences between indications begin, in the procedures' points.
_DIFFERENCES: Final = (
    *("repeatability", "eccentricity", "hysteresis", "stability", "homogeneity", "uniformity"),
    *("axial", "radial", "loading", "depth", "return"),
)
PAIRS: Final = {
    ("down", "up"): ("Down", "Up"),
    ("highest", "lowest"): ("Largest", "Smallest"),
    ("indication", "centre"): ("Indication", "At the centre"),
    ("difference", "earlier"): ("Deviation", "less deviation"),
    ("difference", "reference"): ("Deviation", "less deviation"),
}
"""By the lines of a budget that a difference is taken between: how their columns are headed (msgids)."""
# Parts that are read beside a result and say at what it holds, with the unit of their readings.
_BESIDE: Final = {"voltage": "V", "current": "A", "power": "W", "factor": ""}


# msgids of the catalogue
BESIDE_WORDS: Final = {
    "voltage": "voltage",
    "current": "current",
    "power": "active power",
    "factor": "power factor",
}
POSITIONS: Final = frozenset({"centre", "front", "back", "left", "right"})
"""Places on a pan that have a word (msgids of the catalogue)."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The mean of what another part read at the point, such as the power of the load."""

    kind: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Particulars:
    """What stands beside an error; values in the unit of the result."""

    sense: Sense = "indication"
    reference: Decimal | None = None  # the reference value; None of a difference, and where nothing indicates
    pair: tuple[Decimal, Decimal] | None = None  # a difference is the first less the second
    pair_of: tuple[str, str] | None = None  # the lines of the budget that these are
    position: str = ""  # on the pan of a balance
    beside: tuple[Beside, ...] = ()


PLAIN: Final = Particulars()
"""Of a result that states nothing beside its error."""


def is_difference(table: str, point: str) -> bool:
    """Say whether a result is a difference of indications, such as a hysteresis, and no error of one.

    Example:
        >>> is_difference("gauge-hysteresis", "x"), is_difference("dcv", "dcv:10V:+10V")
        (True, False)
    """
    return table.rpartition("-")[2].startswith(_DIFFERENCES) or point.startswith(_DIFFERENCES)


def particulars(
    point: Body, references: Body | None, table: str, indication: Decimal | None, error: Decimal | None
) -> tuple[Particulars, Decimal | None]:
    """Return what a recorded point states beside its error, and the indication that its error was taken of.

    `error` is the one that was measured, in full, where the edition of a regulation has it written to a step.
    `indication` is the mean of the point's own readings. Where the budget names another one (the mean of the
    ways up and down), that stands in its place, for the error is of that one.
    """
    lines = {str(line["name"]): line for line in point.get("budget") or ()}
    settings = ((references or {}).get("point") or {}).get("settings", {})
    found = Particulars(position=str(settings.get("position") or ""), beside=_beside(point))
    if error is None:
        return found, indication
    pair = next((pair for pair in PAIRS if set(pair) <= lines.keys()), None)
    if pair is not None or is_difference(table, str(point["id"])):
        return _difference(found, pair, lines), indication
    shown = lines.get("indication")
    if shown is None or indication is None or str(shown["unit"]) != str(point["unit"]):
        reference = None if indication is None else indication - error
        return _with(found, "indication", reference), indication
    if number(shown["sensitivity"]) < 0:  # the readings are the standard's
        applied = lines.get("applied")
        own = applied is not None and str(applied["unit"]) == str(point["unit"])
        set_value = number(applied["value"]) if applied is not None and own else number(point["nominal"])
        return _with(found, "set", set_value - error), indication
    return _with(found, "indication", number(shown["value"]) - error), number(shown["value"])


def _with(found: Particulars, sense: Sense, reference: Decimal | None) -> Particulars:
    return Particulars(sense, reference, position=found.position, beside=found.beside)


def _difference(found: Particulars, pair: tuple[str, str] | None, lines: Mapping[str, Body]) -> Particulars:
    values = None if pair is None else (number(lines[pair[0]]["value"]), number(lines[pair[1]]["value"]))
    return Particulars("difference", None, values, pair, found.position, found.beside)


def _beside(point: Body) -> tuple[Beside, ...]:
    parts = point.get("parts") or {}
    found = []
    for kind, unit in _BESIDE.items():
        values = [float(number(value)) for value in parts.get(kind) or ()]
        if values:
            found.append(Beside(kind, Decimal(repr(math.fsum(values) / len(values))), unit))
    return tuple(found)
