"""Issuing: gate, render, write, record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import IntegrityError, RefusedError, UsageError
from calibrator.certificates._amend import check_current
from calibrator.certificates._as_evaluated import plan_as_evaluated
from calibrator.certificates._build import assemble
from calibrator.certificates._check_results import checked_by
from calibrator.certificates._customer import stated
from calibrator.certificates._deviations import AS_EVALUATED
from calibrator.certificates._follows import check_follows
from calibrator.certificates._gate import Missing, gate
from calibrator.certificates._let_stand import KIND
from calibrator.certificates._people import may_authorise
from calibrator.certificates._place import check_place, ending, staged, written
from calibrator.certificates._render import render
from calibrator.certificates._separate import separation
from calibrator.certificates._sources import gather
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.certificates._amend import Amending
    from calibrator.certificates._bodies import Body
    from calibrator.certificates._model import Certificate
    from calibrator.record import Record

__all__ = ["NotIssuableError", "issue"]


class NotIssuableError(RefusedError):
    """The gate does not let a document through; `missing` says all that is missing."""

    code = "no-certificate"

    def __init__(self, model: Certificate, missing: tuple[Missing, ...]) -> None:
        first, rest = missing[0], missing[1:]
        listed = "".join(f"\n  - {item.what} ({item.clause}). {item.way_out}" for item in rest)
        super().__init__(
            f"No certificate can be issued: {first.what}",
            where=first.clause,
            way_out=first.way_out + (f"\nAlso:{listed}" if listed else ""),
            code=first.code,
        )
        self.run = model.digest.run
        self.missing = missing


def issue(
    record: Record,
    run: str,
    format: str = "pdf",
    language: str = "both",
    out: Path | None = None,
    *,
    certificates: Path | None = None,
    clock: Clock | None = None,
    authorised_by: str | None = None,
    kind: str = "calibration",
    with_uncertainty: bool = False,
    amending: Amending | None = None,
    customer: str | None = None,
    as_evaluated: str | None = None,
    before: Callable[[bytes], None] | None = None,
) -> Path:
    """Write the document of a run, record `certificate.issued`, and return where it was written.

    The same document is issued once: doing it again gives the same bytes and no second event.

    Args:
        record: a record opened for writing.
        run: the run's id.
        format: "pdf", "html", "json" or "dcc".
        language: "en", "zh" or "both".
        out: the file to write; None writes `<number>-<language>` with its ending into `certificates`.
        certificates: the home's folder of certificates (`Home.certificates`); needed without `out`.
        clock: tells the day of issue of a live run; None takes the machine's own.
        authorised_by: id or name of the person of lab.toml, signatory or technical manager, who authorises
            the first issue of a live run; it is recorded and stays. A simulated run is authorised by nobody.
        kind: "calibration", "verification" or "notice": different documents with different rules.
        with_uncertainty: state U in a document of verification, where it was asked for.
        amending: what `plan_amendment` or `plan_replacement` gave: recorded together with the issue, and not
            at all where the amended document cannot be issued.
        customer: "NAME; ADDRESS" or "own", where the run did not record it; recorded with the issue.
        as_evaluated: why the recorded results stand though this program evaluates otherwise: recorded once
            with the issue, by the person who authorises it, and printed as a deviation.

    Raises:
        IntegrityError: the run's record is not as it was written, or its results do not follow from its
            readings (`results-differ`); exit code 6.
        NotIssuableError: the gate does not let it through; exit code 4.
        UsageError: the name and the format differ (`format-differs`), the folder is not there
            (`no-such-folder`), another file is (`file-exists`) or something that is no file (`not-a-file`),
            no folder was named, the person may not authorise (`may-not-authorise`), a glyph is missing,
            another certificate replaced it (`superseded`), `as_evaluated` without need or right.
        StorageError: the file cannot be written.
    """
    if out is not None:
        check_place(out, format)
    _check_intact(record, run)
    sources = gather(record, run)
    if sources.found is not None:  # its results are printed, too
        _check_intact(record, sources.found.run)
    if amending is not None:
        sources = replace(sources, amendments=(*sources.amendments, amending.body))
    first = amending.events(run) if amending is not None else []
    if customer is not None:
        sources = replace(sources, customer=stated(sources, customer, authorised_by or ""))
        first = [(run, "customer.stated", sources.customer), *first]
    let_stand = as_evaluated is not None and not sources.as_evaluated
    if as_evaluated is not None and let_stand:
        body = plan_as_evaluated(record, sources, as_evaluated, authorised_by or "")
        sources, first = replace(sources, as_evaluated=body), [(run, KIND, body), *first]
    model = assemble(
        sources,
        issued_at=(clock or RealClock()).now(),
        authorised_by=authorised_by,
        kind=kind,
        with_uncertainty=with_uncertainty,
    )
    check_current(sources, model.id, run)
    lab = sources.opened["lab"]
    missing = (
        *gate(model, may_authorise(lab)),
        *separation(model, lab, checked_by(record, run, model.digest.run_head)),
    )
    if missing:
        raise NotIssuableError(model, missing)
    if not let_stand:  # else it was examined just now
        check_follows(record, run)
    if sources.found is not None:
        check_follows(record, sources.found.run)
    content = render(model, format, language)
    path = out or _default_place(model, format, language, certificates)
    if before is not None:
        before(content)
    partial = staged(path, content)
    try:
        _record_once(record, model, content, first, format=format, language=language, file=path.name)
        if partial is not None:
            written(partial, path)
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    return path


def _check_intact(record: Record, run: str) -> None:
    """Refuse to make a document of a record that was altered."""
    findings = record.verify(run)
    if findings:
        first = findings[0]
        raise IntegrityError(
            f"the record of the run is not as it was written: {first.what}",
            where=f"{first.stream}, event {first.seq}" if first.seq is not None else first.stream,
            way_out="See all of it: calibrator verify. Nothing is issued from an altered record.",
            code="record-altered",
        )


def _default_place(model: Certificate, format: str, language: str, certificates: Path | None) -> Path:
    if certificates is None:
        raise UsageError(
            "no file and no folder was named for the certificate",
            where="--out",
            way_out="Name the file with --out FILE.",
            code="no-place",
        )
    return certificates / f"{model.id}-{language}{ending(format)}"


def _record_once(
    record: Record,
    model: Certificate,
    content: bytes,
    first: Sequence[tuple[str, str, Body]],
    *,
    format: str,
    language: str,
    file: str,
) -> None:
    """Record the issue, behind what comes `first`, before the document stands in its place.

    It is recorded once for the same bytes; all in one transaction.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = record.events(model.digest.run, kinds={"certificate.issued"})
    if any(event.body.get("sha256") == digest for event in known):
        return
    body: dict[str, object] = {
        "id": model.id,
        "kind": model.kind,
        "format": format,
        "language": language,
        "sha256": digest,
        "file": file,
        "issued_at": model.issued_at.astimezone(UTC).isoformat(),
        "authorised_by": model.authorised_by[0].id if model.authorised_by else None,
    }
    if any(deviation.code == AS_EVALUATED for deviation in model.deviations):
        body["as_evaluated"] = True
    record.append_all([*first, (model.digest.run, "certificate.issued", body)])
