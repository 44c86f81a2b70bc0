"""What an offered rule would say of results is told and decides nothing (METROLOGY 12, 19)."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator.evaluation import rule_offers

OFFER = {"rule": "guard-80", "source": "a guide", "status": "memory_high"}


def point(name: str, error: float, verdict: str, *, u: float = 0.1) -> dict[str, Any]:
    exact = {"error": error.hex(), "U": u.hex()}
    return {"id": name, "verdict": verdict, "lower_limit": "-1", "upper_limit": "1", "exact": exact}


def opened(rule: str = "guard-band-u", adjusted: bool | None = None) -> dict[str, Any]:
    return {"rule": rule, "adjusted": adjusted, "rule_offers": [OFFER]}


def test_points_whose_verdict_would_differ_are_named_both_ways() -> None:
    points = [
        point("stays", 0.5, "pass"),
        point("tighter", 0.85, "pass"),
        point("wider", 0.7, "conditional pass", u=0.4),
        point("outside", 1.05, "conditional fail"),
    ]
    (found,) = rule_offers(opened(), points)
    assert [(item["point"], item["from"], item["to"]) for item in found["changed"]] == [
        ("tighter", "pass", "conditional pass"),
        ("wider", "conditional pass", "pass"),
        ("outside", "conditional fail", "fail"),
    ]
    assert (found["decides"], found["verdict"], found["status"]) == (False, "fail", "memory_high")


def test_points_without_a_number_or_undetermined_stay_as_they_are() -> None:
    without = point("over", 0.0, "fail") | {"exact": {}}
    (found,) = rule_offers(opened(), [without, point("open", 0.9, "undetermined")])
    assert (found["changed"], found["verdict"]) == ([], "fail")


def test_an_offered_rule_that_rests_on_a_probability_has_its_own() -> None:
    risky = point("p", 0.9, "pass")
    risky["exact"] |= {"u": (0.1).hex(), "dof": float("inf").hex()}
    offer = {"rule": "pfa-5", "source": "a guide", "status": "seen"}
    (found,) = rule_offers({"rule": "simple", "rule_offers": [offer]}, [risky])
    assert [item["to"] for item in found["changed"]] == ["fail"]  # 15.9 % to lie outside


def test_the_rule_that_decides_changes_nothing() -> None:
    (found,) = rule_offers(opened("guard-80"), [point("p", 0.85, "conditional pass")])
    assert (found["decides"], found["changed"]) == (True, [])


@pytest.mark.parametrize(("adjusted", "offers"), [(True, 0), (False, 1), (None, 1)])
def test_a_unit_that_is_adjusted_is_offered_nothing(adjusted: bool | None, offers: int) -> None:
    assert len(rule_offers(opened(adjusted=adjusted), [])) == offers


def test_a_run_recorded_before_rules_were_offered_has_none() -> None:
    assert rule_offers({"rule": "simple"}, [point("p", 0.5, "pass")]) == []
