"""The certificate model: what a document says, before any page is made of it.

Numbers are decimals in the unit beside them, as recorded; rounding belongs to the rendering.
Items and letters in comments are those of ISO/IEC 17025:2017, 7.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from calibrator.certificates._adjusted import Adjustment
from calibrator.certificates._alongside import Answered, Equipment
from calibrator.certificates._legal import Kind, Verification
from calibrator.certificates._particulars import PLAIN, Particulars
from calibrator.procedure._types import Text

__all__ = [
    "SIMULATED",
    "Affirmation",
    "Amendment",
    "Certificate",
    "CheckedPoint",
    "Conditions",
    "ConfirmedFigure",
    "Conformity",
    "Curve",
    "Customer",
    "Deviation",
    "Digest",
    "Item",
    "Laboratory",
    "Layout",
    "Method",
    "Person",
    "Result",
    "ResultSection",
    "SessionCheck",
    "Standard",
    "UnverifiedFigure",
    "Verdict",
    "Version",
]

SIMULATED: Final = "SIMULATED - not a calibration certificate / 模拟数据，非校准证书"
"""What every page of every rendering of a simulated run says (METROLOGY 8)."""

Verdict = Literal["pass", "conditional pass", "conditional fail", "fail", "undetermined"]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Who calibrated (7.8.2.1 b, c)."""

    name: str
    address: str
    place: str  # where the work was done, when not at the address
    timezone: str
    accreditation: str
    country: str = ""  # ISO 3166-1, two letters


@dataclass(frozen=True, slots=True)
class Layout:
    """How the laboratory's documents look, as its run recorded it."""

    paper: str = "a4"  # or "letter"
    accent: str = "#0d4a5a"
    footer: str = ""
    logo: str = ""  # an SVG drawing


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose instrument it is (7.8.2.1 e); `own` where it was stated to be the laboratory's, without name."""

    name: str
    address: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person with what they did (7.8.2.1 o)."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Item:
    """The instrument that was calibrated (7.8.2.1 g)."""

    manufacturer: str
    model: str
    serial: str
    asset: str
    firmware: str
    identity: str  # as the instrument itself replied


@dataclass(frozen=True, slots=True)
class Method:
    """To which procedure and document (7.8.2.1 f)."""

    id: str
    version: str
    title: Text
    document: str
    document_status: str
    content_hash: str
    approved: bool
    interval: str  # which column of the maker's specification the limits are
    regulations: tuple[str, ...] = ()  # number of each edition that was followed
    unverified: tuple[str, ...] = ()  # those of them that nobody has held against the document
    limits_of: tuple[str, ...] = ()  # document and class of the limits, where they are those of a class


@dataclass(frozen=True, slots=True)
class Conditions:
    """The environment over the results (7.8.4.1 b); None where it was not recorded."""

    temperature_low_c: Decimal | None
    temperature_high_c: Decimal | None
    humidity_low_rh: Decimal | None
    humidity_high_rh: Decimal | None
    how: tuple[str, ...]  # measured, typed, simulated
    sensors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Affirmation:
    """What a person affirmed before the first reading: adjusted within the last 24 h, at this temperature."""

    by: Person
    how: str  # typed, file, simulated operator


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard and what it is traceable to (7.8.4.1 c)."""

    asset: str
    model: str
    serial: str
    certificate: str
    issued: date | None
    due: date | None
    by: str
    traceability: str
    route: str
    interval: str
    file_hash: str


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
    frequency_hz: Decimal | None = None  # of an alternating quantity
    particulars: Particulars = PLAIN  # reference value, what a difference is between, the load
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
class Deviation:
    """What was done otherwise than the method says, by whom and why (7.8.2.1 n)."""

    code: str  # of the check that was let pass, such as "certificate-expired"; or "measured-again"
    what: Text  # the same in words
    reason: str
    by: Person | None


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


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """One point of the session check in `unit`; None where there is no limit yet, or no number."""

    id: str
    unit: str
    reference: Decimal | None  # the deviation that the check standard shows of a standard in order
    limit: Decimal | None  # how far it may depart from that
    basis: str  # stated, history, collecting
    status: str
    source: str
    opening: Decimal | None  # departure before the first point
    closing: Decimal | None  # and after the last


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """The check of the standard at both ends of the session (METROLOGY 24)."""

    asset: str  # the check standard
    title: str
    standards: tuple[str, ...]  # assets that were checked
    state: str  # passed, failed, not judged, not made
    provisional: bool  # the closing check failed
    unchecked: tuple[str, ...]  # standards that the run used and the check does not reach
    points: tuple[CheckedPoint, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Where the record stood, so that a cut tail is seen."""

    run: str
    run_count: int
    run_head: str
    register_count: int
    register_head: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """That this certificate replaces another: which, its hash, why, and what was changed."""

    former: str
    former_sha256: str
    reason: str
    by: Person | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A document: calibration certificate (校准证书), verification certificate (检定证书) or notice."""

    id: str
    simulated: bool
    outcome: str  # completed, stopped, interrupted, open
    pass_: str  # as-found
    issued_at: datetime
    began_at: datetime
    ended_at: datetime
    laboratory: Laboratory
    customer: Customer | None
    performed_by: tuple[Person, ...]
    authorised_by: tuple[Person, ...]  # by a recorded act at the first issue; never of a simulated run
    item: Item
    method: Method
    conditions: Conditions
    affirmation: Affirmation | None  # what the limits of 24 hours depend on
    preparation: tuple[tuple[str, str], ...]  # self-test, warm-up: how they ended
    standards: tuple[Standard, ...]
    sections: tuple[ResultSection, ...]
    conformity: Conformity
    not_tested: tuple[Text, ...]
    deviations: tuple[Deviation, ...]
    unverified: tuple[UnverifiedFigure, ...]
    confirmed: tuple[ConfirmedFigure, ...]
    digest: Digest
    versions: tuple[tuple[str, str], ...]
    amends: Amendment | None = None
    layout: Layout = Layout()
    kind: Kind = "calibration"
    verification: Verification | None = None
    session_check: SessionCheck | None = None  # None: no check standard was at the bench
    adjustment: Adjustment | None = None  # of an as-left run
    equipment: tuple[Equipment, ...] = ()  # read beside the standards
    checklist: tuple[Answered, ...] = ()  # before work in place

    @property
    def keywords(self) -> tuple[str, str]:
        """What every rendering carries where a program finds it, even in a damaged file."""
        return f"calibrator-certificate:{self.id}", f"calibrator-run:{self.digest.run}"

    @property
    def results(self) -> tuple[Result, ...]:
        """All results in the order of the document."""
        return tuple(r for s in self.sections for r in s.results)
