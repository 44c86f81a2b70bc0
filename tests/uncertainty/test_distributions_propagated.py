"""Monte Carlo, Sobol points and regions (JCGM 101:2008, clauses 7 and 9; JCGM 102:2011)."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    Multivariate,
    NotSupportedError,
    arcsine,
    constant,
    normal,
    rectangular,
    student_t,
    trapezoidal,
    triangular,
)
from calibrator_uncertainty._histogram import Stream
from calibrator_uncertainty._shapes import quantile


def rng(seed=1):
    return np.random.Generator(np.random.SFC64(seed))


def additive(make, last=None):
    inputs = [make(name) for name in "abc"] + [last or make("d")]
    return Budget(lambda a, b, c, d: a + b + c + d, inputs, unit="")


def test_four_normals():  # JCGM 101, 9.2.2, table 2: u = 2.00, [-3.92, 3.92]
    found = additive(lambda n: normal(n, 0, 1, "")).monte_carlo(rng(), draws=1_000_000)
    assert found.u == pytest.approx(2.0, abs=0.006)
    assert found.symmetric == (pytest.approx(-3.92, abs=0.025), pytest.approx(3.92, abs=0.025))
    assert found.shortest[1] - found.shortest[0] == pytest.approx(7.84, abs=0.02)


def test_four_rectangles():  # JCGM 101, 9.2.3, table 3: [-3.88, 3.88]
    found = additive(lambda n: rectangular(n, 0, math.sqrt(3), "")).monte_carlo(rng(), draws=1_000_000)
    assert found.symmetric == (pytest.approx(-3.88, abs=0.02), pytest.approx(3.88, abs=0.02))


def test_one_wide_rectangle():  # JCGM 101, 9.2.4, table 4: u = 10.1, [-17.0, 17.0]
    budget = additive(
        lambda n: rectangular(n, 0, math.sqrt(3), ""), rectangular("d", 0, 10 * math.sqrt(3), "")
    )
    found = budget.monte_carlo(rng())
    assert found.converged
    assert found.u == pytest.approx(10.1, abs=0.1)
    assert found.symmetric == (pytest.approx(-17.0, abs=0.1), pytest.approx(17.0, abs=0.1))


@pytest.mark.parametrize(
    ("x1", "mean", "u", "shortest"),
    [
        (0.0, 50e-6, 50e-6, (0.0, 150e-6)),  # JCGM 101, 9.4.2.2, table 7
        (0.010, 150e-6, 112e-6, (0.0, 367e-6)),  # table 8
        (0.050, 2551e-6, 502e-6, (1590e-6, 3543e-6)),  # table 9
    ],
)
def test_comparison_loss(x1, mean, u, shortest):
    budget = Budget(
        lambda x1, x2: x1**2 + x2**2, [normal("x1", x1, 0.005, ""), normal("x2", 0, 0.005, "")], unit=""
    )
    found = budget.monte_carlo(rng(), draws=1_000_000)
    assert found.value == pytest.approx(mean, abs=1.5e-6)
    assert found.u == pytest.approx(u, abs=1.5e-6)
    assert found.shortest == (pytest.approx(shortest[0], abs=12e-6), pytest.approx(shortest[1], abs=12e-6))


def test_adaptive_procedure_waits_for_ten_blocks_and_for_its_tolerance():
    wide = Budget(lambda x: x, [normal("x", 0, 9.7, "")], unit="")
    found = wide.monte_carlo(rng())
    assert found.converged
    assert found.tolerance == pytest.approx(0.05)
    assert max(found.errors) * 2 <= found.tolerance
    assert found.draws > 500_000
    narrow = Budget(lambda x: x, [normal("x", 0, 1.0, "")], unit="")
    assert narrow.monte_carlo(rng()).draws >= 100_000
    short = wide.monte_carlo(rng(), most=150_000)
    assert not short.converged
    assert short.draws == 150_000


def test_adaptive_answers_are_right_as_often_as_they_say():
    budget = Budget(lambda x: x, [normal("x", 0, 1.9, "")], unit="")
    wrong = 0
    for seed in range(40):
        found = budget.monte_carlo(rng(seed))
        wrong += (
            abs(found.u - 1.9) > found.tolerance or abs(found.symmetric[1] - 1.96 * 1.9) > found.tolerance
        )
    assert wrong <= 5  # two standard errors: 5 % each, stopping early makes it a little more


def test_same_seed_same_bits_and_memory_does_not_hold_the_draws():
    budget = additive(lambda n: normal(n, 0, 1, ""))
    assert budget.monte_carlo(rng(5), draws=50_000) == budget.monte_carlo(rng(5), draws=50_000)


def test_model_that_gives_one_of_its_inputs_is_not_drawn_over():
    found = Budget(
        lambda a, b: a + 0 * b, [normal("a", 0, 1, ""), normal("b", 0, 1, "")], unit=""
    ).monte_carlo(rng(), draws=200_000)
    alone = Budget(lambda a: a, [normal("a", 0, 1, "")], unit="").monte_carlo(rng(), draws=200_000)
    assert found.u == pytest.approx(1.0, abs=0.01)
    assert alone.u == pytest.approx(1.0, abs=0.01)
    assert alone.symmetric[1] == pytest.approx(1.96, abs=0.02)


def test_inputs_of_one_cause_are_drawn_together():
    inputs = [rectangular("a", 0, 1, "", shared="s"), rectangular("b", 0, 2, "", shared="s")]
    assert Budget(lambda a, b: 2 * a - b, inputs, unit="").monte_carlo(rng(), draws=10_000).u < 1e-12
    assert Budget(lambda a, b: 2 * a - b, inputs, unit="").quasi_monte_carlo(rng()).u < 1e-12


def test_heavy_tail_beyond_the_histogram_is_not_lost():
    drawn = np.random.default_rng(1).standard_t(1.2, 300_000)
    stream = Stream(drawn[:5000])
    for part in np.array_split(drawn[5000:], 50):
        stream.add(part)
    assert stream.count == 300_000
    assert stream.mean == pytest.approx(drawn.mean(), rel=1e-9)
    assert stream.u == pytest.approx(drawn.std(ddof=1), rel=1e-9)
    low, high = np.quantile(drawn, [0.0005, 0.9995])
    assert stream.symmetric(0.999) == (pytest.approx(low, rel=0.01), pytest.approx(high, rel=0.01))


def test_stream_of_equal_draws_has_no_spread():
    stream = Stream(np.full(2000, 3.25))
    stream.add(np.full(2000, 3.25))
    assert (stream.mean, stream.u) == (3.25, 0.0)
    assert stream.symmetric(0.95) == (pytest.approx(3.25), pytest.approx(3.25))


@pytest.mark.parametrize(
    "one",
    [
        normal("x", 0, 1, ""),
        rectangular("x", 0, 1, ""),
        triangular("x", 0, 1, ""),
        trapezoidal("x", 0, 1, 0.6, ""),
        arcsine("x", 0, 1, ""),
        student_t("x", 0, 1, 7, ""),
    ],
)
def test_quantiles_are_those_of_the_draws(one):
    p = np.array([0.001, 0.02, 0.2, 0.5, 0.7, 0.97, 0.999])
    drawn = one.distribution.draw(np.random.default_rng(1), 400_000)
    assert np.allclose(quantile(one.distribution, p), np.quantile(drawn, p), atol=0.02, rtol=0.03)


def test_sobol_points_need_few_runs_for_a_smooth_model():
    budget = Budget(
        lambda a, b, c: np.exp(a) * b / c,
        [normal("a", 0, 0.1, ""), rectangular("b", 1, 0.1, ""), student_t("c", 2, 0.05, 9, "")],
        unit="",
    )
    few = budget.quasi_monte_carlo(rng(), power=14)
    many = budget.monte_carlo(rng(), draws=2_000_000)
    assert few.draws == 8 * 16_384
    assert few.u == pytest.approx(many.u, rel=2e-3)
    assert few.symmetric == (
        pytest.approx(many.symmetric[0], abs=2e-3),
        pytest.approx(many.symmetric[1], abs=2e-3),
    )
    assert few.converged


def test_sobol_points_follow_correlations():
    budget = Budget(
        lambda a, b: a + b,
        [normal("a", 0, 1, ""), normal("b", 0, 1, "")],
        unit="",
        correlations={("a", "b"): 0.8},
    )
    assert budget.quasi_monte_carlo(rng()).u == pytest.approx(math.sqrt(3.6), rel=2e-3)


# T. Ishigami, T. Homma 1990, with a = 7, b = 0.1
def test_sobol_indices_of_ishigami():
    inputs = [rectangular(name, 0, math.pi, "") for name in ("x", "y", "z")]
    budget = Budget(lambda x, y, z: np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x), inputs, unit="")
    found = budget.sobol_indices(rng())
    assert [one.first for one in found] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert [one.total for one in found] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)


def test_sobol_indices_of_a_linear_model_are_its_shares_and_correlation_is_refused():
    inputs = [normal("a", 0, 3, ""), normal("b", 0, 4, ""), constant("c", 1, "")]
    found = Budget(lambda a, b, c: a + b * c, inputs, unit="").sobol_indices(rng())
    assert [(one.name, one.first) for one in found] == [
        ("a", pytest.approx(0.36, abs=1e-2)),
        ("b", pytest.approx(0.64, abs=1e-2)),
    ]
    tied = Budget(lambda a, b: a + b, inputs[:2], unit="", correlations={("a", "b"): 0.5})
    with pytest.raises(NotSupportedError):
        tied.sobol_indices(rng())


@pytest.mark.parametrize(
    "ask",
    [
        lambda b: b.monte_carlo(rng(), draws=10),
        lambda b: b.monte_carlo(rng(), most=10),
        lambda b: b.monte_carlo(rng(), probability=1.0),
        lambda b: b.quasi_monte_carlo(rng(), power=30),
        lambda b: b.quasi_monte_carlo(rng(), probability=0.0),
    ],
)
def test_requests_that_cannot_be_are_refused(ask):
    with pytest.raises(InputError):
        ask(Budget(lambda x: x, [normal("x", 0, 1, "")], unit=""))


def test_model_undefined_in_the_range_is_named():
    with pytest.raises(ModelError, match="x = -"):
        Budget(lambda x: np.log(x), [normal("x", 1, 1, "")], unit="").monte_carlo(rng())  # noqa: PLW0108


def plane():
    return Multivariate(
        {"y1": lambda a, c: a + c, "y2": lambda b, c: b + c},
        [normal("a", 0, 1, ""), normal("b", 0, 1, ""), normal("c", 0, 1, "")],
        units={"y1": "", "y2": ""},
    )


def test_two_results_with_a_common_input():  # JCGM 102, 9.2: u = 1.41, r = 0.5, k_p = 2.45
    first = Multivariate(
        {"y1": lambda a, b, c: a + c + 0 * b, "y2": lambda a, b, c: b + c + 0 * a},
        [normal("a", 0, 1, ""), normal("b", 0, 1, ""), normal("c", 0, 1, "")],
        units={"y1": "", "y2": ""},
    )
    region = first.first_order()
    assert region.u.tolist() == pytest.approx([math.sqrt(2)] * 2)
    assert region.correlation[0, 1] == pytest.approx(0.5)
    assert region.k_ellipse == pytest.approx(2.4477, abs=1e-4)
    drawn = first.monte_carlo(rng(), draws=400_000)
    assert drawn.u.tolist() == pytest.approx([math.sqrt(2)] * 2, rel=0.01)
    assert drawn.correlation[0, 1] == pytest.approx(0.5, abs=0.01)
    assert drawn.k_ellipse == pytest.approx(2.4477, abs=0.01)
    assert drawn.k_rectangle == pytest.approx(2.2121, abs=0.01)  # Dunnett 1955: two results, r = 0.5
    assert region.k_rectangle == pytest.approx(2.2121, abs=1e-4)


def test_resistance_and_reactance_together():  # JCGM 102, 9.4 (data of JCGM 100, H.2)
    v, i, p = "V", "I", "phi"
    both = Multivariate(
        {
            "R": lambda V, I, phi: V / I * np.cos(phi),  # noqa: E741
            "X": lambda V, I, phi: V / I * np.sin(phi),  # noqa: E741
            "Z": lambda V, I, phi: V / I + 0 * phi * V / I,  # noqa: E741
        },
        [normal(v, 4.9990, 0.0032, "V"), normal(i, 19.6610, 0.0095, "mA"), normal(p, 1.04446, 0.00075, "")],
        units={"R": "ohm", "X": "ohm", "Z": "ohm"},
        correlations={(v, i): -0.355, (v, p): 0.858, (i, p): -0.645},
    )
    region = both.first_order()
    assert region.estimates.tolist() == pytest.approx([127.732, 219.847, 254.260], abs=0.004)
    assert region.u.tolist() == pytest.approx([0.071, 0.295, 0.236], abs=0.002)
    assert region.correlation[0, 1] == pytest.approx(-0.588, abs=0.02)
    assert region.correlation[1, 2] == pytest.approx(0.993, abs=0.005)
    drawn = both.monte_carlo(rng())
    assert np.allclose(drawn.covariance, region.covariance, rtol=0.03, atol=1e-5)
    # Z follows from R and X: to first order the ellipsoid is flat, with the factor of two dimensions
    assert region.k_ellipse == pytest.approx(2.4477, abs=1e-3)


def test_results_need_models_units_and_inputs_that_fit():
    with pytest.raises(InputError):
        Multivariate({"a": lambda a: a}, [normal("a", 0, 1, "")], units={})
    with pytest.raises(InputError):
        Multivariate({"a": lambda a: a}, [normal("a", 0, 1, "")], units={"a": ""}).monte_carlo(rng(), draws=5)
    with pytest.raises(ModelError, match="does not take"):
        plane().first_order()  # a model takes all inputs
