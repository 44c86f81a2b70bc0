"""Evaluation of a calibrator against a meter: signs, loading, leakage, and limits from the maker's table."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    Point,
    PointLimits,
    PointObservations,
    PointReferences,
    Reading,
)
from calibrator_procedures.calibrator_dc import PROCEDURE

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
RECTANGULAR = "limit_rectangular"
VOLTS = {
    "meter": (0.0, 81e-6, "V"),
    "source_resistance": (50.0, 0.0, "ohm"),
    "leads": (0.1, 0.1, "ohm"),
    "loading": (1e-7, 1e-9, "S"),
    "emf": (0.0, 0.3e-6, "V"),
}
OHMS = {"meter": (0.0, 0.01, "ohm"), "leakage": (0.5e-13, 0.5e-13, "S")}


def observed(values, applied):
    readings = tuple(Reading(repr(value), value, AT, seq) for seq, value in enumerate(values))
    return PointObservations("p", 1, applied, readings, 23.0, 45.0)


def references(function, nominal, figures):
    limits = PointLimits("class", Decimal(-1), Decimal(1), "seen", "table 7-3")
    unit = "V" if function == "dcv" else "ohm"
    point = Point("p", "s", function, Decimal(nominal), Decimal(100), unit, {"class": limits}, "uut")
    contributions = [
        Contribution(kind, value, half, its, 0.0, RECTANGULAR, "seen", "x")
        for kind, (value, half, its) in figures.items()
    ]
    contributions.append(Contribution("resolution", 0.0, 5e-9, unit, 0.0, RECTANGULAR, "seen", "x"))
    return PointReferences(point, limits, "CAL", "calibrator", tuple(contributions))


def result(function, nominal, values, figures):
    section = PROCEDURE.sections("fluke_5522a")[0]
    seen = observed(values, float(nominal))
    found = PROCEDURE.evaluate(section, [seen], {"p": references(function, nominal, figures)})
    return found[0].budget.evaluate()


@given(given_v=st.floats(9.999, 10.001))
def test_a_calibrator_that_gives_too_much_is_set_too_low(given_v):
    exact = {kind: (0.0, half, unit) for kind, (_, half, unit) in VOLTS.items()}
    assert result("dcv", 10, [given_v] * 3, exact).value == pytest.approx(10.0 - given_v, abs=1e-12)


def test_what_the_meter_takes_from_the_source_is_put_back():
    at_terminals = 10.0 / (1.0 + 50.1 * 1e-7)  # 10 V behind 50 ohm and leads, seen by 10 Mohm
    assert result("dcv", 10, [at_terminals] * 3, VOLTS).value == pytest.approx(0.0, abs=1e-12)


def test_contributions_of_ten_volts_by_hand():
    found = {line.name: abs(line.contribution) for line in result("dcv", 10, [10.0] * 3, VOLTS).lines}
    assert found["meter"] == pytest.approx(81e-6 / math.sqrt(3.0), rel=1e-5)
    assert found["emf"] == pytest.approx(0.3e-6 / math.sqrt(3.0), rel=1e-5)
    assert found["loading"] == pytest.approx(10.0 * 50.1 * 1e-9 / math.sqrt(3.0), rel=1e-5)
    assert found["leads"] == pytest.approx(10.0 * 0.1 * 1e-7 / math.sqrt(3.0), rel=1e-5)


def test_zero_needs_no_source():
    found = result("dcv", 0, [2e-6] * 3, {"meter": (0.0, 1e-7, "V"), "emf": (0.0, 3e-7, "V")})
    assert found.value == pytest.approx(-2e-6)


def test_leakage_lies_across_the_resistance():
    leak = 1e-12
    true = 1e6
    figures = {"meter": (0.0, 0.0, "ohm"), "leakage": (leak, 0.0, "S")}
    seen = true / (1.0 + true * leak)
    assert result("res4w", 1_000_000, [seen] * 3, figures).value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("missing", sorted(VOLTS))
def test_a_missing_figure_is_an_error_and_never_a_zero(missing):
    figures = {kind: figure for kind, figure in VOLTS.items() if kind != missing}
    with pytest.raises(MissingReferenceError, match=missing):
        result("dcv", 10, [10.0] * 3, figures)


def test_the_makers_limits_are_in_the_table_for_both_signs():
    """5522A Operators Manual, table 7-3, p. 7-7: some of its 90-day limits."""
    points = {point.nominal: point for point in PROCEDURE.sections("fluke_5522a")[0].points if point.nominal}
    for volts, limit in (("0.329", "5.9e-6"), ("3.29", "3.2e-5"), ("10", "1.2e-4"), ("329", "5.1e-3")):
        for sign in (1, -1):
            found = points[sign * Decimal(volts)].limits["90d"]
            assert (found.upper, found.status) == (Decimal(limit), "seen")
            assert points[sign * Decimal(volts)].limits["1y"].status == "memory_high"
