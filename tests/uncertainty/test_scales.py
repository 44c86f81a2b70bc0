"""Results do not depend on the size of the unit, from 1e-200 to 1e200."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import Budget, ModelError, UncertainArray, correlation, normal

leaf = UncertainArray.leaf
SIZES = [1e-200, 1e-170, 1e-90, 1.0, 1e90, 1e170, 1e200]


@pytest.mark.parametrize("size", SIZES)
def test_u_and_dof_of_one_value(size):
    a, b = leaf(0.0, 3 * size, 5.0), leaf(0.0, 4 * size)
    assert (a + b).u == pytest.approx(5 * size, rel=1e-14)
    assert (a + b).dof == pytest.approx(5 * (5 / 3) ** 4, rel=1e-12)
    assert a.dof == 5.0
    assert correlation(a + b, a) == pytest.approx(0.6, rel=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_u_and_dof_of_arrays(size):
    a, b = leaf(np.zeros(3), 3 * size, 5.0), leaf(np.zeros(3), 4 * size)
    assert (a + b).u == pytest.approx([5 * size] * 3, rel=1e-14)
    assert (a + b).dof == pytest.approx([5 * (5 / 3) ** 4] * 3, rel=1e-12)
    total = np.sum(np.stack([a, b]), axis=1)
    assert total.u == pytest.approx([3 * size * math.sqrt(3), 4 * size * math.sqrt(3)], rel=1e-14)
    assert total.dof[0] == pytest.approx(15.0)
    assert math.isinf(total.dof[1])
    assert np.sum(a).u == pytest.approx(3 * size * math.sqrt(3), rel=1e-14)
    assert correlation(a, a)[0] == pytest.approx([1.0, 0.0, 0.0])


def test_sizes_may_differ_within_an_array():
    a = leaf(np.zeros(3), np.array([0.0, 1e-200, 1.0]), 4.0)
    assert (a + a).u.tolist() == [0.0, 2e-200, 2.0]
    assert (a + a).dof.tolist() == [math.inf, 4.0, 4.0]


def test_overflow_is_refused():
    x = leaf(1e200, 1e190)
    with pytest.raises(ModelError, match="not finite"):
        assert (x * x).u
    with pytest.raises(ModelError, match="no finite"):
        np.square(leaf(np.array([1e200]), 1.0))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("r", [0.0, 0.5])
def test_budgets_and_tables_do_not_depend_on_the_unit(size, r):
    budget = Budget(
        lambda a, b, c: a + b + c,
        [
            normal("a", 0.0, 3 * size, "", dof=5),
            normal("b", 0.0, 4 * size, "", dof=5),
            normal("c", 0.0, size, ""),
        ],
        unit="",
        correlations={("a", "b"): r},
    )
    usual = Budget(
        budget.model, [normal(one.name, 0.0, one.u / size, "", dof=one.dof) for one in budget.inputs],
        unit="",
        correlations={("a", "b"): r},
    ).evaluate()  # fmt: skip
    found = budget.evaluate()
    assert found.u == pytest.approx(usual.u * size, rel=1e-12)
    assert found.dof == pytest.approx(usual.dof, rel=1e-9)
    assert [line.share for line in found.lines] == pytest.approx(
        [line.share for line in usual.lines], rel=1e-9
    )
    assert sum(line.share for line in found.lines) == pytest.approx(1.0)
    table = budget.table({"a": np.zeros(3)})
    assert table.u == pytest.approx([found.u] * 3, rel=1e-12)
    assert table.dof == pytest.approx([found.dof] * 3, rel=1e-9)
    assert table.k == pytest.approx([found.k] * 3, rel=1e-12)
