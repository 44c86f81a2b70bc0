"""What is read back from a record, and what recomputation finds when it was altered."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from calibrator._errors import IntegrityError, UsageError
from calibrator.evaluation import budget, joint, recompute, show
from calibrator.procedure import Section, load

Make = Callable[..., Any]
Replies = Callable[..., list[str]]


@pytest.fixture
def measured(hand_run: Make, replies: Replies, sections: dict[str, Section]) -> Any:
    """A run over DC volts with every point measured and evaluated."""
    run = hand_run("dcv")
    for point in sections["dcv"].points:
        limit = float(point.limits["1y"].upper)
        run.measure(point, replies(float(point.nominal), 0.2 * limit, step=limit / 100))
    run.evaluate(sections["dcv"])
    return run


def close(run: Any, **more: Any) -> None:
    body = {"outcome": "completed", "exit_code": 0, "verdict": "pass", "traffic": None}
    run.append("run.closed", **body, duration_s="1", not_tested=[], head="", **more)


def test_show_gives_format_1_with_the_recorded_points(measured: Any) -> None:
    close(measured)
    shown = show(measured.record, measured.run)
    assert list(shown) == ["format", "run", "points", "curves", "indication_units"]
    assert shown["format"] == 1
    assert shown["run"]["id"] == measured.run
    assert shown["run"]["verdict"] == "pass"
    assert shown["run"]["verdicts"]["pass"] == 6
    recorded = next(e.body["results"] for e in measured.events() if e.kind == "section.evaluated")
    assert shown["points"] == recorded


def test_a_run_that_goes_on_has_a_verdict_so_far_only(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    run.measure(sections["dcv"].points[0], replies(0.1, 0.0))
    shown = show(run.record, run.run)
    assert (shown["run"]["outcome"], shown["run"]["verdict"]) == ("open", None)
    assert shown["run"]["verdict_so_far"] == "pass"
    assert [point["id"] for point in shown["points"]] == ["dcv:0.1V:+0.1V"]


def test_two_runs_of_the_same_readings_show_the_same_but_for_ids_and_times(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    shown = []
    for extra in (0, 3):
        run = hand_run("dcv")
        for _ in range(extra):  # broken attempts in between
            seqs = run.measure(sections["dcv"].points[0], replies(0.1, 1e-4, count=3), done=False)
            run.append("readings.discarded", point="dcv:0.1V:+0.1V", seqs=seqs, reason="broken step")
        for point in sections["dcv"].points:
            run.measure(point, replies(float(point.nominal), 0.0, step=1e-7 * float(point.range)))
        run.evaluate(sections["dcv"])
        close(run)
        found = show(run.record, run.run)
        found["run"] = {k: v for k, v in found["run"].items() if k not in ("id", "opened_at", "closed_at")}
        shown.append(found)
    assert shown[0] == shown[1]


def test_untouched_record_recomputes(measured: Any) -> None:
    assert recompute(measured.record, measured.run) == ()


def altered(measured: Any, change: Callable[[dict[str, Any]], None]) -> list[Any]:
    """Record the results again as somebody would who had altered the first point."""
    results = copy.deepcopy(
        next(list(e.body["results"]) for e in measured.events() if e.kind == "section.evaluated")
    )
    change(results[0])
    measured.append("section.evaluated", section="dcv", results=results)
    return list(recompute(measured.record, measured.run))


def test_a_changed_digit_is_found_with_its_place_and_the_versions(measured: Any) -> None:
    def change(point: dict[str, Any]) -> None:
        point["verdict"] = "conditional pass"

    first, *versions = altered(measured, change)
    assert (first.point, first.field) == ("dcv:0.1V:+0.1V", "verdict")
    assert (first.recorded, first.recomputed) == ("conditional pass", "pass")
    assert "recorded conditional pass, recomputed pass" in str(first)
    assert [item.field for item in versions] == ["versions.numpy"]  # the hand-made run names numpy 0.0.1
    assert versions[0].recorded == "0.0.1"


@pytest.mark.parametrize(("factor", "found"), [(1 + 1e-11, True), (1 + 1e-13, False)])
def test_exact_numbers_agree_to_a_part_in_1e12(measured: Any, factor: float, found: bool) -> None:
    def change(point: dict[str, Any]) -> None:
        point["exact"]["u"] = (float.fromhex(point["exact"]["u"]) * factor).hex()

    differences = altered(measured, change)
    assert bool(differences) == found
    if found:
        assert differences[0].field == "exact.u"


def test_a_changed_budget_line_and_a_missing_point_are_found(measured: Any) -> None:
    def change(point: dict[str, Any]) -> None:
        point["budget"][2]["u"] = "0.00000117"
        point["id"] = "dcv:0.1V:+0.2V"

    fields = {(item.point, item.field) for item in altered(measured, change)}
    assert ("dcv:0.1V:+0.2V", "point") in fields
    assert ("dcv:0.1V:+0.1V", "point") in fields


def test_a_value_that_is_not_what_the_raw_text_says_is_found(measured: Any, sections: Any) -> None:
    body = next(dict(e.body) for e in measured.events() if e.kind == "reading" and e.body["use"] == "result")
    measured.append("reading", **{**body, "value": (0.2).hex()})
    first = recompute(measured.record, measured.run)[0]
    assert first.field.startswith("reading ")
    assert (first.recorded, first.recomputed) == ("0.2", body["raw"])


def test_budget_of_a_point_is_the_recorded_result(measured: Any) -> None:
    result = budget(measured.record, measured.run, "dcv:10V:-10V")
    point = next(p for p in show(measured.record, measured.run)["points"] if p["id"] == "dcv:10V:-10V")
    assert result.u.hex() == point["exact"]["u"]
    assert [line.name for line in result.lines] == [line["name"] for line in point["budget"]]


def test_unknown_point_is_refused_with_the_nearest(measured: Any) -> None:
    with pytest.raises(UsageError) as caught:
        budget(measured.record, measured.run, "dcv:10V:10V")
    assert caught.value.code == "unknown-point"
    assert "dcv:10V:+10V" in caught.value.way_out


def test_stream_without_an_opening_is_an_integrity_error(measured: Any) -> None:
    with pytest.raises(IntegrityError):
        show(measured.record, "0190-no-such-run")


def test_joint_statement_is_below_every_points_own_and_above_their_product(measured: Any) -> None:
    found = joint(measured.events(), load("dmm"))
    shown = show(measured.record, measured.run)["points"]
    inside = [1.0 - float.fromhex(point["exact"]["pfa"]) for point in shown]
    probability = float.fromhex(found["exact"])
    assert found["points"] == 6
    assert probability <= min(inside) + 0.003
    assert probability >= sum(inside) - (len(inside) - 1) - 0.003  # Bonferroni
    assert joint(measured.events(), load("dmm")) == found


def test_points_of_one_standard_are_not_independent(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    # +10 V and -10 V share the standard's error: both on their limits with opposite signs it is inside at one
    # or the other, never both; with independent errors both were inside in a quarter of the cases
    run = hand_run("dcv")
    for point, sign in zip(sections["dcv"].points[2:4], (1, -1), strict=True):
        run.measure(point, replies(float(point.nominal), sign * 0.0004), applied=float(point.nominal))
    found = joint(run.events(), load("dmm"))
    assert float.fromhex(found["exact"]) < 0.05


def test_joint_statement_is_recorded_once_and_shown(measured: Any) -> None:
    close(measured, joint={"probability": "0.1234"})
    shown = show(measured.record, measured.run)["run"]
    assert shown["joint_probability"] == "0.1234"
