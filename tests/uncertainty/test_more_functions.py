"""Further numpy functions: values as numpy's, slopes as those of finite differences, in budgets too."""

import numpy as np
import pytest

from calibrator_uncertainty import Budget, ModelError, NotSupportedError, UncertainArray, normal

X = np.array([1.3, -0.4, 2.2, 0.7, -1.6, 3.1])
M = np.array([[1.3, -0.4, 2.2], [0.7, -1.6, 3.1], [0.2, 0.9, -0.5]])
BIG = np.array([[0.1, -0.4, 2.2, 1.0], [0.7, -1.6, 3.1, 0.3], [0.2, 0.9, -0.5, 2.0], [1.1, 0.4, 0.6, -0.8]])
V = np.array([0.5, -1.5, 2.5])


def pieces(x):
    return np.piecewise(x, [x < 0, x > 2], [lambda a: a * a, lambda a: 3 * a, lambda a: a + 1.0])


CASES = {
    "cumprod": (X, np.cumprod),
    "cumprod axis 0": (M, lambda m: np.cumprod(m, axis=0)),
    "cumprod axis -1": (M, lambda m: np.cumprod(m, axis=-1)),
    "outer": (X, lambda x: np.outer(x, x[:2] * 2)),
    "outer bare": (X, lambda x: np.outer(V, x)),
    "inner": (X, lambda x: np.inner(x, x + 1)),
    "inner of matrices": (M, lambda m: np.inner(m, m[:2])),
    "vdot": (M, lambda m: np.vdot(m, m * m)),
    "kron": (M, lambda m: np.kron(m, V)),
    "kron of matrices": (M, lambda m: np.kron(m[:2], m)),
    "cross": (M, lambda m: np.cross(m, V)),
    "tensordot": (M, lambda m: np.tensordot(m, m * 2, axes=([0], [1]))),
    "tensordot 2": (M, lambda m: np.tensordot(m, m, axes=2)),
    "einsum product": (M, lambda m: np.einsum("ij,jk->ik", m, m)),
    "einsum trace": (M, lambda m: np.einsum("ii", m)),
    "einsum diagonal": (M, lambda m: np.einsum("ii,i->i", m, V)),
    "einsum transposed": (M, lambda m: np.einsum("ij->ji", m)),
    "einsum three": (M, lambda m: np.einsum("i,ij,j->", V, m, m[0])),
    "einsum order": (M, lambda m: np.einsum("ij,k->kji", m, V)),
    "convolve": (X, lambda x: np.convolve(x, x[:3])),
    "convolve same": (X, lambda x: np.convolve(x, V, mode="same")),
    "convolve valid": (X, lambda x: np.convolve(V, x, mode="valid")),
    "convolve even same": (X, lambda x: np.convolve(x, V[:2], "same")),
    "gradient": (X, np.gradient),
    "gradient step": (X, lambda x: np.gradient(x, 0.5)),
    "gradient uneven": (X, lambda x: np.gradient(x, [0.0, 1.0, 3.0, 3.5, 5.0, 9.0], edge_order=2)),
    "gradient of two": (X, lambda x: np.gradient(x[:2], 2.0)),
    "gradient axis": (M, lambda m: np.gradient(m, 2.0, axis=0, edge_order=2)),
    "gradient both": (M, lambda m: np.gradient(m)[1]),
    "norm": (X, np.linalg.norm),
    "norm of a matrix": (M, np.linalg.norm),
    "norm 1": (X, lambda x: np.linalg.norm(x, 1)),
    "norm inf": (X, lambda x: np.linalg.norm(x, np.inf)),
    "norm axis": (M, lambda m: np.linalg.norm(m, axis=0)),
    "det 1": (M, lambda m: np.linalg.det(m[:1, :1])),
    "det 2": (M, lambda m: np.linalg.det(m[:2, :2])),
    "det 3": (M, np.linalg.det),
    "det 4": (BIG, np.linalg.det),
    "pinv tall": (M, lambda m: np.linalg.pinv(m[:, :2])),
    "pinv wide": (M, lambda m: np.linalg.pinv(m[:2])),
    "append": (X, lambda x: np.append(x, [1.0, 2.0])),
    "append axis": (M, lambda m: np.append(m, m, axis=1)),
    "insert": (X, lambda x: np.insert(x, 2, x[0])),
    "insert bare": (M, lambda m: np.insert(m, 1, V, axis=0)),
    "split": (X, lambda x: np.split(x, 3)[1]),
    "array_split": (X, lambda x: np.array_split(x, 4)[0]),
    "vsplit": (M, lambda m: np.vsplit(m, [1])[1]),
    "block": (M, lambda m: np.block([[m, np.eye(3)], [np.zeros((1, 3)), m[:1] * 2]])),
    "tril": (M, np.tril),
    "triu": (M, lambda m: np.triu(m, 1)),
    "diag": (M, np.diag),
    "diag of a row": (X, lambda x: np.diag(x, -1)),
    "trace": (M, lambda m: np.trace(m, 1)),
    "select": (X, lambda x: np.select([x < 0, x > 2], [x * x, 3 * x], default=0.5)),
    "piecewise": (X, pieces),
    "piecewise scalar": (X, lambda x: np.piecewise(x, [x < 0], [0.25, lambda a: a * 2])),
    "median even": (X, np.median),
    "median odd": (X, lambda x: np.median(x[:5])),
    "median axis": (M, lambda m: np.median(m, axis=1)),
    "median keepdims": (M, lambda m: np.median(m, axis=0, keepdims=True)),
    "sign": (X, lambda x: x * np.sign(x)),
    "ptp": (X, np.ptp),
    "ptp axis": (M, lambda m: np.ptp(m, axis=0)),
    "linspace": (X, lambda x: np.linspace(x[0], x[1], 7)),
    "linspace open": (X, lambda x: np.linspace(x[0], 4.0, 5, endpoint=False)),
}


