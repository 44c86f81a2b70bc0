"""A killed run goes on as if nothing had been; the seed alone decides the numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

RUN = ("run", "dmm", "--uut", "34401A", "--sim", "--non-interactive")
SECTION = ("--section", "dcv")
Shown = dict[str, Any]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory, demo: Any) -> tuple[Any, Any]:
    """The command line, and what it said of an unbroken run of one section with seed 7."""
    cli = type(demo[0])(tmp_path_factory.mktemp("whole") / "home")
    done = cli(*RUN, *SECTION, "--seed", "7", "--json")
    assert done.returncode in (0, 3), done.stderr
    return cli, done


@pytest.fixture(scope="module")
def whole(unbroken: tuple[Any, Any]) -> Shown:
    """What that run came to."""
    return dict(unbroken[0].json("show", "--json"))


@pytest.mark.parametrize(
    "events", [pytest.param(3, marks=pytest.mark.slow), 40, pytest.param(110, marks=pytest.mark.slow)]
)
def test_a_killed_run_resumes_to_the_same_results(
    cli: Any, whole: Shown, comparable: Callable[[Shown], Shown], events: int
) -> None:
    process = cli.start(*RUN, *SECTION, "--seed", "7", "--json")
    seen = [json.loads(line) for _, line in zip(range(events), process.stdout, strict=False)]
    process.kill()
    process.communicate(timeout=30)
    assert len(seen) == events
    resumed = cli("resume", "--non-interactive", "--json")
    assert resumed.returncode in (0, 3), resumed.stderr
    shown = cli.json("show", "--json")
    assert comparable(shown) == comparable(whole)
    assert cli("verify").returncode == 0
    points = [
        json.loads(line)["body"]["point"]
        for line in resumed.stdout.splitlines()
        if '"kind":"reading"' in line
    ]
    done_before = {e["body"]["step"] for e in seen if e["kind"] == "step.done"}
    assert not {point for point in points if f"point:{point}" in done_before}, "measured twice"


@pytest.mark.slow  # in process: test_engine_run.py
def test_the_same_seed_gives_the_same_results(
    cli: Any, whole: Shown, comparable: Callable[[Shown], Shown]
) -> None:
    cli(*RUN, *SECTION, "--seed", "7")
    assert comparable(cli.json("show", "--json")) == comparable(whole)


@pytest.mark.slow  # in process: test_engine_run.py
def test_another_seed_gives_other_readings(cli: Any, whole: Shown) -> None:
    cli(*RUN, *SECTION, "--seed", "8")
    other = cli.json("show", "--json")
    assert [point["id"] for point in other["points"]] == [point["id"] for point in whole["points"]]
    for mine, theirs in zip(other["points"], whole["points"], strict=True):
        assert mine["readings"] != theirs["readings"]
        assert mine["U"][:3] == theirs["U"][:3] or mine["u"] != theirs["u"]


def test_a_completed_run_is_not_resumed(demo: Any) -> None:
    cli, _ = demo
    done = cli("resume")
    assert done.returncode == 4
    assert "completed" in done.stderr


def test_json_is_the_recorded_events(unbroken: tuple[Any, Any]) -> None:
    cli, done = unbroken
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["kind"] == "run.opened"
    assert events[-1]["kind"] == "run.closed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {event["stream"] for event in events} == {cli.json("runs", "--json")[0]["id"]}
    assert "verdict" in done.stderr, "what a person reads goes to the error output"
