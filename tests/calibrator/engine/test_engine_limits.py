"""What a plan says of limits and of U: points limited on one side or unequally, U raised to the CMC."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calibrator.cli import main
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


LAB = """name = "L"
timezone = "UTC"
accreditation = "L0001"

[[scope]]
function = "dcv"
from = 0.2
to = 20
unit = "V"
U = 0.0007
U_relative = 0
"""


def test_a_plan_raises_u_to_the_cmc_as_the_run_will(
    laboratory: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    laboratory.home.lab_file.parent.mkdir(parents=True, exist_ok=True)
    laboratory.home.lab_file.write_text(LAB, encoding="utf-8")
    made = {point.id: point for point in plan(laboratory.job(), laboratory.home).points}
    raised = {name for name, point in made.items() if point.notes == ("raised-to-cmc",)}
    assert raised == {name for name, point in made.items() if 0.2 <= abs(point.nominal) <= 20}
    for name in raised:
        assert made[name].expected_U == 0.0007
        assert made[name].tur == pytest.approx(float(made[name].limit) / 0.0007)
    assert {point.notes for name, point in made.items() if name not in raised} == {("outside-scope",)}
    home = ["--home", str(laboratory.path)]
    assert main(["plan", "dmm", "--uut", "34401A", "--sim", "--section", "dcv", *home]) == 0
    told = capsys.readouterr().out
    assert "* U is below the laboratory's CMC and is raised to it" in told
    assert "0.0007*" in told
    assert "+ outside the accredited scope" in told
