"""Conformance probabilities of whole tables: those of the single points, with units and named mistakes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrator_uncertainty as cu
from calibrator_uncertainty.risk import Limits, conformance_probabilities, specific_risk

rows = st.lists(
    st.tuples(
        st.floats(-3, 3),
        st.floats(0, 2),
        st.floats(-2, 0),
        st.floats(0, 2),
        st.one_of(st.just(math.inf), st.floats(1, 50)),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(rows)
def test_table_is_its_points(table):
    value, u, low, high, dof = (np.array(column) for column in zip(*table, strict=True))
    found = conformance_probabilities(value, lower=low, upper=high, u=u, dof=dof)
    for one, (x, s, a, b, nu) in zip(found, table, strict=True):
        assert one == pytest.approx(specific_risk(x, Limits(a, b), u=s, dof=nu).conformance, abs=1e-13)


def test_uncertain_array_in_other_units_than_its_limits():
    import pint

    Q = pint.get_application_registry().Quantity
    errors = cu.array([[0.0, 1.0], [2.0, 3.0]], 0.5, "mV")
    found = conformance_probabilities(errors, upper=Q(2000.0, "uV"))
    assert found.shape == (2, 2)
    assert found[1, 0] == pytest.approx(0.5)
    assert found[0, 1] == pytest.approx(0.97725, abs=1e-5)
    with pytest.raises(cu.UnitsError, match="plain number"):
        conformance_probabilities(errors, upper=2.0)
    with pytest.raises(cu.UnitsError, match="does not fit"):
        conformance_probabilities(errors, upper=Q(2.0, "A"))


def test_temperatures_with_u_as_a_difference():
    import pint

    Q = pint.get_application_registry().Quantity
    found = conformance_probabilities(
        Q(np.array([20.0, 21.0]), "degC"), upper=Q(21.0, "degC"), u=Q(0.1, "kelvin")
    )
    assert found == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        ({"lower": [0, 0, 2], "upper": 1, "u": 0.1}, "limits-crossed", "point 2"),
        ({"upper": 1, "u": [0.1, -0.1, 0.1]}, "negative-u", "point 1"),
        ({"upper": 1, "u": [0.1, math.nan, 0.1]}, "not-finite", "point 1"),
        ({"upper": 1, "u": 0.1, "dof": [5, 0.5, 5]}, "dof", "point 1"),
        ({"upper": math.nan, "u": 0.1}, "limits-crossed", "point 0"),
        ({"upper": 1}, "no-uncertainty", "u of the measured"),
        ({"u": 1}, "no-limits", "neither"),
    ],
)
def test_first_point_that_cannot_be_judged_is_named(arguments, code, named):
    with pytest.raises(cu.InputError, match=named) as caught:
        conformance_probabilities([0.0, 1.0, 2.0], **arguments)
    assert caught.value.code == code
