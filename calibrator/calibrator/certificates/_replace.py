"""A certificate that replaces that of another run, because it was measured or evaluated again (7.8.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator.certificates._amend import (
    WORDS,
    Amending,
    check_current,
    check_reason,
    who_amends,
    word_of,
)
from calibrator.certificates._model import Certificate, Result, Standard
from calibrator.certificates._numbers import NONE, printed
from calibrator.certificates._statements import point_name

if TYPE_CHECKING:
    from decimal import Decimal

    from calibrator.record import Record

__all__ = ["differences", "plan_replacement", "replace_certificate"]


def replace_certificate(
    record: Record, run: str, former_run: str, *, reason: str, by: str, kind: str = "calibration"
) -> str:
    """Record that the certificate of a run replaces the issued one of another, and return its number.

    It supersedes the former at once: where the new one is to be issued at once, hand `plan_replacement` to
    `issue`, which records both or neither.

    Raises:
        UsageError: see `plan_replacement`.
    """
    planned = plan_replacement(record, run, former_run, reason=reason, by=by, kind=kind)
    record.append_all(planned.events(run))
    return planned.number


def plan_replacement(
    record: Record, run: str, former_run: str, *, reason: str, by: str, kind: str = "calibration"
) -> Amending:
    """Return how the certificate of a run replaces the issued one of another; nothing is recorded.

    Both runs are to be told, so that either document says it. Every value that differs is listed.

    Raises:
        UsageError: code `same-run`, `never-issued`, `issued-already`, `superseded`, `other-instrument`,
            `no-reason` or `may-not-amend`.
    """
    from calibrator.certificates._build import assemble
    from calibrator.certificates._sources import gather

    check_reason(reason)
    if run == former_run:
        raise _refused(
            "a run does not replace itself", "Name the run whose certificate is replaced.", "same-run"
        )
    old_sources, new_sources = gather(record, former_run), gather(record, run)
    old, new = assemble(old_sources, kind=kind), assemble(new_sources, kind=kind)
    issued = [body for body in old_sources.issued if body.get("id") == old.id]
    if not issued:
        raise _refused(
            f"the certificate {old.id} was never issued", "Nothing is there to replace.", "never-issued"
        )
    if any(body.get("id") == new.id for body in new_sources.issued):
        raise _refused(
            f"the certificate {new.id} was issued already, without saying what it replaces",
            "Let it replace the former one before it is first issued.",
            "issued-already",
        )
    check_current(old_sources, old.id, "--replaces")
    if (old.item.model, old.item.serial) != (new.item.model, new.item.serial):
        raise _refused(
            f"{old.id} is of {old.item.model} serial {old.item.serial}, this run of {new.item.model} serial"
            f" {new.item.serial}",
            "A certificate is replaced by one of the same instrument.",
            "other-instrument",
        )
    who = who_amends(new, new_sources.opened["lab"], by)
    former = next((body for body in issued if body["format"] == "pdf"), issued[0])
    body = {
        "id": new.id,
        "former": old.id,
        "former_run": former_run,
        "former_sha256": str(former["sha256"]),
        "former_format": str(former["format"]),
        "reason": reason,
        "by": who,
        "changes": [],
        "differences": list(differences(old, new)),
    }
    return Amending(new.id, body, former_run)


def differences(old: Certificate, new: Certificate) -> Iterator[str]:
    """Yield every value in which two certificates of one instrument differ, before and after."""
    for key in WORDS:
        before, after = word_of(old, key), word_of(new, key)
        if before != after:
            yield f"{key}: {before or '–'} → {after or '–'}"
    for key, before in _circumstances(old).items():
        after = _circumstances(new)[key]
        if before != after:
            yield f"{key}: {before or '–'} → {after or '–'}"
    first, second = ({result.id: result for result in model.results} for model in (old, new))
    for name in dict.fromkeys((*first, *second)):
        before, after = _values(first.get(name)), _values(second.get(name))
        if before != after:
            result = second.get(name) or first[name]
            yield f"{point_name(result)}: {before} → {after}"


def _values(result: Result | None) -> str:
    if result is None:
        return "–"
    row = printed(result)
    unit = row.error_unit
    shown = ""
    if row.indication != NONE:
        shown = f"indication {row.indication}, reference {row.reference} {row.value_unit}, "
    return (
        f"{shown}E {row.error} {unit}, U {row.expanded_uncertainty} {unit}, k {row.coverage_factor},"
        f" limit {row.limit} {unit}, w {row.guard_band} {unit}, PFA {row.pfa}, {result.verdict}"
    )


def _circumstances(model: Certificate) -> dict[str, str]:
    """Return under what the results were obtained, each as one text, by the keys of `CHANGED`."""
    from calibrator.certificates._view import local_day

    method, air = model.method, model.conditions
    days = (local_day(model, model.began_at), local_day(model, model.ended_at))
    return {
        "procedure": f"{method.id} {method.version} {method.content_hash[:12]}".strip(),
        "document": method.document,
        "limits": method.interval,
        "rule": model.conformity.rule,
        "policy": model.conformity.policy,
        "state": model.pass_,
        "standards": "; ".join(_standard(standard) for standard in model.standards),
        "temperature": _span(air.temperature_low_c, air.temperature_high_c, "°C"),
        "humidity": _span(air.humidity_low_rh, air.humidity_high_rh, "% RH"),
        "measured": " – ".join(dict.fromkeys(days)),
    }


def _standard(standard: Standard) -> str:
    known = (
        standard.model,
        standard.serial,
        standard.certificate,
        str(standard.issued or ""),
        standard.route,
    )
    return " ".join(part for part in (standard.asset, *known) if part)


def _span(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    return " – ".join(f"{value}" for value in dict.fromkeys((low, high)) if value is not None) + f" {unit}"


def _refused(what: str, way_out: str, code: str) -> UsageError:
    return UsageError(what, where="--replaces", way_out=way_out, code=code)
