"""The results of a certificate with what is said of them: curves, verdicts, where their figures are from.

Numbers are decimals in the unit beside them, as recorded; letters are those of ISO/IEC 17025:2017, 7.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from calibrator.certificates._particulars import PLAIN, Particulars
from calibrator.certificates._parts import Conditions, Person
from calibrator.procedure._types import Text

__all__ = [
    "AsFound",
    "ConfirmedFigure",
    "Conformity",
    "Curve",
    "Result",
    "ResultSection",
    "UnverifiedFigure",
    "Verdict",
    "Version",
]

Verdict = Literal["pass", "conditional pass", "conditional fail", "fail", "undetermined"]


@dataclass(frozen=True, slots=True)
class Version:
    """One measurement of a point that was measured more than once, in the unit of its result."""

    attempt: int
    error: Decimal | None  # None with U where there is no number
    expanded_uncertainty: Decimal | None
    verdict: Verdict | None  # None where it could not be evaluated
    no_number: str
    reason: str  # why it was set aside; empty where it was not
    by: Person | None  # who said so; None where the run itself broke


@dataclass(frozen=True, slots=True)
class Result:
    """One result with its uncertainty and verdict (7.8.2.1 m, 7.8.4.1 a, 7.8.6.2)."""

    id: str
    function: str
    unit: str
    nominal: Decimal
    range: Decimal
    indication: Decimal | None  # mean of the readings that count
    readings: int
    error: Decimal | None  # None with all numbers of the budget where there is no number
    standard_uncertainty: Decimal | None
    expanded_uncertainty: Decimal | None
    coverage_factor: Decimal | None
    dof: str
    limit_lower: Decimal | None  # one of the two is None where the error is limited on one side only
    limit_upper: Decimal | None
    guard_band: Decimal | None
    pfa: Decimal | None
    clause8: bool | None  # the GUM result was validated by Monte Carlo (JCGM 101:2008, 8); None: not asked
    verdict: Verdict
    limit_status: str  # of the figure: seen, checked, confirmed, derived, …
    standard_status: str  # of the weakest figure of the standard; artefact where there is none
    standard: str
    attempt: int  # the measurement of the point that counts
    attempts: int  # how often the point was measured
    notes: tuple[str, ...]  # no-acceptance-zone, unverified-figure, overload, not-settled
    no_number: str = ""  # why there is none: overload, not-settled; empty where there is one
    versions: tuple[Version, ...] = ()  # every measurement of a repeated point, in order
    rounding: str = "nearest"  # of U: nearest, upward, ea-4/02
    rounding_step: int = 1  # of the last digit written
    edition_step: Decimal | None = None  # to which the edition of a regulation has the error written
    judged: str | None = None  # by such an edition: the error as measured ("raw"), or "rounded" to its step
    frequency_hz: Decimal | None = None  # of an alternating quantity
    particulars: Particulars = PLAIN  # reference value, what a difference is between, the load
    coverage: Decimal | None = None  # what a chosen k = 2 covers; None where k is that of 95 %
    taxon: str | None = None  # of NCSLI MII, the laboratory's side; None: a run of before they were recorded

    @property
    def limit(self) -> Decimal:
        """The larger magnitude of the limits, for a single column."""
        return max(abs(limit) for limit in (self.limit_lower, self.limit_upper) if limit is not None)

    @property
    def symmetric(self) -> bool:
        """Whether the limits are ±T."""
        return (
            self.limit_lower is not None
            and self.limit_upper is not None
            and -self.limit_lower == self.limit_upper
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """A result that is a curve: coefficients with their covariance, and where it holds.

    A set of parameters is one without formula, input and domain. `covariance` is the full matrix, row by
    row, in the products of the coefficients' units.
    """

    id: str
    title: Text
    formula: str  # of the output in the input and the coefficients, as LaTeX
    names: tuple[str, ...]  # of the coefficients
    values: tuple[Decimal, ...]
    units: tuple[str, ...]
    covariance: tuple[tuple[Decimal, ...], ...]
    input: str  # the quantity that the curve takes
    input_unit: str
    domain_lower: Decimal | None
    domain_upper: Decimal | None


@dataclass(frozen=True, slots=True)
class ResultSection:
    """Results that share a wiring."""

    id: str
    title: Text
    results: tuple[Result, ...]
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True, slots=True)
class AsFound:
    """What was found of a unit before it was adjusted, as its own run recorded it (7.8.4.1 d)."""

    id: str  # the number of the documents of that run
    began_at: datetime
    ended_at: datetime
    performed_by: tuple[Person, ...]
    conditions: Conditions
    standards: tuple[tuple[str, str], ...]  # asset and certificate
    rule: str
    counts: dict[str, int]
    deviations: tuple[Text, ...]
    sections: tuple[ResultSection, ...]


@dataclass(frozen=True, slots=True)
class UnverifiedFigure:
    """A figure that nobody has checked against the maker's document (METROLOGY 9)."""

    kind: Literal["limit", "standard", "other"]
    status: str
    source: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfirmedFigure:
    """A figure that a named person has held against the maker's document (METROLOGY 9)."""

    kind: Literal["limit", "standard", "other"]
    recorded_status: str  # how well the software itself knows it
    source: str  # which row it is
    by: Person
    document: str
    page: str
    date: date | None
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conformity:
    """The statement of conformity (7.8.6): counted verdicts, rule, and how far the statement goes."""

    rule: str
    policy: str
    counts: dict[str, int]
    complete: bool  # every section of the procedure was in the job and every point has a result
    all_pass: bool
    joint_probability: Decimal | None  # that all true errors lie within their limits
    rule_source: str = ""  # the maker's guide that offers the rule for this unit, and how well that is known
    rule_status: str = ""
    adjusted: bool | None = None  # whether the unit is adjusted at this interval, as the job said; None: not
