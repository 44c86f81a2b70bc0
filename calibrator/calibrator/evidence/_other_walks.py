"""The walks behind printed numbers that are not in a results table."""

from __future__ import annotations

import math
from collections.abc import Iterator

from calibrator._errors import IntegrityError
from calibrator.evidence._node import Node
from calibrator.evidence._walk import Walk, decimal, place
from calibrator.record import Event

__all__ = ["beside", "check_limit", "checked", "coefficient", "environment", "joint", "standard", "version"]

_KEYS = {"temperature": ("temperature_c", "°C"), "humidity": ("humidity_rh", "% RH")}


def environment(walk: Walk, name: str) -> Iterator[Node]:
    """Yield every record of the surroundings that the printed range holds."""
    key, unit = _KEYS[name]
    for event in walk.events:
        if event.kind == "environment" and event.body.get(key) is not None:
            facts = {
                "value": f"{decimal(event.body[key])} {unit}",
                "at": event.at.isoformat(),
                "sensor": str(event.body["sensor"]),
                "how": str(event.body["how"]),
            }
            if event.body.get("point"):
                facts["point"] = str(event.body["point"])
            yield Node(name, {**facts, **place(event)})


def joint(walk: Walk) -> Iterator[Node]:
    """Yield the recorded joint statement, with the result and the limits of each point that it spans."""
    event = _only(walk, "run.closed")
    said = event.body["joint"]
    exact = f"{float.fromhex(said['exact'])!r} ({said['exact']})"
    facts = {"exact": exact, "draws": str(said["draws"]), "statement": str(said["statement"])}
    below = []
    for made in _evaluations(walk):
        for point in made.body["results"]:
            numbers = {key: f"{point[key]} {point['unit']}" for key in ("error", "u") if point.get(key)}
            more = {"all of it": f"the cell {point['id']}/error", **place(made)}
            below.append(Node(f"point {point['id']}", {**numbers, **more}, (walk.limit(point["id"]),)))
    title = f"joint statement over {said['points']} points with their shared inputs"
    yield Node(title, {**facts, **walk.procedure(), **place(event)}, tuple(below))


def beside(walk: Walk, point: str, part: str) -> Iterator[Node]:
    """Yield the readings of another part at a point, whose mean is printed beside the result."""
    from calibrator.evaluation import collect

    seen = collect(walk.events).points[point].observations.parts.get(part, ())
    yield from walk.taken("readings of another part at the point", {reading.seq for reading in seen})


def standard(walk: Walk, asset: str) -> Iterator[Node]:
    """Yield what the run fixed of a standard and its certificate."""
    event = _only(walk, "references.fixed")
    for item in event.body.get("standards", ()):
        if item["asset"] == asset:
            yield walk.standard(event, item)


def coefficient(walk: Walk, section: str, curve: str, index: int) -> Iterator[Node]:
    """Yield a parameter with its row of the covariance matrix, and every point that it was made from."""
    for event in _evaluations(walk):
        for body in event.body.get("curves") or ():
            recorded = str(event.body["section"])  # which may be printed in several tables
            if body["id"] != curve or not (section == recorded or section.startswith(f"{recorded}-")):
                continue
            row = [float.fromhex(value) for value in body["exact"]["covariance"][index]]
            value = body["exact"]["values"][index]
            facts = {
                "exact": f"{float.fromhex(value)!r} {body['units'][index]} ({value})",
                "u": f"{math.sqrt(row[index])!r} {body['units'][index]}",
                **{f"covariance with {name}": repr(v) for name, v in zip(body["names"], row, strict=True)},
                **({"formula": str(body["formula"])} if body["formula"] else {}),
                **walk.procedure(),
            }
            points = tuple(_point(walk, str(point)) for point in body["points"])
            yield Node(f"parameter {body['names'][index]} of {curve}", {**facts, **place(event)}, points)


def _point(walk: Walk, point: str) -> Node:
    for event in _evaluations(walk):
        for body in event.body["results"]:
            if body["id"] == point:
                facts = {"error": f"{body['error']} {body['unit']}", **place(event)}
                return Node(f"point {point}", facts, tuple(walk.readings(point, int(body["attempt"]))))
    return Node(f"point {point}", {"result": "none"})


def version(walk: Walk, point: str, attempt: int) -> Iterator[Node]:
    """Yield one measurement of a point that was measured more than once, and why it was set aside."""
    from calibrator.certificates._versions import readings_of_version, versions_of

    found = next(item for item in versions_of(walk.events)[point] if item.attempt == attempt)
    facts = {}
    if found.point is not None:
        facts = {key: f"{found.point[key]} {found.point['unit']}" for key in ("error", "u", "U")}
        facts["verdict"] = str(found.point["verdict"])
    if found.asked is not None:
        facts["set aside"] = f"{found.asked.reason} ({found.asked.by or 'the program'})"
    readings = walk.taken(
        f"readings of measurement {attempt}", readings_of_version(walk.events, point, attempt)
    )
    yield Node(f"measurement {attempt} of {point}", facts, tuple(readings))


def checked(walk: Walk, phase: str, point: str) -> Iterator[Node]:
    """Yield the judgement of a check of the standard, and the readings of the check standard."""
    for event in walk.events:
        if event.kind == "session.checked" and event.body["phase"] == phase:
            said = next(item for item in event.body["points"] if item["id"] == point)
            keys = ("deviation", "reference", "limit", "departure")
            facts = {key: f"{decimal(said[key])} {said['unit']}" for key in keys}
            seqs = [
                reading.seq
                for reading in walk.events
                if reading.kind == "reading"
                and reading.body["point"] == f"{phase}-check:{point}"
                and reading.body["use"] == "result"
            ]
            readings = tuple(walk.taken("readings of the check standard", seqs))
            yield Node(f"{phase} check at {point}", {**facts, **place(event)}, readings)


def check_limit(walk: Walk, point: str) -> Iterator[Node]:
    """Yield where a control limit comes from, with the recorded checks that it was made of."""
    event = _only(walk, "references.fixed")
    said = next(item for item in event.body["session_check"]["points"] if item["id"] == point)
    facts = {key: f"{decimal(said[key])} {said['unit']}" for key in ("reference", "limit")}
    facts |= {key: str(said[key]) for key in ("basis", "status", "source")}
    history = tuple(
        Node(f"check in run {item['run']}", {"deviation": f"{decimal(item['value'])} {said['unit']}"})
        for item in said["history"]
    )
    yield Node(f"control limit of {point}", {**facts, **place(event)}, history)


def _evaluations(walk: Walk) -> tuple[Event, ...]:
    """Return the last evaluation of each section."""
    last = {event.body["section"]: event for event in walk.events if event.kind == "section.evaluated"}
    return tuple(last.values())


def _only(walk: Walk, kind: str) -> Event:
    found = walk.last(kind)
    if found is None:
        raise IntegrityError(
            f"the run has no event {kind}",
            where=walk.run,
            way_out="Check the record: calibrator verify.",
            code="no-references",
        )
    return found
