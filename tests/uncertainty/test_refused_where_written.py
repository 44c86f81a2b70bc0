"""What cannot be is refused at the line that wrote it, in this room's words and with the way out."""

import math
import pickle
import statistics

import numpy as np
import pandas as pd
import pint
import pytest

import calibrator_uncertainty as cu
from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    NotSupportedError,
    UnitsError,
    array,
    complex_array,
    exponential,
    normal,
    standard_uncertainty,
    uncertain,
    uncertain_complex,
)

Q = pint.get_application_registry().Quantity
V = uncertain(normal("v", 1.0, 0.1, "V"))
T = uncertain(normal("t", 20.0, 0.1, "degC"))
LOSS = uncertain(normal("loss", 3.0, 0.1, "dB"))
ROW = array([1.0, 2.0], 0.1, "V")

READINGS = [1.0, 2.0, 4.0, 3.0]
UNKNOWN = {
    "normal": lambda unit: cu.normal("x", 1.0, 0.1, unit),
    "student_t": lambda unit: cu.student_t("x", 1.0, 0.1, 5.0, unit),
    "rectangular": lambda unit: cu.rectangular("x", 1.0, 0.1, unit),
    "triangular": lambda unit: cu.triangular("x", 1.0, 0.1, unit),
    "trapezoidal": lambda unit: cu.trapezoidal("x", 1.0, 0.1, 0.5, unit),
    "arcsine": lambda unit: cu.arcsine("x", 1.0, 0.1, unit),
    "constant": lambda unit: cu.constant("x", 1.0, unit),
    "from_half_width": lambda unit: cu.from_half_width("x", 1.0, 0.1, unit, k=2.0, treat_as="normal_k"),
    "between": lambda unit: cu.between("x", 1.0, 2.0, unit),
    "inexact_limits": lambda unit: cu.inexact_limits("x", 1.0, 2.0, 0.1, unit),
    "exponential": lambda unit: cu.exponential("x", 1.0, unit),
    "gamma": lambda unit: cu.gamma("x", 1.0, 0.1, unit),
    "lognormal": lambda unit: cu.lognormal("x", 1.0, 0.1, unit),
    "weibull": lambda unit: cu.weibull("x", 1.0, 0.1, unit),
    "beta": lambda unit: cu.beta("x", 1.0, 0.1, unit, lower=0.0, upper=3.0),
    "certificate": lambda unit: cu.certificate("x", 1.0, 0.1, unit, k=2.0),
    "specification": lambda unit: cu.specification("x", 1.0, unit, at=1.0, of_reading=1e-3),
    "from_samples": lambda unit: cu.from_samples("x", READINGS, unit),
    "from_histogram": lambda unit: cu.from_histogram("x", [0.0, 1.0, 2.0], [1, 2], unit),
    "type_a": lambda unit: cu.type_a("x", READINGS, unit),
    "pooled": lambda unit: cu.pooled("x", READINGS, unit, deviation=0.1, dof=9),
    "bayesian": lambda unit: cu.bayesian("x", READINGS, unit),
    "robust": lambda unit: cu.robust("x", READINGS, unit),
    "autocorrelated": lambda unit: cu.autocorrelated(
        "x", np.random.default_rng(3).normal(size=30).tolist(), unit
    ),
    "Input": lambda unit: cu.Input("x", 1.0, unit, 0.1),
    "Budget": lambda unit: Budget(lambda x: x, [normal("x", 1.0, 0.1, "V")], unit=unit),
    "array": lambda unit: array([1.0], 0.1, unit),
    "uncertain_complex": lambda unit: uncertain_complex("x", 1 + 1j, 0.1, unit),
    "correlated": lambda unit: cu.correlated(["x"], [1.0], np.eye(1), [unit]),
    "simultaneous": lambda unit: cu.simultaneous(["x"], [[1.0], [2.0], [4.0]], [unit]),
}


@pytest.mark.parametrize("door", UNKNOWN)
def test_unknown_units_are_refused_where_they_are_written(door):
    UNKNOWN[door]("V")
    for unit in ("volltt", "V/", "volts?"):
        with pytest.raises(UnitsError, match=r"is unknown.*Write it as pint does") as problem:
            UNKNOWN[door](unit)
        assert problem.value.code == "unknown-unit"


STRAY = [*"?!;,$#@\\'\"~|&<>=:{}[]", "..", "//", "\n", "\t", "€", "—", "−", "±", "√", "…", "“"]


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("unit", ["V{}", "{}V", "V {}", "V{}A", "V/{}A", "V{}/A", "V**2{}"])
def test_a_character_that_no_unit_has_is_never_passed_over(unit, stray):
    # pint's parser leaves out what it cannot read: "volts?" was volts, "V|A" volt times ampere
    with pytest.raises(UnitsError, match=r"is unknown.*Write it as pint does") as problem:
        normal("x", 1.0, 0.1, unit.format(stray))
    assert problem.value.code == "unknown-unit"


