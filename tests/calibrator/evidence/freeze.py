"""Freezes what an evaluation gives, beside its version number: run by hand after a reviewed change.

`python tests/calibrator/evidence/freeze.py HOME [RUN]` takes a finished run of a home and writes
`frozen/<procedure>.json`: the events that evaluation needs (five readings a point where only the unit is
read, all where readings of several parts belong together), the results, the version of the procedure and of
the program. The test beside it evaluates those events again. `freeze.py --again` evaluates those of all
files, after a change of the program's mathematics.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from calibrator import __version__
from calibrator.evaluation._collect import collect
from calibrator.evaluation._section import evaluate_content
from calibrator.procedure import load
from calibrator.record import Event, Record, parse_utc, utc_text
from calibrator_drivers.clock import RealClock

FOLDER = Path(__file__).parent / "frozen"
KINDS = (
    "run.opened",
    "references.fixed",
    "environment",
    "step.begun",
    "step.done",
    "reading",
    "prompt.answered",
)
READINGS = 5  # of a point that only the unit is read at; the others would only make the file long


def evaluated(events: Sequence[Event]) -> dict[str, list[dict[str, Any]]]:
    """Return the results of every section, without the Monte Carlo check, whose draws are numpy's."""
    content = collect(events)
    procedure = load(content.opened["procedure"]["id"])
    return {name: evaluate_content(content, procedure, name, draws=0) for name in content.sections}


def thawed(file: Path) -> tuple[dict[str, Any], list[Event]]:
    """Return the content of a frozen file and its events."""
    held = json.loads(file.read_text(encoding="utf-8"))
    events = [
        Event("run", seq, item["kind"], 1, parse_utc(item["at"]), item["body"], "", "", "")
        for seq, item in enumerate(held["events"], start=1)
    ]
    return held, events


def _short(recorded: Iterable[Event]) -> list[dict[str, Any]]:
    events = list(recorded)
    alone = not any("part" in event.body for event in events if event.kind == "reading")
    counts: dict[str, int] = {}
    kept = []
    for event in events:
        body = dict(event.body)
        if event.kind == "reading":
            if body["use"] == "result":
                counts[body["point"]] = counts.get(body["point"], 0) + 1
            if body["use"] != "result" or (alone and counts[body["point"]] > READINGS):
                continue
        kept.append({"kind": event.kind, "at": utc_text(event.at), "body": _slim(event.kind, body)})
    return kept


def _slim(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    away = {"run.opened": ("bench",), "step.begun": ("snapshot", "instruments"), "step.done": ("snapshot",)}
    return {key: value for key, value in body.items() if key not in away.get(kind, ())}


def freeze(home: Path, run: str) -> Path:
    """Write the frozen file of a run's procedure and return its path."""
    with Record.open(home, clock=RealClock(), write=False) as record:
        events = _short(record.events(record.find_run(run), kinds=KINDS))
    name = events[0]["body"]["procedure"]["id"]
    file = FOLDER / f"{name}.json"
    head = {"procedure": name, "version": load(name).info.version, "calibrator": __version__}
    _write(file, {**head, "events": events, "results": {}})
    _write(file, {**head, "events": events, "results": evaluated(thawed(file)[1])})
    return file


def again() -> None:
    """Evaluate every frozen record once more, for a change of the program's mathematics."""
    for file in sorted(FOLDER.glob("*.json")):
        held, events = thawed(file)
        head = {**held, "version": load(held["procedure"]).info.version, "calibrator": __version__}
        _write(file, {**head, "results": evaluated(events)})


def _write(file: Path, content: Mapping[str, Any]) -> None:
    """Write one event and one point a line, so that a change of a result is one line of a difference."""
    lines = ["{"]
    for key in ("procedure", "version", "calibrator"):
        lines.append(f"{json.dumps(key)}: {json.dumps(content[key])},")
    lines.append('"events": [')
    lines.append(",\n".join(json.dumps(item, ensure_ascii=False) for item in content["events"]))
    lines.append('],\n"results": {')
    sections = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(p, ensure_ascii=False) for p in points) + "\n]"
        for name, points in content["results"].items()
    ]
    lines.append(",\n".join(sections) + "\n}\n}\n")
    file.write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__" and sys.argv[1:] == ["--again"]:
    again()
elif __name__ == "__main__":
    sys.stdout.write(f"{freeze(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else 'last')}\n")
