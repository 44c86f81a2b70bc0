"""The doors of curves and time series: names, laziness, examples, and the tutorial as it is printed."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from calibrator_uncertainty import regression, timeseries

PAGE = Path(__file__).parents[3] / "docs" / "tutorial-curves.md"


@pytest.mark.parametrize("package", [regression, timeseries], ids=["regression", "timeseries"])
def test_every_public_name_is_there_and_documented(package):
    assert set(package.__all__) == set(package._HOME) <= set(dir(package))
    assert sorted(package.__all__) == package.__all__
    for name in package.__all__:
        assert getattr(package, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'fit_lyne'"):
        package.fit_lyne  # noqa: B018


def test_naming_the_packages_loads_nothing_heavy_and_fits_never_load_scipy_stats_or_odr():
    script = """
import sys
from calibrator_uncertainty import regression, timeseries
heavy = {"numpy", "scipy", "pint", "odrpack", "allantools"} & set(sys.modules)
assert not heavy, heavy
line = regression.fit_line([1, 2, 3, 4], [1.0, 2.1, 2.9, 4.2], u_x=0.1, u_y=0.1)
line.goodness.p_value, line.goodness.aicc, line.inverse(2.0), line.covariance
regression.table([1, 2, 3], [1, 2, 3], kind="cubic", u_y=0.1)(1.5)
regression.fit_curve(lambda x, a: a * x, [1, 2, 3], [1, 2, 3.1], {"a": 1.0})
regression.choose_degree([1, 2, 3, 4, 5], [1.0, 2.0, 3.1, 4.0, 5.2])
timeseries.iir_filter([0.1], [1.0, -0.9], [1.0, 2.0, 3.0])
timeseries.allan_deviation([1.0, 2.0, 1.0, 3.0], 1.0)
timeseries.spectrum([1.0, 2.0, 1.0], 1.0)
for name in ("scipy.stats", "scipy.odr", "scipy.signal", "odrpack", "allantools", "matplotlib"):
    assert name not in sys.modules, name
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", [regression, timeseries], ids=["regression", "timeseries"])
def test_examples_in_docstrings_run(package):
    assert doctest.testmod(package).failed == 0
    for one in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{one.name}")
        assert doctest.testmod(module).failed == 0


def test_tutorial_prints_what_it_says():
    outcome = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert outcome.attempted > 60
    assert outcome.failed == 0
