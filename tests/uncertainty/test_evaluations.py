"""Ways in which an input is known (JCGM 100:2008, 4; JCGM 101:2008, 6.4-6.5; EA-4/02; ISO 13528)."""

import math
import subprocess
import sys

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    FormatError,
    Input,
    InputError,
    autocorrelated,
    bayesian,
    between,
    certificate,
    dumps,
    exponential,
    from_histogram,
    from_samples,
    inexact_limits,
    pooled,
    pooled_deviation,
    robust,
    specification,
    type_a,
    uncertain,
)


def drawn(one, count=300_000):
    return one.estimate + one.u * one.distribution.draw(np.random.default_rng(1), count)


def test_pooled_deviation_of_the_mass_comparison():  # EA-4/02, S2.5: s_p = 25 mg, three sets: u = 14.4 mg
    found = pooled("dm", [0.010, 0.030, 0.020], "g", deviation=0.025, dof=10)
    assert found.estimate == pytest.approx(0.020)
    assert found.u == pytest.approx(0.0144, abs=5e-5)
    assert found.dof == 10


def test_pooling_weights_by_degrees_of_freedom():
    s, dof = pooled_deviation([[1.0, 3.0], [2.0, 2.0, 2.0, 2.0]])
    assert (s, dof) == (pytest.approx(math.sqrt(2.0 / 4)), 4.0)


def test_bayesian_mean_of_readings():  # JCGM 101, 6.4.9.4: u = sqrt((n-1)/(n-3)) s/sqrt(n)
    readings = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = bayesian("x", readings, "V")
    assert found.u == pytest.approx(math.sqrt(4 / 2) * math.sqrt(2.5) / math.sqrt(5))
    assert found.dof == math.inf
    assert drawn(bayesian("x", list(range(12)), "V")).std() == pytest.approx(
        bayesian("x", list(range(12)), "V").u, rel=0.02
    )


def test_alike_neighbours_make_the_mean_less_certain():
    rng = np.random.default_rng(3)
    phi, count, runs = 0.8, 400, 300
    ratio, covered = [], 0
    for _ in range(runs):
        noise = rng.standard_normal(count + 100)
        series = np.zeros(count + 100)
        for i in range(1, count + 100):
            series[i] = phi * series[i - 1] + noise[i]
        found = autocorrelated("x", series[100:], "V")
        ratio.append(found.u)
        covered += abs(found.estimate) <= 2.0 * found.u
    exact = 1.0 / (1.0 - phi) / math.sqrt(count)  # variance of the mean of AR(1)
    # a tenth above: the scatter of the means of blocks counts as well
    assert np.mean(ratio) == pytest.approx(1.08 * exact, rel=0.08)
    assert covered / runs > 0.88


def test_white_series_is_evaluated_as_usual():
    values = np.random.default_rng(1).standard_normal(500)
    found = autocorrelated("x", values, "V")
    assert found.u == pytest.approx(values.std(ddof=1) / math.sqrt(500), rel=1e-9)
    assert found.dof == pytest.approx(499, rel=1e-9)


def test_outlier_hardly_moves_the_robust_mean():
    readings = [10.01, 9.99, 10.02, 9.98, 10.00, 10.01, 9.99, 25.0]
    found = robust("x", readings, "V")
    assert found.estimate == pytest.approx(10.00, abs=0.02)
    assert found.u < 0.02
    clean = np.random.default_rng(1).normal(5.0, 2.0, 4000)
    assert robust("x", clean, "V").u == pytest.approx(1.25 * 2.0 / math.sqrt(4000), rel=0.05)
    assert robust("x", [1.0, 1.0, 1.0, 2.0], "V").u > 0


def test_certificate_gives_u_by_k_or_by_probability():  # JCGM 100, 4.3.3 and 4.3.4
    assert certificate("m", 1000.000325, 240e-6, "g", k=3).u == pytest.approx(80e-6)  # 4.3.3, example
    assert certificate("R", 10.000742, 129e-6, "ohm", probability=0.99).u == pytest.approx(
        50e-6, rel=0.005
    )  # 4.3.4
    assert certificate("x", 0, 2.92, "V", probability=0.99, dof=16).u == pytest.approx(1.0, abs=0.001)
    with pytest.raises(InputError, match="neither k nor a probability"):
        certificate("x", 0, 1.0, "V")


def test_specification_adds_reading_range_and_floor():
    found = specification(
        "dV",
        0.0,
        "V",
        at=-10.0,
        of_reading=11e-6,
        of_range=2e-6,
        range_value=33.0,
        floor=1e-6,
        k=2.58,
        treat_as="normal_k",
    )
    assert found.u == pytest.approx((110e-6 + 66e-6 + 1e-6) / 2.58)
    assert specification("dV", 0.0, "V", at=1.0, floor=3e-6).u == pytest.approx(3e-6 / math.sqrt(3))
    with pytest.raises(InputError):
        specification("dV", 0.0, "V", at=1.0, floor=-3e-6)


def test_limits():  # JCGM 100, 4.3.7 example 1: alpha between 16.40e-6 and 16.92e-6: u = 0.15e-6
    found = between("alpha", 16.40e-6, 16.92e-6, "1/K")
    assert (found.estimate, found.u) == (pytest.approx(16.66e-6), pytest.approx(0.15e-6, abs=0.001e-6))
    with pytest.raises(InputError, match="lies above"):
        between("x", 2.0, 1.0, "V")


