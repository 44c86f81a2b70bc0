"""Sobol indices by SALib (the extra `sensitivity`)."""

import sys

import numpy as np
import pytest

from calibrator_uncertainty import Budget, InputError, NotSupportedError, normal, rectangular, salib_indices


def ishigami(x, y, z):
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def budget():
    return Budget(ishigami, [rectangular(name, 0.0, np.pi, "") for name in "xyz"], unit="")


def test_ishigami():
    """T. Ishigami, T. Homma (1990), a = 7, b = 0.1: S = 0.3139, 0.4424, 0; S_xz = 0.2437 (closed form)."""
    pytest.importorskip("SALib", reason="the extra `sensitivity` is not installed")
    found = salib_indices(budget(), np.random.default_rng(5), power=12)
    assert found.names == ("x", "y", "z")
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.04)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert found.second[("x", "z")] == pytest.approx(0.2437, abs=0.04)
    assert found.second[("x", "y")] == pytest.approx(0.0, abs=0.04)
    assert max(found.total_half_width) < 0.1
    assert found.runs == 2**12 * 8
    ours = budget().sobol_indices(np.random.default_rng(5), power=12)
    assert [one.total for one in ours] == pytest.approx(found.total, abs=0.03)


def test_one_input_explains_all():
    pytest.importorskip("SALib", reason="the extra `sensitivity` is not installed")
    found = salib_indices(
        Budget(lambda a: 2 * a, [normal("a", 1, 0.1, "V")], unit="V"), np.random.default_rng(1)
    )
    assert found.first[0] == pytest.approx(1.0, abs=0.01)
    assert found.second == {}


def test_what_has_no_indices_is_refused():
    pair = [normal("a", 1, 0.1, "V"), normal("b", 1, 0.1, "V")]
    tied = Budget(lambda a, b: a + b, pair, unit="V", correlations={("a", "b"): 0.5})
    with pytest.raises(NotSupportedError, match="correlated"):
        salib_indices(tied, np.random.default_rng(1))
    with pytest.raises(InputError, match="power"):
        salib_indices(budget(), np.random.default_rng(1), power=3)


def test_without_salib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(NotSupportedError, match="SALib") as caught:
        salib_indices(budget(), np.random.default_rng(1))
    assert "sensitivity" in str(caught.value)
