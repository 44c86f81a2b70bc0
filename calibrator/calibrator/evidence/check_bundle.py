"""Checks a run's bundle with the standard library of Python alone: `python check.py` in the unpacked folder.

This file is copied into every bundle as check.py. It needs nothing of the program that made the bundle.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

GENESIS = "0" * 64


def check(read: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the files of a bundle, given by their names."""
    if "manifest.json" not in read:
        yield "manifest.json is missing"
        return
    manifest = json.loads(read["manifest.json"])
    yield from _listed(read, manifest["files"])
    events = [json.loads(line) for line in read.get("events.jsonl", b"").splitlines()]
    yield from _chain(events, manifest)
    for line in read.get("register.jsonl", b"").splitlines():
        event = json.loads(line)
        anchor = json.loads(event["canonical"])["body"]
        count = int(anchor["count"])
        if link(event) != event["hash"]:
            yield "an event of the register was changed"
        if count > len(events) or events[count - 1]["hash"] != anchor["head"]:
            yield f"the register has event {count} with the hash {anchor['head']}, the bundle has another"
    yield from _content(read, [json.loads(event["canonical"]) for event in events])


def _listed(read: Mapping[str, bytes], listed: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for name in sorted({*read, *listed} - {"manifest.json"}):
        if name not in read:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not in the manifest"
        elif hashlib.sha256(read[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} is not as the manifest says"


def _chain(events: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]) -> Iterator[str]:
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        held = json.loads(event["canonical"])
        if event["previous"] != previous or link(event) != event["hash"]:
            yield f"event {number} was changed, or is not the one that followed event {number - 1}"
        if (held["seq"], held["stream"]) != (number, manifest["run"]):
            yield f"event {number} says that it is event {held['seq']} of {held['stream']}"
        previous = event["hash"]
    if (len(events), previous) != (manifest["head"]["count"], manifest["head"]["hash"]):
        yield f"the events end at {len(events)}, {previous}, not where the manifest says"


def _content(read: Mapping[str, bytes], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Hold documents, traffic log and results against the events."""
    issued = {
        e["body"]["sha256"] for e in events if e["kind"] in ("certificate.issued", "certificate.sealed")
    }
    for name in sorted(read):
        if name.startswith("certificates/") and hashlib.sha256(read[name]).hexdigest() not in issued:
            yield f"{name} is no document that the run issued"
    for event in events:
        said = event["body"].get("traffic") if event["kind"] == "run.closed" else None
        if said and "traffic.jsonl" in read:
            log, count = read["traffic.jsonl"], int(said["bytes"])
            if len(log) < count or hashlib.sha256(log[:count]).hexdigest() != said["sha256"]:
                yield "traffic.jsonl is not the log whose length and hash the run's closing holds"
    evaluated = {
        e["body"]["section"]: e["body"]["results"] for e in events if e["kind"] == "section.evaluated"
    }
    recorded = {point["id"]: point for points in evaluated.values() for point in points}
    for point in json.loads(read.get("results.json", b'{"points": []}'))["points"]:
        if point["id"] in recorded and point != recorded[point["id"]]:
            yield f"results.json: {point['id']} is not what was recorded"


def link(event: Mapping[str, str]) -> str:
    """Return the hash that an event must have: SHA-256 of the previous hash, a line end, and its text."""
    return hashlib.sha256(f"{event['previous']}\n{event['canonical']}".encode()).hexdigest()


def main(folder: Path) -> int:
    """Check an unpacked bundle; 0 where nothing is wrong, else 6."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    wrong = list(check({path.relative_to(folder).as_posix(): path.read_bytes() for path in files}))
    sys.stdout.write("\n".join(wrong or ["intact"]) + "\n")
    return 6 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
