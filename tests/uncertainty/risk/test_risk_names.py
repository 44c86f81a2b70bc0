"""The door of the risk package: names, laziness, docstring examples."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

from calibrator_uncertainty import risk


def test_every_public_name_is_there_and_documented():
    for name in risk.__all__:
        assert getattr(risk, name).__doc__, name
    assert set(risk.__all__) == set(risk._HOME)
    assert sorted(risk.__all__) == risk.__all__
    with pytest.raises(AttributeError, match="no attribute 'rsik'"):
        risk.rsik  # noqa: B018


def test_import_brings_nothing_heavy_and_risks_never_bring_scipy_stats_or_pint():
    script = """
import sys
from calibrator_uncertainty import risk
assert not {"numpy", "scipy", "pint"} & set(sys.modules)
limits = risk.Limits(-1, 1)
risk.global_risk(limits, 0.1, risk.reliability_prior(0.9, limits), dof=5)
risk.decide_jjf1094(0.5, limits, 0.2)
assert "scipy.stats" not in sys.modules and "pint" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["", *sorted(f".{m.name}" for m in pkgutil.iter_modules(risk.__path__))])
def test_examples_in_docstrings_run(module):
    assert doctest.testmod(importlib.import_module(f"calibrator_uncertainty.risk{module}")).failed == 0
