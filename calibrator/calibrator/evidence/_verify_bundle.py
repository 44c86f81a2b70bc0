"""Is a bundle what was recorded, and do its results follow from its readings?"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import CalibratorError
from calibrator.evidence._bundle import read_bundle
from calibrator.evidence._sealed_documents import sealed_documents
from calibrator.evidence._table import csv_bytes
from calibrator.evidence.check_bundle import check

if TYPE_CHECKING:
    from calibrator.certificates.seals import SealSettings
    from calibrator.record import Event, Record

__all__ = ["BundleCheck", "verify_bundle"]


class BundleCheck:
    """What was found: everything wrong, what can be said of a bundle that is intact, and whether it is known.

    A bundle that was forged throughout agrees with itself: only the record, or a head that came another way,
    vouches for it.
    """

    def __init__(self, wrong: Sequence[str], said: Sequence[str], *, vouched: bool = False) -> None:
        self.wrong = tuple(wrong)
        self.said = tuple(said)
        self.vouched = vouched


def verify_bundle(
    path: Path, record: Record | None, head: str = "", *, trust: SealSettings, now: datetime
) -> BundleCheck:
    """Check a bundle offline: hashes, chain, documents, traffic, results; and against a record with its run.

    `head` is the run's head as it is known from elsewhere, such as the certificate; "" where it is not. The
    seals of the documents in it are checked against `trust`; one of a trusted signer whose document holds the
    bundle's head vouches for the bundle.

    Raises:
        IntegrityError: it cannot be unpacked.
    """
    content = read_bundle(path)
    try:
        wrong = list(check(content))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return BundleCheck([f"a file in it is not what a bundle holds ({type(error).__name__}: {error})"], ())
    if wrong:
        return BundleCheck(wrong, ())
    manifest = json.loads(content["manifest.json"])
    events = _events(content)
    wrong = [*_results(events, content), *_held(manifest, record)]
    if head and all(event.hash != head.lower() for event in events):
        wrong.append(f"no event of it has the hash {head}: it is another run, or was written anew")
    if content["results.csv"] != csv_bytes(json.loads(content["results.json"])):
        wrong.append("results.csv is not what results.json says")
    said = [
        f"run {manifest['run']}, {manifest['mode']}, {len(events)} events, head {manifest['head']['hash']}"
    ]
    said += [f"not in the bundle: {name}" for name in manifest.get("not_included", ())]
    broken, sealed, trusted = sealed_documents(content, events, trust, now)
    wrong += broken
    vouched = bool(head) or _is_in(manifest, record) or trusted
    return BundleCheck(wrong, [*said, *sealed], vouched=vouched and not wrong)


def _is_in(manifest: Mapping[str, object], record: Record | None) -> bool:
    return record is not None and next(iter(record.events(str(manifest["run"]))), None) is not None


def _events(content: Mapping[str, bytes]) -> list[Event]:
    from calibrator.record import Event, parse_utc

    found = []
    for line in content["events.jsonl"].splitlines():
        row = json.loads(line)
        held = json.loads(row["canonical"])
        at = parse_utc(held["at"])
        found.append(
            Event(
                held["stream"],
                held["seq"],
                held["kind"],
                held["version"],
                at,
                held["body"],
                row["canonical"],
                row["previous"],
                row["hash"],
            )
        )
    return found


def _results(events: list[Event], content: Mapping[str, bytes]) -> Iterator[str]:
    """Evaluate the readings again, with the traffic log laid out as a home has it."""
    from calibrator.evaluation import recompute_events

    with tempfile.TemporaryDirectory() as folder:
        log = content.get("traffic.jsonl")
        if log is not None:
            (Path(folder) / f"{events[0].stream}.jsonl").write_bytes(log)
        try:
            found = recompute_events(events, traffic=Path(folder) if log is not None else None)
        except CalibratorError as error:
            yield f"the results cannot be evaluated again: {error}"
            return
    for item in found:
        yield f"{item.point} {item.field}: recorded {item.recorded}, recomputed {item.recomputed}".strip()


def _held(manifest: Mapping[str, object], record: Record | None) -> Iterator[str]:
    """Hold the end of the bundle against the record at hand, where that has the run."""
    run, head = str(manifest["run"]), manifest["head"]
    if record is None or not isinstance(head, dict):
        return
    hashes = {event.seq: event.hash for event in record.events(run)}
    if hashes and hashes.get(int(head["count"])) != head["hash"]:
        yield f"the record here has another event {head['count']} in this run"
