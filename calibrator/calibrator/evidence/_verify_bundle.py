"""Is a bundle what was recorded, and do its results follow from its readings?"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import CalibratorError
from calibrator.evidence._bundle import own_file, read_bundle
from calibrator.evidence._former_files import FORMER
from calibrator.evidence._sealed_documents import Vouched, sealed_documents
from calibrator.evidence.check_bundle import check, head_wrong, superseded

if TYPE_CHECKING:
    from calibrator.certificates.seals import SealSettings
    from calibrator.evaluation import Difference
    from calibrator.record import Event, Record

__all__ = ["BundleCheck", "verify_bundle"]


class BundleCheck:
    """What was found: everything wrong, what can be said of a bundle that is intact, and whether it is known.

    A bundle that was forged throughout agrees with itself: only the record, or a head that came another way,
    vouches for it. `superseded` says of each of its certificates that another one replaced by which and why.
    It is `outdated` where the newest of them is such a one, or the record has issued a later one, and
    `otherwise` says that its results differ here because another version evaluated them.
    """

    def __init__(
        self,
        wrong: Sequence[str],
        said: Sequence[str],
        *,
        vouched: bool = False,
        superseded: Mapping[str, str] | None = None,
        outdated: bool = False,
        otherwise: str = "",
    ) -> None:
        self.wrong = tuple(wrong)
        self.said = tuple(said)
        self.vouched = vouched
        self.superseded = dict(superseded or {})
        self.outdated = outdated
        self.otherwise = otherwise


def verify_bundle(
    path: Path, record: Record | None, head: str = "", *, trust: SealSettings, now: datetime
) -> BundleCheck:
    """Check a bundle offline: hashes, chain, documents, traffic, results; and against a record with its run.

    `head` is the run's head as it is known from elsewhere, such as the certificate; "" where it is not. The
    seals of the documents in it are checked against `trust`; one of a trusted signer whose document holds a
    closing's head vouches for the events up to it. What stands behind the vouched events is named. A record
    that is not as it was written is named, and nothing else that it says is believed.

    Raises:
        IntegrityError: it cannot be unpacked.
    """
    content = read_bundle(path)
    wrong = list(check(content))
    if wrong:
        return BundleCheck(wrong, ())
    manifest = json.loads(content["manifest.json"])
    events = _events(content)
    again = _results(events, content)
    ours = list(_ours(content))
    wrong = [what for what, former in ours if not former]
    altered = _altered(manifest, record)
    if altered:  # nothing that its rows say is believed, for or against
        wrong, record = [*wrong, *altered], None
    here = _is_in(manifest, record)
    again = again.held_against(record if here else None, str(manifest["run"]))
    wrong += [*_shown(events, content), *again.wrong, *_held(manifest, record)]
    wrong += _known(content, record)
    wrong += head_wrong(head, [{"hash": event.hash} for event in events])
    said = [
        f"run {manifest['run']}, {manifest['mode']}, {len(events)} events, head {manifest['head']['hash']}"
    ]
    said += [*again.said, *(what for what, former in ours if former)]
    said += [f"not in the bundle: {name}" for name in manifest.get("not_included", ())]
    broken, sealed, trusted = sealed_documents(content, events, trust, now)
    wrong += broken
    until = max(trusted.until, *(event.seq for event in events if event.hash == head.lower()), 0)
    if here:
        until = len(events)
    behind = [] if not until or wrong else list(_behind(content, events, Vouched(until, trusted.documents)))
    later, outdated = _superseded(events, record if here else None)
    if not later:
        said.append("not superseded, as far as this record knows" if here else "no record here holds its run")
    return BundleCheck(
        wrong,
        [*said, *sealed, *behind],
        vouched=bool(until) and not behind and not wrong,
        superseded=later,
        outdated=outdated,
        otherwise=again.otherwise,
    )


def _superseded(events: Sequence[Event], record: Record | None) -> tuple[dict[str, str], bool]:
    """Return what replaced each certificate of the bundle, and whether the newest of a kind is replaced.

    The events of the record know more than those of the bundle: what was amended after it was made.
    """
    known = events if record is None else list(record.events(events[0].stream))
    later = superseded([{"kind": event.kind, "body": event.body} for event in known])
    issued = [event.body for event in events if event.kind == "certificate.issued"]
    newest = {str(body.get("kind")): str(body["id"]) for body in issued}
    own = {str(body["id"]): later[str(body["id"])] for body in issued if str(body["id"]) in later}
    return own, any(number in own for number in newest.values())


# events that say nothing but that a document was written, which is vouched for or named by itself
_OF_DOCUMENTS = frozenset({"certificate.issued", "certificate.sealed", "person.identified"})


def _behind(content: Mapping[str, bytes], events: Sequence[Event], vouched: Vouched) -> Iterator[str]:
    """Yield what stands behind the last event that is vouched for: anybody could have put it there."""
    rest = events[vouched.until :]
    for event in rest:
        if event.kind not in _OF_DOCUMENTS:
            yield f"nobody known vouches for event {event.seq}, {event.kind}: it is behind the head"
    known = {
        event.body["sha256"]
        for event in events[: vouched.until]
        if event.kind in ("certificate.issued", "certificate.sealed")
    }
    for name, data in sorted(content.items()):
        apart = name.startswith("certificates/") and name not in vouched.documents
        if apart and hashlib.sha256(data).hexdigest() not in known:
            yield f"nobody known vouches for {name}: it was issued behind the head"


def _ours(content: Mapping[str, bytes]) -> Iterator[tuple[str, bool]]:
    """Compare the text and the checker in it with those of this program: a forger's would say intact.

    Yields what is said of each that differs, and whether it is of an earlier version, which is no fault.
    """
    for name, own in (("README.txt", "bundle_readme.txt"), ("check.py", "check_bundle.py")):
        held = content[name].replace(b"\r\n", b"\n")
        if hashlib.sha256(held).hexdigest() in FORMER:
            yield f"{name} is that of an earlier version of the program", True
        elif held != own_file(own):
            yield f"{name} is not the one of this version of the program: do not rely on it", False


def _shown(events: list[Event], content: Mapping[str, bytes]) -> Iterator[str]:
    """Make the results again from the events and hold results.json against them, key by key."""
    from calibrator.evaluation import show_events

    held = json.loads(content["results.json"])
    try:
        made = json.loads(json.dumps(show_events(events, events[0].stream)))
    except CalibratorError as error:
        yield f"the results cannot be made again: {error}"
        return
    for key in sorted({*made, *held} - {"run"}):
        if made.get(key) != held.get(key):
            yield f"results.json: {key} is not what follows from the events"
    for key in sorted({*made["run"], *held["run"]}):
        if made["run"].get(key) != held["run"].get(key):
            yield f"results.json: {key} of the run is not what follows from the events"


def _known(content: Mapping[str, bytes], record: Record | None) -> Iterator[str]:
    """Hold what the register said against the register at hand, where that knows the run."""
    if record is None or next(iter(record.events(json.loads(content["manifest.json"])["run"])), None) is None:
        return
    hashes = {event.hash for event in record.events(record.REGISTER)}
    for line in content["register.jsonl"].splitlines():
        if json.loads(line)["hash"] not in hashes:
            yield "register.jsonl holds an event that the register here does not"


def _altered(manifest: Mapping[str, object], record: Record | None) -> list[str]:
    """Return what is not as it was written in the record of the run, the register and the outside log."""
    findings = () if record is None else record.verify(str(manifest["run"]))
    return [f"the record of the run is not as it was written: {finding.what}" for finding in findings]


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


@dataclass(frozen=True, slots=True)
class _Again:
    """What came of evaluating the readings again; `otherwise` where only another version explains it."""

    found: Sequence[Difference] = ()
    wrong: Sequence[str] = ()
    said: Sequence[str] = ()
    otherwise: str = ""

    def held_against(self, record: Record | None, run: str) -> _Again:
        """Return it with what differs as wrong, where the register of a record speaks against the version."""
        from calibrator.certificates import contradicted

        speaks = contradicted(record, run, self.found) if record is not None and self.otherwise else ""
        return _Again(self.found, (speaks, *_unlike(self.found)), self.said) if speaks else self


def _results(events: Sequence[Event], content: Mapping[str, bytes]) -> _Again:
    """Evaluate the readings again, with the traffic log laid out as a home has it."""
    from calibrator.certificates import evaluated_otherwise, let_stand
    from calibrator.evaluation import recompute_events

    with tempfile.TemporaryDirectory() as folder:
        log = content.get("traffic.jsonl")
        if log is not None:
            (Path(folder) / f"{events[0].stream}.jsonl").write_bytes(log)
        try:
            found = recompute_events(events, traffic=Path(folder) if log is not None else None)
        except CalibratorError as error:
            return _Again(wrong=(f"the results cannot be evaluated again: {error}",))
    stands = let_stand(events, found) if found else ""
    if stands:
        return _Again(found, said=(stands,))
    told = [
        f"the version of {item.field.removeprefix('versions.')} was {item.recorded}, here it is"
        f" {item.recomputed}: that may explain what differs"
        for item in found
        if item.field.startswith("versions.")
    ]
    otherwise = evaluated_otherwise(events, found)
    return _Again(found, () if otherwise else _unlike(found), told, otherwise)


def _unlike(found: Sequence[Difference]) -> list[str]:
    return [
        f"{item.point} {item.field}: recorded {item.recorded}, recomputed {item.recomputed}".strip()
        for item in found
        if not item.field.startswith("versions.")
    ]


def _held(manifest: Mapping[str, object], record: Record | None) -> Iterator[str]:
    """Hold the end of the bundle against the record at hand, where that has the run."""
    run, head = str(manifest["run"]), manifest["head"]
    if record is None or not isinstance(head, dict):
        return
    hashes = {event.seq: event.hash for event in record.events(run)}
    if hashes and hashes.get(int(head["count"])) != head["hash"]:
        yield f"the record here has another event {head['count']} in this run"
