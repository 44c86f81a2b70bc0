"""Functions of one's own, implicit models, integrals (JCGM 100:2008, 5.1.3; JCGM 102:2011, 6.3)."""

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    UncertainArray,
    UnitsError,
    array,
    implicit,
    integral,
    normal,
    standard_uncertainty,
    uncertain,
    wrapped,
)

UR = pint.get_application_registry()
leaf = UncertainArray.leaf


def test_numeric_derivatives_of_a_function_from_outside():
    erf = wrapped(lambda x, s: math.erf(x / s))
    found = erf(leaf(0.7, 0.01), leaf(1.3, 0.02))
    slope = 2 / math.sqrt(math.pi) * math.exp(-((0.7 / 1.3) ** 2))
    assert found.u == pytest.approx(math.hypot(0.01 * slope / 1.3, 0.02 * slope * 0.7 / 1.3**2), rel=1e-9)
    assert wrapped(math.erf)(0.5) == math.erf(0.5)


def test_analytic_derivatives_are_taken_where_given():
    cube = wrapped(lambda x: x**3, derivatives=[lambda x: 3 * x**2])
    assert cube(leaf(2.0, 0.1)).u == pytest.approx(1.2, rel=1e-15)
    with pytest.raises(InputError, match="1 derivatives for 2"):
        cube(leaf(2.0, 0.1), 1.0)


def test_arrays_go_through_elementwise():
    found = wrapped(lambda x: np.sin(x) ** 2)(leaf(np.array([0.0, 0.5, 1.0]), 0.1))
    assert found.u.tolist() == pytest.approx([abs(0.1 * math.sin(2 * x)) for x in (0.0, 0.5, 1.0)], abs=1e-10)


def test_units_are_handed_over_as_asked():
    magnus = wrapped(lambda t: 6.112 * math.exp(17.62 * t / (243.12 + t)), units=["degC"], unit="hPa")
    found = magnus(uncertain(normal("t", 293.15, 0.1, "K")))
    assert found.to("Pa").magnitude.value == pytest.approx(2333, abs=1)
    slope = 6.112 * math.exp(17.62 * 20 / 263.12) * 17.62 * 243.12 / 263.12**2
    assert standard_uncertainty(found).magnitude == pytest.approx(0.1 * slope, rel=1e-8)
    with pytest.raises(UnitsError):
        magnus(UR.Quantity(1.0, "V"))


def test_own_function_in_a_budget_is_propagated_and_drawn():
    gamma = wrapped(lambda x: np.exp(-x) * x)
    budget = Budget(
        lambda a, b: gamma(a) * b, [normal("a", 0.5, 0.01, ""), normal("b", 2, 0.01, "")], unit=""
    )
    result = budget.evaluate()
    assert result.u == pytest.approx(
        math.hypot(0.01 * 2 * math.exp(-0.5) * 0.5, 0.01 * math.exp(-0.5) * 0.5), rel=1e-9
    )
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    assert drawn.u == pytest.approx(result.u, rel=0.02)


def test_function_that_gives_no_number_is_named():
    with pytest.raises(ModelError, match="no number"):
        wrapped(lambda x: "seven")(leaf(1.0, 0.1))


# IEC 60751:2022, table 1: 138.5055 ohm at 100 degC
def test_temperature_from_the_resistance_of_a_platinum_thermometer():
    def equation(t, r):
        return 100.0 * (1 + 3.9083e-3 * t - 5.775e-7 * t**2) - r

    temperature = implicit(equation, bracket=(-10.0, 850.0), units=["ohm"], unit="degC")
    found = temperature(uncertain(normal("r", 138.5055, 0.0379, "ohm")))
    assert found.magnitude.value == pytest.approx(100.0, abs=2e-4)
    slope = 100 * (3.9083e-3 - 2 * 5.775e-7 * 100)
    assert standard_uncertainty(found).magnitude == pytest.approx(0.0379 / slope, rel=1e-6)
    assert str(standard_uncertainty(found).units) == "delta_degree_Celsius"
    with pytest.raises(ModelError, match="no change of sign"):
        temperature(UR.Quantity(1e6, "ohm"))


