"""dB/m, dB/K and their like: dB along a way are dB, and levels are not divided."""

from __future__ import annotations

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    UnitsError,
    array,
    dumps,
    loads,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty._units import parse_unit, quantity
from calibrator_uncertainty.rounding import express


def of(name, value, unit, u=0.1):
    return uncertain(normal(name, value, u, unit))


loss, length = of("loss", 2.0, "dB/m"), of("length", 3.0, "m", 0.01)
gain, power = of("gain", 6.0, "dB"), of("power", 10.0, "dBm", 0.2)
ALONG = math.hypot(0.3, 0.02)


@pytest.mark.parametrize(
    ("call", "value", "u", "unit"),
    [
        (lambda: loss * length, 6.0, ALONG, "decibel"),
        (lambda: length.to("cm") * loss, 6.0, ALONG, "decibel"),
        (lambda: quantity(2.0, parse_unit("dB/m")) * length, 6.0, 0.02, "decibel"),
        (lambda: power - loss * length, 4.0, math.hypot(ALONG, 0.2), "decibelmilliwatt"),
        (lambda: power - np.multiply(loss, length), 4.0, math.hypot(ALONG, 0.2), "decibelmilliwatt"),
        (lambda: gain + loss * length, 12.0, math.hypot(ALONG, 0.1), "decibel"),
        (lambda: gain / length * length, 6.0, 0.1, "decibel"),
        (lambda: gain / length * length - gain, 0.0, 0.0, "decibel"),
        (lambda: gain / of("half", 3.0, "dB", 0.0), 2.0, 0.1 / 3.0, "dimensionless"),
        (lambda: of("n", 1.0, "Np/m", 0.0) * length, 60.0 / math.log(10.0), 0.2 / math.log(10.0), "decibel"),
        (lambda: of("c", 0.01, "dB/K", 0.0) * of("t", 5.0, "delta_degC", 0.1), 0.05, 0.001, "decibel"),
        (lambda: loss.to("dB/km"), 2000.0, 100.0, "delta_decibel / kilometer"),
    ],
)
def test_value_u_and_unit(call, value, u, unit):
    found = call()
    assert found.magnitude.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    assert standard_uncertainty(found).magnitude == pytest.approx(u, rel=1e-12, abs=1e-12)
    assert str(found.units) == unit


def test_budgets_tables_and_draws_of_a_cable():
    inputs = [normal("a", 2.0, 0.1, "dB/m"), normal("w", 300.0, 1.0, "cm"), normal("p", 10.0, 0.1, "dBm")]
    budget = Budget(lambda a, w, p: p - a * w, inputs, unit="dBm")
    u = math.hypot(0.3, 0.02, 0.1)
    assert budget.evaluate().value == pytest.approx(4.0)
    assert budget.evaluate().u == pytest.approx(u)
    assert budget.table({"w": [100.0, 200.0]}).value == pytest.approx([8.0, 6.0])
    assert budget.monte_carlo(np.random.default_rng(1), draws=50_000).u == pytest.approx(u, rel=0.03)
    back = Budget(
        lambda g, w: g / w, [normal("g", 6.0, 0.1, "dB"), normal("w", 3.0, 0.01, "m")], unit="dB/km"
    )
    assert back.evaluate().value == pytest.approx(2000.0)


def test_it_is_stored_and_written_as_the_trade_writes_it():
    again = loads(dumps({"loss": loss}))["loss"]
    assert standard_uncertainty(again - loss).magnitude == 0.0
    assert express(loss).plus_minus() == "(2.00 ± 0.20) dB/m"
    assert express(loss * length).plus_minus() == "(6.00 ± 0.59) dB"
    assert (array([1.0, 2.0], 0.1, "dB/m") * length).magnitude.value == pytest.approx([3.0, 6.0])


@pytest.mark.parametrize("unit", ["dBm/Hz", "dBW*s", "dBm**2"])
def test_levels_are_not_divided(unit):
    with pytest.raises(UnitsError, match="a level is not divided"):
        of("x", 1.0, unit)


def test_a_difference_of_levels_is_no_plain_number():
    with pytest.raises(pint.errors.DimensionalityError):
        quantity(6.0, parse_unit("delta_decibel")).to("")
    with pytest.raises(pint.errors.DimensionalityError):
        loss + gain
    inputs = [normal("a", 2.0, 0.1, "dB/m"), normal("w", 3.0, 0.1, "m")]
    with pytest.raises(UnitsError):
        Budget(lambda a, w: a / w, inputs, unit="dB").evaluate()
