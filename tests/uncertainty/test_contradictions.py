"""Inputs that contradict themselves are refused, not decided silently."""

import math

import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    certificate,
    correlated,
    normal,
    specification,
    type_a,
)

A, B = normal("a", 1.0, 0.1, "V"), normal("b", 1.0, 0.1, "V")


def both(*inputs, correlations):
    return Budget(lambda a, b: a + b, inputs, unit="V", correlations=correlations)


def test_one_pair_has_one_correlation():
    with pytest.raises(InputError, match=r"0\.5 and as -0\.5"):
        both(A, B, correlations={("a", "b"): 0.5, ("b", "a"): -0.5})
    twice = both(A, B, correlations={("a", "b"): 0.5, ("b", "a"): 0.5})
    assert twice.evaluate().u == pytest.approx(math.sqrt(0.03))


def test_a_shared_cause_is_a_correlation_of_one():
    shared = [normal(name, 1.0, 0.1, "V", shared="s") for name in "ab"]
    with pytest.raises(InputError, match="share 's'"):
        both(*shared, correlations={("a", "b"): 0.5})
    assert both(*shared, correlations={("a", "b"): 1.0}).evaluate().u == pytest.approx(0.2)


def test_a_fraction_of_range_needs_the_range():
    with pytest.raises(InputError, match="range_value"):
        specification("x", 0.0, "V", at=1.0, of_range=1e-5)
    assert specification("x", 0.0, "V", at=1.0, of_range=1e-5, range_value=10).u == pytest.approx(
        1e-4 / 3**0.5
    )


@pytest.mark.parametrize("floor", [-0.1, math.nan, math.inf])
def test_a_floor_is_an_uncertainty(floor):
    with pytest.raises(InputError, match="floor_u"):
        type_a("x", [1.0, 2.0], "V", floor_u=floor)


def test_k_and_probability_agree():
    with pytest.raises(InputError, match="k = 2, but"):
        certificate("x", 1.0, 0.1, "V", k=2, probability=0.99)
    for k, p in ((2, 0.95), (2, 0.9545), (1.65, 0.95), (2.58, 0.99), (2.28, 0.95)):
        assert certificate("x", 1.0, 0.1, "V", k=k, probability=p).u == pytest.approx(0.1 / k)


def test_correlated_estimates_are_finite():
    with pytest.raises(InputError, match="not finite"):
        correlated(["a"], [math.nan], [[1.0]], ["V"])


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_readings_of_any_size_have_their_spread(size):
    found = type_a("x", [size, 2 * size, 3 * size], "V")
    assert found.estimate == pytest.approx(2 * size)
    assert found.u == pytest.approx(size / 3**0.5, rel=1e-12)