def test_implicit_model_keeps_correlations_and_takes_single_values():
    root = implicit(lambda y, a, b: y**2 * b - a, bracket=(0.0, 100.0))
    a, b = leaf(9.0, 0.1), leaf(4.0, 0.2)
    assert (root(a, b) - np.sqrt(a / b)).u == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(InputError):
        root(leaf(np.ones(2), 0.1), 1.0)


def test_integral_with_uncertain_function_and_limits():
    a, top = leaf(2.0, 0.1), leaf(1.0, 0.05)
    found = integral(lambda t: a * np.exp(-a * t), 0.0, top)
    assert found.value == pytest.approx(1 - math.exp(-2), rel=1e-10)
    expected = math.hypot(0.1 * math.exp(-2), 0.05 * 2 * math.exp(-2))
    assert found.u == pytest.approx(expected, rel=1e-9)


def test_integral_has_units():
    power = uncertain(normal("p", 3.0, 0.1, "W"))
    found = integral(
        lambda t: power * (1 + t / UR.Quantity(10.0, "s")), UR.Quantity(0.0, "s"), UR.Quantity(4.0, "s")
    )
    assert found.to("J").magnitude.value == pytest.approx(14.4)
    assert standard_uncertainty(found.to("J")).magnitude == pytest.approx(0.48)


def test_integral_that_does_not_settle_is_refused():
    with pytest.raises(ModelError, match="does not settle"):
        integral(lambda t: np.where(t > 0.3217, 1.0, 0.0), 0.0, 1.0, tolerance=1e-14)


def test_readings_as_an_array_are_averaged_with_units():
    readings = array([1.0, 2.0, 3.0], 0.3, "mV")
    assert standard_uncertainty(readings.mean()).to("uV").magnitude == pytest.approx(300 / math.sqrt(3))


def test_numeric_steps_are_on_the_scale_of_u():  # JCGM 100, 5.1.3 note 2
    assert wrapped(math.sin)(leaf(1e6 + 0.5, 0.1)).u == pytest.approx(
        0.1 * abs(math.cos(1e6 + 0.5)), rel=1e-8
    )
    fine = wrapped(lambda x: math.sin(1e9 * x))(leaf(1.0, 1e-11))
    assert fine.u == pytest.approx(1e-2 * abs(math.cos(1e9)), rel=1e-5)
    for u in (1e-12, 1e-9, 1e-6, 1e-3):  # a slope is not lost in rounding where u is small
        assert wrapped(math.exp)(leaf(2.0, u)).u == pytest.approx(u * math.exp(2.0), rel=1e-4)


def test_step_in_a_budget_follows_its_inputs():
    sine = wrapped(math.sin)
    budget = Budget(
        lambda x, k: sine(x * k), [normal("x", 1e6 + 0.5, 0.1, ""), normal("k", 1, 0, "")], unit=""
    )
    assert budget.evaluate().u == pytest.approx(0.1 * abs(math.cos(1e6 + 0.5)), rel=1e-8)


@pytest.mark.parametrize(
    ("function", "at", "u"),
    [
        (lambda x: float(x > 0.0), 0.0, 0.1),
        (lambda x: float(x > 0.05), 0.0, 0.1),  # the jump lies within u, not within the smaller steps
        (lambda x: max(x, 2 * x), 0.0, 0.1),
        (abs, 0.0, 0.1),
        (math.sqrt, 0.0, 0.1),
        (math.log, 1e-9, 0.1),
        (lambda x: x if x == 1.0 else math.nan, 1.0, 0.1),
    ],
)
def test_slope_that_depends_on_the_step_is_refused(function, at, u):
    with pytest.raises(ModelError, match=r"Monte Carlo|fails") as caught:
        assert wrapped(function)(leaf(at, u)).u == 0
    assert caught.value.code in {"rough", "undefined"}


