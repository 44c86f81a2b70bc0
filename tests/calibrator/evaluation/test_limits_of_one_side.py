"""Limits that are not ±T: a point limited on one side, or unequally, from the references to recomputation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calibrator.evaluation import joint, recompute_events, show
from calibrator.procedure import Section, decode_references, encode_references, load

Make = Callable[..., Any]
Replies = Callable[..., list[str]]
T = Decimal("0.000045")

# limits, error as a share of T, verdict of guard-band-u with U about T/5
CASES = [
    ((None, T), -9.0, "pass"),
    ((None, T), 1.05, "conditional fail"),
    ((None, T), 9.0, "fail"),
    ((-T, None), 9.0, "pass"),
    ((-T, None), -0.95, "conditional pass"),
    ((-T / 3, 3 * T), 2.0, "pass"),
    ((-T / 3, 3 * T), -0.9, "fail"),
    ((T, 3 * T), 0.0, "fail"),
]


def limited(section: Section, lower: Decimal | None, upper: Decimal | None) -> Section:
    """Return the section with its first point alone, limited so."""
    (point, *_) = section.points
    limits = {key: replace(item, lower=lower, upper=upper) for key, item in point.limits.items()}
    return replace(section, points=(replace(point, limits=limits),))


def measured(run: Any, section: Section, replies: Replies, share: float) -> dict[str, Any]:
    run.sections = (section,)
    run.open()
    (point,) = section.points
    run.measure(point, replies(float(point.nominal), share * float(T), step=1e-8))
    (found,) = run.evaluate(section)
    return dict(found)


@pytest.mark.parametrize(("limits", "share", "verdict"), CASES)
def test_both_sides_are_carried_from_the_references_to_the_verdict(
    hand_run: Make,
    replies: Replies,
    sections: dict[str, Section],
    limits: tuple[Decimal | None, Decimal | None],
    share: float,
    verdict: str,
) -> None:
    run = hand_run("dcv")
    found = measured(run, limited(sections["dcv"], *limits), replies, share)
    assert found["verdict"] == verdict
    lower, upper = limits
    told = [None if found[key] is None else Decimal(found[key]) for key in ("lower_limit", "upper_limit")]
    assert told == [lower, upper]
    half = None if lower is None or upper is None else (upper - lower) / 2
    assert (found["limit"] and Decimal(found["limit"])) == half
    assert not recompute_events(run.events())
    probability = float(joint(run.events(), load("dmm"))["probability"])
    assert (probability > 0.5) is (verdict in ("pass", "conditional pass"))
    assert show(run.record, run.run)["points"] == [found]


def test_rules_that_need_half_a_tolerance_change_nothing_where_there_is_none(
    hand_run: Make, replies: Replies, sections: dict[str, Section]
) -> None:
    from calibrator.evaluation import rule_offers

    run = hand_run("dcv")
    found = measured(run, limited(sections["dcv"], None, T), replies, 9.0)
    offers = [{"rule": "guard-80", "source": "guide", "status": "seen"}]
    offers.append({"rule": "simple", "source": "guide", "status": "seen"})
    told = rule_offers({"rule": "guard-band-u", "rule_offers": offers}, [found])
    assert [item["verdict"] for item in told] == ["fail", "fail"]
    assert not any(item["changed"] for item in told)


def test_references_with_one_limit_come_back_as_they_were(
    sections: dict[str, Section], hand_run: Make
) -> None:
    run = hand_run("dcv")
    run.sections = (limited(sections["dcv"], None, T),)
    run.open()
    (body,) = next(event.body for event in run.events() if event.kind == "references.fixed")["points"]
    back = decode_references(body)
    assert (back.limits.lower, back.limits.upper, back.limits.half) == (None, T, None)
    assert encode_references(back) == body
