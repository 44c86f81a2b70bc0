"""Figures that are none, negative u of complex numbers, models without a real quantity: named and refused."""

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    UnitsError,
    arcsine,
    array,
    constant,
    normal,
    rectangular,
    student_t,
    trapezoidal,
    triangular,
    type_a,
    uncertain_complex,
)
from calibrator_uncertainty._units import parse_unit, quantity


def of(value, unit):
    return quantity(value, parse_unit(unit))


def budget(model=lambda a: 1.0 * a):
    return Budget(model, [normal("a", 1.0, 0.1, "V")], unit="V", name="mine")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: normal("a", "x", 0.1, "V"), "number"),
        (lambda: normal("a", 1.0, None, "V"), "number"),
        (lambda: rectangular("a", 0.0, "wide", "V"), "number"),
        (lambda: type_a("a", ["1.0", "2.0"], "V"), "number"),
        (lambda: array(["1.0"], 0.1, "V", name="a"), "number"),
        (lambda: budget().table({"a": ["x"]}), "number"),
        (lambda: array([1.0, 2.0], [0.1], "V", name="a"), "shape"),
        (lambda: uncertain_complex("a", 1j, -0.1, "V"), "negative-u"),
        (lambda: uncertain_complex("a", 1j, (0.1, -0.1), "V"), "negative-u"),
        (lambda: uncertain_complex("a", 1j, np.nan, "V"), "negative-u"),
    ],
)
def test_figures_that_cannot_be_are_refused_by_name(make, code):
    with pytest.raises(InputError, match="a") as caught:
        make()
    assert caught.value.code == code
    assert "a" in (caught.value.where or caught.value.what)


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (lambda a: None, "no-number"),
        (lambda a: [a], "no-number"),
        (lambda a: 1j * a, "complex-result"),
        (lambda a: 1.0 * parse_unit("V"), "no-dependence"),
    ],
)
def test_a_model_gives_one_real_quantity(model, code):
    with pytest.raises(ModelError) as caught:
        budget(model).evaluate()
    assert caught.value.code == code
    assert caught.value.where == "mine"


@pytest.mark.parametrize(
    "make",
    [
        lambda x, w: normal("a", x, w, "V", k=2),
        lambda x, w: student_t("a", x, w, 9, "V"),
        lambda x, w: rectangular("a", x, w, "V"),
        lambda x, w: triangular("a", x, w, "V"),
        lambda x, w: trapezoidal("a", x, w, 0.5, "V"),
        lambda x, w: arcsine("a", x, w, "V"),
        lambda x, w: constant("a", x, "V"),
    ],
)
def test_inputs_take_quantities_in_any_fitting_unit(make):
    assert make(of(1500.0, "mV"), of(20.0, "mV")) == make(1.5, 0.02)
    with pytest.raises(UnitsError, match=r"\(a\)"):
        make(of(1.0, "A"), of(20.0, "mV"))


def test_a_width_of_a_temperature_is_a_difference():
    made = normal("t", of(293.15, "K"), of(0.1, "K"), "degC")
    assert (made.estimate, made.u) == pytest.approx((20.0, 0.1))
