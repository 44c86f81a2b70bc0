"""Where a rectangle makes k 1.65, it makes the probability too: both rest on one distribution."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import ndtr
from scipy.stats import norm

from calibrator_uncertainty import (
    Budget,
    Input,
    InputError,
    UnitsError,
    arcsine,
    judge,
    normal,
    rectangular,
    uncertain,
)
from calibrator_uncertainty.risk import (
    Limits,
    conformance_probabilities,
    global_risk,
    guard_band_for_global_risk,
    guard_band_for_specific_risk,
    normal_prior,
    specific_risk,
    uniform_prior,
)

LIMITS = Limits(-1.0, 1.0)
SHAPES = [(0.2, (1.0,)), (0.0, (1.0,)), (0.15, (1.0, 0.6)), (0.2, (0.8, 0.8)), (1e-9, (1.0, 0.5))]


def by_convolution(value: float, rest: float, parts: tuple[float, ...], limit: float) -> float:
    """Return P(true value > limit): the normal tail averaged over each rectangle by scipy's quadrature."""
    halves = [part * math.sqrt(3.0) for part in parts]

    def beyond(shift: float) -> float:
        far = value + shift - limit
        return float(ndtr(far / rest)) if rest > 1e-6 else float(far > 0) if far else 0.5

    def averaged(shift: float, left: list[float]) -> float:
        if not left:
            return beyond(shift)
        half, *others = left
        edges = sorted({-half, half, *(e for e in (limit - value - shift,) if abs(e) < half)})
        return sum(
            integrate.quad(lambda x: averaged(shift + x, others), low, high, limit=200)[0]
            for low, high in itertools.pairwise(edges)
        ) / (2.0 * half)

    return averaged(0.0, halves)


@pytest.mark.parametrize(("rest", "parts"), SHAPES)
@pytest.mark.parametrize("value", [0.0, 0.4, 0.9, 1.0, 1.3])
def test_the_probability_is_that_of_rectangles_and_a_normal_rest(
    value: float, rest: float, parts: tuple[float, ...]
) -> None:
    u = math.hypot(rest, *parts) / 2.0
    scaled = tuple(part / 2.0 for part in parts)
    found = specific_risk(value, Limits(upper=1.0), u=u, rectangles=scaled)
    assert found.above == pytest.approx(by_convolution(value, rest / 2.0, scaled, 1.0), abs=3e-7)


def test_a_lone_rectangle_is_exact() -> None:
    half = 0.5
    u = half / math.sqrt(3.0)
    for value, outside in ((0.5, 0.0), (0.75, 0.25), (1.0, 0.5), (1.5, 1.0)):
        assert specific_risk(value, LIMITS, u=u, rectangles=[u]).pfa == pytest.approx(outside, abs=1e-6)
        assert judge(value, 1.65 * u, u, math.inf, -1, 1, rectangles=[u]).pfa == pytest.approx(
            outside, abs=1e-6
        )


def test_what_is_little_changes_nothing() -> None:
    plain = specific_risk(0.8, LIMITS, u=0.2)
    assert specific_risk(0.8, LIMITS, u=0.2, rectangles=[0.005], arcsine=0.005) == plain
    few = specific_risk(0.8, LIMITS, u=0.2, dof=12.0)  # that are not of the rest: t on the whole
    assert specific_risk(0.8, LIMITS, u=0.2, dof=12.0, rectangles=[0.199]) == few


def test_a_table_at_once_is_its_points_one_by_one() -> None:
    u = np.array([0.2, 0.2, 0.2, 0.3])
    first, second = np.array([0.199, 0.15, 0.05, 0.0]), np.array([0.0, 0.12, 0.05, 0.0])
    value = np.array([0.8, 0.9, 1.1, 1.0])
    found = conformance_probabilities(value, lower=-1.0, upper=1.0, u=u, rectangles=(first, second))
    one = [
        specific_risk(v, LIMITS, u=s, rectangles=[a, b]).conformance
        for v, s, a, b in zip(value, u, first, second, strict=True)
    ]
    assert found == pytest.approx(one, abs=1e-14)


def test_an_uncertain_quantity_brings_its_shape_and_a_budget_tells_it() -> None:
    inputs: list[Input] = [normal("read", 0.8, 0.02, "V"), rectangular("spec", 0.0, 0.5, "V")]
    budget = Budget(lambda read, spec: read + spec, inputs, unit="V")
    result = budget.evaluate()
    assert result.k == 1.65
    assert result.rectangles == pytest.approx([0.5 / math.sqrt(3.0)])
    by_hand = specific_risk(result.value, LIMITS, u=result.u, rectangles=result.rectangles)
    volt = pint.get_application_registry().volt
    limits = Limits(-1.0 * volt, 1.0 * volt)
    assert specific_risk(result.uncertain(), limits).pfa == pytest.approx(by_hand.pfa, rel=1e-12)
    back = type(result).from_json(result.to_json())
    assert back.rectangles == result.rectangles
    assert Budget(lambda read: read, [inputs[0]], unit="V").evaluate().rectangles == ()