def variance_by_differences(start, function, u):
    """Return the variance of each result from central differences, one input at a time."""
    step = 1e-6
    total = 0.0
    for place in np.ndindex(start.shape):
        up, down = start.copy(), start.copy()
        up[place] += step
        down[place] -= step
        total = total + ((np.asarray(function(up)) - np.asarray(function(down))) / (2 * step) * u[place]) ** 2
    return total


@pytest.mark.parametrize("name", CASES)
def test_value_and_slopes(name):
    start, function = CASES[name]
    u = 0.01 * (1.0 + np.arange(start.size).reshape(start.shape))
    found = function(UncertainArray.leaf(start, u))
    assert found.shape == np.shape(function(start))
    assert np.asarray(found.value) == pytest.approx(np.asarray(function(start)), rel=1e-12, abs=1e-12)
    assert np.asarray(found.u) ** 2 == pytest.approx(
        variance_by_differences(start, function, u), rel=1e-6, abs=1e-13
    )


SMOOTH = sorted(name for name in CASES if not name.startswith(("select", "piecewise", "det 4")))


@pytest.mark.parametrize("name", SMOOTH)
def test_a_budget_gives_the_same_and_draws_as_numpy(name):
    start, function = CASES[name]

    def model(**given):
        stacked = np.stack([given[f"x{i}"].magnitude for i in range(start.size)])
        return np.sum(function(np.reshape(stacked, start.shape)))

    inputs = [normal(f"x{i}", value, 0.01, "") for i, value in enumerate(np.ravel(start))]
    budget = Budget(model, inputs, unit="")
    result = budget.evaluate()
    leaf = UncertainArray.leaf(start, np.full(start.shape, 0.01))
    assert result.u == pytest.approx(np.sum(function(leaf)).u, rel=1e-9)
    draws = np.random.default_rng(3).normal(np.ravel(start)[:, None], 0.01, (start.size, 5))
    one_by_one = [np.sum(function(draw.reshape(start.shape))) for draw in draws.T]
    assert budget._sample(list(draws)) == pytest.approx(one_by_one, rel=1e-9)


@pytest.mark.parametrize(
    "refused",
    [
        lambda x: np.einsum("...i->...", x),
        lambda x: np.convolve(x, x, "odd"),
        lambda x: np.gradient(x, x),
        lambda x: np.cross(x[:2], x[:2]),
        lambda x: np.linalg.norm(np.reshape(x, (2, 3)), 2),
        lambda x: np.linalg.det(np.reshape(x, (2, 3))),
        lambda x: np.linalg.pinv(np.outer(x, x)),
        lambda x: np.linalg.det(np.outer(x, x) * 0.0),
        lambda x: np.piecewise(x, [x < 0], []),
        lambda x: np.linspace(x, 1.0),
    ],
)
def test_what_has_no_answer_is_refused(refused):
    with pytest.raises(NotSupportedError):
        refused(UncertainArray.leaf(X, np.full(6, 0.1)))


def test_closeness_is_asked_of_estimates():
    x = UncertainArray.leaf(X, np.full(6, 0.1))
    assert np.isclose(x, X).all()
    assert not np.isclose(x, x + 1e-3).any()
    assert np.allclose(x, x)


def test_the_sign_has_no_slope_but_at_zero():
    assert np.sign(UncertainArray.leaf(-2.0, 0.1)).u == 0.0
    with pytest.raises(ModelError):
        _ = np.sign(UncertainArray.leaf(0.0, 0.1)).u
