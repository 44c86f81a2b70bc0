"""The part of the certificate model that only documents of legal verification (检定) have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from calibrator.procedure._types import Text

__all__ = ["Authority", "Kind", "Outcome", "Regulation", "Verification", "VerifiedItem"]

Kind = Literal["calibration", "verification", "notice"]
Outcome = Literal["pass", "fail", "undetermined", "not done"]


@dataclass(frozen=True, slots=True)
class Regulation:
    """The edition of a verification regulation (检定规程) that was followed."""

    number: str
    title: Text
    status: str
    source: str
    in_force: date | None
    superseded: date | None
    validity_months: int


@dataclass(frozen=True, slots=True)
class Authority:
    """By whose leave the laboratory verifies."""

    number: str
    by: str
    until: date | None
    regulations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedItem:
    """One item of the regulation (检定项目) and how it ended."""

    id: str
    title: Text
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Verification:
    """What makes a document one of legal verification."""

    regulation: Regulation | None
    authority: Authority | None
    items: tuple[VerifiedItem, ...]
    on: date
    valid_until: date | None
    with_uncertainty: bool  # U is stated only where it was asked for
