"""The certificate model: what a document says, before any page is made of it.

Its parts stand in `_parts` and `_result_parts` and can be had from here, too. Numbers are decimals in the
unit beside them, as recorded; rounding belongs to the rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calibrator.certificates._legal import Kind, Verification
from calibrator.certificates._parts import (
    DEFAULT_LAYOUT,
    Adjustment,
    Affirmation,
    Amendment,
    Answered,
    Checked,
    CheckedPoint,
    Conditions,
    Customer,
    Deviation,
    Digest,
    Equipment,
    Item,
    Laboratory,
    Layout,
    Method,
    Person,
    SessionCheck,
    Standard,
)
from calibrator.certificates._result_parts import (
    AsFound,
    ConfirmedFigure,
    Conformity,
    Curve,
    Result,
    ResultSection,
    UnverifiedFigure,
    Verdict,
    Version,
)
from calibrator.procedure._types import Text

__all__ = [
    "SIMULATED",
    "Affirmation",
    "Amendment",
    "AsFound",
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
    layout: Layout = DEFAULT_LAYOUT
    kind: Kind = "calibration"
    verification: Verification | None = None
    session_check: SessionCheck | None = None  # None: no check standard was at the bench
    adjustment: Adjustment | None = None  # of an as-left run
    as_found: AsFound | None = None  # of an as-left run whose as-found run is in the record
    equipment: tuple[Equipment, ...] = ()  # read beside the standards
    checklist: tuple[Answered, ...] = ()  # before work in place
    checked_by: tuple[Checked, ...] | None = None  # None: nobody did

    @property
    def keywords(self) -> tuple[str, str]:
        """What every rendering carries where a program finds it, even in a damaged file."""
        return f"calibrator-certificate:{self.id}", f"calibrator-run:{self.digest.run}"

    @property
    def results(self) -> tuple[Result, ...]:
        """All results in the order of the document."""
        return tuple(r for s in self.sections for r in s.results)
