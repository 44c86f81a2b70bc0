"""Bad input: the message names the input and the rule."""

import sys

import numpy as np
import pint
import pytest

from calibrator_uncertainty import InputError, ModelError, UnitsError, array
from calibrator_uncertainty.regression import (
    correlated_array,
    fit_columns,
    fit_curve,
    fit_line,
    fit_polynomial,
)

Q = pint.get_application_registry().Quantity
X, Y = [0.0, 1.0, 2.0, 3.0], [0.0, 1.1, 1.9, 3.2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_line(X, [0.0, 1.0]), "x has 4 values and y has 2"),
        (lambda: fit_line(X, [0.0, 1.0, np.nan, 3.0]), r"y\[2\] is nan"),
        (lambda: fit_line(X, Y, u_y=-0.1), "u_y is finite and not negative"),
        (lambda: fit_line(X, Y, u_y=[0.1, 0.2]), r"u_y has shape \(2,\); y has \(4,\)"),
        (lambda: fit_line(X, array(np.array(Y), 0.1, ""), u_y=0.1), "y is already uncertain and u_y"),
        (lambda: fit_line([1.0, 1.0], [1.0, 2.0]), "1 different x do not determine 2 parameters"),
        (lambda: fit_line([1.0, 2.0], [1.0, 2.0]), "as many parameters as points, 2"),
        (lambda: fit_line([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), "u = 0 is wrong"),
        (
            lambda: fit_line([1.0, 2.0, 3.0], [0.1, 0.2, 0.3]),
            "the 3 points lie on the curve but for arithmetic",
        ),
        (lambda: fit_line([1.0, 2.0, 3.0], [7.0, 7.0, 7.0]), "their resolution was not stated"),
        (lambda: fit_polynomial([1, 2, 3, 4], [1, 4, 9, 16], 2), "scatter='scaled' takes them as exact"),
        (lambda: fit_line(X, Y, scatter="stated"), "neither x nor y has an uncertainty"),
        (lambda: fit_line(X, Y, u_y=0.0), "every point is stated with u = 0"),
        (lambda: fit_line(X, Y, scatter="robust"), "scatter is 'robust'"),
        (lambda: fit_line(X, Y, at="true"), "at is 'true'"),
        (lambda: fit_line(np.eye(2), Y), r"x has shape \(2, 2\)"),
        (lambda: fit_polynomial(X, Y, -1), "the degree is -1"),
        (lambda: fit_polynomial(X, Y, 4), "4 different x do not determine 5 parameters"),
        (lambda: fit_columns({}, Y), "at least one column"),
        (lambda: fit_columns({"a": array(np.array(X), 0.1, "")}, Y), "column a is uncertain"),
        (lambda: fit_columns({"a": [1.0]}, Y), "column a has 1 values and y has 4"),
        (lambda: fit_line(X, Y)["slop"], "no parameter 'slop'.*intercept, slope"),
        (lambda: fit_line([Q(1.0, "V"), 2.0], Y[:2]), "x mixes quantities and the plain number"),
        (lambda: correlated_array(Y, np.eye(3), ""), r"covariance matrix of series is \(3, 3\)"),
        (
            lambda: correlated_array([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], "", name="pair"),
            "not positive semidefinite .*pair",
        ),
        (lambda: fit_curve(lambda x, a: a * x, X, Y, {}), "needs start values"),
        (lambda: fit_line(X, Y, u_y=0.1)(1.0, new_reading=True), "knows no scatter of a reading"),
    ],
)
def test_input_is_refused_by_name(call, message):
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_curve(lambda x, a: np.log(a) * x, X, Y, {"a": -1.0}), "no finite number at the start"),
        (lambda: fit_curve(lambda x, a, b: a * x, X, Y, {"a": 1.0, "b": 1.0}), "no influence"),
        (lambda: fit_curve(lambda x, a, b: (a + b) * x, X, Y, {"a": 1.0, "b": 1.0}), "cannot be told apart"),
        (lambda: fit_curve(lambda x, a: a, X, Y, {"a": 1.0}), "values of shape"),
        (lambda: fit_columns({"a": X, "b": 2 * np.array(X)}, Y), "cannot be told apart"),
        (lambda: fit_line(X, Y, u_y=[0.0, 0.0, 0.0, 0.1]), "do not lie on any curve of this kind"),
        (lambda: fit_polynomial([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0], 2, u_y=0.1).inverse(0.0), "flat"),
    ],
)
def test_a_model_that_cannot_be_fitted_is_refused(call, message):
    with pytest.raises(ModelError, match=message):
        call()


def test_units_that_do_not_fit():
    volts = Q(np.array(Y), "V")
    with pytest.raises(UnitsError, match="u_y is in milliampere where volt"):
        fit_line(X, volts, u_y=Q(1.0, "mA"))
    with pytest.raises(UnitsError, match="the curve's model"):
        fit_curve(lambda x, a: a * x, Q(np.array(X), "s"), volts, {"a": Q(1.0, "V")})
    with pytest.raises(UnitsError, match="units do not fit"):
        fit_curve(lambda x, a, b: a * x + b, X, volts, {"a": Q(1.0, "V"), "b": Q(1.0, "A")})
    with pytest.raises(UnitsError, match="x is in second where volt"):
        fit_line(volts, Y, u_y=0.1)(Q(1.0, "s"))


def test_odrpack_says_how_to_get_it_and_what_it_cannot_take(monkeypatch):
    def model(x, a, b):
        return a + b * x

    start = {"a": 0.0, "b": 1.0}
    monkeypatch.setitem(sys.modules, "odrpack", None)
    with pytest.raises(InputError, match="pip install odrpack"):
        fit_curve(model, X, Y, start, u_x=0.1, u_y=0.1, engine="odrpack")
    monkeypatch.undo()
    pytest.importorskip("odrpack")
    both = correlated_array(Y, np.eye(4) * 0.01 + 0.01, "")
    with pytest.raises(InputError, match="independent errors above zero"):
        fit_curve(model, X, both, start, u_x=0.1, engine="odrpack")
