"""Gamma, lognormal, Weibull and beta inputs: scipy.stats is the oracle of moments and quantiles."""

import copy
import pickle

import numpy as np
import pint
import pytest
from scipy import stats

from calibrator_uncertainty import (
    Budget,
    InputError,
    UnitsError,
    array,
    beta,
    dump_budget,
    dumps,
    estimate,
    gamma,
    load_budget,
    loads,
    lognormal,
    standard_uncertainty,
    uncertain,
    weibull,
)

Q = pint.get_application_registry().Quantity
P = np.array([1e-6, 0.025, 0.3, 0.5, 0.8, 0.975, 1 - 1e-6])
BY_PARAMETERS = {
    "gamma 0.5": (gamma("x", None, None, "V", shape=0.5, scale=3.0), stats.gamma(0.5, scale=3.0)),
    "gamma 25": (
        gamma("x", None, None, "V", shape=25, scale=0.1, lower=-1.0),
        stats.gamma(25, loc=-1.0, scale=0.1),
    ),
    "lognormal 0.05": (
        lognormal("x", None, None, "V", median=2.0, sigma=0.05),
        stats.lognorm(0.05, scale=2.0),
    ),
    "lognormal 1": (
        lognormal("x", None, None, "V", median=7.0, sigma=1.0, lower=5.0),
        stats.lognorm(1.0, loc=5.0, scale=2.0),
    ),
    "Weibull 0.8": (weibull("x", None, None, "V", shape=0.8, scale=2.0), stats.weibull_min(0.8, scale=2.0)),
    "Weibull 40": (
        weibull("x", None, None, "V", shape=40.0, scale=2.0, lower=1.0),
        stats.weibull_min(40.0, loc=1.0, scale=2.0),
    ),
    "beta 2 5": (
        beta("x", None, None, "V", lower=-1.0, upper=3.0, alpha=2.0, beta=5.0),
        stats.beta(2.0, 5.0, loc=-1.0, scale=4.0),
    ),
    "beta 0.3 0.6": (
        beta("x", None, None, "V", lower=0.0, upper=1.0, alpha=0.3, beta=0.6),
        stats.beta(0.3, 0.6),
    ),
}


@pytest.mark.parametrize("kind", BY_PARAMETERS)
def test_moments_quantiles_and_draws_are_those_of_scipy(kind):
    one, oracle = BY_PARAMETERS[kind]
    shape = one.distribution
    mean, variance, skewness, excess = (float(x) for x in oracle.stats("mvsk"))
    assert one.estimate == pytest.approx(mean, rel=1e-12)
    assert one.u == pytest.approx(variance**0.5, rel=1e-9)
    assert shape.skewness == pytest.approx(skewness, rel=1e-6, abs=1e-9)
    assert shape.kurtosis == pytest.approx(excess + 3.0, rel=1e-6)
    assert one.estimate + one.u * shape.quantile(P) == pytest.approx(oracle.ppf(P), rel=1e-9, abs=1e-12)
    drawn = one.estimate + one.u * shape.draw(np.random.default_rng(5), 4000)
    assert stats.kstest(drawn, oracle.cdf).pvalue > 1e-4  # of a fixed seed


BY_MOMENTS = {
    "gamma": lambda mean, u, **more: gamma("x", mean, u, "V", **more),
    "lognormal": lambda mean, u, **more: lognormal("x", mean, u, "V", **more),
    "Weibull": lambda mean, u, **more: weibull("x", mean, u, "V", **more),
    "beta": lambda mean, u, lower=0.0: beta("x", mean, u, "V", lower=lower, upper=lower + 30.0),
}


@pytest.mark.parametrize("kind", BY_MOMENTS)
def test_a_mean_and_u_find_the_shape_that_has_them(kind):
    for mean, u, lower in ((10.0, 0.5, 0.0), (10.0, 3.0, 4.0), (1.0, 0.9, 0.0)):
        one = BY_MOMENTS[kind](mean, u, lower=lower)
        assert (one.estimate, one.u) == (mean, u)
        deviates = one.distribution.quantile((np.arange(20_000) + 0.5) / 20_000)
        assert deviates.mean() == pytest.approx(0.0, abs=1e-3)
        assert deviates.std() == pytest.approx(1.0, rel=2e-2)
        least = mean + u * one.distribution.quantile(np.array([0.0]))[0]
        assert least == pytest.approx(lower, abs=1e-9)  # nothing lies below the lower end


