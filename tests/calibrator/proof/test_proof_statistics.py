"""The run is the sampling unit: honest budgets give 1 and 95 %, others are told apart (METROLOGY 27-29)."""

from __future__ import annotations

import math
import random

import pytest

from calibrator.proof import PointProof
from calibrator.proof._points import score
from calibrator.proof._risks import always_small, risks_of
from calibrator.proof._runner import RunProof
from calibrator.proof._statistics import (
    Estimate,
    Run,
    at_least,
    coverage,
    mean_over_runs,
    pull_of,
    rms_z,
    specific_risks,
)


def drawn(runs: int, *, u: float = 1.0, shared: float = 0.0) -> list[Run]:
    """Runs of 30 points whose error is normal with standard deviation 1, a part of it shared by the run."""
    generator = random.Random(7)
    found: list[Run] = []
    for _ in range(runs):
        common = generator.gauss(0.0, 1.0)
        errors = [
            math.sqrt(shared) * common + math.sqrt(1.0 - shared) * generator.gauss(0.0, 1.0)
            for _ in range(30)
        ]
        found.append(
            [
                PointProof("p", "s", e, 0.0, u, 1.959964 * u, math.inf, pulls={"standard": e / u})
                for e in errors
            ]
        )
    return found


def test_honest_budgets_give_an_rms_of_one_and_95_percent() -> None:
    runs = drawn(400, shared=0.5)
    z, covered = rms_z(runs), coverage(runs)
    assert abs(z.value - 1.0) <= 3 * z.error
    assert abs(covered.value - 0.95) <= 3 * covered.error


def test_standard_error_is_that_between_runs_not_between_points() -> None:
    # when all points of a run share one error, 30 points are worth one
    assert rms_z(drawn(200, shared=1.0)).error > 3 * rms_z(drawn(200)).error


@pytest.mark.parametrize("u", [0.8, 1.25])
def test_a_budget_that_is_wrong_by_a_quarter_is_told_apart(u: float) -> None:
    runs = drawn(200, u=u)
    assert not rms_z(runs).within(0.93, 1.07, sigmas=3)
    rms, _ = pull_of(runs, "standard")
    assert not rms.within(0.9, 1.1)


def test_a_pull_that_follows_t_is_scored_as_a_normal() -> None:
    # t with 4 degrees of freedom: 2.776 is its 97.5 % quantile, as 1.96 is the normal's
    assert score(2.776445, 4.0) == pytest.approx(1.959964, abs=1e-5)
    assert score(-2.776445, 4.0) == pytest.approx(-1.959964, abs=1e-5)
    assert score(1.5, math.inf) == 1.5


def _uniform(runs: int) -> tuple[list[Run], list[list[float]]]:
    """True errors uniform far beyond the limits of 3, u = 1; and the chance that each point conforms."""
    generator = random.Random(11)
    found: list[Run] = []
    chances = []
    for _ in range(runs):
        truths = [generator.uniform(-8.0, 8.0) for _ in range(30)]
        run = [
            PointProof("p", "s", truth + generator.gauss(0.0, 1.0), truth, 1.0, 1.96, math.inf, (-3.0, 3.0))
            for truth in truths
        ]
        found.append(run)
        chances.append(
            [
                0.5 * math.erf((3.0 - point.error) / math.sqrt(2.0))
                + 0.5 * math.erf((3.0 + point.error) / math.sqrt(2.0))
                for point in run
            ]
        )
    return found, chances


@pytest.mark.parametrize("accepted", [True, False])
def test_specific_risks_are_the_observed_ones(accepted: bool) -> None:
    runs, chances = _uniform(400)
    predicted, excess = specific_risks(runs, chances, accepted=accepted)
    assert predicted.value > 0.04
    assert excess.is_zero
    wrong = [[1.0 - (1.0 - p) / 2 if accepted else p / 2 for p in run] for run in chances]
    assert not specific_risks(runs, wrong, accepted=accepted)[1].is_zero


def test_a_point_whose_true_error_is_always_the_same_tells_nothing_about_specific_risks() -> None:
    """What three thermometers cost a block is its limit, whichever block is drawn: half are accepted."""
    generator = random.Random(7)

    def proven(name: str, truth: float, low: float = -3.0) -> PointProof:
        stated = truth + generator.gauss(0.0, 1.0)
        return PointProof(name, "s", stated, truth, 1.0, 1.96, math.inf, (low, 3.0))

    points = [
        (
            proven("wide", generator.uniform(-9.0, 9.0)),
            proven("edge", -3.0),
            proven("one limit", generator.uniform(0.0, 7.0), -math.inf),
        )
        for _ in range(400)
    ]
    runs = [RunProof(number, found, 1.0, "pass") for number, found in enumerate(points)]
    assert always_small(runs, 3.0) == ("edge",)
    kept = {risk.name: risk for risk in risks_of(runs, 3.0)}
    assert kept["specific PFR"].excess.is_zero
    assert kept["specific PFA"].excess.is_zero


def test_a_point_whose_errors_stay_small_tells_nothing_about_specific_risks() -> None:
    """A balance near zero load: rejected, it is good, whatever a flat prior says."""
    generator = random.Random(5)

    def proven(name: str, width: float) -> PointProof:
        truth = generator.uniform(-width, width)
        return PointProof(
            name, "s", truth + generator.gauss(0.0, 1.0), truth, 1.0, 1.96, math.inf, (-3.0, 3.0)
        )

    points = [(proven("wide", 9.0), proven("small", 0.5)) for _ in range(400)]
    runs = [RunProof(number, pair, 1.0, "pass") for number, pair in enumerate(points)]
    assert always_small(runs, 3.0) == ("small",)
    assert always_small(runs[:19], 3.0) == ()  # too few to tell
    by_name = {risk.name: risk for risk in risks_of(runs, 3.0)}
    assert by_name["specific PFR"].excess.is_zero


def test_few_runs_ask_for_more_standard_errors() -> None:
    assert Estimate(0.0, 1.0, 1000).sigmas == pytest.approx(3.0, abs=0.02)
    assert Estimate(0.0, 1.0, 3).sigmas == pytest.approx(19.2, abs=0.1)  # t with 2 dof at 0.99865
    assert Estimate(18.0, 1.0, 3).is_zero
    assert not Estimate(18.0, 1.0, 300).is_zero


def test_an_excess_that_no_run_shows_still_has_an_error() -> None:
    none = mean_over_runs([-0.01, -0.01, -0.01])
    assert none.error == pytest.approx(0.0, abs=1e-12)
    assert at_least(none, 0.01, 99).error == pytest.approx(0.01, rel=1e-2)
