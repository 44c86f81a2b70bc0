"""Checks a run's bundle with the standard library of Python alone: `python check.py [HEAD]` in its folder.

HEAD is the hash of the run's head as the printed certificate has it: files that were forged throughout agree
with each other, and with no head that came another way.

This file is copied into every bundle as check.py. It needs nothing of the program that made the bundle.
"""

import csv
import hashlib
import io
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Events = Sequence[Mapping[str, Any]]
GENESIS = "0" * 64
FORMAT = 1
MANIFEST = ["files", "format", "head", "mode", "not_included", "run"]
ALWAYS = {"README.txt", "check.py", "events.jsonl", "manifest.json", "register.jsonl", "results.csv"} | {
    "results.json"
}
OFTEN = {"traffic.jsonl"}  # where a station has the log of the run
CSV_COLUMNS = (
    *("run", "mode", "procedure", "procedure_version", "uut", "serial", "interval", "rule"),
    *("point", "section", "function", "nominal", "range", "unit", "readings", "indication"),
    *("indication_unit", "error"),
    *("u", "U", "k", "dof", "lower_limit", "upper_limit", "guard_band", "pfa", "verdict"),
    *("limit_status", "standard_status", "standard", "attempt", "attempts", "notes", "taxon"),
)
"""Of results.csv; numbers in the unit of the column `unit`, as decimal text with the digits recorded.

Only the indication is in one of its own, `indication_unit`. A point without a number has none in its columns.
"""
NUMBERS = ("error", "u", "U", "k", "dof", "guard_band", "pfa")
OF_OPENING = ("mode", "uut", "interval", "rule", "policy", "seed", "sections", "complete")


