"""Global risk: Deaver's and Dobbert's published figures, scipy's double integral, simulation, laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

import calibrator_uncertainty as cu
from calibrator_uncertainty.risk import (
    Limits,
    density_prior,
    empirical_prior,
    global_risk,
    histogram_prior,
    in_tolerance_lower_bound,
    measurement_capability,
    normal_prior,
    process_capability,
    reliability_prior,
    uniform_prior,
)

UNIT = normal_prior(0, 1)


# D. Deaver, "How to maintain your confidence (in a world of declining test uncertainty ratios)",
# NCSL 1993, p. 7 and 10; seen in the tests of sandialabs/suncal (test/test_risk.py)
@pytest.mark.parametrize(
    ("limit", "ratio", "shrink", "pfa", "pfr"),
    [
        (2.0, 4.0, 1.0, (0.008, 1e-4), (0.015, 5e-4)),
        (2.5, 4.0, 1.0, (0.0025, 1e-4), None),
        (2.5, 1.0, 1.0, (0.005, 1e-3), None),
        (2.0, 2.0, 0.91, (0.008, 5e-4), (0.066, 1e-3)),
    ],
)
def test_figures_of_deaver(limit, ratio, shrink, pfa, pfr):
    found = global_risk(
        Limits(-limit, limit), 1 / ratio, UNIT, acceptance=Limits(-limit * shrink, limit * shrink)
    )
    assert found.pfa == pytest.approx(pfa[0], abs=pfa[1])
    if pfr is not None:
        assert found.pfr == pytest.approx(pfr[0], abs=pfr[1])


# Resistors of 1500 ohm, limits 0.2 ohm, process 0.12 ohm, measured with 0.04 ohm: a set-up from memory of an
# example of JCGM 106:2012 whose clause was not seen (9.5.4 has the ball bearings of test_risk_published);
# the risks are recomputed by scipy's adaptive quadrature.
def test_resistors_against_adaptive_quadrature():
    prior = normal_prior(1500.0, 0.12)
    for guard in (0.0, 0.04, -0.04):
        found = global_risk(Limits(1499.8, 1500.2), 0.04, prior, guard_band=guard)

        def accepted(x, edge=0.2 - guard):
            return ndtr((edge - x) / 0.04) - ndtr((-edge - x) / 0.04)

        def density(x):
            return math.exp(-0.5 * (x / 0.12) ** 2) / (0.12 * math.sqrt(2 * math.pi))

        pfa = 2 * quad(lambda x: density(x) * accepted(x), 0.2, 1.5, epsabs=1e-15)[0]
        pfr = 2 * quad(lambda x: density(x) * (1 - accepted(x)), 0.0, 0.2, epsabs=1e-15)[0]
        # 1500 costs four digits in the limits themselves
        assert found.pfa == pytest.approx(pfa, abs=1e-12)
        assert found.pfr == pytest.approx(pfr, abs=1e-12)


def test_skew_prior_one_sided_limit_and_t_errors_against_simulation():
    rng = np.random.default_rng(20260101)
    shape, scale, u, dof = 4.0, 0.25, 0.2, 5.0
    prior = density_prior(lambda x: x ** (shape - 1) * np.exp(-x / scale), 0.0, 12.0, name="gamma")
    found = global_risk(Limits(upper=2.0), u, prior, guard_band=0.1, dof=dof)
    n = 1_000_000
    truth = rng.gamma(shape, scale, n)
    taken = truth + u * rng.standard_t(dof, n) <= 1.9
    for share, hits in (
        (found.pfa, taken & (truth > 2.0)),
        (found.pfr, ~taken & (truth <= 2.0)),
        (found.true_accept, taken & (truth <= 2.0)),
    ):
        assert share == pytest.approx(float(hits.mean()), abs=4 * math.sqrt(share / n))
    assert found.prior == "gamma"


def test_samples_and_histogram_of_a_normal_process_approach_it():
    found = global_risk(Limits(-2, 2), 0.25, UNIT)
    grid = ndtri((np.arange(20000) + 0.5) / 20000)
    assert global_risk(Limits(-2, 2), 0.25, empirical_prior(grid)).pfa == pytest.approx(found.pfa, abs=2e-5)
    edges = np.linspace(-5, 5, 401)
    stepped = histogram_prior(edges, np.diff(ndtr(edges)))
    assert global_risk(Limits(-2, 2), 0.25, stepped).pfa == pytest.approx(found.pfa, abs=2e-5)


def test_uniform_prior_by_formula():
    # items evenly over +-2, limits +-1, errors small: each limit lets through u/sqrt(2 pi) x density
    found = global_risk(Limits(-1, 1), 0.05, uniform_prior(-2, 2))
    assert found.pfa == pytest.approx(2 * 0.05 / math.sqrt(2 * math.pi) / 4, rel=1e-12)
    assert found.pfr == pytest.approx(found.pfa, rel=1e-12)
    assert found.in_tolerance == pytest.approx(0.5, rel=1e-13)


def test_perfect_measurement_errs_never_and_no_zone_accepts_never():
    found = global_risk(Limits(-1, 1), 0.0, UNIT)
    assert (found.pfa, found.pfr) == (0.0, 0.0)
    none = global_risk(Limits(-1, 1), 0.1, UNIT, guard_band=1.5)
    assert none.accepted == 0.0
    assert none.conditional_pfa == 0.0
    assert none.pfr == pytest.approx(1 - 2 * ndtr(-1), rel=1e-13)


def test_point_prior_is_one_item():
    found = global_risk(Limits(-1, 1), 0.5, normal_prior(1.5, 0.0))
    assert found.pfa == pytest.approx(ndtr(-1.0) - ndtr(-5.0), rel=1e-12)
    assert found.in_tolerance == 0.0


def test_printed_text_says_global_and_names_the_prior():
    shown = str(global_risk(Limits(-2, 2), 0.25, reliability_prior(0.95, Limits(-2, 2))))
    assert shown.startswith("global PFA 0.")
    assert "prior: normal from an observed reliability of 95 %" in shown
    assert "specific" not in shown


def test_observed_reliability_gives_back_the_spread_without_the_measurement():
    limits = Limits(-1.0, 1.0)
    truth = normal_prior(0.0, 0.45)
    seen = global_risk(limits, 0.2, truth).accepted
    found = reliability_prior(seen, limits, u=0.2)
    assert global_risk(limits, 0.2, found).accepted == pytest.approx(seen, abs=1e-12)
    assert global_risk(limits, 0.2, found).pfa == pytest.approx(
        global_risk(limits, 0.2, truth).pfa, abs=1e-10
    )
    # 95 % in tolerance is 1.96 standard deviations
    assert "0.5102" in reliability_prior(0.95, limits).name


def test_one_sided_reliability_needs_the_mean():
    found = reliability_prior(0.9, Limits(upper=10.0), mean=9.0)
    assert global_risk(Limits(upper=10.0), 0.0, found).in_tolerance == pytest.approx(0.9, rel=1e-12)


def test_counts_of_a_history():  # rule of three: 59 of 59 shows 95 % at 95 % confidence (0.05^(1/59))
    assert in_tolerance_lower_bound(59, 59) == pytest.approx(0.05 ** (1 / 59), rel=1e-12)
    assert in_tolerance_lower_bound(0, 5) == 0.0


def test_process_capability_of_a_normal_process():  # sandialabs/suncal test_cpk, "Dilip's risk spreadsheet"
    found = process_capability(Limits(9, 11), 10.5, 0.4)
    assert found.cpk == pytest.approx(0.416667, rel=1e-5)
    assert 1 - found.in_tolerance == pytest.approx(0.10574, abs=1e-5)
    assert process_capability(Limits(9, 11), 12, 0.4).cpk == pytest.approx(-0.833333, rel=1e-5)
    assert process_capability(Limits(-3, 3), 0, 0.8, u=0.6).observed_cp == pytest.approx(1.0)
    assert measurement_capability(Limits(0, 2), 0.1, U=0.25).tur == 4.0


def test_units_go_through():
    import pint

    Q = pint.get_application_registry().Quantity
    limits = Limits.around(Q(10, "V"), Q(2, "mV"))
    with_units = global_risk(limits, Q(250, "uV"), normal_prior(Q(10, "V"), Q(1, "mV")))
    assert with_units.pfa == pytest.approx(global_risk(Limits(-2, 2), 0.25, UNIT).pfa, rel=1e-9)
    assert "mean 10 V" in with_units.prior


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: global_risk(Limits(-1, 1), -0.1, UNIT), "negative-u"),
        (lambda: global_risk(Limits(-1, 1), 0.1, UNIT, acceptance=Limits(0, 1), guard_band=0.1), "twice"),
        (lambda: global_risk(Limits(-1, 1), 0.1, UNIT, guard_band=math.nan), "not-finite"),
        (lambda: global_risk(Limits(-1, 1), 0.1, UNIT, dof=0), "dof"),
        (lambda: reliability_prior(1.0, Limits(-1, 1)), "probability"),
        (lambda: reliability_prior(0.9, Limits(upper=1)), "one-sided"),
        (lambda: reliability_prior(0.4, Limits(upper=1), mean=0), "probability"),
        (lambda: reliability_prior(0.9, Limits(-1, 1), mean=2), "mean"),
        (lambda: reliability_prior(0.999, Limits(-1, 1), u=0.5), "spread"),
        (lambda: in_tolerance_lower_bound(6, 5), "counts"),
        (lambda: in_tolerance_lower_bound(5, 5, confidence=95), "probability"),
        (lambda: measurement_capability(Limits(upper=1), 0.1), "one-sided"),
        (lambda: measurement_capability(Limits(-1, 1), 0.0), "zero-u"),
        (lambda: process_capability(Limits(-1, 1), 0, 0.0), "zero-u"),
    ],
)
def test_figures_that_cannot_be_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-1, 1),
    st.floats(0.05, 3),
    st.floats(0, 2),
    st.floats(-0.5, 0.9),
    st.one_of(st.just(math.inf), st.floats(1, 50)),
)
def test_fates_add_up_to_one_mirror_and_fall_with_the_guard_band(mean, sd, u, guard, dof):
    limits, prior = Limits(-1.0, 1.5), normal_prior(mean, sd)
    here = global_risk(limits, u, prior, guard_band=guard, dof=dof)
    assert here.pfa + here.pfr + here.true_accept + here.true_reject == pytest.approx(1.0, abs=1e-14)
    assert here.in_tolerance == pytest.approx(
        float(ndtr((1.5 - mean) / sd) - ndtr((-1 - mean) / sd)), abs=1e-11
    )
    there = global_risk(Limits(-1.5, 1.0), u, normal_prior(-mean, sd), guard_band=guard, dof=dof)
    assert there.pfa == pytest.approx(here.pfa, abs=1e-12)
    tighter = global_risk(limits, u, prior, guard_band=guard + 0.1, dof=dof)
    assert tighter.pfa <= here.pfa + 1e-13
    assert tighter.pfr >= here.pfr - 1e-13
