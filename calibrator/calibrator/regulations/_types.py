"""An edition of a regulation, specification or guide: each of its figures with status, source and clause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from calibrator.procedure import Text

__all__ = [
    "FIGURES",
    "Conditions",
    "Decision",
    "Edition",
    "Interval",
    "Kind",
    "Known",
    "MpeRow",
    "Points",
    "Ratio",
    "Rounding",
    "Sequence",
]

Kind = Literal["verification-regulation", "calibration-specification", "guide"]
# What of an edition can be held against the document by itself; "edition" is its number, title and dates.
FIGURES = (
    *("edition", "conditions", "ratio", "points", "sequence", "mpe", "rounding", "decision", "interval"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """How well a figure is known: status vocabulary of `calibrator_drivers.accuracy`, source, clause."""

    status: str
    source: str
    clause: str = ""  # of the document; "" where it is not known
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The surroundings in which the work is done."""

    known: Known
    temperature_c: tuple[Decimal, Decimal] | None = None
    humidity_rh: tuple[Decimal, Decimal] | None = None
    change_c_per_h: Decimal | None = None
    wait_h: Decimal | None = None  # how long the unit lies in the room before


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much better the standard is: `what` is at most `at_most` times the unit's permissible error."""

    known: Known
    what: Literal["standard-mpe", "standard-u", "measurement-u"]
    at_most: Decimal
    classes: tuple[str, ...] = ()  # accuracy classes that it holds for; empty: all


@dataclass(frozen=True, slots=True)
class Points:
    """Where it is measured."""

    known: Known
    rule: Literal["fractions", "count", "numbered-marks", "values"]
    at_least: int = 0  # for "count"
    values: tuple[Decimal, ...] = ()  # fractions of the span, or values in `unit`
    unit: str = ""
    ends: bool = False  # whether both ends of the range are among them


@dataclass(frozen=True, slots=True)
class Sequence:
    """The order of one measurement."""

    known: Known
    series: tuple[str, ...]  # up, down, once
    preloads: int = 0
    dwell_s: Decimal | None = None  # at each point
    hold_top_s: Decimal | None = None
    tapped: bool = False  # a second reading after tapping the case
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class MpeRow:
    """One line of the permissible errors: coefficients, never an expression.

    |error| ≤ constant + of_value·|x| + of_span·span + of_interval·e, in `unit`; with `combine` "greater" the
    greatest of the four instead of their sum. The line holds from `above` to `up_to` of |x|, in units of e
    where `bounds` says so.
    """

    known: Known
    item: str  # indication, hysteresis, tapping, ...
    accuracy_class: str = ""
    unit: str = ""
    constant: Decimal = Decimal(0)
    of_value: Decimal = Decimal(0)
    of_span: Decimal = Decimal(0)
    of_interval: Decimal = Decimal(0)
    combine: Literal["sum", "greater"] = "sum"
    above: Decimal | None = None
    up_to: Decimal | None = None
    bounds: Literal["value", "intervals"] = "value"


@dataclass(frozen=True, slots=True)
class Rounding:
    """To what a result is rounded, and whether the rounded or the raw one is judged."""

    known: Known
    judged: Literal["raw", "rounded"]
    of: Literal["scale-interval", "mpe", "resolution", "class"]
    step: Decimal  # times what `of` names


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision rule, by the name that `--rule` takes."""

    known: Known
    rule: str


@dataclass(frozen=True, slots=True)
class Interval:
    """For how long at most a verification stands, or what is recommended."""

    known: Known
    months: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated edition; a figure that the file does not have is None or empty, never zero."""

    id: str  # "jjg-52-2013"
    regulation: str  # "jjg-52": what stays when the edition changes
    number: str  # "JJG 52-2013"
    kind: Kind
    title: Text
    effective: date
    known: Known  # of number, title and dates
    checked: str  # by whom, when and in what the whole edition was checked; "" where it is unverified
    path: str
    issued: date | None = None
    abolished: date | None = None  # first day on which it is no longer in force
    replaces: tuple[str, ...] = ()
    conditions: Conditions | None = None
    ratio: tuple[Ratio, ...] = ()
    points: Points | None = None
    sequence: Sequence | None = None
    mpe: tuple[MpeRow, ...] = ()
    rounding: Rounding | None = None
    decision: Decision | None = None
    interval: Interval | None = None
