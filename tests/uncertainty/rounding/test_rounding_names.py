"""The door of the rounding package: names, laziness, docstring examples."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import calibrator_uncertainty as cu
from calibrator_uncertainty import rounding


def test_every_public_name_is_there_and_documented():
    for name in rounding.__all__:
        assert getattr(rounding, name).__doc__, name
    assert set(rounding.__all__) == set(rounding._HOME)
    assert sorted(rounding.__all__) == rounding.__all__
    assert rounding.round_uncertainty is cu.round_uncertainty
    with pytest.raises(AttributeError, match="no attribute 'round'"):
        rounding.round  # noqa: B018


def test_rounding_needs_neither_numpy_nor_scipy_nor_pint():
    script = """
import sys
from calibrator_uncertainty import rounding
rounding.parse_result(rounding.round_result(1.2345, 0.0012, unit="V").prefixed().parenthesis())
rounding.round_gbt8170("60.28", "0.5")
assert not {"numpy", "scipy", "pint"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "module", ["", *sorted(f".{m.name}" for m in pkgutil.iter_modules(rounding.__path__))]
)
def test_examples_in_docstrings_run(module):
    assert doctest.testmod(importlib.import_module(f"calibrator_uncertainty.rounding{module}")).failed == 0
