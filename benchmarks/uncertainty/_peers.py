"""The same work as other packages write it; one that is not installed is left out with a line.

GUM H.1 with its nine inputs (values, u, dof), and the model of ten normal inputs that is drawn from.
"""

# ruff: noqa: ANN001, ANN202, PLR0917 - plain timing scripts
from __future__ import annotations

import importlib
import importlib.util
import math
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

U = (25e-6, 5.8e-6, 3.9e-6, 6.7e-6, 2e-6 / 3**0.5, 1e-6 / 3**0.5, 0.2, 0.5 / 2**0.5, 0.05 / 3**0.5)
X = (50.000623, 215e-6, 0.0, 0.0, 11.5e-6, 0.0, -0.1, 0.0, 0.0)
NU = (18, 24, 5, 8, math.inf, 50, math.inf, math.inf, 2)
UNITS = ("mm", "mm", "mm", "mm", "1/K", "1/K", "K", "K", "K")
NAMES = ("l_s", "d", "d_1", "d_2", "alpha_s", "d_alpha", "theta", "delta", "d_theta")
FORMULA = "l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta + delta) + alpha_s * d_theta)"
DRAWN = "(x0 * x1 + x2) / (x3 + x4) * x5 + x6 - x7 * x8 / x9"
DRAWN_X = tuple(1.0 + 0.1 * i for i in range(10))
DRAWN_U = tuple(0.01 * (i + 1) for i in range(10))


def end_gauge(l_s, d, d_1, d_2, alpha_s, d_alpha, theta, delta, d_theta):
    return l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta + delta) + alpha_s * d_theta)


def drawn(x0, x1, x2, x3, x4, x5, x6, x7, x8, x9):
    return (x0 * x1 + x2) / (x3 + x4) * x5 + x6 - x7 * x8 / x9


def package(name: str) -> Any:  # noqa: ANN401 - whatever the package is
    """Return a package, or None with a line that it is left out."""
    if importlib.util.find_spec(name) is None:
        print(f"{name} is not installed: left out")
        return None
    # In a process of its own first: a .NET runtime that is missing or too old ends the whole process.
    tried = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import {name}"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        print(f"{name} cannot be loaded ({(tried.stderr.strip().splitlines() or ['?'])[-1][:80]}): left out")
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def of_uncertainties(lib):
    return lambda: end_gauge(*(lib.ufloat(x, u) for x, u in zip(X, U, strict=True))).std_dev


def of_gtc(lib):
    def work():
        found = end_gauge(*(lib.ureal(x, u, nu) for x, u, nu in zip(X, U, NU, strict=True)))
        return found.u, found.df, lib.rp.budget(found)

    return work


def of_metrolopy(lib):
    def work():
        found = end_gauge(*(lib.gummy(x, u=u, dof=nu) for x, u, nu in zip(X, U, NU, strict=True)))
        return found.u, found.dof

    return work


def of_metrolopy_with_units(lib):
    def work():
        given = zip(X, U, NU, UNITS, strict=True)
        found = end_gauge(*(lib.gummy(x, u=u, dof=nu, unit=unit) for x, u, nu, unit in given))
        return found.u, found.dof, found.unit

    return work


def of_uncertainties_in_pint(lib):
    import pint

    quantity = pint.get_application_registry().Quantity

    def work():
        given = zip(X, U, UNITS, strict=True)
        return end_gauge(*(quantity(lib.ufloat(x, u), unit) for x, u, unit in given)).magnitude.std_dev

    return work


def of_metas(lib):
    lib.use_linprop()

    def work():
        inputs = [lib.ufloat(x, u, idof=1.0 / nu) for x, u, nu in zip(X, U, NU, strict=True)]
        found = end_gauge(*inputs)
        return lib.get_stdunc(found), lib.get_idof(found), [lib.get_unc_component(found, x) for x in inputs]

    return work


def of_suncal(lib):
    model = lib.Model(FORMULA)
    for name, x, u, nu in zip(NAMES, X, U, NU, strict=True):
        model.var(name).measure(x).typeb(std=u, df=nu)

    def work():
        found = model.calculate_gum()
        return found.uncertainty["f1"], found.degf["f1"]

    return work


