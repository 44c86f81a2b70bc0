"""Tables: interpolation with the correlation of the points."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import InputError, ModelError, array, normal, standard_uncertainty, uncertain
from calibrator_uncertainty.regression import correlated_array, table

R = pint.get_application_registry()
Q = R.Quantity
X = np.array([0.0, 1.0, 3.0, 4.0, 7.0])
Y = np.array([0.1, 1.4, 2.5, 4.4, 6.0])


def test_between_two_points_u_is_the_weighted_one():  # by hand: w1² u1² + w2² u2²
    one = table(Q(X, "V"), Q(Y, "mV"), u_y=[0.1, 0.2, 0.3, 0.1, 0.1])
    read = one(Q(1.5, "V"))
    assert read.magnitude.value == pytest.approx(0.75 * 1.4 + 0.25 * 2.5, rel=1e-14)
    assert read.magnitude.u == pytest.approx(np.hypot(0.75 * 0.2, 0.25 * 0.3), rel=1e-12)
    assert f"{read.units}" == "millivolt"


def test_fully_correlated_points_do_not_lose_u_between():
    # a table calibrated with one standard: u is 0.2 everywhere, where independent points would give 0.14
    whole = table(X, correlated_array(Y, np.full((5, 5), 0.04), ""))
    assert whole(0.5).magnitude.u == pytest.approx(0.2, rel=1e-12)
    assert whole(5.5).magnitude.u == pytest.approx(0.2, rel=1e-12)
    assert table(X, Y, u_y=0.2)(0.5).magnitude.u == pytest.approx(0.2 / np.sqrt(2.0), rel=1e-12)


@pytest.mark.parametrize("kind", ["linear", "cubic", "monotone", "polynomial"])
def test_a_shared_error_cancels_between_two_readings_of_one_table(kind):
    standard = uncertain(normal("standard", 0.0, 0.3, ""))
    one = table(X, array(Y, 0.01, "") + standard, kind=kind)
    step = one(6.0) - one(0.5)
    assert standard_uncertainty(one(6.0)).magnitude > 0.299
    assert standard_uncertainty(step).magnitude < 0.1
    assert standard_uncertainty(one(2.2) - one(2.2)).magnitude < 1e-17


@pytest.mark.parametrize("kind", ["linear", "cubic", "monotone", "polynomial"])
def test_every_derivative_is_that_of_the_values(kind):
    spread_x, spread_y = np.full(5, 0.01), np.full(5, 0.02)
    where = np.array([0.3, 2.2, 3.7, 6.1])
    one = table(array(X, spread_x, ""), array(Y, spread_y, ""), kind=kind)
    argument = array(where, 0.03, "")
    read = one(argument)

    def bare(x, y, at):
        return np.asarray(table(x, y, kind=kind)(at).magnitude.value)

    variance = np.zeros(4)
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-4
        variance += ((bare(X, Y + step, where) - bare(X, Y - step, where)) / 2e-4 * 0.02) ** 2
        variance += ((bare(X + step, Y, where) - bare(X - step, Y, where)) / 2e-4 * 0.01) ** 2
    variance += ((bare(X, Y, where + 1e-4) - bare(X, Y, where - 1e-4)) / 2e-4 * 0.03) ** 2
    assert read.magnitude.u == pytest.approx(np.sqrt(variance), rel=1e-5)


def test_cubic_is_exact_for_a_cubic_and_linear_for_a_line():
    cubic = X**3 - 2 * X
    assert table(X, cubic, kind="cubic")(2.0).magnitude.value == pytest.approx(4.0, rel=1e-12)
    assert table(X, cubic, kind="polynomial")(2.0).magnitude.value == pytest.approx(4.0, rel=1e-12)
    assert table(X, 3 * X + 1)([2.0, 6.5]).magnitude.value == pytest.approx([7.0, 20.5], rel=1e-14)


def test_units_and_temperature():
    one = table(Q(np.array([0.0, 50.0, 100.0]), "degC"), Q(np.array([100.0, 119.4, 138.5]), "ohm"), u_y=0.01)
    assert one(Q(323.15, "kelvin")).magnitude.value == pytest.approx(119.4, rel=1e-12)


def test_nothing_is_said_outside():
    one = table(Q(X, "V"), Y)
    with pytest.raises(InputError, match=r"x = 7.1 lies outside the table, which goes from 0 to 7 volt"):
        one(Q(7.1, "V"))
    with pytest.raises(InputError, match="nan"):
        one(Q(float("nan"), "V"))
    with pytest.raises(InputError, match=r"x\[2\] = 1 is not above"):
        table([0.0, 1.0, 1.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="'spline'"):
        table(X, Y, kind="spline")
    with pytest.raises(InputError, match="two points or more"):
        table([1.0], [1.0])


@pytest.mark.parametrize("kind", ["linear", "cubic", "monotone", "polynomial"])
def test_inverse_gives_back_x_and_the_u_of_finite_differences(kind):
    spread_x, spread_y = np.full(5, 0.01), np.full(5, 0.02)
    one = table(array(X, spread_x, "V"), array(Y, spread_y, "mV"), kind=kind)
    there = one.inverse(Q(2.2, "mV"))
    assert one(Q(there.magnitude.value, "V")).magnitude.value == pytest.approx(2.2, rel=1e-12)
    read = uncertain(normal("read", 2200.0, 30.0, "uV"))
    found = one.inverse(read)

    def bare(x, y, value):
        return float(table(x, y, kind=kind).inverse(value).magnitude.value)

    variance = ((bare(X, Y, 2.2 + 1e-4) - bare(X, Y, 2.2 - 1e-4)) / 2e-4 * 0.03) ** 2
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-4
        variance += ((bare(X, Y + step, 2.2) - bare(X, Y - step, 2.2)) / 2e-4 * 0.02) ** 2
        variance += ((bare(X + step, Y, 2.2) - bare(X - step, Y, 2.2)) / 2e-4 * 0.01) ** 2
    assert found.magnitude.u == pytest.approx(np.sqrt(variance), rel=1e-5)
    assert f"{found.units}" == "volt"


def test_inverse_of_a_forward_reading_knows_where_it_came_from():
    standard = uncertain(normal("standard", 0.0, 0.3, ""))
    one = table(X, array(Y, 0.01, "") + standard)
    # what reads the table and what made it share the error: it cancels
    assert standard_uncertainty(one.inverse(one(2.0))).magnitude < 1e-12
    rows = one.inverse([0.5, 2.0, 5.0])
    assert rows.shape == (3,)
    assert one(rows.magnitude.value).magnitude.value == pytest.approx([0.5, 2.0, 5.0], rel=1e-12)


def test_inverse_is_refused_where_it_is_not_one_value():
    bent = table([0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
    with pytest.raises(InputError, match=r"the table has y = 0.5 at 2 places: 0.5, 1.5") as caught:
        bent.inverse(0.5)
    assert caught.value.code == "ambiguous"
    assert bent.inverse(0.5, near=2.0).magnitude.value == pytest.approx(1.5)
    with pytest.raises(InputError, match="does not reach y = 3"):
        bent.inverse(3.0)
    with pytest.raises(InputError, match="places"):
        table([0.0, 1.0, 2.0], [0.0, 1.0, 1.0]).inverse(1.0)
    with pytest.raises(ModelError, match="flat"):
        table([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0], kind="polynomial").inverse(0.0)
