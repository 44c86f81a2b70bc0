"""The budgets, against figures worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    Point,
    PointObservations,
    PointReferences,
    Reading,
    load,
)
from calibrator_procedures.dmm import _model
from calibrator_procedures.dmm._budget import budget_of
from calibrator_uncertainty import BudgetResult

MODEL = "keysight_34401a"
POINTS = {point.id: point for section in load("dmm").sections(MODEL) for point in section.points}
AT = datetime(2026, 11, 23, tzinfo=UTC)


def figure(
    kind: str, estimate: float, half_width: float, unit: str, k: float = 0.0, *, shared: str = ""
) -> Contribution:
    treat_as = "normal_k" if k else "limit_rectangular"
    return Contribution(kind, estimate, half_width, unit, k, treat_as, "seen", "by hand", shared)


VOLTS = (
    figure("standard", 0.0, 3e-6, "V", 2.58),  # 5522A, 0.1 V, 1 year: 20 ppm + 1 uV
    figure("source_resistance", 50.0, 0.0, "ohm"),
    figure("leads", 0.1, 0.1, "ohm"),
    figure("loading", 5e-11, 5e-11, "S"),
    figure("emf", 0.0, 1e-6, "V", shared="emf:volts"),
    figure("resolution", 0.0, 5e-8, "V"),
)
OHMS = (
    figure("standard", 0.0, 1350.0, "ohm", 2.58),  # 5522A, 10 Mohm: 130 ppm + 50 ohm
    figure("leakage", 5e-13, 5e-13, "S"),
    figure("emf", 0.0, 1e-6, "V"),
    figure("test_current", 5e-7, 0.0, "A"),
    figure("resolution", 0.0, 5.0, "ohm"),
)


def observed(point: Point, values: Iterable[float], applied: float | None = None) -> PointObservations:
    readings = tuple(Reading(repr(value), value, AT, seq) for seq, value in enumerate(values))
    return PointObservations(point.id, 1, applied, readings, 23.0, 45.0)


def evaluated(
    name: str, figures: tuple[Contribution, ...], values: Iterable[float], applied: float | None = None
) -> BudgetResult:
    point = POINTS[name]
    references = PointReferences(point, point.limits["1y"], "A", "standard", figures)
    return budget_of(references, observed(point, values, applied)).evaluate()


def lines(result: BudgetResult) -> dict[str, float]:
    return {line.name: line.contribution for line in result.lines}


def test_hundred_millivolts_by_hand() -> None:
    # E = I - [(V + dV)/(1 + (50 + 0.1)*5e-11) + Vemf]; five readings, s/sqrt(5) = 0.1e-6*sqrt(2.5)/sqrt(5)
    values = [0.1000017, 0.1000018, 0.1000016, 0.1000019, 0.1000015]
    result = evaluated("dcv:0.1V:+0.1V", VOLTS, values, applied=0.1)
    loaded = 0.1 / (1 + 50.1 * 5e-11)
    assert result.value == pytest.approx(0.1000017 - loaded, abs=1e-16)
    type_a = 1e-7 * math.sqrt(2.5 / 5)
    standard, emf = 3e-6 / 2.58, 1e-6 / math.sqrt(3)
    loading = 0.1 * 50.1 * 5e-11 / math.sqrt(3)
    leads = 0.1 * 5e-11 * 0.1 / math.sqrt(3)
    found = lines(result)
    assert found["indication"] == pytest.approx(type_a, rel=1e-6)
    assert abs(found["standard"]) == pytest.approx(standard, rel=1e-6)
    assert abs(found["emf"]) == pytest.approx(emf, rel=1e-9)
    assert found["loading"] == pytest.approx(loading, rel=1e-6)
    assert found["leads"] == pytest.approx(leads, rel=1e-6)
    assert result.u == pytest.approx(math.hypot(type_a, standard, emf, loading, leads), rel=1e-9)
    # Welch-Satterthwaite: only the indication has finite degrees of freedom, 4
    assert result.dof == pytest.approx(4 * (result.u / type_a) ** 4, rel=1e-5)
    assert pytest.approx(1.95996 * result.u, rel=1e-4) == result.U


def test_ten_megohm_by_hand() -> None:
    # E = I - [(R + dR)/(1 + R*5e-13) + 0]: leakage takes 5 ppm of 10 Mohm, 50 ohm, known to +/- 50 ohm
    result = evaluated("res4w:10000000ohm:+10000000ohm", OHMS, [1e7 + 100.0] * 5, applied=1e7)
    assert result.value == pytest.approx(100.0 + 50.0, abs=0.01)
    found = lines(result)
    assert found["leakage"] == pytest.approx(50.0 / math.sqrt(3), rel=1e-4)
    assert abs(found["emf"]) == pytest.approx(2.0 / math.sqrt(3), rel=1e-9)
    assert abs(found["standard"]) == pytest.approx(1350.0 / 2.58, rel=1e-4)
    assert found["indication"] == pytest.approx(10.0 / math.sqrt(12), rel=1e-12)


def test_resolution_enters_once_as_the_larger_of_two() -> None:
    floor = 1e-7 / math.sqrt(12)
    still = evaluated("dcv:0.1V:+0.1V", VOLTS, [0.1] * 5, applied=0.1)
    noisy = evaluated("dcv:0.1V:+0.1V", VOLTS, [0.1, 0.1 + 1e-6, 0.1 - 1e-6], applied=0.1)
    assert lines(still)["indication"] == pytest.approx(floor, rel=1e-12)
    assert lines(noisy)["indication"] == pytest.approx(1e-6 / math.sqrt(3), rel=1e-6)
    assert "resolution" not in lines(still)


def test_own_zero_of_the_uut_stays_in_its_error() -> None:
    # METROLOGY 15: a reading of 2 uV on a short is an error of 2 uV
    figures = (figure("emf", 0.0, 1e-6, "V"), figure("resolution", 0.0, 5e-8, "V"))
    assert evaluated("dcv:0.1V:0V", figures, [2e-6] * 5).value == pytest.approx(2e-6, abs=1e-18)


def test_emf_of_the_short_is_divided_by_the_test_current() -> None:
    figures = (
        figure("emf", 0.0, 1e-6, "V"),
        figure("test_current", 1e-3, 0.0, "A"),
        figure("resolution", 0.0, 5e-5, "ohm"),
    )
    result = evaluated("res4w:100ohm:0ohm", figures, [0.001] * 5)
    assert result.value == pytest.approx(0.001)
    assert abs(lines(result)["emf"]) == pytest.approx(1e-3 / math.sqrt(3), rel=1e-9)


def test_open_current_terminals_leave_the_indication_alone() -> None:
    result = evaluated("dci:0.01A:0A", (figure("resolution", 0.0, 5e-9, "A"),), [1e-8, 3e-8])
    assert result.value == pytest.approx(2e-8)
    assert set(lines(result)) == {"indication"}


@pytest.mark.parametrize("kind", ["standard", "emf", "leads", "loading", "source_resistance", "resolution"])
def test_a_figure_that_is_not_there_is_never_taken_as_zero(kind: str) -> None:
    figures = tuple(item for item in VOLTS if item.kind != kind)
    with pytest.raises(MissingReferenceError, match=kind) as caught:
        evaluated("dcv:0.1V:+0.1V", figures, [0.1] * 5, applied=0.1)
    assert caught.value.code == "reference-missing"
    assert caught.value.point == "dcv:0.1V:+0.1V"


def test_shared_text_reaches_the_budget_and_lines_keep_their_source() -> None:
    result = evaluated("dcv:0.1V:+0.1V", VOLTS, [0.1] * 5, applied=0.1)
    by_name = {line.name: line for line in result.lines}
    assert by_name["emf"].shared == "emf:volts"
    assert by_name["leads"].shared is None
    assert by_name["standard"].source == "by hand"


@given(st.floats(-1e-4, 1e-4), st.floats(0.05, 0.12))
def test_an_error_of_the_indication_is_an_error_of_the_result(shift: float, applied: float) -> None:
    base = evaluated("dcv:0.1V:+0.1V", VOLTS, [applied] * 5, applied=applied)
    moved = evaluated("dcv:0.1V:+0.1V", VOLTS, [applied + shift] * 5, applied=applied)
    assert moved.value - base.value == pytest.approx(shift, abs=1e-15)
    assert moved.u == pytest.approx(base.u, rel=1e-9)


@given(
    st.floats(1e-3, 1e3),
    st.floats(-1e-3, 1e-3),
    st.floats(0, 100),
    st.floats(0, 1),
    st.floats(0, 1.1e-7),
    st.floats(-1e-5, 1e-5),
)
def test_volts_model_inverts_the_circuit(
    applied: float, standard: float, source: float, leads: float, loading: float, emf: float
) -> None:
    # the circuit: a source behind resistance drives the meter's conductance, an EMF lies in series
    current = (applied + standard) * loading / (1 + (source + leads) * loading)
    at_terminals = (applied + standard) - current * (source + leads) + emf
    error = _model.voltage_error(
        indication=at_terminals,
        applied=applied,
        standard=standard,
        source_resistance=source,
        leads=leads,
        loading=loading,
        emf=emf,
    )
    assert abs(error) <= 1e-13 * (applied + 1)


@given(st.floats(1.0, 1e8), st.floats(0, 1e-11), st.floats(-1e-5, 1e-5), st.floats(1e-7, 1e-3))
def test_ohms_model_inverts_the_circuit(
    resistance: float, leakage: float, emf: float, current: float
) -> None:
    # the meter drives its test current through R with the leakage across it, and divides the voltage by it
    across = current / (1 / resistance + leakage)
    indicated = (across + emf) / current
    error = _model.resistance_error(
        indication=indicated,
        applied=resistance,
        standard=0.0,
        leakage=leakage,
        emf=emf,
        test_current=current,
    )
    assert abs(error) <= 1e-12 * (resistance + abs(emf / current))


def test_evaluate_covers_the_observed_points_only() -> None:
    section = load("dmm").sections(MODEL)[2]
    chosen = section.points[:2]
    references = {
        point.id: PointReferences(point, point.limits["1y"], "A", "standard", _scaled(point))
        for point in chosen
    }
    seen = [observed(point, [float(point.nominal)] * 5, float(point.nominal)) for point in chosen]
    found = load("dmm").evaluate(section, seen, references)
    assert [item.point for item in found] == ["dcv:0.1V:+0.1V", "dcv:1V:+1V"]
    assert [item.budget.unit for item in found] == ["V", "V"]


def _scaled(point: Point) -> tuple[Contribution, ...]:
    factor = float(point.nominal / Decimal("0.1"))
    return tuple(
        replace(item, half_width=item.half_width * factor) if item.kind == "standard" else item
        for item in VOLTS
    )