@pytest.mark.parametrize("kind", BY_MOMENTS)
def test_figures_with_units_and_everything_behind_a_budget(kind):
    one = BY_MOMENTS[kind](Q(10e3, "mV"), Q(4000.0, "mV"), lower=Q(0.0, "V") if kind != "beta" else 0.0)
    assert (one.estimate, one.u) == pytest.approx((10.0, 4.0))
    budget = Budget(lambda x: x, [one], unit="V")
    found = budget.evaluate()
    drawn = budget.monte_carlo(np.random.default_rng(3), draws=50_000)
    exact = 10.0 + 4.0 * one.distribution.quantile(np.array([0.025, 0.975]))
    assert drawn.u == pytest.approx(found.u, rel=0.02)
    assert drawn.symmetric == pytest.approx(tuple(exact), abs=0.3)
    # to one digit u = 4 V lets the ends be wrong by 0.5 V; first order is nearer than that only of the beta
    wrong = max(abs(10.0 - found.U - exact[0]), abs(10.0 + found.U - exact[1]))
    assert found.verdict.ok == (wrong <= 0.5)
    assert load_budget(dump_budget(budget), budget.model).evaluate() == found
    deviates = one.distribution.quantile((np.arange(100_000) + 0.5) / 100_000)
    values = 10.0 + 4.0 * deviates
    assert Budget(lambda x: x * x, [one], unit="V**2").second_order().u == pytest.approx(
        (values**2).std(), rel=5e-3
    )


@pytest.mark.parametrize("kind", BY_PARAMETERS)
def test_quantities_keep_their_shape_through_every_copy(kind):
    one, _ = BY_PARAMETERS[kind]
    q = uncertain(one)
    for again in (loads(dumps({"q": q}))["q"], pickle.loads(pickle.dumps(q)), copy.deepcopy(q)):
        assert standard_uncertainty(again - q).magnitude == 0.0
        assert again.magnitude._leaf.shape == one.distribution


def test_beta_of_equal_ones_is_a_rectangle_with_its_k():
    flat = beta("x", None, None, "V", lower=-1.0, upper=1.0, alpha=1.0, beta=1.0)
    assert Budget(lambda x: x, [flat], unit="V").evaluate().k == 1.65
    swing = beta("x", 0.0, 0.5**0.5, "V", lower=-1.0, upper=1.0)  # alpha = beta = 0.5 to rounding
    assert swing.u == 0.5**0.5


def test_an_array_takes_the_shape_of_an_input():
    shape = gamma("x", 4.0, 1.0, "V").distribution
    row = array([4.0, 8.0], [1.0, 2.0], "V", distribution=shape)
    assert estimate(row).magnitude.tolist() == [4.0, 8.0]
    assert row.magnitude._leaf.shape == shape
    ratio = Budget(lambda a: a * row[0] + row[1], [gamma("a", 1.0, 0.1, "")], unit="V")
    drawn = ratio.monte_carlo(np.random.default_rng(2), draws=100_000)
    assert drawn.u == pytest.approx(((0.1 * 4.0) ** 2 + 1.0 + 0.1**2 + 2.0**2) ** 0.5, rel=0.02)
    for wrong in (type(shape), 3, gamma):
        with pytest.raises(InputError, match="distribution"):
            array([4.0], 1.0, "V", distribution=wrong)
    with pytest.raises(InputError, match="half-width"):
        array([4.0], None, "V", half_width=1.0, distribution=shape)


REFUSED = {
    "neither way": lambda: gamma("x", None, None, "V"),
    "both ways": lambda: gamma("x", 1.0, 0.1, "V", shape=1.0, scale=1.0),
    "half a way": lambda: gamma("x", 1.0, None, "V"),
    "mean below lower": lambda: gamma("x", 1.0, 0.1, "V", lower=1.0),
    "u is zero": lambda: lognormal("x", 1.0, 0.0, "V"),
    "u is negative": lambda: weibull("x", 1.0, -0.1, "V"),
    "u is nan": lambda: weibull("x", 1.0, float("nan"), "V"),
    "negative shape": lambda: gamma("x", None, None, "V", shape=-1.0, scale=1.0),
    "negative scale": lambda: weibull("x", None, None, "V", shape=2.0, scale=-1.0),
    "sigma zero": lambda: lognormal("x", None, None, "V", median=1.0, sigma=0.0),
    "median below": lambda: lognormal("x", None, None, "V", median=1.0, sigma=0.1, lower=2.0),
    "a text": lambda: lognormal("x", None, None, "V", median=1.0, sigma="a"),
    "almost exact": lambda: weibull("x", 1.0, 1e-4, "V"),
    "limits cross": lambda: beta("x", 1.0, 0.1, "V", lower=2.0, upper=0.0),
    "mean outside": lambda: beta("x", 3.0, 0.1, "V", lower=0.0, upper=2.0),
    "u too large": lambda: beta("x", 1.0, 1.0, "V", lower=0.0, upper=2.0),
    "alpha nan": lambda: beta("x", None, None, "V", lower=0, upper=1, alpha=float("nan"), beta=1.0),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_parameters_that_cannot_be_are_refused(make):
    with pytest.raises(InputError, match=r"\bx\b|distribution"):
        make()


def test_units_that_do_not_fit_are_refused():
    with pytest.raises(UnitsError):
        gamma("x", Q(1.0, "A"), 0.1, "V")
    with pytest.raises(UnitsError):
        weibull("x", None, None, "V", shape=2.0, scale=Q(1.0, "A"))
