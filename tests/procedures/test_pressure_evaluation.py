"""Pressure: sequences of DKD-R 6-1 and what their visits make, against figures worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    ParametersEvaluation,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Reading,
    Section,
)
from calibrator_procedures.pressure import PROCEDURE
from calibrator_procedures.pressure._model import column_pa_per_m

AT = datetime(2026, 11, 23, tzinfo=UTC)


def figure(
    kind: str, half: float, unit: str = "Pa", *, k: float = 0.0, estimate: float = 0.0
) -> Contribution:
    treat = "normal_k" if k else "limit_rectangular"
    return Contribution(kind, estimate, half, unit, k, treat, "seen", "invented")


FIGURES = (
    figure("standard", 80.0, k=2.0),
    figure("height", 0.0, "m"),
    figure("resolution", 5.0),
    figure("meter", 4e-6, "A", k=2.0),
    figure("hart_resolution", 0.5),
)


def readings(*values: float, unit: str = "Pa") -> tuple[Reading, ...]:
    return tuple(Reading(str(value), value, AT, 0, unit) for value in values)


def seen(point: str, applied: float, *values: float, hart: tuple[float, ...] = (), **answers: str):
    parts = {"hart": readings(*hart)} if hart else {}
    return PointObservations(point, 1, applied, readings(*values), 23.0, 45.0, parts, answers)


def references(section: Section, figures: tuple[Contribution, ...] = FIGURES) -> dict[str, PointReferences]:
    return {
        point.id: PointReferences(point, next(iter(point.limits.values())), "STD", "standard", figures)
        for point in section.points
        if not point.supporting
    }


def evaluated(section: Section, found: list[PointObservations], **more: tuple[Contribution, ...]):
    everything = PROCEDURE.evaluate(section, found, references(section, **more))
    return {
        (item.point if isinstance(item, PointEvaluation) else item.id): item  # type: ignore[union-attr]
        for item in everything
    }


def cycle(section: Section, shown: dict[tuple[int, int], float]) -> list[PointObservations]:
    """Readings by series and pressure; every other visit shows what is applied."""
    found = []
    for point in section.points:
        if point.supporting:
            pressure = int(str(point.settings["pressure_pa"]))
            value = shown.get((int(point.settings["series"]), pressure), float(pressure))
            found.append(seen(point.id, float(pressure), value, value, value))
    return found


@pytest.fixture
def gauge() -> Section:
    (section,) = PROCEDURE.sections("additel_681")
    return section


def test_sequence_a_preloads_goes_up_and_down_twice_and_once_more_when_mounted_again(gauge: Section):
    names = [point.id.split(":")[1] for point in gauge.points if point.supporting]
    assert list(dict.fromkeys(names)) == [
        *("preload1", "preload2", "preload3"),
        *("up1", "down2", "up3", "down4"),
        *("preload4", "preload5", "preload6", "up5", "down6"),
    ]
    again = [point for point in gauge.points if point.settings.get("wiring")]
    assert {point.settings["wiring"] for point in again} == {"gauge-again"}
    assert {point.id.split(":")[1] for point in again} == {
        *(f"preload{n}" for n in (4, 5, 6)),
        "up5",
        "down6",
    }
    up = [point.settings["pressure_pa"] for point in gauge.points if ":up1:" in point.id]
    down = [point.settings["pressure_pa"] for point in gauge.points if ":down2:" in point.id]
    assert up == [str(125_000 * n) for n in range(9)]
    assert down == up[::-1]
    held = {point.id: point.settings["dwell_s"] for point in gauge.points if point.supporting}
    # two minutes at the upper limit, and at zero between the cycles
    assert (held["gauge:down2:1000000"], held["gauge:up3:0"], held["gauge:up1:125000"]) == (120, 120, 30)


def test_every_result_is_made_of_the_last_visit_of_its_pressure(gauge: Section):
    ids = {point.id for point in gauge.points if point.supporting}
    for point in gauge.points:
        if not point.supporting:
            assert point.measured_with in ids
            assert point.measured_with == f"gauge:down6:{point.settings['pressure_pa']}"


def test_a_budget_worked_by_hand(gauge: Section):
    shown = {
        **{(1, 0): 0.0, (2, 0): 10.0, (3, 0): 10.0, (4, 0): 20.0},
        **{(1, 500_000): 500_100.0, (2, 500_000): 500_180.0},
        **{(3, 500_000): 500_120.0, (4, 500_000): 500_190.0},
        **{(5, 0): 20.0, (6, 0): 25.0, (5, 500_000): 500_170.0, (6, 500_000): 500_200.0},
    }
    found = evaluated(gauge, cycle(gauge, shown))
    budget = found["pressure:500000Pa"].budget
    result = budget.evaluate(policy="k2")
    by_name = {line.name: line.u for line in result.lines}
    full = 2 * math.sqrt(3)
    # f0 = 10 Pa; b' = |(500120 - 10) - (500100 - 0)| = 10 Pa; h = (80 + 70 + 30)/3 = 60 Pa
    # b = |(500170 - 20) - (500100 - 0)| = 50 Pa; down it is |(500200 - 25) - (500180 - 10)| = 5 Pa
    assert by_name["zero"] == pytest.approx(10 / full)
    assert by_name["repeatability"] == pytest.approx(10 / full)
    assert by_name["reproducibility"] == pytest.approx(50 / full)
    assert by_name["hysteresis"] == pytest.approx(60 / full)
    assert result.value == pytest.approx((130 + 190) / 2)
    assert result.u == pytest.approx(math.sqrt(40**2 + 25 / 3 + (10**2 + 10**2 + 50**2 + 60**2) / 12))
    lag = found["hysteresis:500000Pa"].budget.evaluate(policy="k2")
    assert lag.value == pytest.approx(60.0)
    assert lag.u == pytest.approx(math.sqrt(2 * 25 / 3))


def test_gas_above_the_standard_weighs_on_the_result(gauge: Section):
    # 7.9 Pa for 0.1 m of nitrogen at 7 bar and 20 degC (EURAMET cg-17)
    assert 0.1 * column_pa_per_m(700e3, 293.15) == pytest.approx(7.9, abs=0.05)
    high = tuple(
        figure("height", 0.005, "m", estimate=0.5) if item.kind == "height" else item for item in FIGURES
    )
    raised = evaluated(gauge, cycle(gauge, {}), figures=high)["pressure:750000Pa"].budget
    result = raised.evaluate(policy="k2")
    assert result.value == pytest.approx(0.5 * column_pa_per_m(750e3, 296.15))
    assert {line.name for line in result.lines} >= {"column", "height"}


def test_oil_above_the_standard_weighs_a_hundred_times_as_much():
    """914 kg/m3 of oil, 0.2 m: 1.79 kPa; its density within 5 kg/m3 counts (cg-17: (rho - rho_air) g h)."""
    section = PROCEDURE.sections("hydraulic_gauge_10bar")[0]
    oil = (
        *(item for item in FIGURES if item.kind != "height"),
        figure("height", 0.005, "m", estimate=0.2),
        figure("density", 5.0, "kg/m3", estimate=914.0),
    )
    result = evaluated(section, cycle(section, {}), figures=oil)["pressure:0Pa"].budget.evaluate(policy="k2")
    assert result.value == pytest.approx(0.2 * (914.0 - 1.2) * 9.80665)
    lines = {line.name: line for line in result.lines}
    assert lines["column"].contribution == pytest.approx(0.2 * 5.0 * 9.80665 / math.sqrt(3))
    assert lines["height"].contribution == pytest.approx(912.8 * 9.80665 * 0.005 / math.sqrt(3))


def test_sequences_b_and_c_by_class():
    order = {
        model: list(
            dict.fromkeys(
                point.id.split(":")[1] for point in PROCEDURE.sections(model)[0].points if point.supporting
            )
        )
        for model in ("precision_gauge_10bar", "hydraulic_gauge_10bar")
    }
    assert order["precision_gauge_10bar"] == ["preload1", "preload2", "up1", "down2", "up3"]
    assert order["hydraulic_gauge_10bar"] == ["preload1", "up1", "down2"]


def test_nothing_is_silently_zero(gauge: Section):
    without = tuple(item for item in FIGURES if item.kind != "standard")
    with pytest.raises(MissingReferenceError, match="standard"):
        evaluated(gauge, cycle(gauge, {}), figures=without)


def test_a_result_waits_for_both_directions(gauge: Section):
    half = [item for item in cycle(gauge, {}) if ":down" not in item.point]
    assert evaluated(gauge, half) == {}
    first = [item for item in cycle(gauge, {}) if item.point.split(":")[1] in ("up1", "down2")]
    assert len(evaluated(gauge, first)) == 17


def test_a_pointer_counts_after_tapping_and_what_tapping_moved_is_told():
    (section,) = PROCEDURE.sections("pointer_gauge_10bar")
    found = []
    for point in section.points:
        if point.supporting:
            pressure = float(str(point.settings["pressure_pa"]))
            found.append(seen(point.id, pressure, pressure - 4000.0, pressure + 2000.0, tapped="ok"))
    everything = evaluated(section, found, figures=(*FIGURES, figure("reading", 4000.0)))
    result = everything["pressure:500000Pa"].budget.evaluate(policy="k2")
    assert result.value == pytest.approx(2000.0)
    assert {line.name: line.u for line in result.lines}["reading"] == pytest.approx(
        4000 / math.sqrt(3 * 2)
    )  # two looks
    moved = everything["pointer-tapping"]
    assert isinstance(moved, ParametersEvaluation)
    assert set(moved.values) == {6000.0}


def test_a_transmitter_has_its_current_and_its_digital_value():
    (section,) = PROCEDURE.sections("transmitter_4_20ma")
    found = []
    for point in section.points:
        if point.supporting:
            pressure = float(str(point.settings["pressure_pa"]))
            made = 0.004 + 0.016 * pressure / 1e6 + 3e-6
            found.append(seen(point.id, pressure, made, made, hart=(pressure + 70.0, pressure + 70.0)))
    loop_figures = tuple(
        replace(item, half_width=5e-9, unit="A") if item.kind == "resolution" else item for item in FIGURES
    )
    everything = evaluated(section, found, figures=loop_figures)
    loop = everything["loop:500000Pa"].budget.evaluate(policy="k2")
    assert loop.value == pytest.approx(3e-6)
    # 40 Pa of 1 MPa is 0.64 uA of 16 mA
    assert loop.u == pytest.approx(math.hypot(2e-6, 40 * 0.016 / 1e6), rel=1e-4)
    hart = everything["hart:500000Pa"].budget.evaluate(policy="k2")
    assert hart.value == pytest.approx(70.0)


@settings(max_examples=20)
@given(st.floats(-1e4, 1e4), st.floats(-500.0, 500.0))
def test_an_offset_of_the_unit_is_its_error_and_no_hysteresis(offset: float, lag: float):
    (section,) = PROCEDURE.sections("additel_681")
    found = []
    for point in section.points:
        if point.supporting:
            pressure = float(str(point.settings["pressure_pa"]))
            value = pressure + offset + (lag if point.settings["visit"] == "down" else 0.0)
            found.append(seen(point.id, pressure, value, value))
    everything = evaluated(section, found)
    for name, item in everything.items():
        value = item.budget.evaluate(policy="k2").value
        expected = lag if name.startswith("hysteresis") else offset + lag / 2
        assert value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("model", ["additel_681", "transmitter_4_20ma"])
def test_a_controller_off_its_set_point_is_no_error_of_the_unit(model: str):
    """On the way down the controller stands 40 Pa high and says so: a perfect unit shows it too."""
    (section,) = PROCEDURE.sections(model)
    loop = model == "transmitter_4_20ma"
    off = {"up": -25.0, "down": 40.0}
    found = []
    for point in section.points:
        if point.supporting:
            pressure = float(str(point.settings["pressure_pa"]))
            there = pressure + off.get(str(point.settings["visit"]), 0.0)
            shown = 0.004 + 0.016 * there / float(str(point.settings["span_pa"])) if loop else there
            parts = {"source": readings(there, there), "hart": readings(there, there)}
            unit = "A" if loop else "Pa"
            found.append(
                PointObservations(
                    point.id, 1, pressure, readings(shown, shown, unit=unit), 23.0, 45.0, parts, {}
                )
            )
    resolution = figure("resolution", 5e-9 if loop else 5.0, "A" if loop else "Pa")
    figures = (*(item for item in FIGURES if item.kind != "resolution"), resolution)
    budgets = [item.budget for item in evaluated(section, found, figures=figures).values()]
    assert budgets
    for budget in budgets:
        known = {item.name: item for item in budget.inputs}
        assert budget.evaluate().value == pytest.approx(0.0, abs=1e-9)
        for width in ("zero", "hysteresis", "repeatability"):
            assert width not in known or known[width].u < 1e-9
