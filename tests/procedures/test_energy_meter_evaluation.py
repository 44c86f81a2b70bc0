"""Evaluation of an energy meter in place: ratio of the gates, power factor, gates that do not count."""

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
from calibrator_procedures.energy_meter import PROCEDURE
from calibrator_procedures.energy_meter._window import Window

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SETTINGS = {
    **{"pulses_per_kwh": 1000.0, "pulses": 100, "poll_s": 0.2},
    **{"power_low_w": 500.0, "power_high_w": 1500.0},
}
KINDS = ("reference_low", "reference_high", "integration", "phase")


def readings(values):
    return tuple(Reading(repr(value), value, AT, seq) for seq, value in enumerate(values))


def observed(totals, energies, *, watts=1000.0, factor=1.0):
    many = len(totals)
    parts = {"reference": energies, "power": [watts] * many, "factor": [factor] * many}
    return PointObservations(
        "p", 1, None, readings(totals), 23.0, 45.0, {name: readings(row) for name, row in parts.items()}
    )


def references(kinds=KINDS):
    limits = PointLimits("class", Decimal(-1), Decimal(1), "memory_high", "IEC 62053-21")
    point = Point(
        "p", "high", "energy", Decimal(0), Decimal(100), "%", {"class": limits}, "reference", SETTINGS
    )
    half = {
        "reference_low": (1.3, "W"),
        "reference_high": (2.3, "W"),
        "integration": (0.0012, ""),
        "phase": (0.002, ""),
    }
    figures = tuple(
        Contribution(kind, 0.0, half[kind][0], half[kind][1], 0.0, "limit_rectangular", "seen", "x")
        for kind in kinds
    )
    return PointReferences(point, limits, "WT310", "WT310", figures)


def evaluated(seen, **how):
    section = PROCEDURE.sections("eastron_sdm630")[1]
    return PROCEDURE.evaluate(section, [seen], {"p": references(**how)})


def result(seen):
    return evaluated(seen)[0].budget.evaluate()


def test_the_first_edge_opens_the_gate_and_is_not_counted():
    found = result(observed([101.0] * 5, [100.0] * 5))
    assert found.value == pytest.approx(0.0, abs=1e-9)


@given(percent=st.floats(-5.0, 5.0))
def test_a_meter_that_counts_too_much_has_a_positive_error(percent):
    true_wh = 100.0 / (1.0 + percent / 100.0)
    assert result(observed([101.0] * 3, [true_wh] * 3)).value == pytest.approx(percent, abs=1e-9)


def test_the_references_phase_error_counts_by_the_tangent():
    found = result(observed([101.0] * 5, [100.0] * 5, factor=0.5))
    line = next(item for item in found.lines if item.name == "phase")
    assert abs(line.contribution) == pytest.approx(100.0 * math.sqrt(3.0) * 0.002 / math.sqrt(3.0))
    assert (
        next(i for i in result(observed([101.0] * 5, [100.0] * 5)).lines if i.name == "phase").contribution
        == 0
    )


def test_contributions_by_hand():
    found = result(observed([101.0] * 5, [100.0] * 5))
    by_hand = {
        "reference": 100.0 * 1.8 / 1000.0 / math.sqrt(3.0),
        "integration": 100.0 * 0.0012 / math.sqrt(3.0),
        # gates that do not scatter: the triangular lag of 0.2 s in 360 s
        "ratio": 100.0 * 0.2 / 360.0 / math.sqrt(6.0) / math.sqrt(5.0),
    }
    lines = {item.name: abs(item.contribution) for item in found.lines}
    for name, expected in by_hand.items():
        assert lines[name] == pytest.approx(expected, rel=1e-6), name


def test_the_references_limit_is_that_of_the_load_of_the_gates():
    """0.1 % of the reading and 0.8 W: 1.8 W at 1000 W, 1.4 W at 600 W."""
    for watts, half in ((1000.0, 1.8), (600.0, 1.4)):
        found = result(observed([101.0] * 5, [100.0] * 5, watts=watts))
        line = next(item for item in found.lines if item.name == "reference")
        assert line.u == pytest.approx(half / math.sqrt(3.0))


def test_one_gate_is_no_result():
    assert evaluated(observed([101.0], [100.0])) == ()


@pytest.mark.parametrize("missing", KINDS)
def test_a_missing_figure_is_an_error_and_never_a_zero(missing):
    kinds = tuple(kind for kind in KINDS if kind != missing)
    with pytest.raises(MissingReferenceError, match=missing):
        evaluated(observed([101.0] * 2, [100.0] * 2), kinds=kinds)


class Loads:
    """A bench whose load takes the values of a list, the last one for ever."""

    def __init__(self, loads):
        self._loads = list(loads)
        self.decisions = []
        self.waited_s = 0.0

    def look(self, part):
        watts, factor = self._loads[0]
        if part == "power":
            return watts
        if len(self._loads) > 1:
            self._loads.pop(0)
        return factor

    def wait(self, seconds):
        self.waited_s += seconds

    def decide(self, what, **inputs):
        self.decisions.append((what, inputs))


WINDOW = Window((900.0, 1100.0), (0.9, 1.0), 0.05, 3, 10.0, 600.0)


def test_a_load_that_wanders_into_the_window_is_waited_for():
    bench = Loads([(100.0, 1.0), (1000.0, 1.0), (1080.0, 1.0), (1000.0, 0.7), (1000.0, 1.0), (1010.0, 1.0)])
    assert WINDOW.wait(bench)
    assert bench.decisions[-1][1]["power_w"] == 1010.0


def test_a_load_that_never_comes_is_said_and_given_up():
    bench = Loads([(100.0, 1.0)])
    assert not WINDOW.wait(bench)
    assert bench.waited_s == pytest.approx(600.0)
    assert "did not come" in bench.decisions[0][0]
