"""A probability rests on rectangles and U-shapes of any share of u: dominance decides k alone."""

from __future__ import annotations

import math

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr

from calibrator_uncertainty import (
    Budget,
    Input,
    InputError,
    arcsine,
    array,
    beta,
    correlated,
    judge,
    lognormal,
    normal,
    rectangular,
    uncertain,
    weibull,
)
from calibrator_uncertainty.risk import (
    Limits,
    conformance_probabilities,
    decide_iso14253,
    global_risk,
    guard_band_for_global_risk,
    guard_band_for_specific_risk,
    normal_prior,
    specific_risk,
)

LIMITS = Limits(-2.0, 2.0)
SHAPES = [
    ((1.0,), 0.0, 0.29),
    ((1.0,), 0.0, 0.31),
    ((1.0,), 0.25, 0.1),
    ((0.29,), 1.0, 0.1),
    ((0.5, 0.3), 0.0, 0.8),
    ((0.6, 0.3), 0.5, 0.3),
    ((), 0.6, 0.8),
]


def above(value: float, shape: tuple[tuple[float, ...], float, float], limit: float, dof: float) -> float:
    """Return P(true value > limit) by Gauss-Legendre over the rectangles and even angles of the U."""
    parts, bent, rest = shape
    nodes, weights = np.polynomial.legendre.leggauss(64)
    shifts, chances = np.zeros(1), np.ones(1)
    rows = [(part * math.sqrt(3.0) * nodes, weights / 2.0) for part in parts]
    if bent:
        rows.append(
            (bent * math.sqrt(2.0) * np.cos(np.pi * (np.arange(200) + 0.5) / 200), np.full(200, 0.005))
        )
    for row, weight in rows:
        shifts = (shifts[:, None] + row).ravel()
        chances = (chances[:, None] * weight).ravel()
    far = (value + shifts - limit) / rest
    return float(np.sum(chances * (ndtr(far) if math.isinf(dof) else stdtr(dof, far))))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rest_dof", [math.inf, 4.0])
def test_every_door_gives_the_probability_of_an_independent_quadrature(
    shape: tuple[tuple[float, ...], float, float], rest_dof: float
) -> None:
    parts, bent, rest = shape
    u = math.hypot(*parts, bent, rest)
    dof = rest_dof * (u / rest) ** 4  # JCGM 100, G.2b, of a rest alone
    for value in (0.3, 0.9, 1.7):
        truth = above(value, shape, 2.0, rest_dof) + above(-value, shape, 2.0, rest_dof)
        found = specific_risk(value, LIMITS, u=u, dof=dof, rectangles=parts, arcsine=bent).pfa
        assert found == pytest.approx(truth, abs=3e-7)
        judged = judge(value, 2 * u, u, dof, -2.0, 2.0, rectangles=parts, arcsine=bent)
        many = conformance_probabilities(
            [value], lower=-2.0, upper=2.0, u=u, dof=dof, rectangles=[*parts, 0.0], arcsine=bent
        )
        assert judged.pfa == pytest.approx(found, abs=1e-12)
        assert 1.0 - many[0] == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_limit_alone_is_judged_beside_a_rest_of_few_degrees_of_freedom(
    shape: tuple[tuple[float, ...], float, float],
) -> None:
    # the missing limit lies at an infinite distance, where the integrals of t were no numbers
    parts, bent, rest = shape
    u, freedom = math.hypot(*parts, bent, rest), 4.0
    known = {"dof": freedom * (u / rest) ** 4, "rectangles": parts, "arcsine": bent}
    truth = above(0.9, shape, 2.0, freedom)
    upper, lower = Limits(upper=2.0), Limits(lower=-2.0)
    assert specific_risk(0.9, upper, u=u, **known).pfa == pytest.approx(truth, abs=3e-7)
    assert specific_risk(-0.9, lower, u=u, **known).pfa == pytest.approx(truth, abs=3e-7)
    assert judge(0.9, 2 * u, u, known["dof"], None, 2.0, rectangles=parts, arcsine=bent).pfa == (
        pytest.approx(truth, abs=3e-7)
    )
    many = conformance_probabilities([0.9], upper=2.0, u=u, **known)
    assert 1.0 - many[0] == pytest.approx(truth, abs=3e-7)
    width = guard_band_for_specific_risk(upper, u, 0.05, **known).width
    assert above(2.0 - width, shape, 2.0, freedom) == pytest.approx(0.05, abs=1e-6)
    prior = normal_prior(0.0, 1.0)
    band = guard_band_for_global_risk(upper, u, prior, 0.005, **known).width
    risk = global_risk(upper, u, prior, guard_band=band, **known)
    assert risk.pfa == pytest.approx(0.005, abs=1e-9)
    assert risk.pfa + risk.pfr + risk.true_accept + risk.true_reject == pytest.approx(1.0)


