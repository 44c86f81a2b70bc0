"""A run as lines, as JSON and as a moving table, all from the same events."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from calibrator.cli._live import LiveScreen
from calibrator.cli._screens import JsonScreen, PlainScreen, Screen
from calibrator.engine import Progress
from calibrator.record import Event, Record
from calibrator_drivers.clock import RealClock

RESULT = {
    "id": "dcv:10V:+10V",
    "error": "0.000012",
    "U": "0.000090",
    "limit": "0.00035",
    "unit": "V",
    "verdict": "pass",
}
EVENTS: list[tuple[str, dict[str, Any]]] = [
    (
        "run.opened",
        {
            "mode": "simulated",
            "procedure": {"title": {"en": "Verification", "zh": "检定"}},
            "uut": {"model": "34401A", "serial": "SIM34401001"},
        },
    ),
    ("preflight", {"points": [{"point": "dcv:10V:+10V"}, {"point": "dcv:10V:-10V"}]}),
    ("prompt.asked", {"prompt": "connect:dcv", "text": {"en": "Connect.", "zh": "连接。"}}),
    ("prompt.answered", {"prompt": "connect:dcv", "answer": "done", "how": "simulated operator"}),
    ("step.begun", {"step": "point:dcv:10V:+10V:1", "kind": "point", "point": "dcv:10V:+10V"}),
    ("settled", {"point": "dcv:10V:+10V", "criterion_met": True, "elapsed_s": (4.5).hex()}),
    ("reading", {"point": "dcv:10V:+10V", "value": (10.0000123).hex(), "unit": "V", "overload": False}),
    ("step.done", {"step": "point:dcv:10V:+10V:1", "outcome": "done"}),
    ("section.evaluated", {"section": "dcv", "results": [RESULT]}),
    ("fault", {"what": "the meter went away"}),
]


@pytest.fixture
def record() -> Iterator[Record]:
    opened = Record.open(None, clock=RealClock())
    yield opened
    opened.close()


def follow(record: Record, screen: Screen) -> list[Event]:
    run = record.new_run()
    seen: list[Event] = []
    record.subscribe(lambda event: seen.append(event) if event.stream == run else None)
    record.subscribe(screen.listen)
    with screen.shown():
        for kind, body in EVENTS:
            record.append(run, kind, body)
        screen.progress(Progress("settle", "dcv:10V:-10V", 9.99, "V", 3.0, 10.0))
        with screen.paused():
            pass
    return seen


def test_the_view_gathers_what_a_person_wants_to_know(record: Record) -> None:
    screen = JsonScreen()
    follow(record, screen)
    view = screen.view
    assert (view.uut, view.mode, view.total, view.done) == (
        "34401A SIM34401001",
        "simulated",
        2,
        {"dcv:10V:+10V"},
    )
    assert view.verdicts == {"pass": 1}
    assert view.rows["dcv:10V:+10V"].reading == "10.000012"
    assert view.stability == "settled, 4 s"
    assert view.seconds_left is not None
    assert view.seconds_left >= 0


def test_json_is_one_recorded_event_a_line(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    seen = follow(record, JsonScreen())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(line) for line in lines] == [["stream", "seq", "kind", "at", "body"]] * len(EVENTS)
    assert [(line["stream"], line["seq"], line["kind"]) for line in lines] == [
        (event.stream, event.seq, event.kind) for event in seen
    ]
    assert [line["body"] for line in lines] == [json.loads(event.canonical)["body"] for event in seen]
    assert [line["at"] for line in lines] == [json.loads(event.canonical)["at"] for event in seen]


@pytest.mark.parametrize(("language", "title"), [("en", "Verification"), ("zh", "检定")])
def test_lines_tell_title_prompt_point_result_and_fault(
    record: Record, capsys: pytest.CaptureFixture[str], language: str, title: str
) -> None:
    follow(record, PlainScreen(lambda text: text, language))
    text = capsys.readouterr().out
    for part in (
        title,
        "34401A SIM34401001",
        "done (simulated operator)",
        "10.000012",
        "1/2",
        "0.000012",
        "pass",
    ):
        assert part in text
    assert "fault: the meter went away" in text


def test_the_table_shows_where_the_run_is(record: Record) -> None:
    out = io.StringIO()
    screen = LiveScreen(lambda text: text, "en", Console(file=out, width=120, height=30, force_terminal=True))
    follow(record, screen)
    plain = Console(file=io.StringIO(), width=120, record=True)
    plain.print(screen.render())
    text = plain.export_text()
    for part in (
        "Verification",
        "SIMULATED",
        "> dcv:10V:+10V",
        "350   µV",
        "pass 1",
        "1/2",
        "settle 3/10 s 9.99 V",
    ):
        assert part in text
    assert "the meter went away" in text


def test_no_number_is_cut_at_a_hundred_columns(record: Record) -> None:
    console = Console(file=io.StringIO(), width=100, height=30, record=True)
    screen = LiveScreen(lambda text: text, "en", console)
    point = "res4w:100000000ohm:+100000000ohm"
    run = record.new_run()
    record.subscribe(screen.listen)
    record.append(run, *EVENTS[0])
    record.append(run, "preflight", {"points": [{"point": point}, {"point": "dcv:0.1V:0V"}]})
    body = {"value": (100331423.5).hex(), "unit": "ohm", "overload": False}
    record.append(run, "reading", {"point": point, **body})
    body = {"value": (8.6e-8).hex(), "unit": "V", "overload": False}
    record.append(run, "reading", {"point": "dcv:0.1V:0V", **body})
    figures = {"error": "-331400", "U": "240000", "limit": "810000", "unit": "ohm"}
    other = {"error": "0.00000009", "U": "0.00000029", "limit": "0.0000035", "unit": "V"}
    results = [
        {"id": point, **figures, "verdict": "conditional pass"},
        {"id": "dcv:0.1V:0V", **other, "verdict": "pass"},
    ]
    record.append(run, "section.evaluated", {"section": "x", "results": results})
    console.print(screen.render())
    text = console.export_text()
    flat = " ".join(text.split())
    assert "100.33142 MΩ -330 240 810 kΩ conditional pass" in flat
    assert "86 nV 0.09 0.29 3.5 µV pass" in flat
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_table_keeps_the_current_point_in_a_low_window() -> None:
    screen = LiveScreen(lambda text: text, "en", Console(file=io.StringIO(), width=120, height=14))
    record = Record.open(None, clock=RealClock())
    run = record.new_run()
    record.subscribe(screen.listen)
    names = [f"dcv:10V:{number}V" for number in range(40)]
    record.append(run, *EVENTS[0])
    record.append(run, "preflight", {"points": [{"point": name} for name in names]})
    for name in (names[0], names[20], names[39]):
        record.append(run, "step.begun", {"step": name, "kind": "point", "point": name})
        shown = [row.id for row in screen._window()]
        assert name in shown
        assert len(shown) == 5
    record.close()


def test_after_a_resume_what_is_measured_again_is_left_to_do_and_a_break_is_no_work(record: Record) -> None:
    run, view = record.new_run(), JsonScreen().view
    began = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    names = [f"up:{n}" for n in range(1, 5)]
    opened = {"mode": "simulated"}, {"points": [{"point": name} for name in names]}
    steps: list[tuple[int, str, dict[str, Any]]] = [
        (0, "run.opened", opened[0]),
        (0, "preflight", opened[1]),
    ]
    for n, name in enumerate(names[:2]):
        body = {"step": f"point:{name}", "kind": "point", "point": name}
        steps += [(60 * n, "step.begun", body), (60 * n + 60, "step.done", body)]
    steps.append((86400, "resumed", {"undone": ["connect:up", "point:up:2"], "restarted": []}))
    for second, kind, body in steps:
        view.take(record.append(run, kind, body, at=began + timedelta(seconds=second)))
    assert view.done == {"up:1"}
    assert view.seconds_left == 180  # three points of a minute each, whatever the night lasted
    again = {"step": "point:up:2", "kind": "point", "point": "up:2"}
    for second, kind in ((86400, "step.begun"), (86460, "step.done")):
        view.take(record.append(run, kind, again, at=began + timedelta(seconds=second)))
    assert (view.done, view.seconds_left) == ({"up:1", "up:2"}, 120)
