"""Evaluation of time bases: models, resolution, lock of the oscillator, published Allan deviations."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    ParametersEvaluation,
    Point,
    PointEvaluation,
    PointLimits,
    PointObservations,
    PointReferences,
    Reading,
)
from calibrator_procedures.frequency import PROCEDURE

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
F = 1e7
# NBS Monograph 140, Annex 8.E (nine values), as W. J. Riley, NIST SP 1065 (2008), table 31, gives them
NBS14 = (892, 809, 823, 798, 671, 644, 883, 903, 677)
NBS14_ADEV = 91.22945


def readings(values):
    return tuple(Reading(repr(value), value, AT, seq) for seq, value in enumerate(values))


def observed(values, *, applied=None, locks=None):
    locks = [1.0] * len(values) if locks is None else locks
    return PointObservations(
        "freq:p", 1, applied, readings(values), 23.0, 45.0, {"reference": readings(locks)}
    )


def references(unit, *, half_width=1e-12, step=1e-4, kinds=("reference", "resolution")):
    limits = PointLimits("1y", Decimal(-10), Decimal(10), "memory_medium", "data sheet")
    settings = {"unit": unit, "gate_s": 10.0}
    point = Point(
        "freq:p", "s", "freq", Decimal(10**7), Decimal(10**7), "Hz", {"1y": limits}, "reference", settings
    )
    figures = {
        "reference": Contribution("reference", 0.0, half_width, "", 0.0, "limit_rectangular", "seen", "x"),
        "resolution": Contribution("resolution", 0.0, step / 2, "Hz", 0.0, "limit_rectangular", "seen", "x"),
    }
    return PointReferences(point, limits, "GPSDO", "oscillator", tuple(figures[kind] for kind in kinds))


def evaluated(unit, seen, **figures):
    section = PROCEDURE.sections("keysight_53131a")[0]
    return PROCEDURE.evaluate(section, [seen], {"freq:p": references(unit, **figures)})


def number(unit, seen, **figures):
    found = evaluated(unit, seen, **figures)
    return next(item for item in found if isinstance(item, PointEvaluation)).budget.evaluate()


def test_a_counter_that_shows_too_much_has_a_positive_error():
    result = number("counter", observed([F + 3.0] * 4))
    assert result.value == pytest.approx(3.0, abs=1e-9)


def test_a_generator_that_gives_too_much_is_set_too_low():
    result = number("generator", observed([F + 3.0] * 4, applied=F))
    assert result.value == pytest.approx(-3.0, abs=1e-9)


@pytest.mark.parametrize(("unit", "sign"), [("counter", -1.0), ("generator", -1.0)])
def test_the_oscillators_deviation_counts_as_a_share_of_the_frequency(unit, sign):
    result = number(unit, observed([F] * 4, applied=F), half_width=1e-9)
    line = next(item for item in result.lines if item.name == "reference")
    assert line.sensitivity == pytest.approx(sign * F)
    assert line.u == pytest.approx(1e-9 / math.sqrt(3.0))


def test_the_step_of_the_reply_is_a_floor_under_readings_that_do_not_scatter():
    result = number("counter", observed([F, F, F, F]), half_width=0.0 + 1e-15, step=0.01)
    assert result.u == pytest.approx(0.01 / math.sqrt(12.0), rel=1e-6)


def test_ageing_while_it_is_read_is_no_scatter_of_the_readings():
    # noise of +1, -1, -1, +1 (four residuals of 1, two degrees of freedom) beside a drift of 100 a reading
    noise = (1.0, -1.0, -1.0, 1.0)
    seen = observed([F + 100.0 * index + off for index, off in enumerate(noise)])
    result = number("counter", seen, half_width=1e-15)
    assert result.value == pytest.approx(150.0, abs=1e-6)
    assert result.u == pytest.approx(math.sqrt(4.0 / 2.0 / 4.0), rel=1e-6)
    line = next(item for item in result.lines if item.name == "indication")
    assert line.dof == 2.0


def test_readings_without_the_oscillators_lock_are_not_used():
    seen = observed([F, F, F + 1000.0, F, F], locks=[1.0, 1.0, 0.0, 1.0, 1.0])
    assert number("counter", seen).value == pytest.approx(0.0, abs=1e-9)


def test_without_lock_there_is_no_result():
    assert evaluated("counter", observed([F] * 5, locks=[0.0, 0.0, 1.0, 1.0, 1.0])) == ()
    assert evaluated("counter", replace(observed([F] * 4), parts={})) == ()


@pytest.mark.parametrize("missing", ["reference", "resolution"])
def test_a_missing_figure_is_an_error_and_never_a_zero(missing):
    kinds = tuple(kind for kind in ("reference", "resolution") if kind != missing)
    with pytest.raises(MissingReferenceError, match=missing):
        evaluated("counter", observed([F] * 4), kinds=kinds)


def test_the_allan_deviation_is_that_of_the_published_series():
    seen = observed([F * (1.0 + 1e-6 * value) for value in NBS14])
    found = next(item for item in evaluated("counter", seen) if isinstance(item, ParametersEvaluation))
    assert dict(zip(found.names, found.values, strict=True))["allan_deviation"] == pytest.approx(
        NBS14_ADEV * 1e-6, rel=1e-7
    )
    mean = sum(NBS14) / len(NBS14) * 1e-6
    assert found.values[0] == pytest.approx(mean, rel=1e-7)


def test_every_table_names_a_wiring_and_limits_of_its_data_sheet():
    for model in PROCEDURE.models():
        for section in PROCEDURE.sections(model):
            assert section.wiring == "signal"
            for point in section.points:
                ppm = {
                    "keysight_53131a": 5,
                    "keysight_53230a": 1,
                    "keysight_33220a": 20,
                    "keysight_33500b": 1,
                }
                assert point.limits["1y"].upper == point.nominal * ppm[model] / 10**6
