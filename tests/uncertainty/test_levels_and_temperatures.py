"""dB, dBm, degC, K, ppm and %: what adds, what differs, and what means nothing."""

from __future__ import annotations

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    UncertainArray,
    UnitsError,
    array,
    covariance,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty._units import parse_unit, quantity


def of(name, value, unit, u=0.1):
    return uncertain(normal(name, value, u, unit))


gain, loss = of("gain", 3.0, "dB"), of("loss", 1.0, "dB")
power, other = of("power", 10.0, "dBm"), of("other", -20.0, "dBW")
neper = of("neper", 1.0, "Np", 0.01)
room, bath, step = of("room", 20.0, "degC"), of("bath", 25.0, "degC"), of("step", 0.5, "K", 0.02)
kelvin = of("kelvin", 293.15, "K")
PLAIN_GAIN = quantity(3.0, parse_unit("dB"))


@pytest.mark.parametrize(
    ("call", "value", "u", "unit"),
    [
        (lambda: gain + loss, 4.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: gain - loss, 2.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: gain - gain, 0.0, 0.0, "decibel"),
        (lambda: 2 * gain, 6.0, 0.2, "decibel"),
        (lambda: gain * 2, 6.0, 0.2, "decibel"),
        (lambda: gain / 2, 1.5, 0.05, "decibel"),
        (lambda: -gain, -3.0, 0.1, "decibel"),
        (lambda: of("n", 2.0, "") * gain, 6.0, math.hypot(0.2, 0.3), "decibel"),
        (lambda: gain + neper, 3.0 + 20.0 / math.log(10.0), math.hypot(0.1, 0.2 / math.log(10.0)), "decibel"),
        (lambda: power + gain, 13.0, math.hypot(0.1, 0.1), "decibelmilliwatt"),
        (lambda: gain + power, 13.0, math.hypot(0.1, 0.1), "decibelmilliwatt"),
        (lambda: power - gain, 7.0, math.hypot(0.1, 0.1), "decibelmilliwatt"),
        (lambda: power + PLAIN_GAIN, 13.0, 0.1, "decibelmilliwatt"),
        (lambda: PLAIN_GAIN + power, 13.0, 0.1, "decibelmilliwatt"),
        (lambda: power - other, 0.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: (power - other) / 2 + gain, 3.0, math.sqrt(0.015), "decibel"),
        (lambda: power.to("mW"), 10.0, math.log(10.0) * 0.1, "milliwatt"),
        (lambda: gain.to(""), 10.0**0.3, math.log(10.0) * 10.0**0.3 * 0.01, "dimensionless"),
        (lambda: sum([gain, loss]), 4.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: np.sum(array([1.0, 2.0], 0.1, "dB")), 3.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: np.mean(array([1.0, 2.0], 0.1, "dBm")), 1.5, 0.1 / math.sqrt(2.0), "decibelmilliwatt"),
        (lambda: np.diff(array([1.0, 2.0], 0.1, "dBm"))[0], 1.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: np.std(array([1.0, 2.0], 0.1, "dBm")), 0.5, 0.05 * math.sqrt(2.0), "decibel"),
        (lambda: np.subtract(power, other), 0.0, math.hypot(0.1, 0.1), "decibel"),
        (lambda: room + step, 20.5, math.hypot(0.1, 0.02), "degree_Celsius"),
        (lambda: step + room, 20.5, math.hypot(0.1, 0.02), "degree_Celsius"),
        (lambda: np.add(room, step), 20.5, math.hypot(0.1, 0.02), "degree_Celsius"),
        (lambda: room + of("mk", 500.0, "mK", 20.0), 20.5, math.hypot(0.1, 0.02), "degree_Celsius"),
        (lambda: of("f", 68.0, "degF") + of("k", 5.0, "K", 0.0), 77.0, 0.1, "degree_Fahrenheit"),
        (lambda: bath - room, 5.0, math.hypot(0.1, 0.1), "delta_degree_Celsius"),
        (lambda: np.subtract(bath, room), 5.0, math.hypot(0.1, 0.1), "delta_degree_Celsius"),
        (lambda: room - (bath - room), 15.0, math.hypot(0.2, 0.1), "degree_Celsius"),
        (lambda: (bath - room) + step, 5.5, math.sqrt(0.0204), "kelvin"),
        (lambda: kelvin - room, 0.0, math.hypot(0.1, 0.1), "kelvin"),
        (lambda: np.mean(np.stack([room, bath])), 22.5, 0.1 / math.sqrt(2.0), "degree_Celsius"),
        (lambda: np.ptp(np.stack([room, bath])), 5.0, math.hypot(0.1, 0.1), "delta_degree_Celsius"),
    ],
)
def test_what_a_metrologist_expects(call, value, u, unit):
    found = call()
    assert str(found.units) == unit
    assert found.magnitude.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    assert found.magnitude.u == pytest.approx(u, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    "call",
    [
        lambda: power + power,
        lambda: power + other,
        lambda: gain - power,
        lambda: 2 * power,
        lambda: power / 2,
        lambda: gain + 1,
        lambda: 1 - gain,
        lambda: np.sum(array([1.0, 2.0], 0.1, "dBm")),
        lambda: np.cumsum(array([1.0, 2.0], 0.1, "dBm")),
        lambda: np.trace(array(np.eye(2), 0.1, "degC")),
        lambda: np.var(array([1.0, 2.0], 0.1, "dB")),
        lambda: np.sqrt(gain),
        lambda: np.hypot(room, bath),
        lambda: np.kron(array([1.0], 0.1, "degC"), array([1.0], 0.1, "degC")),
        lambda: room + bath,
        lambda: room - step,
        lambda: room - kelvin,
    ],
)
def test_what_means_nothing_is_refused_and_says_what_to_write(call):
    with pytest.raises(UnitsError) as caught:
        call()
    assert caught.value.way_out


