"""Monte Carlo of results without u: intervals from their own draws, honest errors, and a word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrator_uncertainty import Budget, normal, rectangular, student_t, validate_first_order
from calibrator_uncertainty._histogram import Stream
from calibrator_uncertainty._tails import Tail


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(seed))


def _cauchy(p: float) -> float:
    return math.tan(math.pi * (p - 0.5))


@pytest.mark.parametrize("seed", range(5))
def test_interval_of_one_degree_of_freedom_is_the_cauchy_quantile_within_its_stated_error(seed):
    budget = Budget(lambda a: 3.0 * a, [student_t("a", 1.0, 1.0, 1.0, "V")], unit="V")
    found = budget.monte_carlo(_generator(seed), draws=100_000)
    wanted = 3.0 * _cauchy(0.975)
    low, high = found.symmetric
    # standard error of the quantile, sqrt(p(1-p)/n)/f, of the closed density
    error = math.sqrt(0.025 * 0.975 / 1e5) * 3.0 * math.pi * (1.0 + _cauchy(0.975) ** 2)
    assert found.errors[2] == pytest.approx(error, rel=0.3)
    assert found.errors[3] == pytest.approx(error, rel=0.3)
    assert low == pytest.approx(3.0 - wanted, abs=4.5 * error)
    assert high == pytest.approx(3.0 + wanted, abs=4.5 * error)
    assert "neither mean nor u" in found.note


def test_two_degrees_of_freedom_have_no_u_and_three_have_one():
    def note(dof: float) -> str:
        budget = Budget(lambda a: a, [student_t("a", 1.0, 1.0, dof, "V")], unit="V")
        return budget.monte_carlo(_generator(7), draws=400_000).note

    assert "has no u" in note(1.5)
    assert "has no u" in note(2.0)
    assert not note(3.0)


def test_a_ratio_through_zero_has_the_quantiles_of_its_draws_and_never_converges():
    inputs = [normal("a", 1.0, 1.0, "V"), normal("b", 0.1, 1.0, "A")]
    budget = Budget(lambda a, b: a / b, inputs, unit="ohm")
    found = budget.monte_carlo(_generator(1), most=300_000)
    rng = _generator(2)
    plain = rng.normal(1.0, 1.0, 1_000_000) / rng.normal(0.1, 1.0, 1_000_000)
    for end, error, wanted in zip(
        found.symmetric, found.errors[2:], np.quantile(plain, [0.025, 0.975]), strict=True
    ):
        assert end == pytest.approx(wanted, abs=6.0 * error)
        assert error < 0.02 * abs(wanted)
    assert not found.converged
    assert "neither mean nor u" in found.note


@pytest.mark.parametrize("model", [lambda a: a, lambda a: a * a, lambda a: np.exp(0.3 * a)])
@pytest.mark.parametrize("one", [normal("a", 0.5, 1.0, ""), rectangular("a", 0.5, 1.0, "")])
def test_light_tails_are_not_spoken_of(model, one):
    assert not Budget(model, [one], unit="").monte_carlo(_generator(3), draws=100_000).note


def test_errors_of_a_fixed_number_of_draws_are_those_of_many_repetitions():
    budget = Budget(lambda a, b: a * b, [normal("a", 0.0, 1.0, "V"), normal("b", 0.0, 1.0, "V")], unit="V**2")
    runs = [budget.monte_carlo(_generator(seed), draws=5000) for seed in range(300)]
    scatter = np.std([(one.value, one.u, *one.symmetric) for one in runs], axis=0, ddof=1)
    stated = np.mean([one.errors for one in runs], axis=0)
    np.testing.assert_allclose(
        stated, scatter, rtol=0.2
    )  # normal theory says 0.6 of u's and 0.5 of the ends'


def test_an_end_with_less_than_one_draw_beyond_it_has_no_error():
    budget = Budget(lambda a: a, [normal("a", 0.0, 1.0, "V")], unit="V")
    assert math.isinf(budget.monte_carlo(_generator(3), draws=1000, probability=0.9999).errors[2])


def test_a_tail_with_no_more_room_keeps_its_counts(monkeypatch):
    monkeypatch.setattr("calibrator_uncertainty._tails._ROOM", 4096)
    tail, drawn = Tail(), _generator(4).pareto(1.0, 200_000) + 1.0
    for block in drawn.reshape(-1, 1000):
        tail.add(block)
    x, weights = tail.figures()
    assert x.size <= 4096 + 2000
    assert weights.sum() == drawn.size
    assert (x[0], x[-1]) == (drawn.min(), drawn.max())
    np.testing.assert_array_equal(np.cumsum(weights), np.searchsorted(np.sort(drawn), x, side="right"))


def test_intervals_do_not_depend_on_one_wild_first_draw():
    drawn = _generator(5).standard_normal(100_000)
    drawn[17] = 1e12
    stream = Stream(drawn[:4096].copy())
    stream.add(drawn[4096:])
    assert stream.symmetric(0.95) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-3)


@pytest.mark.parametrize("share", [0.5, 0.02, 0.001])
def test_draws_that_are_mostly_equal_keep_their_interval(share):
    rng = _generator(6)
    drawn = np.where(rng.random(50_000) < share, rng.normal(5.0, 1.0, 50_000), 2.0)
    stream = Stream(drawn[:10_000].copy())
    stream.add(drawn[10_000:])
    assert stream.symmetric(0.95) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=2e-3)


def test_the_verdict_of_clause_8_tells_how_well_it_knows_its_own_ends():
    def verdict(dof: float, draws: int):
        budget = Budget(lambda a: a, [normal("a", 0.0, 1.0, "V", dof=dof)], unit="V")
        return validate_first_order([budget], rng=_generator(1), draws=draws)[0], budget

    few, budget = verdict(1.0, 20_000)
    density = 1.0 / (math.pi * (1.0 + _cauchy(0.975) ** 2))
    assert few.endpoint_error == pytest.approx(math.sqrt(0.025 * 0.975 / few.draws) / density, rel=0.3)
    assert "its ends are themselves known to" in budget.evaluate().to_text()
    many, budget = verdict(math.inf, 20_000)
    assert many.endpoint_error == pytest.approx(2.67 / math.sqrt(many.draws), rel=1e-12)
    assert "known to" not in budget.evaluate().to_text()