def test_flat_and_bent_functions_are_not_refused():
    assert wrapped(lambda x: 3.0)(leaf(1.0, 0.1)).u == 0.0
    assert wrapped(math.cos)(leaf(0.0, 0.1)).u == pytest.approx(0.0, abs=1e-15)
    assert wrapped(math.sqrt)(leaf(0.05, 0.1)).u == pytest.approx(0.05 / math.sqrt(0.05), rel=1e-3)
    assert wrapped(math.exp)(leaf(0.0, 1.0)).u == pytest.approx(1.0, rel=1e-8)
    assert wrapped(lambda x, y: x * y)(leaf(0.0, 0.1), leaf(0.0, 0.1)).u == 0.0


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(ModelError, match="gives nan"):
        wrapped(lambda x: math.nan)(leaf(1.0, 0.1))
    with pytest.raises(ModelError, match=r"sqrt fails at -1"):
        wrapped(math.sqrt)(leaf(-1.0, 0.1))
    slope = wrapped(math.sqrt, derivatives=[lambda x: 0.5 / math.sqrt(x)])
    with pytest.raises(ModelError, match="derivative of sqrt fails at 0"):
        assert slope(leaf(0.0, 0.1)).u == 0


def test_long_chains_of_own_functions_are_swept_in_linear_time():
    calls = 0

    def count(x):
        nonlocal calls
        calls += 1
        return math.sin(x)

    value = leaf(1.0, 0.01)
    for _ in range(40):
        value = wrapped(count)(value)
    assert value.u > 0.0
    assert calls < 40 * 40 * 20


def test_integral_over_a_period_is_zero():
    a = leaf(2.0, 0.1)
    found = integral(lambda t: a * np.sin(t), 0.0, 2 * math.pi)
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert found.u == pytest.approx(0.0, abs=1e-12)


def test_integral_is_repeated_until_u_settles():
    # the value is 0 at any number of nodes; its slope by a is that of ∫ t sin(25 t) dt and needs many
    a = leaf(0.0, 0.1)
    found = integral(lambda t: a * t * np.sin(25.0 * t), 0.0, 3.0)
    exact = math.sin(75.0) / 625.0 - 3.0 * math.cos(75.0) / 25.0
    assert found.u == pytest.approx(0.1 * abs(exact), rel=1e-6)


def test_integral_to_infinity():
    a = leaf(2.0, 0.1)
    found = integral(lambda t: np.exp(-a * t), 0.0, math.inf)
    assert found.value == pytest.approx(0.5, rel=1e-9)
    assert found.u == pytest.approx(0.1 / 4.0, rel=1e-6)
    start = leaf(1.0, 0.1)
    assert integral(lambda t: 1.0 / (t * t), start, math.inf).u == pytest.approx(0.1, rel=1e-6)
    assert integral(np.exp, -math.inf, 0.0) == pytest.approx(1.0, rel=1e-9)
    assert integral(lambda t: np.exp(-t), math.inf, 0.0) == pytest.approx(-1.0, rel=1e-9)
    assert integral(lambda t: np.exp(-t * t), math.inf, -math.inf) == pytest.approx(-math.sqrt(math.pi))
    tau = UR.Quantity(3.0, "s")
    decay = integral(lambda t: np.exp(-(t / tau)), UR.Quantity(0.0, "s"), UR.Quantity(math.inf, "s"))
    assert decay.to("ms").magnitude == pytest.approx(3000.0)


def test_implicit_model_with_three_solutions_is_refused():
    cubic = implicit(lambda y, a: (y - 1.0) * (y - 2.0) * (y - 3.0) - a, bracket=(0.0, 4.0))
    with pytest.raises(ModelError, match="3 solutions between 0 and 4") as caught:
        cubic(leaf(0.0, 0.01))
    assert caught.value.code == "several-solutions"
    one = implicit(lambda y, a: (y - 1.0) * (y - 2.0) * (y - 3.0) - a, bracket=(2.5, 4.0))
    assert one(leaf(0.0, 0.01)).value == pytest.approx(3.0)
