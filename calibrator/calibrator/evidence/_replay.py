"""The same again from the record: results to the last digit, documents to the last byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from calibrator.certificates._sources import Sources
    from calibrator.evaluation import Difference
    from calibrator.evidence._find import Issued
    from calibrator.record import Record

__all__ = ["Rendered", "Replay", "replay"]

_PROGRAM: Final = "versions.calibrator"  # of the versions the one that a document's bytes hang on


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document rendered again: whether its bytes are those that were issued."""

    id: str
    format: str
    language: str
    sha256: str  # as issued
    again: str  # now

    @property
    def same(self) -> bool:
        """Whether the bytes are the same."""
        return self.sha256 == self.again


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome: how much was evaluated again, every difference, and the documents rendered again."""

    run: str
    points: int
    readings: int
    differences: tuple[Difference, ...]  # versions that differ stand last
    documents: tuple[Rendered, ...]
    versions: tuple[Difference, ...] = ()  # that differ, where a document came out otherwise
    otherwise: str = ""  # why results that differ are no finding: let stand, or of another version

    @property
    def explained(self) -> bool:
        """Whether other versions explain all that came out otherwise, and nothing speaks against it."""
        if self.differences:
            return bool(self.otherwise)
        return any(item.field == _PROGRAM for item in self.versions)

    @property
    def agrees(self) -> bool:
        """Whether everything came out as recorded."""
        return not self.differences and all(item.same for item in self.documents)


def replay(record: Record, document: Issued, *, traffic: Path | None = None, whole: bool = True) -> Replay:
    """Evaluate a run again and render its unsealed documents again.

    Exact numbers agree within 1e-12, printed ones in every digit, documents in every byte. Where results
    differ, the documents are not rendered: they are made of the recorded results and would still agree.

    Args:
        record: the record, checked to be intact.
        document: the run, and with a number the document of it (`find_document`).
        traffic: the folder of the traffic logs; None leaves them out.
        whole: render every document of the run, not only the one that `document` names.
    """
    from calibrator.certificates._sources import gather
    from calibrator.evaluation import recompute
    from calibrator.evaluation._recompute import versions_now

    differences = recompute(record, document.run, traffic=traffic)
    kinds = {"reading", "section.evaluated"}
    opened = record.last(document.run, "run.opened")
    events = list(record.events(document.run, kinds=kinds))
    points = {p["id"] for e in events if e.kind == "section.evaluated" for p in e.body["results"]}
    documents: tuple[Rendered, ...] = ()
    if not differences:
        sources = gather(record, document.run)
        wanted = [body for body in sources.issued if whole or body["id"] == document.id]
        documents = tuple(_again(sources, body) for body in _distinct(wanted))
    readings = sum(event.kind == "reading" for event in events)
    versions = versions_now([opened] if opened else []) if not all(d.same for d in documents) else ()
    otherwise = _explained(record, document.run, differences) if differences else ""
    return Replay(document.run, len(points), readings, differences, documents, tuple(versions), otherwise)


def _explained(record: Record, run: str, differences: Sequence[Difference]) -> str:
    """Say by which versions, or by whose decision, differences are no finding; empty where they are one."""
    from calibrator.certificates import contradicted, evaluated_otherwise, let_stand

    events = list(record.events(run))
    otherwise = let_stand(events, differences) or evaluated_otherwise(events, differences)
    return "" if otherwise and contradicted(record, run, differences) else otherwise


def _distinct(bodies: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    for body in bodies:
        if body["sha256"] not in seen:
            seen.add(str(body["sha256"]))
            yield body


def _again(sources: Sources, body: Mapping[str, Any]) -> Rendered:
    """Render one issued document as it stood then: amended later, or with U, as its bytes say."""
    from calibrator.certificates._build import assemble
    from calibrator.certificates._render import render

    later = _after(sources, str(body["id"]))
    let_stand = sources.as_evaluated if body.get("as_evaluated") else {}
    then = replace(sources, amendments=later, as_evaluated=let_stand)
    form, language = str(body["format"]), str(body["language"])
    kind, wanted = str(body.get("kind") or "calibration"), str(body["sha256"])
    made = ""
    for with_uncertainty in (False, True) if kind != "calibration" else (False,):
        model = assemble(then, kind=kind, with_uncertainty=with_uncertainty)
        made = hashlib.sha256(render(model, form, language)).hexdigest()
        if made == wanted:
            break
    return Rendered(str(body["id"]), form, language, wanted, made)


def _after(sources: Sources, number: str) -> tuple[Mapping[str, Any], ...]:
    """Return the amendments that had been made when the document of this number was issued."""
    places = [index for index, body in enumerate(sources.amendments) if body["id"] == number]
    return sources.amendments[: places[0] + 1] if places else ()