def check(read: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the files of a bundle, given by their names."""
    try:
        yield from _wrong(read)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        yield f"a file here is not what a bundle holds ({type(error).__name__}: {error})"


def _wrong(read: Mapping[str, bytes]) -> Iterator[str]:
    missing = sorted(ALWAYS - set(read))
    yield from (f"{name} is missing" for name in missing)
    if missing:
        return
    manifest = json.loads(read["manifest.json"])
    if manifest["format"] != FORMAT or sorted(manifest) != MANIFEST:
        yield f"manifest.json is not of format {FORMAT}"
    yield from _listed(read, manifest["files"])
    rows = [json.loads(line) for line in read["events.jsonl"].splitlines()]
    yield from _chain(rows, manifest)
    events = [json.loads(event["canonical"]) for event in rows]
    if not events:
        return
    if manifest["mode"] != events[0]["body"]["mode"]:
        yield f"the manifest says {manifest['mode']}, the run's opening {events[0]['body']['mode']}"
    yield from _register(read["register.jsonl"], rows, events, manifest["run"])
    yield from _content(read, events, manifest)
    yield from _results(read, events)


def _register(lines: bytes, rows: Sequence[Mapping[str, str]], events: Events, run: str) -> Iterator[str]:
    """Hold what the register says of the run against its events; every end of the run stands there."""
    ended = set()
    for line in lines.splitlines():
        event = json.loads(line)
        held = json.loads(event["canonical"])
        anchor, count = held["body"], int(held["body"]["count"])
        if link(event) != event["hash"]:
            yield "an event of the register was changed"
        if anchor["run"] != run or held["stream"] == run:
            yield f"register.jsonl holds an event of {held['stream']} about {anchor['run']}"
        if count > len(rows) or (count and rows[count - 1]["hash"] != anchor["head"]):
            yield f"the register has event {count} with the hash {anchor['head']}, the bundle has another"
        if held["kind"] == "run.ended":
            ended.add(count)
    if not lines.strip():
        yield "register.jsonl knows nothing of the run"
    for held in events:
        if held["kind"] == "run.closed" and held["seq"] not in ended:
            yield f"register.jsonl has no end of the run for event {held['seq']}, run.closed"


def _listed(read: Mapping[str, bytes], listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name in sorted({*read, *listed} - {"manifest.json"}):
        if name not in ALWAYS | OFTEN and not name.startswith("certificates/"):
            yield f"{name} is no file of a bundle"
        elif name not in read:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not in the manifest"
        elif hashlib.sha256(read[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} is not as the manifest says"
        elif listed[name] != {"sha256": listed[name]["sha256"], "bytes": len(read[name])}:
            yield f"manifest.json does not say how long {name} is, or says more of it"


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


def _content(read: Mapping[str, bytes], events: Events, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Hold documents and traffic log against the events, and what is not here against what should be."""
    issued = {
        "certificates/" + e["body"]["file"].replace("\\", "/").rpartition("/")[2]: e["body"]["sha256"]
        for e in events
        if e["kind"] in ("certificate.issued", "certificate.sealed")
    }
    for name in sorted(read):
        if name.startswith("certificates/") and hashlib.sha256(read[name]).hexdigest() != issued.get(name):
            yield f"{name} is no document that the run issued"
    away = sorted((OFTEN | set(issued)) - set(read))
    if manifest["not_included"] != away:
        yield f"the manifest does not say that these are not included: {', '.join(away) or 'none'}"
    for event in events:
        said = event["body"].get("traffic") if event["kind"] == "run.closed" else None
        if said and "traffic.jsonl" in read:
            log, count = read["traffic.jsonl"], int(said["bytes"])
            if len(log) < count or hashlib.sha256(log[:count]).hexdigest() != said["sha256"]:
                yield "traffic.jsonl is not the log whose length and hash the run's closing holds"


def _results(read: Mapping[str, bytes], events: Events) -> Iterator[str]:
    """Hold results.json against the events, point by point, and results.csv against it, byte by byte."""
    shown, opened = json.loads(read["results.json"]), events[0]["body"]
    closed = next((e["body"] for e in reversed(events) if e["kind"] == "run.closed"), None)
    said = {"id": events[0]["stream"], **{key: opened[key] for key in OF_OPENING}}
    if closed is not None:
        said.update({key: closed[key] for key in ("outcome", "exit_code")})
    for key, value in said.items():
        if shown["run"].get(key) != value:
            yield f"results.json: {key} of the run is not what was recorded"
    last = {e["body"]["section"]: e["body"]["results"] for e in events if e["kind"] == "section.evaluated"}
    recorded = {point["id"]: point for points in last.values() for point in points}
    listed = [point["id"] for point in shown["points"]]
    for name in recorded:
        if listed.count(name) != 1:
            yield f"results.json: {name} was recorded and stands there {listed.count(name)} times"
    for point in shown["points"]:
        if point["id"] in recorded and point != recorded[point["id"]]:
            yield f"results.json: {point['id']} is not what was recorded"
        if point["id"] not in recorded and point["section"] in last:
            yield f"results.json: {point['id']} was never recorded"
    fixed = [e["body"]["points"] for e in events if e["kind"] == "references.fixed"]
    taxa = {item["point"]["id"]: item.get("taxon") for item in (fixed[-1] if fixed else ())}
    for name in listed:
        if shown.get("taxa", {}).get(name) != taxa.get(name):
            yield f"results.json: the taxon of {name} is not what was recorded"
    if read["results.csv"] != csv_bytes(shown):
        yield "results.csv is not what results.json says"


def rows_of(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one row of results.csv for each point of results.json."""
    run = shown["run"]
    head = {
        "run": run["id"],
        "mode": run["mode"],
        "procedure": run["procedure"]["id"],
        "procedure_version": run["procedure"]["version"],
        "uut": run["uut"]["model"],
        "serial": run["uut"]["serial"],
        "interval": run["interval"],
        "rule": run["rule"],
    }
    units, taxa = shown.get("indication_units", {}), shown.get("taxa", {})
    return [
        {**_row(head, point, units.get(point["id"], "")), "taxon": taxa.get(point["id"], "")}
        for point in shown["points"]
    ]


def _row(head: Mapping[str, Any], point: Mapping[str, Any], unit: str) -> dict[str, str]:
    values = [float(value) for value in point["readings"]]
    mean = repr(math.fsum(values) / len(values)) if point["budget"] and values else ""
    numberless = str(point["error"] or "inf").lstrip("+-") == "inf"
    own = {
        **(dict.fromkeys(NUMBERS, "") if numberless else {}),
        "point": point["id"],
        "readings": len(point["readings"]),
        "indication": mean,
        "indication_unit": unit if mean else "",
        "limit_status": point["figure_status"]["limit"],
        "standard_status": point["figure_status"]["standard"],
        "notes": " ".join(point["notes"]),
    }
    plain = {key: point[key] for key in CSV_COLUMNS if key in point and key not in own}
    found = {**head, **plain, **own}
    return {key: "" if found.get(key) is None else str(found[key]) for key in CSV_COLUMNS}


def csv_bytes(shown: Mapping[str, Any]) -> bytes:
    """Return the results as CSV: UTF-8 with a mark, so that Excel reads it, comma, CRLF (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows([{key: _inert(value) for key, value in row.items()} for row in rows_of(shown)])
    return text.getvalue().encode("utf-8-sig")


def _inert(value: str) -> str:
    """Keep a name that an instrument or a customer gave from being taken for a formula."""
    if value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value


def link(event: Mapping[str, str]) -> str:
    """Return the hash that an event must have: SHA-256 of the previous hash, a line end, and its text."""
    return hashlib.sha256(f"{event['previous']}\n{event['canonical']}".encode()).hexdigest()


def superseded(events: Events) -> dict[str, str]:
    """Return for each certificate that another one replaced "superseded by NUMBER: REASON"."""
    said = [e["body"] for e in events if e["kind"] in ("certificate.amended", "certificate.replaced")]
    return {body["former"]: f"superseded by {body['id']}: {body['reason']}" for body in said}


def head_wrong(head: str, events: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield that no event has the hash that is known from elsewhere."""
    if head and all(event["hash"] != head.lower() for event in events):
        yield f"no event of it has the hash {head}: it is another run, or was written anew"


def _said(read: Mapping[str, bytes], head: str) -> Iterator[str]:
    """Yield what can be said of a bundle in which nothing is wrong."""
    manifest = json.loads(read["manifest.json"])
    yield from (f"not in the bundle: {name}" for name in manifest["not_included"])
    rows = [json.loads(line) for line in read["events.jsonl"].splitlines()]
    later = superseded([json.loads(row["canonical"]) for row in rows])
    yield from (f"{number}: {how}" for number, how in later.items())
    places = [number for number, row in enumerate(rows, start=1) if row["hash"] == head.lower()]
    if not head:
        yield f"run {manifest['run']}, {len(rows)} events, head {manifest['head']['hash']}"
        yield "no head was given: these files agree with each other, which a forgery of all of them does too;"
        yield "compare the head above with the certificate's, or give that one: python check.py HEAD"
    elif places[0] < len(rows):
        yield f"the head given is that of event {places[0]}: it says nothing of those behind it"
    yield "intact"


def main(folder: Path, head: str = "") -> int:
    """Check an unpacked bundle; 0 where nothing is wrong, else 6.

    `head` is the hash of the run's head as it is known from elsewhere, "" where it is not.
    """
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    wrong = list(check(read))
    wrong += [] if wrong else head_wrong(head, [json.loads(x) for x in read["events.jsonl"].splitlines()])
    sys.stdout.write("\n".join(wrong or _said(read, head)) + "\n")
    return 6 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent, *sys.argv[1:2]))
