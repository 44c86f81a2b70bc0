"""`--rule guard-80` from the plan to the certificate, and the offer of it (METROLOGY 12)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator.cli import main

JOB = ["dmm", "--uut", "34401A", "--sim", "--section", "dci"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one run by the rule."""
    made = tmp_path_factory.mktemp("offered") / "home"
    arguments = ["run", *JOB, "--seed", "1", "--rule", "guard-80", "--not-adjusted", "--non-interactive"]
    assert main([*arguments, "--home", str(made)]) == 0
    return made


def test_a_plan_says_which_rule_is_offered_on_what_ground_and_where_it_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *JOB, "--not-adjusted", "--home", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "rule: guard-band-u" in said
    assert "session check: none, for the bench has no check standard" in said
    assert "--rule guard-80 is offered, as the unit is not adjusted" in said
    assert "tighter at 3 points and wider at 1" in said
    assert "34450A, p. 9" in said
    assert "[memory_high]" in said
    assert main(["plan", *JOB, "--adjusted", "--json", "--home", str(tmp_path)]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert (planned["rule_offers"], planned["adjusted"]) == ([], True)


def test_the_rule_decides_and_is_recorded_with_its_ground(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "--json", "--home", str(home)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["run"]["rule"], shown["run"]["adjusted"]) == ("guard-80", False)
    assert [(item["decides"], item["changed"]) for item in shown["run"]["rule_offers"]] == [(True, [])]
    for point in shown["points"]:
        assert Decimal(point["guard_band"]) == Decimal(point["limit"]) / 5
    assert main(["verify", "--home", str(home)]) == 0


def test_the_certificate_states_the_rule_its_ground_and_that_the_unit_is_not_adjusted(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    arguments = ["certificate", "--format", "html", "--out", str(page), "--home", str(home)]
    assert main(arguments) == 0
    text = " ".join(page.read_text(encoding="utf-8").split())
    for part in (
        "Acceptance limits at 80 % of the specification, guard band w = 0.2 T",
        "Ground of the rule: service guides of sibling models",
        "recalled, believed exact, not verified",
        "the instrument is not adjusted at this interval",
    ):
        assert part in text
    capsys.readouterr()


def test_a_run_by_another_rule_ends_with_the_offer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", *JOB, "--seed", "1", "--non-interactive", "--home", str(tmp_path / "home")]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "guard-80, offered where the unit is not adjusted, would change no verdict" in said
    assert "guard-band-u decides" in said
    assert "no session check was made: the bench has no check standard" in said