def test_inexact_limits():  # JCGM 101, 6.4.3.3: u^2 = (b - a)^2/12 + d^2/9
    found = inexact_limits("x", -1.0, 1.0, 0.5, "V")
    assert found.u == pytest.approx(math.sqrt(4 / 12 + 0.25 / 9))
    values = drawn(found)
    assert values.std() == pytest.approx(found.u, rel=0.005)
    assert 1.35 < abs(values).max() <= 1.5
    for bad in ((1.0, -1.0, 0.1), (-1.0, 1.0, 1.0)):
        with pytest.raises(InputError):
            inexact_limits("x", *bad, "V")


def test_exponential_quantity():  # JCGM 101, 6.4.10: u = x
    found = exponential("x", 3.0, "V")
    assert (found.estimate, found.u) == (3.0, 3.0)
    values = drawn(found)
    assert values.min() >= 0
    assert (values.mean(), values.std()) == (pytest.approx(3.0, rel=0.01), pytest.approx(3.0, rel=0.01))
    with pytest.raises(InputError):
        exponential("x", 0.0, "V")


def test_draws_of_another_computation_keep_their_shape():
    values = np.random.default_rng(1).exponential(2.0, 5000)
    one = from_samples("x", values, "V")
    found = Budget(lambda x: x, [one], unit="V").monte_carlo(np.random.default_rng(2), draws=200_000)
    assert found.u == pytest.approx(values.std(), rel=0.02)
    assert found.symmetric[0] == pytest.approx(np.quantile(values, 0.025), abs=0.01)
    square = Budget(lambda x: x**2, [one], unit="V^2").second_order()
    assert square.mean == pytest.approx((values**2).mean(), rel=1e-9)
    with pytest.raises(InputError):
        from_samples("x", [1.0], "V")


def test_histogram_is_even_within_its_bins():
    one = from_histogram("x", [0.0, 1.0, 3.0], [1.0, 3.0], "V")
    assert one.estimate == pytest.approx(0.25 * 0.5 + 0.75 * 2.0)
    values = drawn(one)
    assert values.mean() == pytest.approx(one.estimate, abs=0.01)
    assert values.std() == pytest.approx(one.u, rel=0.01)
    assert np.mean(values < 1.0) == pytest.approx(0.25, abs=0.005)
    found = Budget(lambda x: x, [one], unit="V").quasi_monte_carlo(np.random.default_rng(1))
    assert found.u == pytest.approx(one.u, rel=1e-3)
    for bad in (([0.0, 0.0], [1.0]), ([0.0, 1.0], [-1.0]), ([0.0, 1.0], [0.0]), ([0.0, 1.0], [1.0, 2.0])):
        with pytest.raises(InputError):
            from_histogram("x", *bad, "V")


@pytest.mark.parametrize(
    "make",
    [
        lambda: pooled("x", [], "V", deviation=1.0, dof=5),
        lambda: pooled("x", [1.0], "V", deviation=0.0, dof=5),
        lambda: pooled_deviation([[1.0]]),
        lambda: pooled_deviation([]),
        lambda: bayesian("x", [1.0, 2.0, 3.0], "V"),
        lambda: bayesian("x", [1.0, 2.0, 3.0, math.nan], "V"),
        lambda: autocorrelated("x", [1.0] * 5, "V"),
        lambda: robust("x", [1.0, 2.0], "V"),
    ],
)
def test_too_little_or_impossible_is_refused(make):
    with pytest.raises(InputError):
        make()


def test_shapes_of_all_kinds_are_stored_with_their_quantity():
    script = """
import sys, numpy
from calibrator_uncertainty import loads
for name, one in loads(sys.stdin.read()).items():
    leaf = one.magnitude._leaf
    drawn = one.magnitude.value + leaf.u * leaf.shape.draw(numpy.random.default_rng(1), 1000)
    print(name, repr(float(drawn.sum())))
"""
    inputs = [
        bayesian("b", [1.0, 2.0, 3.0, 5.0], "V"),
        inexact_limits("c", -1.0, 1.0, 0.5, "V"),
        exponential("e", 3.0, "V"),
        from_samples("s", [1.0, 2.0, 4.0], "V"),
        from_histogram("h", [0.0, 1.0, 3.0], [1.0, 3.0], "V"),
        between("r", -1.0, 1.0, "V"),
    ]
    text = dumps({one.name: uncertain(one) for one in inputs})
    done = subprocess.run(
        [sys.executable, "-c", script], input=text, capture_output=True, text=True, check=True
    )
    there = dict(line.split() for line in done.stdout.splitlines())
    for one in inputs:
        here = one.estimate + one.u * one.distribution.draw(np.random.default_rng(1), 1000)
        assert there[one.name] == repr(float(here.sum()))


def test_own_shape_is_not_stored_silently():
    class TwoPoint:
        name = "two-point"

        def draw(self, rng, count):
            return rng.choice([-1.0, 1.0], count)

    one = uncertain(Input("x", 0.0, "V", 1.0, math.inf, TwoPoint()))
    with pytest.raises(FormatError, match="two-point"):
        dumps({"x": one})


@pytest.mark.parametrize("value", [0.1, 10.0001, 1e-3 / 3.0])
@pytest.mark.parametrize("count", [3, 6, 7, 10, 25])
def test_equal_readings_are_refused_though_their_sum_is_rounded(value, count):
    # three times 0.1 is not 0.3: s was 1e-17, and u with it
    for evaluate in (type_a, bayesian, robust, autocorrelated):
        with pytest.raises(InputError):
            evaluate("x", [value] * count, "V")
    assert type_a("x", [value] * count, "V", floor_u=1e-30).u == 1e-30