@pytest.mark.parametrize("prior", [normal_prior(0.0, 0.5), uniform_prior(-4.0, 4.0)])
@pytest.mark.parametrize(("rest", "parts"), [(0.06, (0.3,)), (0.05, (0.25, 0.2))])
def test_global_risks_agree_with_draws(prior: object, rest: float, parts: tuple[float, ...]) -> None:
    rng = np.random.default_rng(20261123)
    draws = 400_000
    is_normal = "normal" in prior.name  # type: ignore[attr-defined]
    true = rng.normal(0.0, 0.5, draws) if is_normal else rng.uniform(-4, 4, draws)
    seen = true + rng.normal(0.0, rest, draws)
    for part in parts:
        seen += rng.uniform(-1, 1, draws) * part * math.sqrt(3.0)
    accepted, good = np.abs(seen) <= 1.0, np.abs(true) <= 1.0
    found = global_risk(LIMITS, math.hypot(rest, *parts), prior, rectangles=parts)  # type: ignore[arg-type]
    for chance, share in ((found.pfa, accepted & ~good), (found.pfr, ~accepted & good)):
        assert abs(chance - share.mean()) < 4.0 * math.sqrt(chance / draws)


def test_a_prior_is_combined_with_the_shape() -> None:
    u, parts = math.hypot(0.3, 0.02), [0.3]
    found = specific_risk(0.9, LIMITS, u=u, rectangles=parts, prior=normal_prior(0.5, 0.4))
    half = 0.3 * math.sqrt(3.0)

    def weight(x: float) -> float:
        inside = ndtr((x - 0.9 + half) / 0.02) - ndtr((x - 0.9 - half) / 0.02)
        return float(norm.pdf(x, 0.5, 0.4) * inside)

    edges = [0.9 - half, 0.9 + half, 1.0]
    all_of_it = integrate.quad(weight, -2.0, 3.0, points=edges, limit=400)[0]
    above = integrate.quad(weight, 1.0, 3.0, points=edges[1:2], limit=400)[0]
    assert found.above == pytest.approx(above / all_of_it, rel=1e-7)


def test_guard_bands_hold_the_risk_they_are_made_for() -> None:
    u, parts = math.hypot(0.2, 0.03), [0.2]
    for limits in (LIMITS, Limits(upper=1.0)):
        band = guard_band_for_specific_risk(limits, u, 0.025, rectangles=parts)
        assert specific_risk(1.0 - band.width, limits, u=u, rectangles=parts).pfa == pytest.approx(
            0.025, rel=1e-6
        )
    # a rectangle ends, a normal distribution does not: less is taken off for a small risk
    assert band.width < guard_band_for_specific_risk(LIMITS, u, 0.025).width
    wide = guard_band_for_global_risk(LIMITS, u, normal_prior(0, 0.6), 0.005, rectangles=parts)
    found = global_risk(LIMITS, u, normal_prior(0, 0.6), guard_band=wide.width, rectangles=parts)
    assert found.pfa == pytest.approx(0.005, rel=1e-6)
    assert judge(0.64, 1.65 * u, u, math.inf, -1, 1, rule="pfa-2.5", rectangles=parts).verdict == "pass"
    assert judge(0.64, 1.65 * u, u, math.inf, -1, 1, rule="pfa-2.5").verdict == "fail"


@pytest.mark.parametrize("parts", [[0.3], [-0.1], [math.nan], "0.1", 0.1])
def test_rectangles_that_cannot_be_are_refused(parts: object) -> None:
    with pytest.raises(InputError):
        specific_risk(0.5, LIMITS, u=0.2, rectangles=parts)  # type: ignore[arg-type]


@given(st.floats(-3, 3), st.floats(0.9581, 1.0), st.floats(0.0, 1.0), st.floats(1e-3, 1.0))
def test_probabilities_add_up_and_fall_with_the_distance(
    value: float, share: float, split: float, u: float
) -> None:
    first = share * math.sqrt(1.0 - 0.5 * split)
    parts = sorted((first, math.sqrt(max(0.0, share * share - first * first))), reverse=True)
    rectangles = [part * u for part in parts]
    found = specific_risk(value, LIMITS, u=u, rectangles=rectangles)
    assert found.below + found.conformance + found.above == pytest.approx(1.0, abs=1e-9)
    further = specific_risk(value + 0.1 * u, LIMITS, u=u, rectangles=rectangles)
    assert further.above >= found.above - 1e-12
    assert further.below <= found.below + 1e-12


def test_an_array_that_brings_its_own_u_is_judged_as_its_elements_are() -> None:
    shared = uncertain(rectangular("spec", 0.0, 0.1, "V"))
    rows = [uncertain(normal("n", 0.9, 0.005, "V")), uncertain(normal("m", 0.95, 0.2, "V"))]
    values = np.stack([rows[0] + shared, rows[1] + shared, 2.0 * shared + rows[0]])
    volt = pint.get_application_registry().volt
    found = conformance_probabilities(values, upper=0.95 * volt)
    one = [specific_risk(value, Limits(upper=0.95 * volt)).conformance for value in values]
    assert found == pytest.approx(one, abs=1e-12)
    assert 1.0 - found[0] == pytest.approx(0.25, abs=1e-3)  # Monte Carlo: 0.2498
    in_millivolts = conformance_probabilities(
        values.to("mV"), upper=950.0 * pint.get_application_registry().mV
    )
    assert in_millivolts == pytest.approx(found, abs=1e-12)


