"""The coverage factor as a choice of a job or of lab.toml: recorded, recomputed, kept when resumed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy.stats import t as student
from tests.calibrator.engine.conftest import Laboratory

from calibrator._errors import CalibratorError, UsageError
from calibrator.engine._coverage import coverage_problems
from calibrator.engine._setting import setting_of
from calibrator.evaluation import covered_by
from calibrator_uncertainty import Budget, normal

LAB = 'name = "Unit"\naddress = "-"\ntimezone = "UTC"\n'


def _evaluated(laboratory: Laboratory) -> list[dict[str, object]]:
    return [point for body in laboratory.bodies("section.evaluated") for point in body["results"]]


def test_a_run_without_a_choice_says_nothing_of_what_a_fixed_factor_covers(
    volts: tuple[Laboratory, object],
) -> None:
    laboratory, _ = volts
    assert laboratory.bodies("run.opened")[0]["policy"] == "p95"
    assert all("coverage" not in point for point in _evaluated(laboratory))


@pytest.mark.parametrize("place", ["job", "lab.toml"])
def test_k_of_2_is_chosen_recorded_with_what_it_covers_and_recomputed(
    laboratory: Laboratory, place: str
) -> None:
    if place == "lab.toml":
        laboratory.path.mkdir()
        (laboratory.path / "lab.toml").write_text(f'{LAB}coverage = "k = 2"\n', encoding="utf-8")
    chosen = {"coverage": "k=2"} if place == "job" else {}
    laboratory.run(laboratory.job(rule="simple", **chosen))
    assert laboratory.bodies("run.opened")[0]["policy"] == "k2"
    points = _evaluated(laboratory)
    assert {point["k"] for point in points} == {"2.00"}
    for point in points:
        assert 0.85 < float(str(point["coverage"])) <= 1.0
    assert laboratory.findings() == ()


def test_a_job_stands_above_lab_toml(laboratory: Laboratory) -> None:
    laboratory.path.mkdir()
    (laboratory.path / "lab.toml").write_text(f'{LAB}coverage = "k = 2"\n', encoding="utf-8")
    laboratory.run(laboratory.job(coverage="95 %"))
    assert laboratory.bodies("run.opened")[0]["policy"] == "p95"


def test_another_word_is_refused_with_those_that_are_known(laboratory: Laboratory) -> None:
    with pytest.raises(UsageError, match=r"'k = 3' is unknown") as caught:
        laboratory.run(laboratory.job(coverage="k = 3"))
    assert caught.value.code == "unknown-coverage"


@pytest.mark.parametrize(
    ("dof", "is_refused"), [(12.0, True), (18.0, True), (19.0, False), (math.inf, False)]
)
def test_a_rule_that_takes_u_for_95_percent_is_refused_where_few_readings_cover_less(
    laboratory: Laboratory, dof: float, is_refused: bool
) -> None:
    setting = setting_of(laboratory.job(rule="guard-band-u", coverage="k = 2"), laboratory.home)
    points = setting.sections[0].points
    budget = Budget(lambda x: x, [normal("x", 0.0, 1e-6, "V", dof=dof)], unit="V")
    expected = {points[0].id: budget.evaluate(policy="k2")}
    found = list(coverage_problems(setting.policy, setting.rule, points, expected))
    assert [item.points for item in found] == ([(points[0].id,)] if is_refused else [])
    assert all("--coverage '95 %'" in item.reason for item in found)
    for policy, rule in (("p95", setting.rule), (setting.policy, "simple")):
        assert list(coverage_problems(policy, rule, points, expected)) == []


@pytest.mark.parametrize("dof", [4.0, 12.0, 19.0, 61.0, math.inf])
def test_what_two_covers_is_that_of_the_t_distribution(dof: float) -> None:
    expected = 1 - 2 * float(student.sf(2.0, dof))
    assert covered_by(2.0, 1.0, dof) == pytest.approx(expected, abs=1e-9)


def test_a_rectangle_is_covered_wholly_and_nothing_uncertain_too() -> None:
    assert covered_by(2.0, 1.0, math.inf, [0.9999]) == pytest.approx(1.0, abs=1e-3)
    assert covered_by(0.0, 0.0, math.inf) == 1.0


def test_lab_toml_names_the_two_words(tmp_path: Path) -> None:
    from calibrator.standards import load_lab

    file = tmp_path / "lab.toml"
    file.write_text(f'{LAB}coverage = "k=3"\n', encoding="utf-8")
    with pytest.raises(CalibratorError, match="coverage"):
        load_lab(file)
    file.write_text(f'{LAB}coverage = "k = 2"\n', encoding="utf-8")
    assert load_lab(file).as_body()["coverage"] == "k = 2"
