"""Many points with common errors: the quick way is the slow one, and long tables stay sparse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import array, normal, uncertain
from calibrator_uncertainty.regression import fit_line, table
from calibrator_uncertainty.regression._leastsquares import clear_root, gauss_markov, generalised


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 9), st.integers(0, 2**32 - 1), st.booleans())
def test_cholesky_gives_what_paige_gives(count, seed, wide):
    rng = np.random.default_rng(seed)
    # as wide as errors in x and y together make it, or square
    noise = (
        rng.normal(size=(count, 2 * count if wide else count))
        + 3.0 * np.eye(count, 2 * count)[:, : 2 * count if wide else count]
    )
    design = np.column_stack((np.ones(count), np.arange(count) + rng.normal(size=count) * 0.1))
    data = rng.normal(size=count)
    quick, slow = generalised(design, noise, data, "here"), gauss_markov(design, noise, data, "here")
    scale = np.sqrt(np.sum(slow.factor**2, axis=1))
    assert quick.estimate / scale == pytest.approx(slow.estimate / scale, abs=1e-7)
    assert quick.chi_square == pytest.approx(slow.chi_square, rel=1e-6, abs=1e-9)
    assert quick.dof == slow.dof
    assert quick.factor @ quick.factor.T / np.outer(scale, scale) == pytest.approx(
        slow.factor @ slow.factor.T / np.outer(scale, scale), abs=1e-7
    )
    # the errors are those that leave these residuals, and the least of them
    assert noise @ quick.errors == pytest.approx(noise @ slow.errors, abs=1e-6 * np.abs(noise).max())
    assert quick.errors == pytest.approx(slow.errors, abs=1e-5)


def test_a_covariance_without_a_triangle_takes_the_slow_way():
    assert clear_root(np.array([[1.0, 1.0], [1.0, 1.0]])) is None
    assert clear_root(np.array([[1.0, 0.0], [0.0, 0.0]])) is None
    assert clear_root(np.array([[1.0, 2.0], [2.0, 1.0]])) is None
    found = clear_root(np.array([[4.0, 2.0], [2.0, 3.0]]))
    assert found @ found.T == pytest.approx(np.array([[4.0, 2.0], [2.0, 3.0]]))


def test_a_thousand_points_read_by_one_meter():
    x = np.linspace(0.0, 10.0, 1000)
    gain = uncertain(normal("gain", 1.0, 1e-3, "")).magnitude
    line = fit_line(x, array(2.0 * x, 0.1, "").magnitude * gain)
    alone = fit_line(x, 2.0 * x, u_y=0.1)["slope"].magnitude.u
    assert line["slope"].magnitude.u == pytest.approx(np.hypot(alone, 2e-3), rel=1e-3)
    assert line.goodness.dof == 998


def test_a_long_table_is_read_in_little_memory():
    count = 40_000  # as a full matrix of 12 GB it could not be
    x = np.arange(float(count))
    read = table(x, array(np.sqrt(x), 0.1, ""))(x[:-1] + 0.25)
    assert read.magnitude.value[:3] == pytest.approx(
        [0.25, 1.0 + 0.25 * (2**0.5 - 1), 2**0.5 * 0.75 + 3**0.5 / 4]
    )
    assert read.magnitude.u == pytest.approx(np.full(count - 1, 0.1 * np.hypot(0.75, 0.25)), rel=1e-12)
