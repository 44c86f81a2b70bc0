"""What a comparison of thermocouples makes of its readings: references, signs, budgets, the curve."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

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
from calibrator_procedures.thermocouple import PROCEDURE
from calibrator_procedures.thermocouple._reference import emf_uv, sensitivity_uv

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
FIGURES = {
    "readout_uut": (0.5, 2.0),
    "readout_standard": (0.013, 2.0),
    "resolution_uut": (0.0, 0.0),
    "resolution_standard": (0.0005, 0.0),
    "junction": (0.1, 0.0),
    "inhomogeneity": (0.0005, 0.0),
    "standard": (0.016, 2.0),
    "drift": (0.008, 0.0),
    "radial": (0.05, 0.0),
    "axial": (0.044, 0.0),
    "axial_move": (0.44, 0.0),
}
SECTION = PROCEDURE.sections("tc_k_class_1")[0]


def references_of(leave_out: str = "") -> dict[str, PointReferences]:
    made = [
        Contribution(kind, 0.0, half, "K", k, "normal_k" if k else "limit_rectangular", "memory_low", "test")
        for kind, (half, k) in FIGURES.items()
        if kind != leave_out
    ]
    made.append(Contribution("full_span", 637.0, 0.0, "K", 0.0, "limit_rectangular", "derived", "test"))
    return {
        point.id: PointReferences(point, point.limits["class"], "SIM-1529", "1529", tuple(made))
        for point in SECTION.points
    }


def observed(point: str, standard_c: float, unit_c: float) -> PointObservations:
    readings: dict[str, list[Reading]] = {"standard": [], "uut": []}
    for index in range(16):
        part = ("standard", "uut", "uut", "standard")[index % 4]
        value = standard_c if part == "standard" else unit_c
        readings[part].append(Reading("", value, START + timedelta(seconds=index), index + 1, "degC"))
    parts = {"standard": tuple(readings["standard"])}
    return PointObservations(point, 1, standard_c, tuple(readings["uut"]), 23.0, 45.0, parts)


def derived(found) -> list[CurveEvaluation | ParametersEvaluation]:
    return [made for item in found if isinstance(item, DerivedEvaluations) for made in item.make()]


# NIST Monograph 175, tables: mV at degC
TABULATED = {
    "B": ((500.0, 1.242), (1000.0, 4.834), (1500.0, 10.099), (1820.0, 13.820)),
    "E": ((-100.0, -5.237), (100.0, 6.319), (400.0, 28.946), (600.0, 45.093), (1000.0, 76.373)),
    "J": (
        (-100.0, -4.633),
        (100.0, 5.269),
        (400.0, 21.848),
        (500.0, 27.393),
        (760.0, 42.919),
        (1000.0, 57.953),
    ),
    "K": ((-200.0, -5.891), (100.0, 4.096), (400.0, 16.397), (1372.0, 54.886)),
    "N": ((-100.0, -2.407), (100.0, 2.774), (400.0, 12.974), (1000.0, 36.256), (1300.0, 47.513)),
    "R": ((100.0, 0.647), (400.0, 3.408), (1000.0, 10.506), (1500.0, 17.451), (1768.0, 21.101)),
    "S": ((100.0, 0.646), (400.0, 3.259), (1000.0, 9.587), (1500.0, 15.582), (1768.0, 18.693)),
    "T": ((-200.0, -5.603), (-100.0, -3.379), (100.0, 4.279), (300.0, 14.862), (400.0, 20.872)),
}
# IEC 60584-1, tolerance classes (remembered): fixed part and part of t, by types and class
CLASSES = {
    ("KNJE", 1): (1.5, 0.004),
    ("KNJE", 2): (2.5, 0.0075),
    ("T", 1): (0.5, 0.004),
    ("T", 2): (1.0, 0.0075),
    ("SR", 1): (1.0, 0.0),
    ("SR", 2): (1.5, 0.0025),
}


@pytest.mark.parametrize("type_", sorted(TABULATED))
def test_reference_functions_give_the_tabulated_voltages(type_: str) -> None:
    for celsius, millivolts in TABULATED[type_]:
        assert emf_uv(type_, celsius) == pytest.approx(1e3 * millivolts, abs=0.51)
        step = (emf_uv(type_, celsius - 0.99) - emf_uv(type_, celsius - 1.01)) / 0.02
        assert sensitivity_uv(type_, celsius - 1.0) == pytest.approx(step, rel=1e-6)


@pytest.mark.parametrize(("types", "grade"), list(CLASSES))
def test_every_table_has_the_limits_of_its_class_and_stays_within_its_type(types: str, grade: int) -> None:
    fixed, relative = CLASSES[types, grade]
    for type_ in types:
        (section,) = PROCEDURE.sections(f"tc_{type_.lower()}_class_{grade}")
        *rising, drawn_out = section.points
        temperatures = [float(point.nominal) for point in rising]
        assert temperatures == sorted(temperatures)
        assert len(rising) >= 4
        assert temperatures[-1] <= (350.0 if type_ == "T" else 400.0)
        for point in rising:
            assert point.settings["type"] == type_
            limits = point.limits["class"]
            assert float(limits.upper or 0) == pytest.approx(max(fixed, relative * float(point.nominal)))
            assert limits.status == "memory_high"
        assert drawn_out.settings["against"] == rising[-1].id


@pytest.mark.parametrize(
    ("model", "fixed", "relative", "span"),
    [
        ("tc_b_class_2", 0.0, 0.0025, (600.0, 660.0)),
        ("tc_b_class_3", 4.0, 0.005, (600.0, 660.0)),
        ("tc_k_class_3", 2.5, 0.015, (-40.0, 40.0)),
        ("tc_t_class_3", 1.0, 0.015, (-40.0, 40.0)),
    ],
)
def test_type_b_and_class_3_go_away_from_the_room_within_the_limits_of_their_class(
    model: str, fixed: float, relative: float, span: tuple[float, float]
) -> None:
    (section,) = PROCEDURE.sections(model)
    *first, drawn_out = section.points
    temperatures = [float(point.nominal) for point in first]
    assert len(first) >= 4
    assert temperatures == sorted(temperatures, reverse=model.endswith("3") and "_b_" not in model)
    assert all(span[0] <= celsius <= span[1] for celsius in temperatures)
    for point in first:
        limits = point.limits["class"]
        wanted = max(fixed, relative * abs(float(point.nominal)))
        assert float(limits.upper or 0) == pytest.approx(wanted)
        assert limits.status == "memory_high"
    assert drawn_out.settings["against"] == first[-1].id


def test_the_reference_junction_hardly_counts_for_type_b() -> None:
    (section,) = PROCEDURE.sections("tc_b_class_2")
    point = section.points[0]
    like = next(iter(references_of().values()))
    references = {point.id: replace(like, point=point)}
    found, *_ = PROCEDURE.evaluate(section, [observed(point.id, 600.1, 600.5)], references)
    lines = {line.name: line for line in found.budget.evaluate().lines}
    # Monograph 175: -0.002 mV at 25 degC, 1.792 mV at 600 degC, 5.96 uV/K there
    assert abs(lines["junction"].sensitivity) < 0.05
    assert lines["lever"].value == pytest.approx((1792 + 2) / 5.96, rel=2e-3)
    assert sensitivity_uv("K", 25.0) / sensitivity_uv("K", 400.0) > 0.9  # type K: nearly as it stands


def test_the_budget_worked_by_hand_at_400_degrees() -> None:
    (found,) = PROCEDURE.evaluate(SECTION, [observed("error:400degC", 400.1, 400.9)], references_of())
    result = found.budget.evaluate()
    assert result.value == pytest.approx(0.8, abs=1e-9)
    # 16 397 uV less 919 uV at 23 degC, 42.24 uV/K at 400 and 40.4 uV/K at 23 degC
    lever, ratio, share = (16397 - 919) / 42.24, 40.4 / 42.24, (400.0 - 23.0) / 637.0
    parts = [0.25, 0.0065, 0.008, 0.008 / 3**0.5, ratio * 0.1 / 3**0.5, lever * 0.0005 / 3**0.5]
    parts += [share * 0.05 / 3**0.5, share * 0.044 / 3**0.5, 0.001 / 12**0.5]
    assert result.u == pytest.approx(math.sqrt(sum(part**2 for part in parts)), rel=2e-4)


def test_what_readout_and_junction_add_is_taken_off_and_what_the_standard_adds_put_on() -> None:
    (found,) = PROCEDURE.evaluate(SECTION, [observed("error:200degC", 200.0, 200.0)], references_of())
    signs = {line.name: math.copysign(1.0, line.sensitivity) for line in found.budget.evaluate().lines}
    for name in ("readout_uut", "junction", "inhomogeneity", "radial", "axial"):
        assert signs[name] == -1.0, name
    for name in ("difference", "readout_standard", "certificate", "drift"):
        assert signs[name] == 1.0, name


def test_the_depth_is_uncertain_by_the_slope_along_the_block() -> None:
    items = [observed("error:400degC", 400.0, 400.5), observed("depth:400degC", 400.0, 400.2)]
    found = {
        item.point: item.budget.evaluate() for item in PROCEDURE.evaluate(SECTION, items, references_of())
    }
    depth = found["depth:400degC"]
    assert depth.value == pytest.approx(-0.3, abs=1e-9)
    assert depth.u == pytest.approx((400.0 - 23.0) / 637.0 * 0.44 / 3**0.5, rel=1e-3)
    assert [item.point for item in PROCEDURE.evaluate(SECTION, items[1:], references_of())] == []


def test_the_deviation_curve_gives_back_a_wire_that_deviates_so() -> None:
    a, b = 2.0e-7, 5.0e-10  # V/K, V/K2
    items = []
    for point in SECTION.points:
        t = float(point.nominal)
        error = (a * t + b * t * t) / (sensitivity_uv("K", t) * 1e-6)
        items.append(observed(point.id, t, t + error))
    found = PROCEDURE.evaluate(SECTION, items, references_of())
    curve = next(item for item in derived(found) if isinstance(item, CurveEvaluation))
    assert curve.coefficients.values == pytest.approx((a, b), rel=1e-6)
    assert curve.coefficients.points == tuple(f"error:{t}degC" for t in (100, 200, 300, 400))
    assert np.linalg.eigvalsh(np.array(curve.coefficients.covariance)).min() > 0.0
    assert sum(isinstance(item, PointEvaluation) for item in found) == 5


def test_a_missing_figure_is_named() -> None:
    with pytest.raises(MissingReferenceError) as caught:
        PROCEDURE.evaluate(SECTION, [observed("error:100degC", 100.0, 100.0)], references_of("inhomogeneity"))
    assert caught.value.kind == "inhomogeneity"
