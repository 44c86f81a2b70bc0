"""Arrays of any distribution, of readings, and series that are too short to tell."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy.special import stdtrit

from calibrator_uncertainty import (
    Budget,
    InputError,
    ModelError,
    array,
    array_of_readings,
    autocorrelated,
    complex_array,
    components,
    degrees_of_freedom,
    dumps,
    loads,
    normal,
    standard_uncertainty,
    triangular,
    type_a,
    uncertain,
)


@pytest.mark.parametrize(
    ("distribution", "beta", "divisor"),
    [("rectangular", 1, 3), ("triangular", 1, 6), ("arcsine", 1, 2), ("trapezoidal", 0.5, 4.8)],
)
def test_half_widths_become_u_as_of_single_inputs(distribution, beta, divisor):
    found = array([1.0, 2.0], None, "V", half_width=[0.3, 0.6], distribution=distribution, beta=beta)
    assert standard_uncertainty(found).magnitude == pytest.approx([0.3 / divisor**0.5, 0.6 / divisor**0.5])


def test_a_sum_of_limits_is_drawn_as_limits_and_not_as_normals():
    rows = array([1.0, 1.0], None, "V", half_width=0.5, distribution="rectangular")
    budget = Budget(lambda a: a + rows[0] + rows[1], [normal("a", 0.0, 1e-9, "V")], unit="V")
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    # triangle over 1 to 3: 95 % lie within 1 - √0.05 of its top
    assert drawn.symmetric == pytest.approx((2 - (1 - 0.05**0.5), 2 + (1 - 0.05**0.5)), abs=0.02)
    single = uncertain(triangular("t", 2.0, 1.0, "V"))
    assert standard_uncertainty(rows[0] + rows[1]).magnitude == pytest.approx(
        standard_uncertainty(single).magnitude
    )


def test_degrees_of_freedom_go_with_their_elements_in_any_shape():
    dof = np.array([[4.0, 9.0, 4.0], [math.inf, 2.0, 9.0]])
    found = array(np.arange(6.0).reshape(2, 3), 0.1, "V", dof=dof, name="r")
    assert np.allclose(degrees_of_freedom(found), dof, rtol=1e-12)
    assert found.magnitude.value.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    total = np.sum(found)
    weight = np.sum(0.1**4 / dof)
    assert degrees_of_freedom(total) == pytest.approx((6 * 0.01) ** 2 / weight)
    back = loads(dumps({"row": found}))["row"]
    assert standard_uncertainty(back - found).magnitude.tolist() == [[0.0] * 3] * 2
    assert {one.name for one in components(found[0, 1])} == {"r, 9 dof[0]"}


def test_readings_along_an_axis_are_as_each_row_alone():
    table = np.random.default_rng(3).normal(10.0, 0.1, (5, 4, 3))
    found = array_of_readings(table, "V", axis=1, floor_u=0.04)
    for i in range(5):
        for k in range(3):
            alone = type_a("x", table[i, :, k].tolist(), "V", floor_u=0.04)
            assert float(found[i, k].magnitude.value) == pytest.approx(alone.estimate, rel=1e-14)
            assert float(found[i, k].magnitude.u) == pytest.approx(alone.u, rel=1e-12)
            assert float(found[i, k].magnitude.dof) == pytest.approx(alone.dof)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: array([1.0], 0.1, "V", half_width=0.1),
        lambda: array([1.0], None, "V"),
        lambda: array([1.0], None, "V", half_width=0.1),
        lambda: array([1.0], 0.1, "V", distribution="lognormal"),
        lambda: array([1.0, 2.0], 0.1, "V", dof=[1.0, 2.0, 3.0]),
        lambda: array([1.0, 2.0], 0.1, "V", dof=[0.5, 2.0]),
        lambda: array([1.0, 2.0], [0.1] * 3, "V", dof=[3.0, 2.0]),
        lambda: array_of_readings([1.0, 2.0], "V"),
        lambda: array_of_readings([[1.0, 2.0]], "V"),
        lambda: array_of_readings([[1.0, 2.0], [1.0, 3.0]], "V"),
        lambda: array_of_readings([[1.0, 2.0], [math.nan, 3.0]], "V"),
        lambda: array_of_readings([[1.0, 2.0], [2.0, 3.0]], "V", axis=2),
    ],
)
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(InputError):
        bad()


def _decaying(rng, count, memory):
    row = rng.standard_normal(count + 300)
    for place in range(1, row.size):
        row[place] += memory * row[place - 1]
    return row[300:].tolist()


@pytest.mark.parametrize(("count", "memory"), [(20, 0.8), (50, 0.95), (50, 0.5), (200, 0.99), (20, 0.0)])
def test_a_series_of_any_memory_seldom_gives_an_interval_that_misses(count, memory):
    rng = np.random.default_rng(7)
    missed, refused = 0, set()
    for _ in range(100):
        try:
            one = autocorrelated("a", _decaying(rng, count, memory), "V")
        except InputError as problem:
            refused.add(problem.code)
            continue
        missed += abs(one.estimate) > stdtrit(math.floor(one.dof), 0.975) * one.u
    assert refused <= {"too-short", "drifts"}
    assert missed <= 13  # of 100 asked: more than 60 of 100 before, at a memory of 0.99


@pytest.mark.parametrize(("count", "most"), [(100, 35), (300, 18)])
def test_a_wandering_below_noise_is_counted_or_refused(count, most):
    rng = np.random.default_rng(8)
    missed, refused = 0, 0
    for _ in range(100):
        row = 0.2 * np.array(_decaying(rng, count, 0.95)) + rng.standard_normal(count)
        try:
            one = autocorrelated("a", row, "V")
        except InputError:
            refused += 1
            continue
        missed += abs(one.estimate) > stdtrit(math.floor(one.dof), 0.975) * one.u
    assert missed <= most  # 45 and 26 where the first lags alone were asked
    assert refused <= 20


def test_a_memory_known_from_a_longer_record_is_counted_and_told():
    rng, missed, refused = np.random.default_rng(6), 0, 0
    for _ in range(100):
        try:
            one = autocorrelated("a", _decaying(rng, 300, 1.0 - 1.0 / 29.0), "V", memory=29.0)
        except InputError:
            refused += 1
            continue
        missed += abs(one.estimate) > stdtrit(one.dof, 0.975) * one.u
    assert missed <= 6  # of 300: 4, where by the series alone 14 do
    assert refused < 60
    noise = rng.normal(size=100)
    with pytest.raises(InputError, match="the series is too short"):
        autocorrelated("a", noise, "V", memory=100.0)  # as long as the series
    alone, told = autocorrelated("a", noise, "V"), autocorrelated("a", noise, "V", memory=2.0, source="bench")
    assert alone.source.endswith("judged by the series alone")
    assert told.source.startswith("bench, ")
    assert told.source.endswith("memory of 2 readings known")
    assert told.u > alone.u
    with pytest.raises(InputError, match="it is a number of readings"):
        autocorrelated("a", noise, "V", memory=-1.0)


def test_a_memory_below_that_of_the_series_itself_gives_way_and_it_is_said():
    series = _decaying(np.random.default_rng(6), 2000, math.exp(-1.0 / 12.0))
    alone, told = autocorrelated("a", series, "V"), autocorrelated("a", series, "V", memory=2.0)
    assert (told.u, told.dof) == (alone.u, alone.dof)
    found = re.search(
        r"memory of ([\d.]+) readings seen in the series, which is longer than the 2 known$", told.source
    )
    assert found is not None
    assert 12.0 <= float(found[1]) < 30.0  # the largest of three views of a memory of 12
    # a decay with that memory repeats as much as was counted
    assert 1.0 / math.tanh(0.5 / float(found[1])) == pytest.approx(2000.0 / (alone.dof + 1.0), rel=0.06)
    assert autocorrelated("a", series, "V", memory=60.0).source.endswith("memory of 60 readings known")


def test_a_drift_below_noise_is_not_averaged_away():
    drift = np.cumsum(np.random.default_rng(0).normal(size=300)) * 0.1
    noise = np.random.default_rng(1).normal(size=300)
    with pytest.raises(InputError) as refused:
        autocorrelated("a", drift + noise, "V")
    assert refused.value.code in {"drifts", "too-short"}
    assert autocorrelated("a", noise, "V").dof > 200


def test_a_matrix_without_inverse_is_refused_in_our_words():
    matrix = array([[1.0, 2.0], [2.0, 4.0]], 0.1, "V")
    works = [
        lambda: np.linalg.inv(matrix),
        lambda: np.linalg.solve(matrix, array([1.0, 2.0], 0.1, "A")),
        lambda: np.linalg.matrix_power(array([[1.0, 2.0], [2.0, 4.0]], 0.1, ""), -1),
        lambda: np.linalg.inv(complex_array("z", [[1 + 1j, 2 + 2j], [1 + 1j, 2 + 2j]], 0.1, "V")),
    ]
    for work in works:
        with pytest.raises(ModelError, match="no inverse") as refused:
            work()
        assert refused.value.code == "singular"


def test_an_array_of_one_element_comes_back_from_its_text():
    one = array([1.0], [0.1], "V")
    assert standard_uncertainty(loads(dumps({"one": one}))["one"] - one).magnitude.tolist() == [0.0]