def test_the_probability_does_not_jump_where_k_does() -> None:
    # a rectangle of 1 dominates beside a rest of 0.3 and not of 0.3001; taken as normal it was 0.1495
    pfa = [
        specific_risk(0.9, LIMITS, u=math.hypot(1, rest), rectangles=[1.0]).pfa
        for rest in (0.3, 0.3001, 0.31)
    ]
    assert pfa[1] - pfa[0] < 1e-4
    assert pfa[2] == pytest.approx(0.1830, abs=2e-4)  # 4·10⁶ draws


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-4.0, 4.0))
def test_a_little_more_of_a_shape_moves_a_probability_little(a: float, b: float, c: float, z: float) -> None:
    def chance(share: float) -> float:
        total = math.hypot(share, b, c, 0.5)
        return specific_risk(
            0.0, Limits(upper=z), u=1.0, rectangles=[share / total, b / total], arcsine=c / total
        ).above

    assert abs(chance(a) - chance(a + 1e-4)) < 1e-3


def test_a_third_rectangle_joins_the_rest() -> None:
    # three alike are the worst: their sum is a cubic spline, by Irwin and Hall
    u = math.sqrt(3.0)

    def spline(z: float) -> float:
        x = 1.5 + z / (2.0 * math.sqrt(3.0))
        return sum((-1) ** k * math.comb(3, k) * max(0.0, x - k) ** 3 for k in range(4)) / 6.0

    worst = max(
        abs(specific_risk(0.0, Limits(upper=z), u=u, rectangles=[1.0, 1.0, 1.0]).above - 1.0 + spline(z))
        for z in np.linspace(-5.5, 5.5, 41).tolist()
    )
    assert 1e-4 < worst < 3.3e-3


def test_budgets_quantities_and_stored_results_tell_shapes_of_any_share() -> None:
    inputs: list[Input] = [
        normal("n", 0.9, 0.5, "V"),
        rectangular("r", 0.0, 0.6, "V"),
        arcsine("a", 0.0, 0.3, "V"),
        rectangular("s", 0.0, 0.9, "V"),
    ]
    result = Budget(lambda n, r, a, s: n + r + a + s, inputs, unit="V").evaluate()
    assert result.rectangles == pytest.approx((0.9 / math.sqrt(3.0), 0.6 / math.sqrt(3.0)))
    assert result.arcsine == pytest.approx(0.3 / math.sqrt(2.0))
    truth = above(0.9, (result.rectangles, result.arcsine, 0.5), 2.0, math.inf)
    volt = pint.get_application_registry().volt
    assert specific_risk(result.uncertain(), Limits(upper=2.0 * volt)).pfa == pytest.approx(truth, abs=1e-9)
    back = type(result).from_json(result.to_json())
    assert (back.rectangles, back.arcsine) == (result.rectangles, result.arcsine)
    judged = judge(
        0.9, result.U, result.u, result.dof, None, 2.0, rectangles=back.rectangles, arcsine=back.arcsine
    )
    assert judged.pfa == pytest.approx(truth, abs=1e-9)
    decided = decide_iso14253(result.uncertain(), Limits(upper=2.0 * volt))
    assert decided.risk.pfa == pytest.approx(truth, abs=1e-9)