@pytest.mark.parametrize(
    "unit", ["V.", "kg.m", "V.5", ".V", "V()", "V*", "/V", "-V", "V-", "V-A", "2", "3 V"]
)
def test_what_is_no_product_of_powers_is_no_unit(unit):
    with pytest.raises(UnitsError):
        normal("x", 1.0, 0.1, unit)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("µV/V", "uV/V"),
        ("m·s⁻²", "m/s**2"),
        ("m⋅s", "m*s"),
        ("N×m", "N*m"),
        ("W/℃", "W/degC"),
        ("℉", "degF"),
        ("°C", "degC"),
        ("V\N{NO-BREAK SPACE}/ Hz^0.5", "V/Hz**0.5"),
        ("%/K", "percent/K"),
        ("‰", "permille"),
        ("V per (A s)", "V/A/s"),
        ("Ω m", "ohm*m"),
    ],
)
def test_units_as_people_write_them(written, meant):
    one, other = (uncertain(normal("x", 1.0, 0.1, unit)) for unit in (written, meant))
    assert one.units == other.units


OF_TEMPERATURES = {
    "T * 2": lambda: T * 2,
    "2 * T": lambda: 2 * T,
    "T / 2": lambda: T / 2,
    "2 / T": lambda: 2 / T,
    "T ** 2": lambda: T**2,
    "T ** 0.5": lambda: T**0.5,
    "T * T": lambda: T * T,
    "V * T": lambda: V * T,
    "V / T": lambda: V / T,
    "array * T": lambda: np.array([1.0, 2.0]) * T,  # asked numpy and us in turn without end
    "array / T": lambda: np.array([1.0, 2.0]) / T,
    "T * array": lambda: T * np.array([1.0, 2.0]),
    "numpy.multiply": lambda: np.multiply(T, 2.0),
    "numpy number * T": lambda: np.float64(2.0) * T,
}


@pytest.mark.parametrize("what", OF_TEMPERATURES)
def test_multiples_of_temperatures_are_refused_in_our_words(what):
    with pytest.raises(UnitsError, match=r"degree_Celsius means nothing.*\.to\('kelvin'\)") as problem:
        OF_TEMPERATURES[what]()
    assert isinstance(problem.value, pint.errors.OffsetUnitCalculusError)  # who knows pint may catch pint's
    again = pickle.loads(pickle.dumps(problem.value))
    assert (type(again), str(again)) == (type(problem.value), str(problem.value))


@pytest.mark.parametrize(
    "what",
    [
        lambda: np.array([1.0, 2.0]) + T,
        lambda: np.array([1.0, 2.0]) - T,
        lambda: np.array([1.0, 2.0]) ** T,
        lambda: T // 2,
        lambda: T % 3,
        lambda: 2**V,
        lambda: V % 2,
    ],
)
def test_plain_numbers_and_units_do_not_meet(what):
    with pytest.raises(UnitsError, match="meets a plain number"):
        what()


def test_plain_arrays_of_decibels_from_either_side():
    for found in (np.array([1.0, 2.0]) * LOSS, LOSS * np.array([1.0, 2.0])):
        assert str(found.units) == "decibel"
        assert estimate_of(found) == [3.0, 6.0]
    assert standard_uncertainty((LOSS / np.array([1.0, 2.0]))[1]).magnitude == 0.05


def estimate_of(value):
    return cu.estimate(value).magnitude.tolist()


def test_plain_arrays_cannot_hold_uncertain_values():
    with pytest.raises(NotSupportedError, match=r"numpy\.stack"):
        Q(np.zeros(3), "V")[0] = V
    plain = Q(np.zeros(2), "V")
    plain[0] = Q(1.0, "mV")
    assert plain.magnitude.tolist() == [1e-3, 0.0]
    # numpy has the last word here; ours stands before it as the cause, and nothing is dropped
    for fill in (
        lambda: np.zeros(3).__setitem__(0, V),
        lambda: np.zeros(3).fill(V.magnitude),
        lambda: np.fromiter([V, V], float),
    ):
        with pytest.raises(ValueError, match="setting an array element") as problem:
            fill()
        assert isinstance(problem.value.__cause__, NotSupportedError)
        assert "numpy.stack" in str(problem.value.__cause__)


