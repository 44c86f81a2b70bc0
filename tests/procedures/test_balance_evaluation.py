"""Balance: errors, corners, spreads and the weighing in use, against figures worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    CurveEvaluation,
    MissingReferenceError,
    ParametersEvaluation,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Reading,
    Section,
)
from calibrator_procedures.balance import PROCEDURE
from calibrator_procedures.balance._placings import Scatter, indication_g, scatter_at

AT = datetime(2026, 11, 23, tzinfo=UTC)
MPE = {1: 0.03e-3, 50: 0.1e-3, 100: 0.16e-3, 150: 0.26e-3, 200: 0.3e-3}  # OIML R 111-1, E2, sums of weights


def figure(kind: str, estimate: float, half: float) -> Contribution:
    return Contribution(kind, estimate, half, "g", 0.0, "limit_rectangular", "seen", "invented")


def references(section: Section) -> dict[str, PointReferences]:
    found = {}
    for point in section.points:
        if not point.supporting:
            load = int(point.nominal)
            figures = (
                figure("standard", load, MPE[load]),
                figure("drift", 0.0, MPE[load] / 3),
                figure("buoyancy", 0.0, MPE[load] / 4),
                figure("convection", 0.0, 0.0),
                figure("resolution", 0.0, 0.5e-4 if load > 81 else 0.5e-5),
                figure("zero_resolution", 0.0, 0.5e-5),
                figure("sensitivity", 0.0, 1e-6 * load),
            )
            limits = next(iter(point.limits.values()))
            found[point.id] = PointReferences(point, limits, "W", "weights", figures)
    return found


def observed(section: Section, shown: dict[str, float]) -> list[PointObservations]:
    found = []
    for point in section.points:
        if not point.measured_with:
            value = shown.get(point.id, float(point.nominal))
            reading = Reading(f"{value}", value, AT, 0, "g")
            found.append(PointObservations(point.id, 1, None, (reading,), 23.0, 45.0))
    # as collect gives them: a result of repeated placings has the readings of the last one
    by_id = {item.point: item for item in found}
    found += [replace(by_id[p.measured_with], point=p.id) for p in section.points if p.measured_with]
    return found


def evaluated(section: Section, shown: dict[str, float]):
    results = PROCEDURE.evaluate(section, observed(section, shown), references(section))
    numbers = {item.point: item.budget for item in results if isinstance(item, PointEvaluation)}
    sets = {item.id: item for item in results if isinstance(item, ParametersEvaluation)}
    curves = [item for item in results if isinstance(item, CurveEvaluation)]
    return numbers, sets, curves


@pytest.fixture
def weighing() -> Section:
    (section,) = PROCEDURE.sections("mettler_xs205du")
    return section


SCATTER_200 = {f"repeatability:200g:{n}": 200.0 + (n % 2) * 1e-4 for n in range(1, 11)}
SCATTER_50 = {f"repeatability:50g:{n}": 50.0 + (n % 3) * 1e-5 for n in range(1, 11)}


def test_an_error_worked_by_hand(weighing: Section):
    numbers, _, _ = evaluated(weighing, {**SCATTER_200, **SCATTER_50, "error:200g": 200.0004})
    result = numbers["error:200g"].evaluate(policy="k2")
    assert result.value == pytest.approx(0.0004, abs=1e-12)
    s = stdev(SCATTER_200.values())
    # rounding at the load and at zero, s, weight at nominal value, its drift, its density
    squares = [0.5e-4**2 / 3, 0.5e-5**2 / 3, s**2, 0.3e-3**2 / 3, 0.1e-3**2 / 3, 0.075e-3**2 / 3]
    assert result.u == pytest.approx(math.sqrt(sum(squares)))


def test_between_two_tested_loads_the_larger_scatter_holds(weighing: Section):
    numbers, _, _ = evaluated(weighing, {**SCATTER_200, **SCATTER_50})
    at = {load: _line(numbers[f"error:{load}g"], "repeatability") for load in (1, 50, 100, 200)}
    assert at[100] == at[200] == pytest.approx(stdev(SCATTER_200.values()))
    assert at[1] == at[50] == pytest.approx(stdev(SCATTER_50.values()))
    fine, coarse = Scatter(50.0, (0.0, 3e-4)), Scatter(200.0, (0.0, 1e-4))
    assert scatter_at(120.0, (fine, coarse)) is fine
    assert scatter_at(200.0, (fine, coarse)) is coarse


def _line(budget, name: str) -> float:
    return {line.name: line.u for line in budget.evaluate(policy="k2").lines}[name]


def test_corners_and_spread(weighing: Section):
    shown = {**SCATTER_200, **SCATTER_50, "eccentricity:centre": 100.0002, "eccentricity:left": 99.9999}
    numbers, sets, _ = evaluated(weighing, shown)
    corner = numbers["eccentricity:left"].evaluate(policy="k2")
    assert corner.value == pytest.approx(-0.0003, abs=1e-12)
    s = stdev(SCATTER_200.values())
    assert corner.u == pytest.approx(math.sqrt(2 * (0.5e-4**2 / 3 + 0.5e-5**2 / 3 + s**2)))
    assert "eccentricity:centre" not in numbers
    assert numbers["repeatability:200g"].evaluate(policy="k2").value == pytest.approx(1e-4, abs=1e-12)
    assert sets["weighing-repeatability"].values[-1] == pytest.approx(s)
    variances = [row[n] for n, row in enumerate(sets["weighing-repeatability"].covariance)]
    assert variances[-1] == pytest.approx(s**2 / 18)


def test_a_weighing_in_use_is_worth_a_line_and_has_a_smallest_load(weighing: Section):
    numbers, sets, (curve,) = evaluated(weighing, {**SCATTER_200, **SCATTER_50})
    a, b = curve.coefficients.values
    s = stdev(SCATTER_50.values())
    assert a == pytest.approx(2 * math.sqrt(2 * 0.5e-5**2 / 3 + s**2), rel=0.01)  # three digits, upward
    # no error was seen: the largest relative u of it; air within 10 %, 1e-6 per kelvin within 5 K
    errors = [numbers[f"error:{load}g"].evaluate(policy="k2").u / load for load in (50, 100, 150, 200)]
    at_max = math.sqrt(0.5e-4**2 / 3 + 0.5e-5**2 / 3 + stdev(SCATTER_200.values()) ** 2)
    relative = math.sqrt(max(errors) ** 2 + 15e-6**2 / 3 + 5e-6**2 / 3)
    assert a + 220 * b == pytest.approx(2 * math.hypot(at_max, 220 * relative), rel=0.01)
    by_line, by_s = sets["weighing-smallest"].values
    assert by_line == pytest.approx(a / (0.001 - b))
    assert by_s == pytest.approx(2 * s / 0.001)


def test_a_scatter_that_rounding_hides_counts_as_0_41_of_an_interval(weighing: Section):
    _, sets, _ = evaluated(weighing, {})
    assert sets["weighing-smallest"].values[-1] == pytest.approx(2 * 0.41 * 1e-5 / 0.001)


def test_turnover_point_of_a_scale_whose_interval_is_its_own():
    # OIML R 76-1, A.4.4.3: 1000 g shown, e = 5 g, 1.5 g added until 1005 g: P = 1000 + 2.5 - 1.5
    (section,) = PROCEDURE.sections("sartorius_quintix224")
    given = {**section.points[-1].settings, "method": "changeover", "e_g": "5"}
    point = replace(section.points[-1], settings=given)
    reading = Reading("1000", 1000.0, AT, 0, "g")
    seen = PointObservations(point.id, 1, None, (reading,), 23.0, 45.0, {}, {"added": "1.5"})
    assert indication_g(point, seen) == 1001.0


def test_nothing_is_silently_zero(weighing: Section):
    known = references(weighing)
    name = "error:100g"
    left = tuple(item for item in known[name].contributions if item.kind != "drift")
    known[name] = replace(known[name], contributions=left)
    with pytest.raises(MissingReferenceError, match="drift"):
        PROCEDURE.evaluate(weighing, observed(weighing, SCATTER_200), known)


def test_results_wait_for_the_placings_that_they_need(weighing: Section):
    half = [item for item in observed(weighing, SCATTER_200) if item.point.startswith("repeatability:50g")]
    numbers = PROCEDURE.evaluate(weighing, half, references(weighing))
    assert [item.point for item in numbers if isinstance(item, PointEvaluation)] == ["repeatability:50g"]


@settings(max_examples=20)
@given(st.floats(-1e-5, 1e-5))
def test_a_sensitivity_error_is_the_slope_of_a_weighing_in_use(slope: float):
    (section,) = PROCEDURE.sections("sartorius_quintix224")
    shown = {point.id: float(point.nominal) * (1 + slope) for point in section.points}
    _, _, (curve,) = evaluated(section, shown)
    _, _, (exact,) = evaluated(section, {})
    assert curve.coefficients.values[1] - exact.coefficients.values[1] == pytest.approx(
        abs(slope), rel=0.01, abs=2e-7
    )