def test_global_risks_and_bands_of_three_shapes_together() -> None:
    parts, bent, rest = (0.3, 0.2), 0.25, 0.1
    u = math.hypot(*parts, bent, rest)
    rng = np.random.default_rng(3)
    draws = 400_000
    true = rng.normal(0.0, 1.2, draws)
    seen = true + rng.normal(0, rest, draws) + bent * math.sqrt(2.0) * np.cos(rng.uniform(0, math.pi, draws))
    for part in parts:
        seen += rng.uniform(-1, 1, draws) * part * math.sqrt(3.0)
    found = global_risk(LIMITS, u, normal_prior(0.0, 1.2), rectangles=parts, arcsine=bent)
    share = float(((np.abs(seen) <= 2) & (np.abs(true) > 2)).mean())
    assert abs(found.pfa - share) < 4.0 * math.sqrt(share / draws)
    band = guard_band_for_specific_risk(LIMITS, u, 0.05, rectangles=parts, arcsine=bent)
    held = specific_risk(2.0 - band.width, LIMITS, u=u, rectangles=parts, arcsine=bent).pfa
    assert held == pytest.approx(0.05, rel=1e-6)


def test_a_band_beside_a_u_that_is_wider_than_the_tolerance() -> None:
    # limits ±1, U of half-width 1.2: 0.373 0.361 0.268 0.285 0.302 at 0, 0.1, 0.2, 0.25, 0.3
    u = 1.2 / math.sqrt(2.0)
    limits = Limits(-1.0, 1.0)
    risks = [specific_risk(v, limits, u=u, arcsine=u).pfa for v in (0.0, 0.1, 0.2, 0.25, 0.3)]
    assert risks == pytest.approx([0.373, 0.361, 0.268, 0.285, 0.302], abs=5e-4)
    assert guard_band_for_specific_risk(limits, u, 0.30, arcsine=u).acceptance is None
    band = guard_band_for_specific_risk(limits, u, 0.38, arcsine=u)
    zone = np.linspace(0.0, 1.0 - float(band.width), 50)
    inside = conformance_probabilities(zone, lower=-1.0, upper=1.0, u=u, arcsine=u)
    assert (1.0 - inside).max() <= 0.38 + 1e-9
    assert specific_risk(1.0 - band.width + 1e-3, limits, u=u, arcsine=u).pfa > 0.38


def test_what_cannot_be_asked_is_refused_with_the_way_out() -> None:
    volt = pint.get_application_registry().volt
    limits = Limits(-1.0 * volt, 1.0 * volt)
    value = uncertain(normal("v", 0.5, 0.1, "V"))
    with pytest.raises(InputError, match="conformance_probabilities"):
        specific_risk(array([0.1, 0.2], [0.1, 0.1], "V"), limits)
    for ask in (global_risk, guard_band_for_global_risk):
        with pytest.raises(InputError, match=r"^u is .*standard_uncertainty"):
            ask(limits, value, normal_prior(0 * volt, 1 * volt), *([0.02] if ask is not global_risk else []))
    result = Budget(lambda v: v, [normal("v", 0.5, 0.1, "V")], unit="V").evaluate()
    with pytest.raises(InputError, match=r"result\.uncertain\(\)"):
        specific_risk(result.quantity, limits)
    assert specific_risk(result.uncertain(), limits).pfa > 0.0


def test_inputs_in_the_place_of_names_are_told_where_they_belong() -> None:
    inputs = [normal("a", 1.0, 0.1, "V"), normal("b", 1.0, 0.1, "V")]
    with pytest.raises(InputError, match="Budget\\(correlations="):
        correlated(inputs, [1.0, 1.0], [[0.01, 0.0], [0.0, 0.01]], ["V", "V"])  # type: ignore[arg-type]
    for make in (lambda: weibull("w", -1.0, 1.0, ""), lambda: lognormal("l", -4.0, 1.0, "")):
        with pytest.raises(InputError, match="from_samples"):
            make()
    with pytest.raises(InputError, match="from_samples"):
        beta("b", 0.5, 0.6, "", lower=0.0, upper=1.0)