def of_openturns(lib):
    formula = lib.SymbolicFunction(list(NAMES), [FORMULA])

    def work():
        spread = lib.CovarianceMatrix(9)
        for place, u in enumerate(U):
            spread[place, place] = u * u
        inputs = lib.RandomVector(lib.Normal(lib.Point(X), spread))
        found = lib.TaylorExpansionMoments(lib.CompositeRandomVector(formula, inputs))
        return found.getCovariance()[0, 0] ** 0.5, found.getImportanceFactors()

    return work


def of_punpy(lib):
    import numpy as np

    by_law = lib.LPUPropagation()
    x, u = [np.array([one]) for one in X], [np.array([one]) for one in U]
    return lambda: by_law.propagate_random(end_gauge, x, u)


# package, what makes its evaluation of H.1, and what it gives
MODELS: tuple[tuple[str, Callable[[Any], Callable[[], object]], str], ...] = (
    ("uncertainties", of_uncertainties, "u"),
    ("GTC", of_gtc, "u, dof, contributions"),
    ("metrolopy", of_metrolopy, "u, dof"),
    ("metas_unclib", of_metas, "u, dof, contributions"),
    ("suncal", of_suncal, "u, dof; the model parsed before"),
    ("openturns", of_openturns, "u, shares; the model parsed before"),
    ("punpy", of_punpy, "u"),
)


def draws_of_metrolopy(lib, count):
    def work():
        found = drawn(*(lib.gummy(x, u=u) for x, u in zip(DRAWN_X, DRAWN_U, strict=True)))
        found.p = 0.95
        found.sim(n=count)
        return found.usim, found.cisim

    return work


def draws_of_suncal(lib, count):
    model = lib.Model(f"f = {DRAWN}")
    for place, (x, u) in enumerate(zip(DRAWN_X, DRAWN_U, strict=True)):
        model.var(f"x{place}").measure(x).typeb(std=u)

    def work():
        found = model.monte_carlo(samples=count)
        return found.uncertainty["f"], found.expand("f", 0.95)

    return work


def draws_of_metas(lib, count):
    lib.use_mcprop(count)

    def work():
        found = drawn(*(lib.ufloat(x, u) for x, u in zip(DRAWN_X, DRAWN_U, strict=True)))
        return lib.get_stdunc(found), lib.get_coverage_interval(found, 0.95)

    return work


def draws_of_openturns(lib, count):
    formula = lib.SymbolicFunction([f"x{place}" for place in range(10)], [DRAWN])

    def work():
        inputs = lib.JointDistribution([lib.Normal(x, u) for x, u in zip(DRAWN_X, DRAWN_U, strict=True)])
        found = lib.CompositeRandomVector(formula, lib.RandomVector(inputs)).getSample(count)
        return found.computeStandardDeviation()[0], found.computeQuantilePerComponent([0.025, 0.975])

    return work


def draws_of_punpy(lib, count):
    import numpy as np

    by_draws = lib.MCPropagation(count)
    x, u = [np.array([one]) for one in DRAWN_X], [np.array([one]) for one in DRAWN_U]
    return lambda: by_draws.propagate_random(drawn, x, u)


# the same with units, nothing prepared
MODELS_WITH_UNITS: tuple[tuple[str, Callable[[Any], Callable[[], object]], str], ...] = (
    ("metrolopy", of_metrolopy_with_units, "u, dof, unit"),
    ("uncertainties", of_uncertainties_in_pint, "u, unit, in pint quantities"),
)

DRAWS: tuple[tuple[str, Callable[[Any, int], Callable[[], object]], str], ...] = (
    ("metrolopy", draws_of_metrolopy, "u and interval"),
    ("suncal", draws_of_suncal, "u and interval"),
    ("metas_unclib", draws_of_metas, "u and interval"),
    ("openturns", draws_of_openturns, "u and interval"),
    ("punpy", draws_of_punpy, "u"),
)
