"""The gates of verification certificate (检定证书) and notice of results (检定结果通知书): METROLOGY 21."""

from __future__ import annotations

from collections.abc import Iterator

from calibrator.certificates._legal import Verification
from calibrator.certificates._missing import Missing
from calibrator.certificates._model import Certificate

__all__ = ["gate_of_verification"]

_LAW = "METROLOGY 21"


def gate_of_verification(model: Certificate) -> Iterator[Missing]:
    """Yield what stands between a run and its document of verification."""
    found = model.verification
    if found is None:
        return
    yield from _regulation(found)
    yield from _authority(found)
    yield from _items(found)
    failed = [item for item in found.items if item.outcome == "fail"]
    if model.kind == "verification" and failed:
        named = ", ".join(item.title.en for item in failed)
        yield Missing(
            "item-failed",
            f"an instrument that fails gets no verification certificate; failed: {named}",
            _LAW,
            "Issue the notice of results: --kind notice.",
        )
    if model.kind == "notice" and not failed:
        yield Missing(
            "nothing-failed",
            "a notice of results names failed items, and none failed",
            _LAW,
            "Issue the verification certificate: --kind verification.",
        )


def _regulation(found: Verification) -> Iterator[Missing]:
    regulation = found.regulation
    if regulation is None:
        yield Missing(
            "no-regulation",
            "the procedure follows no verification regulation",
            _LAW,
            "Issue a calibration certificate, or run a procedure with a [regulation].",
        )
        return
    if regulation.status != "checked":  # a figure may be merely seen, the edition of a 检定 may not
        yield Missing(
            "regulation-not-checked",
            f"the edition {regulation.number} is {regulation.status}, not held against the printed one",
            _LAW,
            "Have it checked against the printed edition, and approve the procedure again.",
        )
    early = regulation.in_force is None or regulation.in_force > found.on
    late = regulation.superseded is not None and regulation.superseded <= found.on
    if early or late:
        until = f" to {regulation.superseded}" if regulation.superseded else ""
        yield Missing(
            "regulation-not-in-force",
            f"{regulation.number} was not in force on {found.on} (from {regulation.in_force}{until})",
            _LAW,
            "Verify by the edition in force.",
        )
    if regulation.validity_months <= 0:
        yield Missing(
            "no-validity", f"{regulation.number} states no period of validity", _LAW, "State validity_months."
        )


def _authority(found: Verification) -> Iterator[Missing]:
    authority, regulation = found.authority, found.regulation
    if authority is None:
        yield Missing(
            "no-authorisation",
            "the laboratory has stated no authority to verify",
            _LAW,
            "Write an [authority] table into lab.toml before the run; the run keeps lab.toml.",
        )
        return
    if authority.until is None or authority.until < found.on:
        yield Missing(
            "authorisation-expired",
            f"the authority {authority.number} ended on {authority.until}",
            _LAW,
            "Have it renewed, and verify again.",
        )
    if regulation is not None and _name(regulation.number) not in map(_name, authority.regulations):
        yield Missing(
            "authorisation-differs",
            f"the authority {authority.number} does not name {regulation.number}",
            _LAW,
            "Verify what it names; or complete [authority] in lab.toml.",
        )


def _name(number: str) -> str:
    """Return a regulation's number without its year: an authority outlasts an edition."""
    return " ".join(number.upper().partition("-")[0].split())


def _items(found: Verification) -> Iterator[Missing]:
    open_ = [item for item in found.items if item.outcome in ("not done", "undetermined")]
    if found.regulation is not None and not found.items:
        yield Missing("no-items", "the regulation names no items", _LAW, "Complete [regulation] items.")
    if open_:
        named = ", ".join(f"{item.title.en} ({item.outcome})" for item in open_)
        yield Missing(
            "items-incomplete",
            f"not every item of the regulation is done and decided: {named}",
            _LAW,
            "Measure all items in one run; a partial verification is none.",
        )