def test_methods_that_would_drop_or_change():
    assert ROW.astype(float) is not None
    assert standard_uncertainty(ROW.astype("float64") - ROW).magnitude.tolist() == [0.0, 0.0]
    for name, arguments in {
        "astype": ("float32",), "tobytes": (), "tofile": ("x",), "view": (), "dump": ("x",), "byteswap": (),
    }.items():  # fmt: skip
        for one in (ROW, ROW.magnitude):
            with pytest.raises(NotSupportedError, match="drop the uncertainty"):
                getattr(one, name)(*arguments)
    for name, arguments in {"sort": (), "resize": ((1,),), "fill": (Q(1.0, "mV"),)}.items():
        with pytest.raises(NotSupportedError, match="never changes"):
            getattr(ROW, name)(*arguments)
    assert str(ROW.units) == "volt"  # pint's fill changes the unit first
    assert estimate_of(ROW.compress([False, True])) == [2.0]
    assert ROW.magnitude.cumprod().value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("function", [np.sqrt, lambda z: z**0.5])
def test_no_order_of_derivatives_helps_where_the_slope_is_infinite(function):
    zero = uncertain(normal("z", 0.0, 0.1, ""))
    with pytest.raises(ModelError, match="Use Monte Carlo with inputs drawn only where") as problem:
        standard_uncertainty(function(zero))
    assert "second" not in str(problem.value)


@pytest.mark.parametrize("probability", [0.5, 0.95, 0.99])
def test_an_interval_never_lies_outside_the_draws(probability):
    only = Budget(lambda x: x, [exponential("x", 1.0, "V")], unit="V")
    drawn = only.monte_carlo(np.random.default_rng(1), draws=100_000, probability=probability)
    assert 0.0 <= drawn.shortest[0] < 0.01  # -0.03 before: the edge of an empty bin
    assert drawn.shortest[1] == pytest.approx(-np.log(1.0 - probability), abs=0.06)
    flat = Budget(lambda x: x, [cu.rectangular("x", 0.0, 1.0, "V")], unit="V")
    ends = flat.monte_carlo(np.random.default_rng(1), draws=20_000, probability=0.9999).shortest
    assert -1.0 <= ends[0] < ends[1] <= 1.0


def test_error_of_a_unit_is_not_an_input_error():
    with pytest.raises(UnitsError) as problem:
        normal("x", 1.0, 0.1, "volltt")
    assert not isinstance(problem.value, InputError)
    assert "(x)" in str(problem.value)


Z = uncertain_complex("z", 1 + 1j, 0.1, "V")
HOSTS_WORDS = {
    # numpy and pandas say their own words where float() is refused; ours stand above them in the traceback
    "np.fromiter": lambda one: np.fromiter([one], dtype=float),
    "zeros[0] = q": lambda one: np.zeros(2).__setitem__(0, one),
    "astype of a column": lambda one: pd.Series([one, one]).astype(float),
    "mean of a column": lambda one: pd.Series([one, one]).mean(),
}
OWN_WORDS = {
    "a key": ({}.get, "Key it by its name"),
    "a set": (lambda one: {one}, "Key it by its name"),
    "statistics": (lambda one: statistics.mean([one, one]), r"Use numpy\.mean"),
    "math": (math.sin, r"Ask for \.value"),
    "a column of floats": (lambda one: pd.Series([one], dtype=float), r"Ask for \.value"),
}
EVERY_KIND = {"quantity": V, "number": V.magnitude, "array": ROW, "complex": Z, "complex number": Z.magnitude}


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("call", OWN_WORDS)
def test_what_python_asks_us_about_is_refused_in_our_words(kind, call):
    asked, told = OWN_WORDS[call]
    with pytest.raises(NotSupportedError, match=told):
        asked(EVERY_KIND[kind])


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("call", HOSTS_WORDS)
def test_where_a_library_has_its_own_words_ours_are_their_cause(kind, call):
    with pytest.raises((TypeError, ValueError)) as caught:
        HOSTS_WORDS[call](EVERY_KIND[kind])
    chain, problem = [], caught.value
    while problem is not None:
        chain.append(problem)
        problem = problem.__cause__ or problem.__context__
    assert any(isinstance(one, NotSupportedError) and ".value" in one.way_out for one in chain)


def test_running_products_of_volts_are_refused_and_of_ratios_made():
    for row in (ROW, V, complex_array("c", [1 + 1j, 2j], 0.1, "V")):
        with pytest.raises(UnitsError, match=r"running products of volt .* Divide by one of its own unit"):
            np.cumprod(row)
    assert np.cumprod(ROW / ROW[0]).magnitude.shape == (2,)


def test_a_complex_number_is_true_unless_it_is_nothing():
    assert bool(Z)
    assert bool(Z.magnitude)
    assert not bool(Z.magnitude - Z.magnitude)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(complex_array("c", [1 + 1j, 2j], 0.1, "V"))


@pytest.mark.parametrize("written", ["%RH", "% RH", "%rh", "% r.h."])
def test_percent_of_relative_humidity_is_percent_and_no_ronnahenry(written: str) -> None:
    humidity = uncertain(normal("h", 45.0, 1.0, written))
    assert str(humidity.units) == "percent"
    assert humidity.to("").magnitude.value == pytest.approx(0.45)
