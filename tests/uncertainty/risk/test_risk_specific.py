"""Specific risk: JCGM 106:2012, 7.2-7.5 and 8.3 (figures from memory are marked and recomputed here)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

import calibrator_uncertainty as cu
from calibrator_uncertainty.risk import (
    Limits,
    density_prior,
    empirical_prior,
    histogram_prior,
    normal_prior,
    specific_risk,
    uniform_prior,
)


@pytest.mark.parametrize(
    ("value", "u", "lower", "upper", "printed"),
    [
        (-5.47, 0.05, None, -5.40, 0.92),  # memory: 7.4 example 1, Zener diode
        (509.7, 8.6, 490.0, None, 0.99),  # memory: 7.4 example 2, burst pressure
        (13.6, 1.8, 12.5, 16.3, 0.66),  # memory: 7.5 example, motor oil
    ],
)
def test_conformance_probabilities_of_jcgm_106(value, u, lower, upper, printed):
    found = specific_risk(value, Limits(lower, upper), u=u)
    assert round(found.conformance, 2) == printed
    # recomputed by the complementary error function, not by our own route
    low = -math.inf if lower is None else (lower - value) / u
    high = math.inf if upper is None else (upper - value) / u
    by_erfc = 0.5 * (math.erfc(low / math.sqrt(2)) - math.erfc(high / math.sqrt(2)))
    assert found.conformance == pytest.approx(by_erfc, abs=1e-14)


def test_speed_limit_of_jcgm_106():  # memory: 8.3.2, u(v)/v = 2 %, 99.9 % sure above 100 km/h: 107 km/h
    assert specific_risk(107.0, Limits(upper=100.0), u=0.02 * 107.0).pfa >= 0.999
    assert specific_risk(106.0, Limits(upper=100.0), u=0.02 * 106.0).pfa < 0.999


def test_printed_text_says_that_there_is_no_prior_or_which():
    limits = Limits(-1, 1)
    assert str(specific_risk(1.0, limits, u=0.1)) == "specific PFA 50 % (no prior)"
    shown = str(specific_risk(1.0, limits, u=0.1, prior=normal_prior(0, 0.1)))
    assert "prior: normal, mean 0, standard deviation 0.1" in shown
    assert "global" not in shown


def test_normal_prior_by_formula_is_the_prior_by_quadrature():
    limits = Limits(-1.0, 1.5)
    exact = specific_risk(1.2, limits, u=0.3, prior=normal_prior(0.1, 0.6))

    def density(x):
        return np.exp(-0.5 * ((x - 0.1) / 0.6) ** 2)

    by_nodes = specific_risk(1.2, limits, u=0.3, prior=density_prior(density, -6.0, 6.0, name="bell"))
    assert by_nodes.pfa == pytest.approx(exact.pfa, abs=1e-13)
    assert by_nodes.prior == "bell"
    # and by the normal equations: posterior mean and variance
    share = 0.6**2 / (0.6**2 + 0.3**2)
    mean, sd = 0.1 + share * 1.1, 0.3 * math.sqrt(share)
    assert exact.pfa == pytest.approx(ndtr((-1 - mean) / sd) + ndtr((mean - 1.5) / sd), abs=1e-15)


def test_wide_prior_tells_nothing():
    limits = Limits(-1.0, 1.0)
    plain = specific_risk(0.9, limits, u=0.2)
    assert specific_risk(0.9, limits, u=0.2, prior=uniform_prior(-50, 50)).pfa == pytest.approx(
        plain.pfa, abs=1e-12
    )


def test_t_distributed_measurement_with_a_prior_against_scipy_quad():
    dof, u, y = 4.0, 0.3, 0.8

    def product(x):
        return (1 + ((x - y) / u) ** 2 / dof) ** (-(dof + 1) / 2) * math.exp(-0.5 * (x / 0.5) ** 2)

    above, _ = quad(product, 1.0, 6.0, epsabs=1e-14)
    below, _ = quad(product, -6.0, -1.0, epsabs=1e-14)
    whole = sum(quad(product, a, b, epsabs=1e-14)[0] for a, b in [(-6, -1), (-1, 1), (1, 6)])
    found = specific_risk(y, Limits(-1, 1), u=u, dof=dof, prior=normal_prior(0, 0.5))
    assert found.pfa == pytest.approx((above + below) / whole, abs=1e-10)


def test_values_found_before_weigh_by_their_likelihood():
    found = specific_risk(0.0, Limits(-1, 1), u=1.0, prior=empirical_prior([0.0, 2.0]))
    weight = math.exp(-2.0)
    assert found.pfa == pytest.approx(weight / (1 + weight), rel=1e-14)
    stepped = specific_risk(0.0, Limits(-1, 1), u=1e9, prior=histogram_prior([-1, 1, 3], [3, 1]))
    assert stepped.above == pytest.approx(0.25, rel=1e-12)


def test_uncertain_quantity_brings_its_own_uncertainty_and_unit():
    error = cu.uncertain(cu.normal("e", 0.9, 0.1, "mV"))
    import pint

    ureg = pint.get_application_registry()
    limits = Limits.around(ureg.Quantity(0, "V"), ureg.Quantity(0.001, "V"))
    assert specific_risk(error, limits).pfa == pytest.approx(float(ndtr(-1)), rel=1e-9)
    with pytest.raises(cu.UnitsError) as caught:
        specific_risk(0.9, limits, u=0.1)
    assert caught.value.code == "no-unit"
    with pytest.raises(cu.UnitsError, match="the prior"):
        specific_risk(error, limits, prior=normal_prior(0, 1))
    with pytest.raises(cu.UnitsError, match="does not fit"):
        specific_risk(ureg.Quantity(1, "A"), limits, u=ureg.Quantity(1, "A"))


def test_temperature_limits_take_u_as_a_difference():
    import pint

    ureg = pint.get_application_registry()
    limits = Limits(ureg.Quantity(20, "degC"), ureg.Quantity(22, "degC"))
    found = specific_risk(ureg.Quantity(22, "degC"), limits, u=ureg.Quantity(0.1, "kelvin"))
    assert found.pfa == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (Limits, "no-limits"),
        (lambda: Limits(1, -1), "limits-crossed"),
        (lambda: Limits(math.nan, 1), "not-finite"),
        (lambda: Limits.around(0, -1), "negative-u"),
        (lambda: specific_risk(0, Limits(-1, 1)), "no-uncertainty"),
        (lambda: specific_risk(0, Limits(-1, 1), u=-0.1), "negative-u"),
        (lambda: specific_risk(0, Limits(-1, 1), u=math.nan), "not-finite"),
        (lambda: specific_risk(math.nan, Limits(-1, 1), u=1), "not-finite"),
        (lambda: specific_risk(0, Limits(-1, 1), u=1, dof=0.5), "dof"),
        (lambda: specific_risk(0.5, Limits(-1, 1), u=1e-200, prior=uniform_prior(-2, 2)), "prior"),
        (lambda: uniform_prior(1, 1), "limits-crossed"),
        (lambda: normal_prior(0, -1), "negative-u"),
        (lambda: empirical_prior([1.0, math.nan]), "samples"),
        (lambda: histogram_prior([0, 1], [1, 2]), "histogram"),
        (lambda: histogram_prior([0, 2, 1], [1, 2]), "histogram"),
        (lambda: histogram_prior([0, 1, 2], [0, 0]), "histogram"),
        (lambda: density_prior(lambda x: -x, 0, 1, name="bad"), "density"),
        (lambda: density_prior(lambda x: np.exp(-((x / 1e-5) ** 2)), -1, 1, name="sharp"), "density"),
        (lambda: density_prior(lambda x: x, 0, 1, name=""), "no-name"),
    ],
)
def test_figures_that_cannot_be_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


@settings(deadline=None)
@given(
    st.floats(-5, 5),
    st.floats(0, 3),
    st.floats(-3, 0),
    st.floats(0.01, 3),
    st.one_of(st.just(math.inf), st.floats(1, 100)),
)
def test_probabilities_add_up_mirror_and_agree_with_the_verdicts(value, u, low, width, dof):
    here = specific_risk(value, Limits(low, low + width), u=u, dof=dof)
    assert here.pfa + here.conformance == pytest.approx(1.0, abs=1e-12)
    assert here.pfr == here.conformance
    there = specific_risk(-value, Limits(-low - width, -low), u=u, dof=dof)
    assert (there.below, there.above) == (here.above, here.below)
    judged = cu.judge(value, 2 * u, u, dof, low, low + width)
    assert judged.pfa == pytest.approx(here.pfa, abs=1e-12)


@settings(deadline=None)
@given(st.floats(0, 4), st.floats(0.01, 2), st.floats(0.01, 4))
def test_risk_falls_with_wider_limits(value, u, half):
    assert (
        specific_risk(value, Limits(-half - 0.5, half + 0.5), u=u).pfa
        <= specific_risk(value, Limits(-half, half), u=u).pfa
    )
