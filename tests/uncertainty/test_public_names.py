"""The room's door: names, laziness, docstring examples."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import calibrator_uncertainty


def test_every_public_name_is_there_and_documented():
    for name in calibrator_uncertainty.__all__:
        found = getattr(calibrator_uncertainty, name)
        assert found.__doc__, name
    assert set(calibrator_uncertainty.__all__) == set(calibrator_uncertainty._HOME)
    assert sorted(calibrator_uncertainty.__all__) == calibrator_uncertainty.__all__
    with pytest.raises(AttributeError, match="no attribute 'Bugdet'"):
        calibrator_uncertainty.Bugdet  # noqa: B018


def test_import_brings_nothing_heavy_and_a_budget_never_brings_scipy_stats():
    script = """
import sys, calibrator_uncertainty as cu
heavy = {"numpy", "scipy", "pint"} & set(sys.modules)
assert not heavy, heavy
cu.judge, cu.round_uncertainty
assert "scipy" not in sys.modules and "pint" not in sys.modules
b = cu.Budget(lambda a: a, [cu.type_a("a", [1.0, 2.0, 4.0], "V")], unit="mV")
b.evaluate()
import numpy
cu.validate_first_order([b], rng=numpy.random.default_rng(1), draws=1000)
assert "scipy.stats" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "module", sorted(m.name for m in pkgutil.iter_modules(calibrator_uncertainty.__path__))
)
def test_examples_in_docstrings_run(module):
    found = importlib.import_module(f"calibrator_uncertainty.{module}")
    assert doctest.testmod(found).failed == 0
