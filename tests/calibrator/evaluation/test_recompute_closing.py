"""A closing says what the events before it give, and names the traffic log that lies beside the record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator.evaluation import joint, recompute
from calibrator.procedure import Section, load

Make = Callable[..., Any]
Replies = Callable[..., list[str]]


@pytest.fixture
def measured(hand_run: Make, replies: Replies, sections: dict[str, Section]) -> Any:
    """A run over DC volts with every point measured and passing."""
    run = hand_run("dcv")
    for point in sections["dcv"].points:
        run.measure(point, replies(float(point.nominal), 0.0, step=1e-7 * float(point.range)))
    run.evaluate(sections["dcv"])
    return run


def close(run: Any, sections: dict[str, Section], **changes: Any) -> None:
    """Close a run as the engine does, but for the changes."""
    rest = [p.id for name, section in sections.items() if name != "dcv" for p in section.points]
    events = run.events()
    whole = {
        "outcome": "completed",
        "exit_code": 0,
        "verdict": "pass",
        "traffic": None,
        "duration_s": "1",
        "not_tested": rest,
        "head": events[-1].hash,
        "joint": joint(events, load("dmm")),
    }
    run.append("run.closed", **{**whole, **changes})


def fields(run: Any, traffic: Path | None = None) -> set[str]:
    found = recompute(run.record, run.run, traffic=traffic)
    return {item.field for item in found if not item.field.startswith("versions")}


def test_an_honest_closing_recomputes(measured: Any, sections: dict[str, Section]) -> None:
    close(measured, sections)
    assert recompute(measured.record, measured.run) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("verdict", "fail"),
        ("exit_code", 1),
        ("not_tested", []),
        ("head", ""),
        ("joint", None),
        ("outcome", "stopped"),
    ],
)
def test_an_altered_closing_is_found_by_its_key(
    measured: Any, sections: dict[str, Section], key: str, value: object
) -> None:
    close(measured, sections, **{key: value})
    assert f"closing.{key}" in fields(measured)


def test_an_altered_joint_probability_is_shown_then_and_now(
    measured: Any, sections: dict[str, Section]
) -> None:
    honest = joint(measured.events(), load("dmm"))
    close(measured, sections, joint={**honest, "probability": "0.9999"})
    first = recompute(measured.record, measured.run)[0]
    assert first.field == "closing.joint"
    assert "probability 0.9999" in first.recorded
    assert f"probability {honest['probability']}" in first.recomputed


def test_a_failed_point_cannot_be_closed_as_a_pass(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    for point in sections["dcv"].points:
        run.measure(point, replies(float(point.nominal), 3.0 * float(point.limits["1y"].upper)))
    run.evaluate(sections["dcv"])
    close(run, sections)
    found = {item.field: (item.recorded, item.recomputed) for item in recompute(run.record, run.run)}
    assert found["closing.verdict"] == ("pass", "fail")
    assert found["closing.exit_code"] == ("0", "1")


def test_a_missing_point_leaves_the_run_undetermined(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    for point in sections["dcv"].points[:-1]:
        run.measure(point, replies(float(point.nominal), 0.0, step=1e-7 * float(point.range)))
    run.evaluate(sections["dcv"])
    close(run, sections)
    found = {item.field: item.recomputed for item in recompute(run.record, run.run)}
    assert found["closing.verdict"] == "undetermined"
    assert found["closing.exit_code"] == "3"
    assert found["closing.not_tested"].startswith("28 points")


def stop(run: Any, sections: dict[str, Section], *, confirmed: bool = True, **changes: Any) -> None:
    """End a run by a fault, as the engine does, but for the changes to its closing."""
    fault = {"code": "no-reply", "what": "", "where": "", "instrument": "", "point": None}
    run.append("fault", **fault)
    source = {"asset": "SIM-CAL-01", "reported": "standby", "confirmed": confirmed}
    run.append("safe", sources=[source], by="engine", reason="no-reply")
    ends = {"outcome": "stopped", "exit_code": 5 if confirmed else 7, "verdict": "", "joint": None}
    close(run, sections, **{**ends, **changes})


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_honest_stop_recomputes(measured: Any, sections: dict[str, Section], confirmed: bool) -> None:
    stop(measured, sections, confirmed=confirmed)
    assert fields(measured) == set()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"outcome": "completed"}, "closing.outcome"),
        ({"outcome": "interrupted"}, "closing.outcome"),
        ({"verdict": "pass"}, "closing.verdict"),
        ({"exit_code": 0}, "closing.exit_code"),
    ],
)
def test_a_stop_cannot_be_made_a_result(
    measured: Any, sections: dict[str, Section], change: dict[str, Any], found: str
) -> None:
    stop(measured, sections, **change)
    assert found in fields(measured)


def test_a_safe_state_that_was_not_confirmed_leaves_exit_code_7(
    measured: Any, sections: dict[str, Section]
) -> None:
    stop(measured, sections, confirmed=False, exit_code=5)
    assert fields(measured) == {"closing.exit_code"}


def test_a_run_stopped_and_resumed_recomputes_at_both_its_closings(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    everything = [point.id for section in sections.values() for point in section.points]
    run.measure(sections["dcv"].points[0], replies(0.1, 0.0), done=False)
    stop(run, sections, not_tested=everything)
    run.append("resumed", step="", elapsed_s=1, checks=[], undone=[], restarted=[])
    for point in sections["dcv"].points:
        run.measure(point, replies(float(point.nominal), 0.0, step=1e-7 * float(point.range)))
    run.evaluate(sections["dcv"])
    close(run, sections)
    assert fields(run) == set()


LOG = b'{"dir": "out"}\n{"dir": "in"}\n'


def logged(content: bytes) -> dict[str, Any]:
    return {"file": "run.jsonl", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (LOG, None),
        (LOG + b"more\n", f"{len(LOG) + 5} bytes"),
        (LOG[:-1], f"{len(LOG) - 1} bytes"),
        (LOG.replace(b"out", b"OUT"), "sha256"),
        (None, "unreadable"),
    ],
)
def test_the_traffic_log_must_be_the_one_that_the_closing_names(
    measured: Any, sections: dict[str, Section], tmp_path: Path, there: bytes | None, says: str | None
) -> None:
    close(measured, sections, traffic=logged(LOG))
    if there is not None:
        (tmp_path / "run.jsonl").write_bytes(there)
    found = recompute(measured.record, measured.run, traffic=tmp_path)
    if says is None:
        assert found == ()
    else:
        assert found[0].field == "traffic run.jsonl"
        assert says in found[0].recomputed


@pytest.mark.parametrize(
    ("there", "intact"), [(LOG + b"a resume\n", True), (LOG.replace(b"in", b"IN") + b"a resume\n", False)]
)
def test_the_log_of_a_stopped_run_may_only_be_written_on(
    measured: Any, sections: dict[str, Section], tmp_path: Path, there: bytes, intact: bool
) -> None:
    stop(measured, sections, traffic=logged(LOG))
    (tmp_path / "run.jsonl").write_bytes(there)
    assert (fields(measured, tmp_path) == set()) == intact


def test_a_closing_that_drops_the_log_of_its_readings_is_found(
    measured: Any, sections: dict[str, Section], tmp_path: Path
) -> None:
    body = next(dict(event.body) for event in measured.events() if event.kind == "reading")
    measured.append("reading", **{**body, "use": "discard", "traffic": 17})
    close(measured, sections)
    assert "traffic" in fields(measured, tmp_path)
