"""Bad figures, and options of numpy that are not ours: errors name the input, the place and the way out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    NotSupportedError,
    array,
    complex_array,
    effective_dof,
    estimate,
    normal,
    standard_uncertainty,
)

A = array([1.0, 2.0, 3.0, 4.0], 0.1, "V")
C = complex_array("C", [1.0 + 1.0j, 2.0 + 3.0j], 0.1, "V")


def model(v):
    return np.sqrt(1.0 * v)


BUDGET = Budget(model, [normal("v", 1.0, 0.1, "")], unit="", name="root")


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_table_names_the_estimate_that_is_no_number(bad):
    with pytest.raises(InputError, match=r"estimate of v is .* at point 1") as caught:
        BUDGET.table({"v": [1.0, bad]})
    assert caught.value.code == "not-finite"


def test_a_table_names_the_inputs_where_the_model_fails():
    with pytest.raises(ModelError, match="point 1, where v = -1"):
        BUDGET.table({"v": [1.0, -1.0]})


WEIGHTS = array([1.0, 2.0], 0.1, "")


@pytest.mark.parametrize(
    "values", [[1.0, 2.0], array([1.0, 2.0], 0.0, "V"), estimate(array([1.0, 2.0], 0.1, "V"))]
)
def test_an_average_with_uncertain_weights(values):
    found = np.average(values, weights=WEIGHTS)
    assert estimate(found).m == pytest.approx(5 / 3)
    assert standard_uncertainty(found).m == pytest.approx(0.1 * math.sqrt(5) / 9)
    assert f"{found.units}" == f"{getattr(values, 'units', 'dimensionless')}"


def test_complex_values_are_interpolated():
    found = np.interp(1.25, [1, 2], C)
    assert estimate(np.real(found)).m == 1.25
    assert estimate(np.imag(found)).m == 1.5


def test_options_that_change_nothing_of_the_figures_are_taken():
    square = A.reshape(2, 2)
    assert estimate(square.ravel(order="F")).m.tolist() == [1.0, 3.0, 2.0, 4.0]
    assert estimate(square.flatten(order="F")).m.tolist() == [1.0, 3.0, 2.0, 4.0]
    assert estimate(np.real(C.ravel(order="F"))).m.tolist() == [1.0, 2.0]
    assert estimate(np.einsum("i,i->", A, A, optimize=True)).m == 30.0


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda: A.sum(where=[True, False, True, True]), "where"),
        (lambda: A.mean(where=[True, False, True, True]), "where"),
        (lambda: C.sum(where=[True, False]), "where"),
        (lambda: np.quantile(A, 0.5, weights=[1, 1, 1, 1]), "weights"),
        (lambda: np.linspace(A[0], A[1], 3, axis=0), "axis"),
        (lambda: np.interp(1.5, [1, 2], C, left=0.0), "left"),
    ],
)
def test_other_options_are_refused_by_name(call, option):
    if option == "weights" and np.lib.NumpyVersion(np.__version__) < "2.0.0":
        pytest.skip("numpy 1 has no weights of quantiles")
    with pytest.raises(NotSupportedError, match=option):
        call()


@pytest.mark.parametrize("bad", [(1, math.nan), (1, -3.0), (1, 0.5), (1, 0.0), (math.nan, 5), (math.inf, 5)])
def test_effective_dof_names_the_contribution_that_cannot_be(bad):
    with pytest.raises(InputError, match="contribution 1 ") as caught:
        effective_dof([(1.0, 9.0), bad])
    assert caught.value.code == "dof"
    assert "1 or more" in str(caught.value)
