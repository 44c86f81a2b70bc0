"""Array functions along axes, against numpy and plain differences (reviewer C: A5, A6, B26)."""

from __future__ import annotations

import numpy as np
import pytest

from calibrator_uncertainty import InputError, UncertainArray

SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
trapezoid = getattr(np, "trapezoid", None) or np.trapz  # numpy 2 renamed it
CUBE = np.arange(24.0).reshape(2, 3, 4) ** 1.5 + 1.0


def leaf(values, u=0.1):
    return UncertainArray.leaf(np.asarray(values, dtype=float), u)


def test_average_with_weights_of_one_axis():
    found = np.average(leaf(SQUARE), axis=0, weights=[1.0, 3.0])
    assert found.value.tolist() == [2.5, 3.5]
    assert found.u == pytest.approx(0.1 * np.hypot(0.25, 0.75), rel=1e-14)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("axis", "weights"), [
    (None, CUBE + 1.0), (0, [1.0, 3.0]), (1, [1.0, 2.0, 4.0]), (-1, np.array([1.0, 2.0, 3.0, 4.0])),
    (2, CUBE + 1.0), (None, None), (1, None), ((0, 2), CUBE + 1.0),
])  # fmt: skip
def test_average_is_that_of_numpy(axis, weights, keepdims):
    found = np.average(leaf(CUBE), axis=axis, weights=weights, keepdims=keepdims)
    expected = np.average(CUBE, axis=axis, weights=weights, keepdims=keepdims)
    assert np.shape(found.value) == np.shape(expected)
    assert found.value == pytest.approx(expected, rel=1e-14)


def test_uncertain_weights_count():
    weights = UncertainArray.leaf(np.array([1.0, 3.0]), 0.1)
    found = np.average(np.array([1.0, 2.0]), weights=weights)
    assert found.value == 1.75
    assert found.u == pytest.approx(0.1 * np.hypot(0.75, 0.25) / 4.0, rel=1e-14)  # dy/dw = (x - y)/sum w


@pytest.mark.parametrize(("axis", "weights"), [(None, [1.0, 2.0]), (0, [1.0, 2.0, 3.0]), (0, [1.0, -1.0])])
def test_weights_that_do_not_fit_are_refused(axis, weights):
    with pytest.raises(InputError, match="weights"):
        np.average(leaf(SQUARE), axis=axis, weights=weights)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_trapezoid_along_any_axis_is_that_of_numpy(axis):
    x = np.cumsum(np.arange(1.0, CUBE.shape[axis] + 1.0))
    found = trapezoid(leaf(CUBE), x, axis=axis)
    assert found.value == pytest.approx(trapezoid(CUBE, x, axis=axis), rel=1e-14)
    whole = np.cumsum(CUBE, axis=axis)
    found = trapezoid(leaf(CUBE), whole, axis=axis)
    assert found.value == pytest.approx(trapezoid(CUBE, whole, axis=axis), rel=1e-14)


def test_trapezoid_with_uncertain_abscissae_along_the_first_axis():
    x = UncertainArray.leaf(np.array([0.0, 2.0]), 0.1)
    found = trapezoid(SQUARE, x, axis=0)
    assert found.value.tolist() == [4.0, 6.0]
    assert found.u == pytest.approx([2.0 * 0.1 * 2**0.5, 3.0 * 0.1 * 2**0.5], rel=1e-14)


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1])
def test_running_sums_are_those_of_numpy(axis):
    found = np.cumsum(leaf(CUBE), axis=axis)
    assert found.value == pytest.approx(np.cumsum(CUBE, axis=axis), rel=1e-14)
    ones = np.cumsum(np.ones(CUBE.shape), axis=axis)
    assert found.u == pytest.approx(0.1 * np.sqrt(ones), rel=1e-13)


