"""Every figure may come with a unit of its own, and none is stripped of it (JCGM 200:2012, 1.19)."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    UnitsError,
    array,
    autocorrelated,
    bayesian,
    complex_uncertainty,
    correlated,
    covariance,
    estimate,
    from_histogram,
    from_samples,
    pooled,
    pooled_deviation,
    robust,
    simultaneous,
    standard_uncertainty,
    type_a,
    uncertain_complex,
)

Q = pint.get_application_registry().Quantity
READINGS = [1.0, 2.0, 4.0, 3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 2.5, *[1.5, 3.5] * 5]


def test_array_takes_estimates_and_u_in_their_own_units():
    found = array(Q([1.0, 2.0], "mV"), Q(100.0, "uV"), "V")
    assert estimate(found).magnitude == pytest.approx([1e-3, 2e-3])
    assert standard_uncertainty(found).magnitude == pytest.approx([1e-4, 1e-4])
    one_by_one = array([Q(1.0, "mV"), Q(2.0, "V")], [Q(1.0, "uV"), 0.5], "V")
    assert estimate(one_by_one).magnitude == pytest.approx([1e-3, 2.0])
    assert standard_uncertainty(one_by_one).magnitude == pytest.approx([1e-6, 0.5])
    with pytest.raises(UnitsError):
        array(Q([1.0], "A"), 0.1, "V")
    with pytest.raises(UnitsError):
        array([1.0], Q(0.1, "A"), "V")


def test_uncertainty_of_a_temperature_is_a_difference():
    for u in (Q(100.0, "mK"), Q(0.1, "delta_degC"), Q(0.1, "degC")):
        found = array(Q([293.15], "K"), u, "degC")
        assert estimate(found).magnitude == pytest.approx([20.0])
        assert standard_uncertainty(found).magnitude == pytest.approx([0.1])


@pytest.mark.parametrize(
    "make",
    [
        type_a,
        autocorrelated,
        bayesian,
        robust,
        from_samples,
        lambda *given: pooled(*given, deviation=1.0, dof=5),
    ],
)
def test_readings_with_units_are_converted(make):
    bare = make("x", READINGS, "V")
    assert make("x", Q(np.array(READINGS) * 1e3, "mV"), "V").estimate == pytest.approx(bare.estimate)
    assert make("x", Q(np.array(READINGS) * 1e3, "mV"), "V").u == pytest.approx(bare.u)
    assert make("x", [Q(x * 1e6, "uV") for x in READINGS], "V").u == pytest.approx(bare.u)
    with pytest.raises(UnitsError):
        make("x", Q(READINGS, "A"), "V")


def test_figures_beside_the_readings_are_converted():
    assert pooled("x", [1.0, 2.0], "V", deviation=Q(20.0, "mV"), dof=5).u == pytest.approx(0.02 / 2**0.5)
    assert type_a("x", [1.0], "V", floor_u=Q(3.0, "mV")).u == pytest.approx(3e-3)
    with pytest.raises(UnitsError):
        pooled_deviation([Q([1.0, 2.0, 3.0], "mV")])
    found = from_histogram("x", Q([0.0, 1.0, 2.0], "mV"), [1, 1], "V")
    assert found.estimate == pytest.approx(1e-3)
    assert found.u == pytest.approx(2e-3 / 12**0.5)


def test_simultaneous_readings_each_in_their_unit():
    rows = [[5.007, 19.663], [4.994, 19.639], [5.005, 19.640]]
    bare = simultaneous(["v", "i"], rows, ["V", "mA"])
    given = simultaneous(["v", "i"], [[Q(v * 1e3, "mV"), Q(i * 1e-3, "A")] for v, i in rows], ["V", "mA"])
    for one, other in zip(bare, given, strict=True):
        assert estimate(one).magnitude == pytest.approx(estimate(other).magnitude)
    assert covariance(*bare).magnitude == pytest.approx(covariance(*given).magnitude, rel=1e-6)
    (mean, _) = simultaneous(["a", "b"], Q([[1.0, 2.0], [3.0, 4.0]], "mV"), ["V", "V"])
    assert estimate(mean).magnitude == pytest.approx(2e-3)


def test_covariance_matrix_in_another_unit():
    matrix = Q([[4.0, 1.0], [1.0, 9.0]], "mV**2")
    a, b = correlated(["a", "b"], [Q(1.0, "mV"), 1.0], matrix, ["V", "V"])
    assert estimate(a).magnitude == pytest.approx(1e-3)
    assert standard_uncertainty(a).magnitude == pytest.approx(2e-3)
    assert covariance(a, b).magnitude == pytest.approx(1e-6)
    a, b = correlated(
        ["a", "b"], [1.0, 1.0], [[Q(4.0, "mV**2"), Q(1.0, "mV*A")], [Q(1.0, "mV*A"), 9.0]], ["V", "A"]
    )
    assert standard_uncertainty(a).magnitude == pytest.approx(2e-3)
    assert covariance(a, b).magnitude == pytest.approx(1e-3)
    with pytest.raises(UnitsError):
        correlated(["a", "b"], [1.0, 1.0], Q(np.eye(2), "mV"), ["V", "V"])


def test_complex_estimate_and_uncertainty_in_another_unit():
    z = uncertain_complex("z", Q(1000 + 2000j, "mV"), Q(10.0, "mV"), "V")
    assert z.magnitude.value == pytest.approx(1 + 2j)
    assert complex_uncertainty(z).matrix == pytest.approx(1e-4 * np.eye(2))
    z = uncertain_complex("z", 1 + 2j, Q(100.0 * np.eye(2), "mV**2"), "V")
    assert complex_uncertainty(z).matrix == pytest.approx(1e-4 * np.eye(2))
