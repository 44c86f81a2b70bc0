"""A calibrator compared with a reference: what swapped leads and the meter's transfer figure take out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calibrator import proof
from calibrator.procedure import Contribution, PointObservations, PointReferences, Reading, sections_asked
from calibrator_procedures.calibrator_dc import PROCEDURE

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECTION = next(item for item in PROCEDURE.sections("fluke_5522a") if item.id == "transfer")
POINT = next(item for item in SECTION.points if item.nominal == Decimal(-10))
FIGURES = {
    "reference": (3e-6, 45e-6, "V"),
    "transfer": (0.0, 1e-6, "V"),
    "emf_change": (0.0, 5e-8, "V"),
    "leads": (0.1, 0.1, "ohm"),
    "loading": (5e-11, 5e-11, "S"),
    "resolution": (0.0, 5e-9, "V"),
}


def found(unit_v, reference_v, *, gain=0.0, zero_v=0.0, emf_v=0.0, seconds=1.0):
    """Evaluate what a meter shows of two true voltages, in the four connections."""
    shown = [reference_v, unit_v, -unit_v, -reference_v]
    values = [volts * (1.0 + gain) + zero_v + emf_v for volts in shown for _ in range(10)]
    readings = tuple(
        Reading("", value, AT, place, monotonic_ns=round(place * seconds * 1e9), applied=-10.0)
        for place, value in enumerate(values)
    )
    limits = POINT.limits["90d"]
    contributions = tuple(
        Contribution(kind, value, half, unit, 0.0, "limit_rectangular", "seen", "x")
        for kind, (value, half, unit) in FIGURES.items()
    )
    references = PointReferences(POINT, limits, "REF", "reference", contributions)
    observed = PointObservations(POINT.id, 1, -10.0, readings, 23.0, 45.0)
    return PROCEDURE.evaluate(SECTION, [observed], {POINT.id: references})


def test_gain_zero_and_emf_of_the_meter_cancel():
    """The set value is -10 V, the reference gives 3 uV more than it says, the unit is 50 uV from it."""
    [clean] = found(-10.00005, -10.0)
    [meant] = found(-10.00005, -10.0, gain=8e-6, zero_v=5e-6, emf_v=0.3e-6)
    assert clean.budget.evaluate().value == pytest.approx(50e-6 - 3e-6, abs=1e-11)
    assert meant.budget.evaluate().value == pytest.approx(clean.budget.evaluate().value, abs=1e-9)


def test_the_reference_decides_the_uncertainty():
    [item] = found(-10.00005, -10.0)
    lines = {line.name: abs(line.contribution) for line in item.budget.evaluate().lines}
    assert max(lines, key=lines.__getitem__) == "reference"
    assert lines["transfer"] == pytest.approx(1e-6 / 3**0.5, rel=1e-9)


def test_a_comparison_that_took_too_long_has_no_result():
    assert found(-10.0, -10.0, seconds=20.0) == ()


def test_it_is_measured_only_where_a_job_names_it():
    sections = PROCEDURE.sections("fluke_5522a")
    assert [item.id for item in sections_asked(sections, ())] == ["dcv", "ohms"]
    assert "transfer" in [item.id for item in sections_asked(sections, ["transfer"])]


def test_true_ohms_of_an_8588a_take_the_emf_of_the_leads_away():
    """With its current one way only, 0.3 uV over 1 ohm made errors of ten times u (rms z 8.4 in 40 runs)."""
    order = proof.Order(
        "calibrator_dc", uut="SIM-UNIT-51", runs=3, seed=1, sections=("ohms",), drawn_runs=0, repeat_every=0
    )
    assert proof.prove(order).overall.rms_z.value < 2.0
