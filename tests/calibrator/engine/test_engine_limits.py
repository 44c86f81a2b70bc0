"""A job whose points are limited on one side, or unequally: plan, refusal, run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calibrator.engine import plan
from calibrator.evaluation import recompute
from calibrator.procedure import Section, load
from calibrator_drivers.clock import RealClock

SIDES = ((None, Decimal("0.001")), (Decimal("-0.001"), Decimal("0.003")))


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the procedure have two points of DC volts, limited so."""
    kind: Any = type(load("dmm"))
    real = kind.sections

    def sections(procedure: Any, model: str) -> tuple[Section, ...]:
        (section,) = (item for item in real(procedure, model) if item.id == "dcv")
        chosen = [point for point in section.points if point.range == 10][: len(SIDES)]
        points = [
            replace(
                point,
                settings={**point.settings, "settle_min_s": 0.05, "nplc": 1.0, "readings": 3},
                limits={key: replace(item, lower=low, upper=high) for key, item in point.limits.items()},
            )
            for point, (low, high) in zip(chosen, SIDES, strict=True)
        ]
        return (replace(section, points=tuple(points)),)

    monkeypatch.setattr(kind, "sections", sections)


@pytest.mark.usefixtures("limited")
def test_a_plan_carries_both_sides_and_refuses_a_rule_that_needs_two(laboratory: Any) -> None:
    made = plan(laboratory.job(None), laboratory.home)
    assert [(point.lower, point.upper) for point in made.points] == list(SIDES)
    assert [point.limit for point in made.points] == [None, Decimal("0.002")]
    one, both = made.points
    assert (one.tur, one.tar) == (None, None)
    assert both.tur is not None
    assert not made.refused
    for rule in ("guard-80", "rss", "z540.3-6"):
        (refusal,) = plan(laboratory.job(None, rule=rule), laboratory.home).refused
        assert (refusal.code, refusal.points) == ("one-sided", (one.id,))
    assert not plan(laboratory.job(None, rule="jjf1094"), laboratory.home).refused


@pytest.mark.usefixtures("limited")
def test_a_run_judges_by_the_sides_that_there_are(laboratory: Any) -> None:
    outcome = laboratory.run(laboratory.job(None))
    points = laboratory.results()["points"]
    told = [(point["lower_limit"], point["upper_limit"], point["limit"]) for point in points]
    assert told == [(None, "0.001", None), ("-0.001", "0.003", "0.002")]
    assert [point["verdict"] for point in points] == ["pass", "pass"]
    assert outcome.exit_code == 0
    with laboratory.home.open_record(RealClock(), write=False) as record:
        assert recompute(record, outcome.run) == ()
