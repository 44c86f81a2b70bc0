"""Recomputation: what the record says again from its readings, and where it differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._closing import closing_differences
from calibrator.evaluation._collect import collect
from calibrator.evaluation._curves import evaluate_curves, recorded_curves
from calibrator.evaluation._difference import Difference
from calibrator.evaluation._numbers import value_of_raw
from calibrator.evaluation._proofs import proof_differences
from calibrator.evaluation._section import CLAUSE_8_DRAWS, evaluate_content
from calibrator.evaluation._session_check import session_check_differences
from calibrator.evaluation._show import recorded_results
from calibrator.evaluation._traffic import traffic_differences
from calibrator.procedure import load

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["TOLERANCE", "Difference", "recompute", "recompute_events", "versions_now"]

Body = Mapping[str, Any]
TOLERANCE = 1e-12
"""Relative agreement of exact numbers; printed digits must be the same."""


def recompute(record: Record, run: str, *, traffic: Path | None = None) -> tuple[Difference, ...]:
    """Evaluate a run again and return every difference from its recorded results, none when they agree.

    Exact numbers agree within 1e-12 of their value, everything printed in every digit, each reading's
    value is what its raw text says, each proof of a connection is judged as its levels give, each check of
    the standard as its limits give, and each closing is what the events before it give. `traffic` is the
    folder of the traffic logs, each of which must be the file whose hash and length a closing holds; None
    leaves them out. Where something differs, the last differences name the versions then and now.
    """
    return recompute_events(list(record.events(run)), traffic=traffic)


def recompute_events(events: Sequence[Event], *, traffic: Path | None = None) -> tuple[Difference, ...]:
    """Evaluate a run again from its events; see `recompute`."""
    found = [*_readings(events), *_results(events), *proof_differences(events)]
    found += [*session_check_differences(events), *closing_differences(events)]
    if traffic is not None:
        found += traffic_differences(events, traffic)
    return (*found, *versions_now(events)) if found else ()


def _results(events: Sequence[Event]) -> Iterator[Difference]:
    content = collect(events)
    recorded = recorded_results(events)
    if not recorded:
        return
    procedure = load(content.opened["procedure"]["id"])
    for section, results in recorded.items():
        again = {p["id"]: p for p in evaluate_content(content, procedure, section, draws=CLAUSE_8_DRAWS)}
        then = {point["id"]: point for point in results}
        for name in dict.fromkeys((*then, *again)):
            if name not in then or name not in again:
                yield Difference(name, "point", _there(name, then), _there(name, again))
            else:
                yield from _compare(name, "", then[name], again[name])
        yield from _curves(
            section, recorded_curves(events)[section], evaluate_curves(content, procedure, section)
        )


def _curves(section: str, then: Sequence[Body], now: Sequence[Body]) -> Iterator[Difference]:
    """Compare the curves and sets of parameters of a section, each by its id."""
    recorded, again = ({str(body["id"]): body for body in bodies} for bodies in (then, now))
    for name in dict.fromkeys((*recorded, *again)):
        place = f"{section}/{name}"
        if name in recorded and name in again:
            yield from _compare(place, "", recorded[name], again[name])
        else:
            yield Difference(place, "curve", _there(name, recorded), _there(name, again))


def _compare(point: str, path: str, then: object, now: object) -> Iterator[Difference]:
    """Compare two parts of a point object, exact numbers within the tolerance."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*then, *now)):
            yield from _compare(point, f"{path}.{key}" if path else str(key), then.get(key), now.get(key))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (left, right) in enumerate(zip(then, now, strict=True)):
            yield from _compare(point, f"{path}[{index}]", left, right)
    elif then != now and not (path.startswith("exact.") and _agree(then, now)):
        yield Difference(point, path, str(then), str(now))


def _agree(then: object, now: object) -> bool:
    if not (isinstance(then, str) and isinstance(now, str)):
        return False
    left, right = float.fromhex(then), float.fromhex(now)
    return left == right or math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=0.0)


def _readings(events: Sequence[Event]) -> Iterator[Difference]:
    for event in events:
        if event.kind != "reading" or event.body.get("overload") or event.body.get("derived"):
            continue
        value, said = float.fromhex(event.body["value"]), value_of_raw(event.body["raw"])
        if said != value:
            yield Difference(event.body["point"], f"reading {event.seq}", repr(value), event.body["raw"])


def versions_now(events: Sequence[Event]) -> Iterator[Difference]:
    """Name the versions then and now that differ, after the differences that they may explain."""
    opened: Mapping[str, Any] = collect(events).opened
    then = {**opened["versions"], "procedure": opened["procedure"]["hash"]}
    now = {**_present(then), "procedure": load(opened["procedure"]["id"]).info.content_hash}
    for name, version in then.items():
        if now.get(name) != version:
            yield Difference("", f"versions.{name}", str(version), str(now.get(name)))


def _present(names: Mapping[str, Any]) -> dict[str, str]:
    """Return the versions now of the packages that a run's opening names."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version("calibrator-lab" if name == "calibrator" else name)
        except PackageNotFoundError:
            found[name] = platform.python_version() if name == "python" else "not installed"
    return found


def _there(name: str, points: Mapping[str, object]) -> str:
    return "there" if name in points else "not there"