def test_running_sums_are_one_operation():
    found = np.cumsum(leaf(np.ones(3000)))
    assert found._args[0]._op is None  # 3000 additions took 15 s
    assert found[-1].u == pytest.approx(0.1 * 3000**0.5, rel=1e-12)
    assert found.u[[0, -1]] == pytest.approx([0.1, 0.1 * 3000**0.5], rel=1e-12)


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1])
def test_extremes_and_order_are_those_of_numpy(axis):
    mixed = np.cos(CUBE)
    spread = 0.1 + np.arange(24.0).reshape(CUBE.shape) / 100.0
    made = UncertainArray.leaf(mixed, spread)
    for function, places in ((np.max, np.argmax), (np.min, np.argmin)):
        chosen = np.expand_dims(places(mixed, axis=axis), axis) if axis is not None else places(mixed)
        u = spread.ravel()[chosen] if axis is None else np.take_along_axis(spread, chosen, axis).squeeze(axis)
        assert np.all(function(made, axis=axis).value == function(mixed, axis=axis))
        assert function(made, axis=axis).u == pytest.approx(u, rel=1e-14)
    assert np.all(np.sort(made, axis=axis).value == np.sort(mixed, axis=axis))
    flat, u = (mixed.ravel(), spread.ravel()) if axis is None else (mixed, spread)
    order = np.argsort(flat, axis=-1 if axis is None else axis)
    wanted = np.take_along_axis(u, order, -1 if axis is None else axis)
    assert np.sort(made, axis=axis).u == pytest.approx(wanted, rel=1e-14)


def test_many_quantities_are_joined_in_steps_that_grow_as_they_do():
    parts = [UncertainArray.leaf(float(i), 0.1) for i in range(3000)]
    joined = np.stack(parts)
    gather = joined._op
    assert [int(gather._taken(place)[0][0]) for place in (0, 1, 2999)] == [0, 1, 2999]
    assert np.sum(joined).u == pytest.approx(0.1 * 3000**0.5, rel=1e-12)
    several = np.concatenate([leaf([1.0, 2.0, 3.0]), leaf([4.0]), leaf([5.0, 6.0])])[np.array([5, 0, 0, 3])]
    assert several.value.tolist() == [6.0, 1.0, 1.0, 4.0]
    assert np.sum(several).u == pytest.approx(0.1 * (1 + 4 + 1) ** 0.5, rel=1e-14)
    assert (several * 1.0).u == pytest.approx(0.1)


def test_running_sums_take_memory_in_proportion():
    """The derivative of 4000 running sums is a triangle of 8 million; it took 0.8 GB."""
    import tracemalloc

    tracemalloc.start()
    found = np.cumsum(UncertainArray.leaf(np.ones(4000), 0.1, 5.0))
    u = found.u
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert u == pytest.approx(0.1 * np.sqrt(np.arange(1, 4001)), rel=1e-12)
    assert peak < 150e6
    shifted = (found * 2.0)[::1000]
    assert shifted.u == pytest.approx(0.2 * np.sqrt([1, 1001, 2001, 3001]), rel=1e-12)
    assert shifted.dof == pytest.approx(5.0 * np.array([1, 1001, 2001, 3001]), rel=1e-9)


def test_u_read_at_each_step_is_that_of_the_whole():
    """What a step adds stands beside the arrays of what was there, also with factors and old errors again."""
    rng = np.random.default_rng(1)
    first = UncertainArray.leaf(1.0, 0.3)
    so_far, slopes = first, {0: 1.0}
    for step in range(1, 300):
        factor = 1.0 if step % 7 else 0.5
        again = step % 90 == 0
        so_far = so_far * factor + UncertainArray.leaf(1.0, 0.1) + (first if again else 0.0)
        slopes = {key: factor * one for key, one in slopes.items()}
        slopes[step] = 1.0
        slopes[0] += 1.0 if again else 0.0
        expected = np.sqrt(sum((one * (0.3 if key == 0 else 0.1)) ** 2 for key, one in slopes.items()))
        if rng.random() < 0.8:
            assert so_far.u == pytest.approx(expected, rel=1e-12)
    assert so_far.u == pytest.approx(expected, rel=1e-12)