@pytest.mark.parametrize(
    "call",
    [lambda: gain * gain, lambda: 2 * room, lambda: room * step, lambda: power * kelvin, lambda: room**2],
)
def test_pint_refuses_products_of_scales(call):
    with pytest.raises(pint.errors.OffsetUnitCalculusError):
        call()


def test_others_keep_pints_own_rules():
    plain = quantity(20.0, parse_unit("degC"))
    with pytest.raises(pint.errors.OffsetUnitCalculusError):
        plain + quantity(0.5, parse_unit("K"))
    assert (quantity(1.0, parse_unit("V")) + quantity(1.0, parse_unit("mV"))).magnitude == 1.001


def test_covariances_of_temperatures_and_levels_are_of_differences():
    assert str(covariance(room, power).units) in (
        "decibel * delta_degree_Celsius",
        "delta_degree_Celsius * decibel",
    )
    assert str(standard_uncertainty(room).units) == "delta_degree_Celsius"
    assert str(standard_uncertainty(power).units) == "decibel"


def test_models_in_db_and_degc_are_the_same_for_budget_and_draws():
    chain = Budget(
        lambda source, cable, reading: reading - (source - 2 * cable),
        [
            normal("source", 0.0, 0.05, "dBm"),
            normal("cable", 0.6, 0.02, "dB"),
            normal("reading", -1.3, 0.03, "dBm"),
        ],
        unit="dB",
    )
    found = chain.evaluate(policy="k2")
    assert found.value == pytest.approx(-0.1, abs=1e-12)
    assert found.u == pytest.approx(math.sqrt(0.05**2 + 0.04**2 + 0.03**2), rel=1e-12)
    drawn = chain.monte_carlo(np.random.default_rng(1), draws=20_000)
    assert drawn.u == pytest.approx(found.u, rel=0.03)
    corrected = Budget(
        lambda t, c: t + c, [normal("t", 20.0, 0.1, "degC"), normal("c", 50.0, 10.0, "mK")], unit="degC"
    ).evaluate()
    assert corrected.value == pytest.approx(20.05, rel=1e-12)
    assert corrected.u == pytest.approx(math.hypot(0.1, 0.01), rel=1e-12)


def test_a_sum_of_quantities_is_made_without_asking_pint_each_time():
    quantities = [quantity(UncertainArray.leaf(1.0, 0.1), parse_unit("V")) for _ in range(50)]
    total = sum(quantities[1:], quantities[0])
    assert total.magnitude.u == pytest.approx(0.1 * math.sqrt(50.0))
    assert total.to("mV").magnitude.value == pytest.approx(50_000.0)
    assert type(total) is type(parse_unit("V")._REGISTRY.Quantity(1.0, "V"))
    assert (total + quantities[0].to("mV")).units == total.units
