"""Published global risks: the ball bearings of JCGM 106, tables of RP-19 and of Dobbert's method 6.

Status: seen, quoted or recomputed in suncal's documentation and tests (`Risk - Ball Bearing`,
`test_risk_values`, and `Risk - Dobbert Guardband Derivation`, which gives table 2 by its own quadrature).
"""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import gamma, ndtri

from calibrator_uncertainty.risk import (
    Limits,
    density_prior,
    global_risk,
    guard_band,
    guard_band_for_global_risk,
    reliability_prior,
    z540_method_6_multiplier,
)

ONE = Limits(-1.0, 1.0)


def bearings():
    """Return how the radial error motion of ball bearings is spread: gamma, mean 1 µm, deviation 0.5 µm."""
    return density_prior(lambda x: 4.0**4 / gamma(4) * x**3 * np.exp(-4.0 * x), 0.0, 16.0, name="gamma")


def test_ball_bearings():  # JCGM 106:2012, 9.5.4: 4.2 % bad, 0.8 % bad and accepted, w = 0.33 µm for 0.1 %
    limits = Limits(upper=2.0)
    plain = global_risk(limits, 0.25, bearings())
    assert 1.0 - plain.in_tolerance == pytest.approx(0.042380, abs=1e-6)
    assert plain.pfa == pytest.approx(0.00802, abs=2e-5)
    band = guard_band_for_global_risk(limits, 0.25, bearings(), 0.001)
    assert band.width == pytest.approx(0.328, abs=2e-3)
    assert band.acceptance.upper == pytest.approx(1.67, abs=5e-3)


# NCSLI RP-19 (draft): in-tolerance share, global PFA in % of all and of the accepted ones, where the
# measurement has a quarter of the population's standard deviation
@pytest.mark.parametrize(
    ("share", "of_all", "of_accepted"),
    [
        (0.60, 4.83860326, 8.26008199),
        (0.70, 3.92234109, 5.72322042),
        (0.80, 2.85583037, 3.63227145),
        (0.90, 1.59995312, 1.79880430),
        (0.95, 0.87100925, 0.92389664),
        (0.99, 0.19991684, 0.20243866),
    ],
)
def test_unconditional_and_conditional_false_accept_risk(share, of_all, of_accepted):
    spread = 1.0 / ndtri((1.0 + share) / 2.0)
    found = global_risk(ONE, spread / 4.0, reliability_prior(share, ONE))
    assert 100 * found.pfa == pytest.approx(of_all, abs=2e-6)  # suncal's own test holds them to 1e-6
    assert 100 * found.conditional_pfa == pytest.approx(of_accepted, abs=2e-6)


# M. Dobbert, NCSLI Measure 3 (2008) no. 4, table 2: TUR, in-tolerance share of the highest PFA, that PFA, and
# the multiplier M that brings it to 2 % (where more may be accepted instead, no band is needed)
TABLE_2 = [
    (1.1, 57.32, 6.847, 42.33),
    (1.5, 59.76, 5.330, 34.65),
    (2.0, 61.62, 4.175, 26.79),
    (2.5, 62.81, 3.432, 20.18),
    (3.0, 63.64, 2.914, 14.39),
    (4.0, 64.72, 2.238, 4.48),
    (5.0, 65.39, 1.817, None),
]


@pytest.mark.parametrize(("tur", "share", "highest", "multiplier"), TABLE_2)
def test_worst_case_of_method_6(tur, share, highest, multiplier):
    u = 1.0 / tur / 2.0  # U95 is 2 u there

    def risk(one):
        return global_risk(ONE, u, reliability_prior(one, ONE)).pfa

    worst = minimize_scalar(
        lambda one: -risk(one), bounds=(0.4, 0.95), method="bounded", options={"xatol": 1e-7}
    )
    # the search in the published table stops where the risk is flat
    assert 100 * worst.x == pytest.approx(share, abs=0.1)
    assert -100 * worst.fun == pytest.approx(highest, abs=6e-4)
    band = guard_band_for_global_risk(ONE, u, reliability_prior(share / 100, ONE), 0.02)
    if multiplier is None:
        assert band.width == 0.0
        assert z540_method_6_multiplier(tur) == 0.0
    else:
        assert 100 * band.width * tur == pytest.approx(multiplier, abs=0.02)
        # the formula of the handbook is a fit to such a table
        assert z540_method_6_multiplier(tur) == pytest.approx(multiplier / 100, abs=0.04)


def test_methods_5_and_6_of_z540():  # A = T - U95, and A = T - M U95 with M = 1.04 - exp(0.38 ln TUR - 0.54)
    for tur in (1.2, 2.5, 4.0):
        assert guard_band("z540.3-5", ONE, 1 / tur).acceptance.upper == pytest.approx(1 - 1 / tur, rel=1e-12)
        by_hand = 1.04 - math.exp(0.38 * math.log(tur) - 0.54)
        accepted = guard_band("z540.3-6", ONE, 1 / tur).acceptance.upper
        assert accepted == pytest.approx(1 - by_hand / tur, rel=1e-12)


# Z540.3 handbook: where 89 % or more are seen in tolerance, the PFA stays within 2 % at any ratio
@pytest.mark.parametrize("tur", [1.5, 2.0, 4.0, 10.0])
def test_observed_reliability_of_89_per_cent_is_enough(tur):
    u = 0.5 / tur
    assert global_risk(ONE, u, reliability_prior(0.89, ONE, u=u)).pfa < 0.02
