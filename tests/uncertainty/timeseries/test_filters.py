"""FIR and IIR filters with uncertain samples and coefficients."""

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import InputError, array, covariance, normal, standard_uncertainty, uncertain
from calibrator_uncertainty.regression import correlated_array
from calibrator_uncertainty.timeseries import fir_filter, iir_filter

Q = pint.get_application_registry().Quantity


def recursion(b, a, x):
    """The difference equation, sample by sample."""
    y = np.zeros(len(x))
    for n in range(len(x)):
        y[n] = sum(b[k] * x[n - k] for k in range(len(b)) if n >= k)
        y[n] -= sum(a[k] * y[n - k] for k in range(1, len(a)) if n >= k)
        y[n] /= a[0]
    return y


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_values_are_those_of_the_difference_equation(seed):
    rng = np.random.default_rng(seed)
    b, x = rng.normal(size=3), rng.normal(size=20)
    pole = rng.uniform(0.1, 0.9) * np.exp(1j * rng.uniform(0.1, 3.0))
    a = 2.0 * np.real(np.poly([pole, pole.conjugate()]))
    made = iir_filter(b, a, array(x, 0.1, ""))
    assert made.magnitude.value == pytest.approx(recursion(b, a, x), rel=1e-9, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), before=st.sampled_from(["zero", "first"]))
def test_covariance_is_that_of_the_jacobian(seed, before):
    rng = np.random.default_rng(seed)
    b, a, x = rng.normal(size=3), np.array([1.0, -0.6, 0.2]), rng.normal(size=8)
    spreads = [root @ root.T * 1e-4 for root in (rng.normal(size=(3, 3)), rng.normal(size=(8, 8)))]
    back = correlated_array(a, np.diag([0.0, 1e-4, 4e-4]), "")
    made = iir_filter(
        correlated_array(b, spreads[0], ""), back, correlated_array(x, spreads[1], ""), before=before
    )

    def bare(b, a, x):
        if before == "first":
            return recursion(b, a, x - x[0]) + x[0] * b.sum() / a.sum()
        return recursion(b, a, x)

    expected = np.zeros((8, 8))
    for place, (row, spread) in enumerate(
        zip((b, a, x), (spreads[0], np.diag([0.0, 1e-4, 4e-4]), spreads[1]), strict=True)
    ):
        columns = []
        for one in range(row.size):
            step = np.zeros(row.size)
            step[one] = 1e-6
            up, down = [b, a, x], [b, a, x]
            up[place], down[place] = row + step, row - step
            columns.append((bare(*up) - bare(*down)) / 2e-6)
        jacobian = np.array(columns).T
        expected += jacobian @ spread @ jacobian.T
    found = covariance(made, made).magnitude
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_white_noise_through_a_moving_average():
    made = fir_filter(np.full(4, 0.25), array(np.zeros(12), 0.2, "V"))
    assert made.magnitude.u[3:] == pytest.approx(np.full(9, 0.1), rel=1e-12)
    assert covariance(made[6], made[8]).magnitude == pytest.approx(0.04 * 2 / 16, rel=1e-12)
    assert covariance(made[4], made[8]).magnitude == 0.0


def test_a_low_pass_of_first_order_settles_to_its_known_noise():
    # y[n] = α x[n] + (1 - α) y[n-1]: variance α/(2 - α) of the input's
    alpha = 0.2
    made = iir_filter([alpha], [1.0, alpha - 1.0], array(np.zeros(200), 1.0, ""))
    assert made.magnitude.u[-1] == pytest.approx(np.sqrt(alpha / (2.0 - alpha)), rel=1e-12)


def test_a_shared_error_passes_with_the_filters_gain_at_zero_frequency():
    standard = uncertain(normal("standard", 0.0, 0.3, "V"))
    made = iir_filter([0.2], [1.0, -0.8], Q(np.ones(300), "V") + standard, before="first")
    assert made.magnitude.u == pytest.approx(np.full(300, 0.3), rel=1e-9)
    assert made.magnitude.value == pytest.approx(np.ones(300), rel=1e-12)
    assert standard_uncertainty(made[299] - made[0]).magnitude < 1e-12


def test_units_come_from_the_coefficients():
    made = fir_filter(Q(np.array([2.0, 1.0]), "N/V"), Q(np.array([1.0, 1.0, 1.0]), "mV"))
    assert made.to("mN").magnitude == pytest.approx([2.0, 3.0, 3.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: iir_filter([1.0], [1.0, -1.0], np.ones(5)), "pole of magnitude 1"),
        (lambda: iir_filter([1.0], [0.0, 1.0], np.ones(5)), r"a\[0\] is 0"),
        (lambda: fir_filter([1.0], np.ones(5), before="last"), "before is 'last'"),
        (lambda: fir_filter([], np.ones(5)), "b has shape"),
        (lambda: iir_filter([1.0], [1.0, -0.99999], array(np.zeros(9000), 1.0, "")), "too many derivatives"),
    ],
)
def test_bad_filters_are_refused_by_name(call, message):
    with pytest.raises(InputError, match=message):
        call()
