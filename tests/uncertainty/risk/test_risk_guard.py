"""Guard bands and decision rules of ILAC-G8, ISO 14253-1, Z540.3, JJF 1094."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

import calibrator_uncertainty as cu
from calibrator_uncertainty.risk import (
    Limits,
    decide_ilac_g8,
    decide_iso14253,
    decide_jjf1094,
    global_risk,
    guard_band,
    guard_band_for_global_risk,
    guard_band_for_specific_risk,
    normal_prior,
    reliability_prior,
    specific_risk,
    z540_method_6_multiplier,
)

ONE = Limits(-1.0, 1.0)


@pytest.mark.parametrize(
    ("rule", "U", "width"),
    [
        ("simple", 0.4, 0.0),
        ("ilac-g8", 0.4, 0.4),
        ("iso14253", 0.4, 0.332),
        ("iso14253:2013", 0.4, 0.4),
        ("z540.3-5", 0.4, 0.4),
        ("rss", 0.6, 0.2),  # 3-4-5 triangle
        ("rp-10", 0.5, 0.25),  # A = T(1.25 - 1/2)
        ("rp-10", 0.2, 0.0),  # above 4:1 none
        ("z540.3-6", 0.4, 0.4 * (1.04 - math.exp(0.38 * math.log(2.5) - 0.54))),
        ("z540.3-6", 0.2, 0.0),  # TUR 5
        ("z540.3-6", 0.0, 0.0),
    ],
)
def test_widths_of_the_named_rules(rule, U, width):
    band = guard_band(rule, ONE, U)
    assert band.width == pytest.approx(width, abs=1e-12)
    assert band.acceptance.upper == pytest.approx(1 - width)
    assert band.acceptance.lower == -band.acceptance.upper


# ILAC-G8:09/2019, table 1 (memory): guard band in U (k = 2) and the highest specific risk at its limit
@pytest.mark.parametrize(
    ("rule", "multiple", "risk"),
    [
        ("6-sigma", 3.0, 1e-6),
        ("3-sigma", 1.5, 0.0016),
        ("ilac-g8", 1.0, 0.025),
        ("iso14253", 0.83, 0.05),
        ("simple", 0.0, 0.5),
    ],
)
def test_table_1_of_ilac_g8(rule, multiple, risk):
    band = guard_band(rule, ONE, 0.1)
    assert band.width == pytest.approx(multiple * 0.1)
    found = specific_risk(band.acceptance.upper, ONE, u=0.05).pfa
    assert found <= risk
    assert found > risk / 2e3 if rule == "6-sigma" else found > 0.8 * risk


def test_uncritical_rule_rejects_only_what_is_surely_outside():
    band = guard_band("uncritical", ONE, 0.1)
    assert band.acceptance == Limits(-1.1, 1.1)
    assert specific_risk(1.1, ONE, u=0.05).pfr == pytest.approx(0.02275, abs=1e-5)


# Dobbert: "at a TUR of 4.6 and above no guard band is needed"; and what method 6 is for: PFA 2 % at worst
def test_method_6_keeps_two_per_cent_for_every_in_tolerance_share():
    assert z540_method_6_multiplier(4.5) > 0.0
    assert z540_method_6_multiplier(4.6) == 0.0
    for tur in (1.5, 2.0, 3.0, 4.0):
        worst = max(
            global_risk(
                ONE,
                1 / tur / 1.96,  # U95 by its own probability
                reliability_prior(share / 100, ONE),
                acceptance=guard_band("z540.3-6", ONE, 1 / tur).acceptance,
            ).pfa
            for share in range(20, 99, 2)
        )
        assert 0.0175 < worst < 0.0205, tur


def test_uncertainty_that_leaves_nothing_says_so():
    for rule in ("ilac-g8", "z540.3-5", "rss"):
        band = guard_band(rule, ONE, 1.0)
        assert (band.acceptance, band.note) == (None, "no acceptance zone")


@pytest.mark.parametrize(("target", "z"), [(0.05, 1.645), (0.025, 1.960), (0.01, 2.326)])
def test_specific_target_with_one_limit_is_the_normal_quantile(target, z):  # JCGM 106, 8.3.3
    band = guard_band_for_specific_risk(Limits(upper=10.0), 0.1, target)
    assert band.width == pytest.approx(0.1 * z, abs=5e-5)
    assert band.acceptance.lower is None
    low = guard_band_for_specific_risk(Limits(lower=10.0), 0.1, target)
    assert low.acceptance.lower == pytest.approx(10 + 0.1 * z, abs=5e-5)
    t = guard_band_for_specific_risk(Limits(upper=10.0), 0.1, target, dof=5)
    assert t.width > band.width


def test_specific_target_counts_both_tails():
    band = guard_band_for_specific_risk(ONE, 0.45, 0.05)
    assert band.width > 0.45 * 1.645
    assert specific_risk(band.acceptance.upper, ONE, u=0.45).pfa == pytest.approx(0.05, abs=1e-12)
    empty = guard_band_for_specific_risk(ONE, 0.6, 0.05)
    assert empty.note == "no acceptance zone"


def test_global_target_is_met_exactly_and_no_band_is_asked_for_without_need():
    prior = normal_prior(0, 0.6)
    band = guard_band_for_global_risk(ONE, 0.25, prior, 0.02)
    assert global_risk(ONE, 0.25, prior, acceptance=band.acceptance).pfa == pytest.approx(0.02, abs=1e-12)
    assert "prior: normal" in band.basis
    conditional = guard_band_for_global_risk(ONE, 0.25, prior, 0.02, conditional=True)
    found = global_risk(ONE, 0.25, prior, acceptance=conditional.acceptance)
    assert found.conditional_pfa == pytest.approx(0.02, abs=1e-12)
    assert conditional.width > band.width
    assert guard_band_for_global_risk(ONE, 0.25, normal_prior(0, 0.2), 0.02).width == 0.0
    one = guard_band_for_global_risk(Limits(upper=1.0), 0.25, prior, 0.001)
    assert global_risk(Limits(upper=1.0), 0.25, prior, guard_band=one.width).pfa == pytest.approx(0.001)


def test_target_out_of_reach_is_refused():
    with pytest.raises(cu.InputError) as caught:
        guard_band_for_global_risk(ONE, 5.0, normal_prior(3, 1), 0.001, conditional=True)
    assert caught.value.code == "target"


# JJF 1094-2002, 5.3.1.6: |D| <= MPEV - U95 conforms, |D| >= MPEV + U95 does not, between them 待定
@pytest.mark.parametrize(
    ("error", "U", "verdict"),
    [
        (0.6, 0.4, "conforms"),
        (-0.6, 0.4, "conforms"),
        (0.61, 0.4, "undetermined"),
        (1.39, 0.4, "undetermined"),
        (1.4, 0.4, "does not conform"),
        (-1.4, 0.4, "does not conform"),
        (1.0, 1 / 3, "conforms"),  # U95 <= MPEV/3: compared directly
        (1.001, 1 / 3, "does not conform"),
        (0.99, 0.334, "undetermined"),
    ],
)
def test_three_zones_of_jjf_1094(error, U, verdict):
    found = decide_jjf1094(error, ONE, U)
    assert found.verdict == verdict
    assert found.verdict_zh == {"conforms": "合格", "undetermined": "待定"}.get(verdict, "不合格")
    assert "(no prior)" in str(found)


def test_third_of_the_limit_in_binary_floats_is_still_a_third():
    assert 0.1 > 0.3 / 3  # as floats
    assert decide_jjf1094(0.25, Limits(-0.3, 0.3), 0.1).verdict == "conforms"


@pytest.mark.parametrize(
    ("value", "binary", "loose"),
    [
        (0.8, "pass", "pass"),
        (0.9, "fail", "conditional pass"),
        (1.1, "fail", "conditional fail"),
        (1.3, "fail", "fail"),
    ],
)
def test_zones_of_ilac_g8(value, binary, loose):
    assert decide_ilac_g8(value, ONE, 0.2).verdict == binary
    found = decide_ilac_g8(value, ONE, 0.2, binary=False)
    assert found.verdict == loose
    assert found.risk.pfa == specific_risk(value, ONE, u=0.1).pfa


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.83, "conforms"), (0.84, "undetermined"), (1.16, "undetermined"), (1.17, "does not conform")],
)
def test_iso_14253_proves_or_leaves_open(value, verdict):  # 1.645 x 0.1 on either side of the limit
    found = decide_iso14253(value, ONE, u=0.1)
    assert found.verdict == verdict
    assert found.band.width == pytest.approx(0.1645, abs=1e-4)


def test_decision_on_an_uncertain_quantity_in_units():
    import pint

    Q = pint.get_application_registry().Quantity
    error = cu.uncertain(cu.normal("e", 0.95, 0.2, "mV"))
    limits = Limits(Q(-1, "mV"), Q(1, "mV"))
    found = decide_jjf1094(error, limits, Q(400, "uV"))
    assert found.verdict == "undetermined"
    assert found.band.acceptance.upper.to("mV").magnitude == pytest.approx(0.6)
    assert found.band.width.to("mV").magnitude == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: guard_band("best", ONE, 0.1), "rule"),
        (lambda: guard_band("rss", Limits(upper=1), 0.1), "one-sided"),
        (lambda: guard_band("ilac-g8", ONE, math.inf), "not-finite"),
        (lambda: guard_band("ilac-g8", ONE, -1), "negative-u"),
        (lambda: guard_band_for_specific_risk(ONE, 0.1, 0.0), "probability"),
        (lambda: guard_band_for_specific_risk(ONE, 0.1, 5.0), "probability"),
        (lambda: guard_band_for_global_risk(ONE, 0.1, normal_prior(0, 1), 2.0), "probability"),
        (lambda: z540_method_6_multiplier(0.0), "tur"),
        (lambda: decide_iso14253(0.5, ONE), "no-uncertainty"),
        (lambda: decide_jjf1094(math.nan, ONE, 0.1), "not-finite"),
        (lambda: decide_ilac_g8(0.0, ONE, math.nan), "not-finite"),
    ],
)
def test_figures_that_cannot_be_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


@settings(deadline=None)
@given(st.floats(-3, 3), st.floats(0.01, 1.5))
def test_three_zones_agree_with_the_non_binary_rule_of_judge(error, U):
    found = decide_jjf1094(error, ONE, U)
    mirror = decide_jjf1094(-error, ONE, U)
    assert found.verdict == mirror.verdict
    judged = cu.judge(error, U, U / 2, math.inf, -1.0, 1.0).verdict
    # At U = limit the acceptance zone is one point: JJF 1094 admits it, `judge` calls it conditional.
    one_point = abs(U - 1.0) < 1e-9 and abs(error) < 1e-9
    if U > 0.3334 and abs(abs(error) - 1 - U) > 1e-9 and not one_point:
        expected = {"pass": "conforms", "fail": "does not conform"}.get(judged, "undetermined")
        assert found.verdict == expected


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 0.4), st.floats(0.001, 0.4), st.floats(1.2, 5))
def test_wider_target_never_needs_a_wider_band(u, target, factor):
    strict = guard_band_for_specific_risk(ONE, u, target)
    loose = guard_band_for_specific_risk(ONE, u, min(0.5, target * factor))
    assert loose.width <= strict.width + 1e-12
    if strict.acceptance is not None:
        assert strict.width >= -u * float(ndtri(target)) - 1e-9
