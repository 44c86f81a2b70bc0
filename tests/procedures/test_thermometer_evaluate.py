"""What a comparison of platinum thermometers makes of its readings: budgets, changes, curves."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    CurveEvaluation,
    DerivedEvaluations,
    MissingReferenceError,
    ParametersEvaluation,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Reading,
)
from calibrator_procedures.thermometer import PROCEDURE
from calibrator_procedures.thermometer._platinum import resistance, slope, w_reference

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
# kind: half-width (K), k; 0: a limit
FIGURES = {
    "readout_uut": (0.012, 2.0),
    "readout_standard": (0.007, 2.0),
    "resolution_uut": (0.0005, 0.0),
    "resolution_standard": (0.0005, 0.0),
    "standard": (0.008, 2.0),
    "drift": (0.004, 0.0),
    "self_heating": (0.001, 0.0),
    "radial": (0.006, 0.0),
    "axial": (0.0015, 0.0),
}
ROUNDS = 4


def section_of(model: str):
    return PROCEDURE.sections(model)[0]


def references_of(model: str, **changed: tuple[float, float]) -> dict[str, PointReferences]:
    figures = {**FIGURES, **changed}
    made = [
        Contribution(kind, 0.0, half, "K", k, "normal_k" if k else "limit_rectangular", "memory_low", "test")
        for kind, (half, k) in figures.items()
    ]
    made.append(Contribution("full_span", 127.0, 0.0, "K", 0.0, "limit_rectangular", "derived", "test"))
    return {
        point.id: PointReferences(point, point.limits["class"], "SIM-1529", "1529", tuple(made))
        for point in section_of(model).points
    }


def observed(point: str, standard_c: float, unit_c: float, *, slope_k: float = 0.0, scatter: float = 0.0):
    """Rounds S X X S in a bath that drifts by `slope_k` from one reading to the next."""
    readings: dict[str, list[Reading]] = {"standard": [], "uut": []}
    for index in range(4 * ROUNDS):
        part = ("standard", "uut", "uut", "standard")[index % 4]
        shift = scatter * (1 if (index // 4) % 2 else -1) if part == "uut" else 0.0
        value = (standard_c if part == "standard" else unit_c) + slope_k * index + shift
        at = START + timedelta(seconds=2 * index)
        readings[part].append(Reading(f"{value:.4f}", value, at, index + 1, "degC"))
    return PointObservations(
        point, 1, standard_c, tuple(readings["uut"]), 23.0, 45.0, {"standard": tuple(readings["standard"])}
    )


def derived(found) -> list[CurveEvaluation | ParametersEvaluation]:
    return [made for item in found if isinstance(item, DerivedEvaluations) for made in item.make()]


def a_run(model: str, error) -> list[PointObservations]:
    """A whole run of a unit that is off by `error(t, rising)`."""
    found, rising, highest = [], True, -math.inf
    for point in section_of(model).points:
        t = float(point.nominal) + 0.02
        rising = t >= highest
        highest = max(highest, t)
        found.append(observed(point.id, t, t + error(t, rising)))
    return found


def by_point(evaluations) -> dict[str, PointEvaluation]:
    return {item.point: item for item in evaluations if isinstance(item, PointEvaluation)}


def test_the_error_is_unit_minus_standard_with_the_figures_worked_by_hand() -> None:
    references = references_of("pt100_class_a")
    item = observed("error:105degC", 105.0, 105.25, scatter=0.002)
    (found,) = PROCEDURE.evaluate(section_of("pt100_class_a"), [item], references)
    result = found.budget.evaluate()
    assert result.value == pytest.approx(0.25, abs=1e-12)
    share = (105.0 - 23.0) / 127.0
    s_mean = 0.002 * math.sqrt(4 / 3) / math.sqrt(4)
    parts = [0.006, 0.0035, 0.004, 0.004 / 3**0.5, 0.001 / 3**0.5]
    parts += [share * 0.006 / 3**0.5, share * 0.0015 / 3**0.5, s_mean]
    assert result.u == pytest.approx(math.sqrt(sum(part**2 for part in parts)), rel=1e-9)


@given(st.floats(-0.01, 0.01), st.floats(-0.3, 0.3))
@settings(max_examples=40, deadline=None)
def test_a_steady_drift_of_the_bath_cancels_in_the_symmetric_order(drift: float, error: float) -> None:
    item = observed("error:70degC", 70.0, 70.0 + error, slope_k=drift)
    (found,) = PROCEDURE.evaluate(section_of("pt100_class_a"), [item], references_of("pt100_class_a"))
    assert found.budget.evaluate().value == pytest.approx(error, abs=1e-9)


def test_resolution_of_both_readouts_enters_once_as_a_floor() -> None:
    references = references_of("pt100_class_a", resolution_uut=(0.005, 0.0), resolution_standard=(0.0, 0.0))
    item = observed("error:0degC", 0.0, 0.01)
    (found,) = PROCEDURE.evaluate(section_of("pt100_class_a"), [item], references)
    lines = {line.name: line for line in found.budget.evaluate().lines}
    assert lines["difference"].u == pytest.approx(0.01 / math.sqrt(12.0))


def test_changes_keep_only_what_the_visits_do_not_share() -> None:
    found = by_point(
        PROCEDURE.evaluate(
            section_of("pt100_class_a"),
            a_run("pt100_class_a", lambda t, rising: 0.1 + (0.0 if rising else 0.012)),
            references_of("pt100_class_a"),
        )
    )
    hysteresis = found["hysteresis:70degC"].budget.evaluate()
    assert hysteresis.value == pytest.approx(0.012, abs=1e-9)
    assert hysteresis.u < 0.001
    assert found["return:0degC"].budget.evaluate().value == pytest.approx(0.012, abs=1e-9)
    assert found["error:70degC"].budget.evaluate().u > 0.008


def test_a_change_waits_for_its_earlier_visit_and_a_curve_for_its_points() -> None:
    run = a_run("pt100_class_a", lambda t, rising: 0.0)
    found = PROCEDURE.evaluate(section_of("pt100_class_a"), run[5:], references_of("pt100_class_a"))
    assert found == ()
    found = PROCEDURE.evaluate(section_of("pt100_class_a"), run[:4], references_of("pt100_class_a"))
    assert [type(item) for item in found] == [PointEvaluation] * 4


def test_the_curve_gives_back_the_coefficients_of_a_thermometer_that_has_them() -> None:
    r0, a, b = 100.0123, 3.9095e-3, -5.79e-7

    def error(t: float, rising: bool) -> float:
        ohm, shown = r0 * (1 + a * t + b * t * t), t
        for _ in range(20):
            shown -= (resistance(shown) - ohm) / slope(shown)
        return shown - t

    made = derived(
        PROCEDURE.evaluate(
            section_of("pt100_class_a"), a_run("pt100_class_a", error), references_of("pt100_class_a")
        )
    )
    curve = next(item for item in made if isinstance(item, CurveEvaluation))
    assert curve.coefficients.values == pytest.approx((r0, a, b), rel=1e-8)
    assert curve.domain == pytest.approx((0.02, 140.02))
    ratios, reported = (item for item in made if isinstance(item, ParametersEvaluation))
    water = 1 + a * 0.01 + b * 1e-4
    assert ratios.names == ("W(0)", "W(35)", "W(70)", "W(105)", "W(140)")
    assert ratios.values == pytest.approx(
        [(1 + a * t + b * t * t) / water for t in (0, 35, 70, 105, 140)], rel=1e-9
    )
    r100 = r0 * (1 + a * 100 + b * 1e4)
    assert reported.values == pytest.approx((r0, r100, (r100 - r0) / (100 * r0)), rel=1e-8)
    u_r0, _, u_alpha = (math.sqrt(reported.covariance[i][i]) for i in range(3))
    assert u_r0 == pytest.approx(math.sqrt(curve.coefficients.covariance[0][0]), rel=1e-6)
    # R(0) and R(100) share the standard: alpha is known better than two resistances by themselves
    assert u_alpha < math.hypot(u_r0, math.sqrt(reported.covariance[1][1])) / (100 * r0)


def test_what_the_points_share_stays_in_the_curve() -> None:
    # a curve cannot be better than the standard that all its points have in common
    run = a_run("pt100_class_a", lambda t, rising: 0.0)
    found = PROCEDURE.evaluate(section_of("pt100_class_a"), run, references_of("pt100_class_a"))
    curve = next(item for item in derived(found) if isinstance(item, CurveEvaluation))
    covariance = np.array(curve.coefficients.covariance)
    r0, a, b = curve.coefficients.values
    t = 70.0
    gradient = np.array([1 + a * t + b * t * t, r0 * t, r0 * t * t])
    u_k = math.sqrt(gradient @ covariance @ gradient) / slope(t)
    shared = math.sqrt(0.004**2 + (0.004**2 + 0.001**2) / 3.0)
    assert shared < u_k < by_point(found)["error:70degC"].budget.evaluate().u * 1.000001
    assert np.linalg.eigvalsh(covariance / np.outer(*[np.sqrt(np.diag(covariance))] * 2)).min() > 0.0


def test_its90_coefficients_are_given_back() -> None:
    rtpw, a, b = 100.02, -0.0161, 4e-4

    def error(t: float, rising: bool) -> float:
        w = wr = w_reference(t) - 1.0
        for _ in range(60):
            w = wr + a * w + b * w * w
        ohm, shown = rtpw * (1 + w), t
        for _ in range(20):
            shown -= (resistance(shown) - ohm) / slope(shown)
        return shown - t

    made = derived(
        PROCEDURE.evaluate(
            section_of("pt100_its90"), a_run("pt100_its90", error), references_of("pt100_its90")
        )
    )
    curve = next(item for item in made if isinstance(item, CurveEvaluation))
    assert curve.coefficients.values == pytest.approx((rtpw, a, b), rel=1e-6)
    ratios = next(item for item in made if isinstance(item, ParametersEvaluation))
    assert ratios.names[-1] == "W(140)"
    w = ratios.values[-1] - 1.0
    assert w - a * w - b * w * w == pytest.approx(w_reference(140.0) - 1.0, rel=1e-9)


def test_reference_function_goes_through_the_fixed_points() -> None:
    # Preston-Thomas, Metrologia 27 (1990) 3, table 1
    for celsius, w in ((0.01, 1.0), (29.7646, 1.11813889), (156.5985, 1.60980185), (231.928, 1.89279768)):
        assert w_reference(celsius) == pytest.approx(w, abs=2e-8)


def test_a_missing_figure_is_named_and_never_zero() -> None:
    references = references_of("pt100_class_a")
    point = "error:35degC"
    held = references[point]
    lean = PointReferences(
        held.point,
        held.limits,
        held.standard_asset,
        held.standard_title,
        tuple(c for c in held.contributions if c.kind != "drift"),
    )
    with pytest.raises(MissingReferenceError) as caught:
        PROCEDURE.evaluate(section_of("pt100_class_a"), [observed(point, 35.0, 35.0)], {point: lean})
    assert (caught.value.kind, caught.value.point) == ("drift", point)


def test_the_limits_are_those_of_the_classes() -> None:
    for model, constant, factor in (
        ("pt100_transmitter", 0.3, 0.0),
        ("pt100_class_a", 0.15, 0.002),
        ("pt100_class_b", 0.30, 0.005),
        ("pt100_its90", 0.10, 0.0017),
    ):
        for point in section_of(model).points:
            limits = point.limits["class"]
            assert float(limits.upper) == pytest.approx(
                constant + factor * abs(float(point.nominal)), abs=1e-4
            )
            assert limits.status.startswith("memory")


def test_a_transmitters_current_is_turned_into_degrees_by_its_span() -> None:
    # 0 to 150 degC as 4 to 20 mA: 11.2 mA is 67.5 degC; the meter's 1 uA counts 9.375 mK
    references = references_of(
        "pt100_transmitter", meter=(1e-6, 2.0), resolution_uut=(5e-9, 0.0), readout_uut=(0.0, 0.0)
    )
    item = observed("error:75degC", 67.0, 0.0)
    item = replace(item, readings=tuple(replace(r, value=0.0112, unit="A") for r in item.readings))
    (found,) = PROCEDURE.evaluate(section_of("pt100_transmitter"), [item], references)
    result = found.budget.evaluate()
    assert result.value == pytest.approx(0.5, abs=1e-9)
    lines = {line.name: line for line in result.lines}
    assert abs(lines["meter"].sensitivity) == pytest.approx(9375.0)
    assert abs(lines["meter"].contribution) == pytest.approx(9375.0 * 0.5e-6)


def test_currents_of_the_points_are_those_of_the_span() -> None:
    for point in section_of("pt100_transmitter").points:
        expected = 0.004 + 0.016 * float(point.nominal) / 150.0
        assert float(str(point.settings["loop_a"])) == pytest.approx(expected, abs=5e-7)


def test_what_the_readout_adds_is_taken_off_and_what_the_standard_adds_put_on() -> None:
    item = observed("error:70degC", 70.0, 70.1)
    (found,) = PROCEDURE.evaluate(section_of("pt100_class_a"), [item], references_of("pt100_class_a"))
    signs = {line.name: line.sensitivity for line in found.budget.evaluate().lines}
    assert {name for name, sign in signs.items() if sign < 0} == {"radial", "axial", "readout_uut"}
    assert {name for name, sign in signs.items() if sign > 0} == {
        *("difference", "readout_standard", "certificate", "drift", "self_heating")
    }


def _curves_of_a_unit_that_changed(
    by_k: float, model: str = "pt100_class_a"
) -> list[CurveEvaluation | ParametersEvaluation]:
    def error(t: float, rising: bool) -> float:
        return 0.05 if rising else 0.05 + by_k

    return derived(PROCEDURE.evaluate(section_of(model), a_run(model, error), references_of(model)))


def test_a_change_of_the_first_point_widens_the_curve_by_its_rectangle() -> None:
    still, moved = (_curves_of_a_unit_that_changed(by_k)[0] for by_k in (0.0, 0.004))
    assert isinstance(still, CurveEvaluation)
    assert isinstance(moved, CurveEvaluation)
    assert moved.coefficients.values == pytest.approx(still.coefficients.values, rel=1e-9)
    more = moved.coefficients.covariance[0][0] - still.coefficients.covariance[0][0]
    # all points go alike: R0 by 0.004 K/√3 of its own slope, the shape of the curve hardly
    assert more == pytest.approx((0.004 / 3**0.5 * slope(0.0)) ** 2, rel=0.02)


@pytest.mark.parametrize("model", ["pt100_class_a", "pt100_its90"])
def test_no_curve_is_stated_of_a_unit_that_changed_beyond_its_criterion(model: str) -> None:
    (only,) = _curves_of_a_unit_that_changed(0.02, model)
    assert isinstance(only, ParametersEvaluation)
    assert only.id == "unsteady"
    assert only.values == pytest.approx((0.02,), abs=1e-9)
    assert "0.005 K" in only.title.en


def test_there_is_no_curve_before_the_first_point_was_measured_again() -> None:
    run = a_run("pt100_class_a", lambda t, rising: 0.05)[:-1]
    assert not derived(PROCEDURE.evaluate(section_of("pt100_class_a"), run, references_of("pt100_class_a")))


def _at_two_currents(error_k: float, heated_k: float) -> list[PointObservations]:
    """A run whose readings at the second current, half of the first, are a quarter as much too warm."""
    found = []
    for point in section_of("pt100_zero_current").points:
        t = float(point.nominal)
        first = observed(point.id, t, t + error_k + heated_k)
        second = observed(point.id, t, t + error_k + heated_k / 4.0)
        standard = first.parts["standard"] + second.parts["standard"]
        found.append(replace(first, parts={"standard": standard, "second": second.readings}))
    return found


def test_the_error_without_a_current_is_found_from_two_of_them() -> None:
    model = "pt100_zero_current"
    references = references_of(model, second_current=(0.001, 0.0))
    found = PROCEDURE.evaluate(section_of(model), _at_two_currents(0.05, 0.004), references)
    result = by_point(found)["error:105degC"].budget.evaluate()
    assert result.value == pytest.approx(0.05, abs=1e-9)
    lines = {line.name: line for line in result.lines}
    assert lines["second"].sensitivity == pytest.approx(4.0 / 3.0)
    assert lines["difference"].sensitivity == pytest.approx(-1.0 / 3.0)
    assert abs(lines["second_current"].contribution) == pytest.approx(4.0 / 3.0 * 0.001 / 3**0.5)


def test_what_the_first_current_heats_is_a_result_with_the_readouts_difference_shared() -> None:
    model = "pt100_zero_current"
    references = references_of(model, second_current=(0.001, 0.0))
    made = derived(PROCEDURE.evaluate(section_of(model), _at_two_currents(0.05, 0.004), references))
    (heating,) = [item for item in made if getattr(item, "id", "") == "self_heating"]
    assert isinstance(heating, ParametersEvaluation)
    assert heating.values == pytest.approx((0.004,) * 5, abs=1e-9)
    assert heating.covariance[0][4] == pytest.approx((4.0 / 3.0 * 0.001 / 3**0.5) ** 2, rel=1e-6)
    assert isinstance(made[0], CurveEvaluation)
