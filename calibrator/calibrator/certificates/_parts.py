"""What a certificate is made of beside its results: who, what, how, under which conditions, with what.

Letters in comments are those of ISO/IEC 17025:2017, 7.8. Imports no other part of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from calibrator.procedure._types import Text

__all__ = [
    "DEFAULT_LAYOUT",
    "Adjustment",
    "Affirmation",
    "Amendment",
    "Answered",
    "CheckedPoint",
    "Conditions",
    "Customer",
    "Deviation",
    "Digest",
    "Equipment",
    "Item",
    "Laboratory",
    "Layout",
    "Method",
    "Person",
    "SessionCheck",
    "Standard",
]


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


DEFAULT_LAYOUT: Final = Layout()


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
    differs: tuple[Text, ...] = ()  # what is not done as an edition has it
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
class Equipment:
    """An instrument that was read and realises no value by itself, such as a counter at a pulse output."""

    asset: str
    model: str
    serial: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Who checked the results, and when (UTC)."""

    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of a checklist with its answer (METROLOGY 7)."""

    key: str
    question: Text
    answer: str
    by: Person


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Which run holds what was found, and what was adjusted since, by whom and why."""

    as_found_run: str
    as_found_head: str  # of its closing event
    what: str
    by: Person
    reason: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """What was done otherwise than the method says, by whom and why (7.8.2.1 n)."""

    code: str  # of the check that was let pass, such as "certificate-expired"; or "measured-again"
    what: Text  # the same in words
    reason: str
    by: Person | None


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
