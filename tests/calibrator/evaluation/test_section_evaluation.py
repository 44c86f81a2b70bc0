"""Results from events: which version counts, what is printed, which verdict stands."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from calibrator.evaluation import evaluate_section, live, summarize
from calibrator.evaluation._numbers import probability
from calibrator.procedure import Section, load

Make = Callable[..., Any]
Replies = Callable[..., list[str]]


def by_id(points: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {point["id"]: point for point in points}


def test_point_object_has_the_published_keys_and_decimal_texts(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[0]
    run.measure(point, replies(0.1, 1.7e-6, step=1e-7))
    (found,) = run.evaluate(sections["dcv"])
    published = (
        *("id", "section", "function", "nominal", "range", "unit", "readings", "error", "u", "U", "k"),
        *("dof", "limit", "guard_band", "pfa", "verdict", "figure_status", "standard", "budget"),
    )
    assert set(published) <= set(found)
    for key in ("nominal", "range", "error", "u", "U", "k", "dof", "limit", "guard_band", "pfa"):
        Decimal(found[key])
        assert "e" not in found[key].lower().replace("inf", "")
    assert found["readings"] == [
        "0.1000017000",
        "0.1000018000",
        "0.1000016000",
        "0.1000019000",
        "0.1000015000",
    ]
    assert found["figure_status"] == {"limit": "seen", "standard": "memory_high"}
    assert json.loads(json.dumps(found)) == found


def test_uncertainty_has_two_digits_and_the_error_ends_where_it_ends(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv", "dci")
    for name in ("dcv", "dci"):
        for point in sections[name].points:
            limit = float(point.limits["1y"].upper)
            run.measure(point, replies(float(point.nominal), 0.3 * limit, step=limit / 90))
        for found in run.evaluate(sections[name]):
            expanded, error = Decimal(found["U"]), Decimal(found["error"])
            assert len(expanded.as_tuple().digits) == 2, found["id"]
            assert expanded.as_tuple().exponent == error.as_tuple().exponent or expanded >= 10
            exact = float.fromhex(found["exact"]["U"])
            assert abs(float(expanded) - exact) <= 0.5 * 10.0 ** float(expanded.as_tuple().exponent) * 1.001


def test_first_valid_version_counts_and_every_version_stays(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[1]
    run.measure(point, replies(1.0, 1e-6))
    run.measure(point, replies(1.0, 2e-6), attempt=2)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (found["error"], found["attempt"], found["attempts"]) == ("0.000001", 1, 2)


def test_an_invalidated_version_makes_way_for_the_next(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[1]
    seqs = run.measure(point, replies(1.0, 1e-6))
    run.append("readings.discarded", point=point.id, seqs=seqs, reason="a lead was loose")
    run.measure(point, replies(1.0, 3e-6), attempt=2)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (found["error"], found["attempt"], found["attempts"]) == ("0.000003", 2, 2)


def test_one_discarded_reading_invalidates_its_version(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    # a mean over a chosen part of the readings would be "repeat until pass" in small
    run, point = hand_run("dcv"), sections["dcv"].points[1]
    seqs = run.measure(point, replies(1.0, 1e-6))
    run.append("readings.discarded", point=point.id, seqs=seqs[:1], reason="spike")
    assert evaluate_section(run.events(), load("dmm"), "dcv") == []


def test_a_broken_step_does_not_count_as_a_version(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[1]
    seqs = run.measure(point, replies(1.0, 9e-6, count=2), done=False)
    assert live(run.events(), load("dmm")) == []
    run.append("readings.discarded", point=point.id, seqs=seqs, reason="broken step")
    run.measure(point, replies(1.0, 1e-6), attempt=2)
    (found,) = live(run.events(), load("dmm"))
    assert (found["error"], found["attempt"], found["attempts"]) == ("0.000001", 1, 1)


def test_result_does_not_depend_on_ids_order_of_sections_or_when(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    runs = [hand_run("dcv", "dci"), hand_run("dcv", "dci")]
    order = [*sections["dcv"].points, *sections["dci"].points]
    for run, points in zip(runs, (order, order[::-1]), strict=True):
        run.append("environment", temperature_c="22.0", humidity_rh=None, sensor="", how="typed")
        for point in points:
            run.measure(point, replies(float(point.nominal), 0.0, step=1e-6 * float(point.range)))
    first, second = (evaluate_section(run.events(), load("dmm"), "dcv") for run in runs)
    assert first == second
    assert [point["id"] for point in first] == [point.id for point in sections["dcv"].points]


def test_live_verdict_is_the_sections_without_monte_carlo(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    for point in sections["dcv"].points[:3]:
        run.measure(point, replies(float(point.nominal), 0.0))
    so_far = live(run.events(), load("dmm"))
    full = evaluate_section(run.events(), load("dmm"), "dcv")
    assert [point["clause8"] for point in so_far] == [None] * 3
    assert all(point["clause8"]["ok"] in (True, False) for point in full)
    assert [{**point, "clause8": None} for point in full] == so_far


@pytest.mark.parametrize(
    ("share", "rule", "verdict"),
    [
        (0.1, "guard-band-u", "pass"),
        (0.9, "guard-band-u", "conditional pass"),
        (1.1, "guard-band-u", "conditional fail"),
        (2.0, "guard-band-u", "fail"),
        (-2.0, "guard-band-u", "fail"),
        (0.78, "guard-80", "pass"),
        (0.82, "guard-80", "conditional pass"),
        (1.01, "guard-80", "fail"),
        (0.99, "simple", "pass"),
        (1.01, "simple", "fail"),
    ],
)
def test_verdict_follows_the_jobs_one_rule(
    share: float, rule: str, verdict: str, hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv", rule=rule), sections["dcv"].points[2]
    run.measure(point, replies(10.0, share * 0.0004), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (found["verdict"], found["rule"]) == (verdict, rule)
    expected = {"guard-band-u": Decimal(found["U"]), "guard-80": Decimal(found["limit"]) / 5, "simple": 0}
    assert Decimal(found["guard_band"]) == expected[rule]


def test_probability_of_false_accept_is_specific(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    # on the limit itself, far from the other one, the true error is as likely outside as inside
    run, point = hand_run("dcv"), sections["dcv"].points[2]
    run.measure(point, replies(10.0, 0.0004), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert found["pfa"] == "0.50"


@pytest.mark.parametrize(
    ("share", "low", "high"), [(0.2, 0.0, 1e-6), (1.9, 1 - 1e-4, 1.0), (9.0, 1 - 1e-15, 1.0)]
)
def test_a_probability_is_printed_as_neither_0_nor_1(
    share: float, low: float, high: float, hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[2]
    run.measure(point, replies(10.0, share * 0.0004), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert Decimal(low) < Decimal(found["pfa"]) < Decimal(high)
    assert "e" not in found["pfa"].lower()


@pytest.mark.parametrize(
    ("value", "certain", "text"),
    [
        (0.02275, False, "0.023"),
        (0.999, False, "0.9990"),
        (4.321e-10, False, "0.00000000043"),
        (0.99999994, False, "0.999999940"),
        (0.0, False, f"0.{'0' * 29}1"),
        (1.0, False, f"0.{'9' * 16}0"),
        (0.0, True, "0"),
        (1.0, True, "1"),
    ],
)
def test_probabilities_keep_two_significant_digits(value: float, certain: bool, text: str) -> None:
    assert probability(value, certain=certain) == text


def test_live_bench_with_remembered_figures_is_undetermined(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv", mode="live"), sections["dcv"].points[2]
    run.measure(point, replies(10.0, 0.01), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert found["verdict"] == "undetermined"
    assert "unverified-figure" in found["notes"]
    assert summarize([found]).exit_code == 3


@pytest.mark.parametrize(
    ("confirm", "verdict"),
    [
        ({"standard": "A. Person, manual, p. 12, 2026-11-01"}, "undetermined"),
        ({"standard": "A. Person", "source_resistance": "A. Person"}, "pass"),
    ],
)
def test_a_named_persons_confirmation_lets_a_live_verdict_stand(
    confirm: dict[str, str], verdict: str, hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv", mode="live", confirm=confirm), sections["dcv"].points[2]
    run.measure(point, replies(10.0, 0.0), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert found["verdict"] == verdict


def test_derived_zero_limit_decides_in_simulation_only(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    point = sections["zero"].points[2]
    verdicts = {}
    for mode in ("simulated", "live"):
        run = hand_run("zero", mode=mode)
        run.measure(point, replies(0.0, 1e-6))
        (found,) = evaluate_section(run.events(), load("dmm"), "zero")
        verdicts[mode] = found["verdict"]
        assert found["figure_status"] == {"limit": "derived", "standard": "artefact"}
    assert verdicts == {"simulated": "pass", "live": "undetermined"}


def test_overload_fails_the_point_without_a_number(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv")
    run.measure(sections["dcv"].points[2], ["+9.90000000E+37"] * 5)
    run.measure(sections["dcv"].points[0], replies(0.1, 0.0))
    good, over = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (good["verdict"], over["verdict"]) == ("pass", "fail")
    assert "overload" in over["notes"]
    assert over["error"] == "inf"
    assert set(over) == set(good)


def test_a_point_that_did_not_settle_is_undetermined_and_never_left_out(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[2]
    run.measure(point, [], outcome="not-settled")
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (found["verdict"], found["notes"][0], found["readings"]) == ("undetermined", "not-settled", [])
    assert summarize([found]).exit_code == 3


def test_a_repeat_with_a_reason_replaces_a_point_that_did_not_settle(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run, point = hand_run("dcv"), sections["dcv"].points[2]
    run.measure(point, [], outcome="not-settled")
    run.append("readings.discarded", point=point.id, seqs=[], reason="the door was open")
    run.measure(point, replies(10.0, 0.0), attempt=2, applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert (found["verdict"], found["attempt"], found["attempts"]) == ("pass", 2, 2)


def test_no_acceptance_zone_is_said(hand_run: Make, replies: Replies, sections: dict[str, Section]) -> None:
    # 0.5 V of scatter: U is far above the limit of 0.4 mV
    run, point = hand_run("dcv"), sections["dcv"].points[2]
    run.measure(point, replies(10.0, 0.0, step=0.5), applied=10.0)
    (found,) = evaluate_section(run.events(), load("dmm"), "dcv")
    assert "no-acceptance-zone" in found["notes"]
    assert found["verdict"] != "pass"


def test_worst_verdict_is_the_runs_and_names_its_points() -> None:
    def points(*verdicts: str) -> list[dict[str, str]]:
        return [{"id": str(index), "verdict": verdict} for index, verdict in enumerate(verdicts)]

    assert summarize(points("pass", "pass")).exit_code == 0
    assert summarize(points("pass", "fail", "conditional fail")).failed == ("1",)
    assert summarize(points("pass", "fail", "undetermined")).exit_code == 1
    for verdict in ("conditional pass", "conditional fail", "undetermined"):
        found = summarize(points("pass", verdict))
        assert (found.verdict, found.exit_code) == (verdict, 3)
    nothing = summarize([])
    assert (nothing.verdict, nothing.exit_code) == ("", 3)


def test_shares_of_a_budget_add_up_to_one(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    run = hand_run("dcv", "res4w", "zero")
    for name in ("dcv", "res4w", "zero"):
        for point in sections[name].points:
            run.measure(point, replies(float(point.nominal), 0.0))
    for found in live(run.events(), load("dmm")):
        assert math.isclose(sum(float(line["share"]) for line in found["budget"]), 1.0, abs_tol=4e-4)
