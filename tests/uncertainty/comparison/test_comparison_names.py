"""The door of the comparison package: names, laziness, docstring examples."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

from calibrator_uncertainty import comparison


def test_every_public_name_is_there_and_documented():
    for name in comparison.__all__:
        assert getattr(comparison, name).__doc__, name
    assert set(comparison.__all__) == set(comparison._HOME)
    assert sorted(comparison.__all__) == comparison.__all__
    with pytest.raises(AttributeError, match="no attribute 'mean'"):
        comparison.mean  # noqa: B018


def test_import_brings_nothing_heavy_and_consensus_never_brings_scipy_stats():
    script = """
import sys
from calibrator_uncertainty import comparison
assert not {"numpy", "scipy", "pint"} & set(sys.modules)
from calibrator_uncertainty import normal, uncertain
results = {n: uncertain(normal(n, x, 1.0, "V")) for n, x in [("A", 1.0), ("B", 5.0), ("C", 2.0)]}
comparison.degrees_of_equivalence(results, comparison.mandel_paule(results))
comparison.grubbs(results)
assert "scipy.stats" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "module", ["", *sorted(f".{m.name}" for m in pkgutil.iter_modules(comparison.__path__))]
)
def test_examples_in_docstrings_run(module):
    assert doctest.testmod(importlib.import_module(f"calibrator_uncertainty.comparison{module}")).failed == 0
