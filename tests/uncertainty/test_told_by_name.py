"""Names, empty arrays and written results: what is wrong is named, what is right is read."""

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    array,
    correlated,
    from_samples,
    inexact_limits,
    normal,
    simultaneous,
    trapezoidal,
)
from calibrator_uncertainty.rounding import parse_result


@pytest.mark.parametrize(
    "make",
    [
        lambda: trapezoidal("mine", 0.0, 1.0, 1.5, "V"),
        lambda: inexact_limits("mine", 0.0, 1.0, 0.6, "V"),
        lambda: inexact_limits("mine", 0.0, 1.0, -0.1, "V"),
        lambda: array([], 0.1, "V", name="mine"),
        lambda: array([1.0], -0.1, "V", name="mine"),
        lambda: from_samples("mine", [], "V"),
    ],
)
def test_errors_name_the_input(make):
    with pytest.raises(InputError, match="mine"):
        make()


def test_nothing_at_all_is_refused():
    with pytest.raises(InputError, match="an unnamed array has no elements"):
        array(np.empty((0, 3)), 0.1, "V")
    with pytest.raises(InputError, match="an unnamed value"):
        array([1.0], -0.1, "V")
    with pytest.raises(InputError):
        correlated([], [], np.empty((0, 0)), [])
    with pytest.raises(InputError):
        simultaneous(["a"], [], ["V"])


def test_micro_sign_and_greek_mu_are_one_name():
    inputs = [normal("\u00b5", 1.0, 0.1, "V"), normal("b", 1.0, 0.1, "V")]
    budget = Budget(
        lambda **by: by["\u03bc"] + by["b"], inputs, unit="V", correlations={("\u00b5", "b"): 1.0}
    )
    assert budget.evaluate().u == pytest.approx(0.2)
    assert budget.at(**{"\u03bc": 2.0}).evaluate().value == 3.0


@pytest.mark.parametrize(
    ("text", "value", "u", "unit"),
    [
        ("1.2(1)e-6 V", 1.2e-6, 0.1e-6, "V"),
        ("1.2(1)E+6", 1.2e6, 0.1e6, ""),
        ("1.2(1) × 10^-6 V", 1.2e-6, 0.1e-6, "V"),
        ("1.2(1)·10⁻⁶ V", 1.2e-6, 0.1e-6, "V"),
        ("(1.20 ± 0.10)e3 V", 1.2e3, 100.0, "V"),
        ("(1.20 ± 0.10) × 10⁻¹² F", 1.2e-12, 1e-13, "F"),
        ("1.2(1) eV", 1.2, 0.1, "eV"),
        ("1.2(1)e", 1.2, 0.1, "e"),
        ("1.2(1) m", 1.2, 0.1, "m"),
    ],
)
def test_powers_of_ten_are_read(text, value, u, unit):
    found = parse_result(text)
    assert (float(found.value), float(found.uncertainty)) == pytest.approx((value, u), rel=1e-12)
    assert found.unit == unit