def test_a_result_stored_before_shapes_were_kept_reads_back_with_its_shape() -> None:
    inputs: list[Input] = [normal("read", 0.9, 0.005, "V"), rectangular("spec", 0.0, 0.1, "V")]
    result = Budget(lambda read, spec: read + spec, inputs, unit="V").evaluate()
    document = json.loads(result.to_json())
    del document["rectangles"], document["shapes"], document["check"]
    assert type(result).from_json(json.dumps(document)).rectangles == pytest.approx(result.rectangles)


def test_rectangles_in_other_units_and_other_numbers_are_refused_in_words() -> None:
    volt = pint.get_application_registry().volt
    for wrong in (None, "ab", 0.1 * volt):
        with pytest.raises(InputError):
            judge(0.5, 0.33, 0.2, math.inf, -1, 1, rectangles=wrong)  # type: ignore[arg-type]
    with pytest.raises(UnitsError):
        judge(0.5, 0.33, 0.2, math.inf, -1, 1, rectangles=[0.1 * volt])
    with pytest.raises(InputError, match="point 1"):
        conformance_probabilities([0.5, 0.5], upper=1.0, u=0.2, rectangles=[[0.05, 0.3]])
    for door in (
        lambda wrong: judge(0.5, 0.4, 0.2, math.inf, -1, 1, arcsine=wrong),
        lambda wrong: specific_risk(0.5, LIMITS, u=0.2, arcsine=wrong),
        lambda wrong: guard_band_for_specific_risk(LIMITS, 0.2, 0.05, arcsine=wrong),
        lambda wrong: global_risk(LIMITS, 0.2, normal_prior(0, 1), arcsine=wrong),
        lambda wrong: conformance_probabilities([0.5], upper=1.0, u=0.2, arcsine=wrong),
    ):
        with pytest.raises(InputError):
            door("a")
        door(None)


@pytest.mark.parametrize("rest", [0.002, 0.02, 1e-7])
@pytest.mark.parametrize("limit", [0.95, 0.98, 0.99, 1.01])
def test_a_u_shape_that_dominates_is_judged_as_one(rest: float, limit: float) -> None:
    inputs: list[Input] = [normal("n", 0.9, rest, "V"), arcsine("mismatch", 0.0, 0.1, "V")]
    result = Budget(lambda n, mismatch: n + mismatch, inputs, unit="V").evaluate()
    assert result.k < 1.7
    assert result.arcsine == pytest.approx(0.1 / math.sqrt(2.0))
    assert type(result).from_json(result.to_json()).arcsine == result.arcsine
    angles = math.pi * (np.arange(200_000) + 0.5) / 200_000
    truth = float(ndtr((0.9 + 0.1 * np.cos(angles) - limit) / rest).mean())
    found = judge(result.value, result.U, result.u, result.dof, None, limit, arcsine=result.arcsine)
    assert found.pfa == pytest.approx(truth, abs=5e-6)
    limits = Limits(upper=limit * pint.get_application_registry().volt)
    assert specific_risk(result.uncertain(), limits).pfa == pytest.approx(found.pfa, abs=1e-12)
    row = np.stack([result.uncertain(), uncertain(normal("m", 0.9, 0.1, "V"))])
    both = conformance_probabilities(row, upper=limits.upper)
    assert 1.0 - both[0] == pytest.approx(found.pfa, abs=1e-12)
    assert both[1] == pytest.approx(specific_risk(0.9, Limits(upper=limit), u=0.1).conformance, abs=1e-12)


def test_bands_and_global_risks_of_a_u_shape() -> None:
    u = math.hypot(0.2, 0.03)
    band = guard_band_for_specific_risk(LIMITS, u, 0.025, arcsine=0.2)
    assert specific_risk(1.0 - band.width, LIMITS, u=u, arcsine=0.2).pfa == pytest.approx(0.025, rel=1e-6)
    rng = np.random.default_rng(7)
    draws = 400_000
    true = rng.normal(0.0, 0.6, draws)
    seen = true + rng.normal(0, 0.03, draws) + 0.2 * math.sqrt(2.0) * np.cos(rng.uniform(0, math.pi, draws))
    found = global_risk(LIMITS, u, normal_prior(0.0, 0.6), arcsine=0.2)
    share = float(((np.abs(seen) <= 1) & (np.abs(true) > 1)).mean())
    assert abs(found.pfa - share) < 4.0 * math.sqrt(share / draws)
    with pytest.raises(InputError, match="U-shaped"):
        specific_risk(0.5, LIMITS, u=0.2, arcsine=0.3)
