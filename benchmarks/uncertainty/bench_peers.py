"""The issue's table against the packages named there, in one run; those not installed are left out.

Install them: python -m pip install -e ".[bench]" (METAS UncLib needs a .NET runtime too: mono or dotnet)
Run:          python benchmarks/uncertainty/bench_peers.py [models|tables|draws|sums|factors|store|imports]
"""

# ruff: noqa: ANN001, ANN201, ANN202 - plain timing scripts
from __future__ import annotations

import gc
import math
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from _measure import best_s, exit_code, hold, race_s
from _peers import (
    DRAWN_U,
    DRAWN_X,
    DRAWS,
    MODELS,
    MODELS_WITH_UNITS,
    NAMES,
    NU,
    UNITS,
    U,
    X,
    drawn,
    end_gauge,
    of_uncertainties,
    package,
)
from bench_tape import EIGHT, columns, eight, eight_by_hand, end_gauge_by_hand
from bench_tape import end_gauge as gauge_budget

from calibrator_uncertainty import (
    Budget,
    UncertainArray,
    components,
    degrees_of_freedom,
    dumps,
    loads,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty import _seen_models as seen_models

COUNT = 1_000_000
SLOW = ("metas_unclib", "suncal", "punpy")  # milliseconds each


def line(what: str, took_s: float, yardstick_s: float) -> None:
    """Print one line: what, how long, and how many times the yardstick."""
    print(f"  {what:58} {1e6 * took_s:14.1f} us {took_s / yardstick_s:10.2f} x")


def models():
    budget = gauge_budget()
    budget.evaluate()

    def leaves():
        return end_gauge(*(UncertainArray.leaf(x, u, nu) for x, u, nu in zip(X, U, NU, strict=True)))

    def with_dof():
        found = leaves()
        return found.u, found.dof

    def with_contributions():
        given = zip(NAMES, X, U, NU, strict=True)
        found = end_gauge(*(UncertainArray.leaf(x, u, nu, name=name) for name, x, u, nu in given))
        return found.u, found.dof, components(found)

    rows = [
        ("derivatives and k by hand", end_gauge_by_hand),
        ("ours: Budget traced once, u, dof, k, all contributions", budget.evaluate),
        ("ours: uncertain numbers, nothing traced, u", lambda: leaves().u),
        ("ours: uncertain numbers, nothing traced, u and dof", with_dof),
        ("ours: the same, u, dof, contributions", with_contributions),
    ]
    slow = []
    for name, make, gives in MODELS:
        lib = package(name)
        if lib is not None:
            (slow if name in SLOW else rows).append((f"{name}: {gives}", make(lib)))
    print("GUM H.1, 9 inputs, one evaluation: bare numbers on both sides (ours traced once: pint in and out)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = race_s(*(work for _, work in rows), repeat=100, loops=20)
        took += race_s(*(work for _, work in slow), loops=3)
    for (what, _), one in zip([*rows, *slow], took, strict=True):
        line(what, one, took[0])
    models_with_units(took[0])


def models_with_units(hand: float) -> None:
    """The same as quantities with units on both sides, nothing prepared; last a peer in bare numbers."""

    def quantities():
        given = zip(NAMES, X, U, NU, UNITS, strict=True)
        found = end_gauge(*(uncertain(normal(name, x, u, unit, dof=nu)) for name, x, u, nu, unit in given))
        return standard_uncertainty(found), degrees_of_freedom(found)

    def never_seen():
        seen_models._kept.clear()
        return gauge_budget().evaluate()

    rows = [
        ("ours: uncertain pint quantities, u, dof, unit", quantities),
        ("ours: a new Budget, whole table, its arithmetic seen before", lambda: gauge_budget().evaluate()),
    ]
    for name, make, gives in MODELS_WITH_UNITS:
        lib = package(name)
        if lib is not None:
            rows.append((f"{name}: {gives}", make(lib)))
    lib = package("uncertainties")
    if lib is not None:
        rows.append(("uncertainties in bare numbers, for comparison: u alone", of_uncertainties(lib)))
    print("GUM H.1 with units on both sides, nothing prepared")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = race_s(*(work for _, work in rows), repeat=20, loops=100)
    rows.append(("ours: a new Budget, whole table, a function never seen", never_seen))
    took += race_s(never_seen, repeat=15, loops=20)  # alone: what it forgets would be made anew by the others
    for (what, _), one in zip(rows, took, strict=True):
        line(what, one, hand)


def tables():
    """1e5 points x 8 inputs; peers have no arrays with dof and contributions, so 100 points give theirs."""
    u, nu = [one.u for one in EIGHT.inputs], [one.dof for one in EIGHT.inputs]
    plain, quantities = columns(100_000)
    x = [plain[one.name] for one in EIGHT.inputs]

    def ours():
        found = EIGHT.table(quantities)
        return found.quantity, found.expanded_uncertainty

    hand, took = race_s(lambda: eight_by_hand(x, u, nu), ours)
    rows = [("numpy by hand with k", hand), ("ours: value, u, dof, k, contributions, pint", took)]
    few = list(zip(*(one[:100].tolist() for one in x), strict=True))
    makers = {
        "uncertainties": lambda lib: (
            lambda row: eight(*(lib.ufloat(v, s) for v, s in zip(row, u, strict=True))).error_components()
        ),
        "GTC": lambda lib: lambda row: of_gtc_row(lib, row, u, nu),
        "metrolopy": lambda lib: lambda row: of_metrolopy_row(lib, row, u, nu),
        "metas_unclib": lambda lib: lambda row: of_metas_row(lib, row, u, nu),
    }
    for name, make in makers.items():
        lib = package(name)
        if lib is not None:
            work = make(lib)
            rows.append((name, 1000 * best_s(lambda work=work: [work(row) for row in few])))
    print("1e5 points x 8 inputs (peers: 100 points, times 1000)")
    for what, took in rows:
        line(what, took, hand)


def of_gtc_row(lib, row, u, nu):
    found = eight(*(lib.ureal(v, s, n) for v, s, n in zip(row, u, nu, strict=True)))
    return lib.rp.k_factor(found.df), lib.rp.budget(found)


def of_metrolopy_row(lib, row, u, nu):
    found = eight(*(lib.gummy(v, u=s, dof=n) for v, s, n in zip(row, u, nu, strict=True)))
    return found.u, found.dof, found.k


def of_metas_row(lib, row, u, nu):
    lib.use_linprop()
    inputs = [lib.ufloat(v, s, idof=1.0 / n) for v, s, n in zip(row, u, nu, strict=True)]
    found = eight(*inputs)
    return lib.get_stdunc(found), lib.get_idof(found), [lib.get_unc_component(found, one) for one in inputs]


def raw():
    rng, buffer = np.random.Generator(np.random.SFC64(1)), np.empty(4096)
    for _ in range(COUNT * 10 // buffer.size):
        rng.standard_normal(out=buffer)


def our_draws():
    inputs = [normal(f"x{i}", x, u, "") for i, (x, u) in enumerate(zip(DRAWN_X, DRAWN_U, strict=True))]
    budget = Budget(drawn, inputs, unit="")
    budget.evaluate()
    return lambda: budget.monte_carlo(np.random.Generator(np.random.SFC64(1)), draws=COUNT)


def one_of_draws(name: str) -> None:
    """Print seconds and megabytes of one package; each has a process of its own, for the memory it takes."""
    work = {"raw": lambda: raw, "ours": our_draws}.get(name)
    if work is None:
        lib = package(name)
        if lib is None:
            return
        made = next(make for one, make, _ in DRAWS if one == name)(lib, COUNT)
    else:
        made = work()
    gc.collect()
    before = peak_mb()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = best_s(made, repeat=5)
    print(f"{took} {peak_mb() - before}")


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, NaN where the system does not say."""
    # not ru_maxrss: a child begins with that of its parent
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) / 1e3 if found else math.nan


def draws():
    print(f"Monte Carlo, {COUNT:.0e} draws x 10 normal inputs, best of five, growth of memory")
    yardstick = None
    for name, gives in (("raw", "SFC64 normals alone"), ("ours", "u and shortest interval"), *[
        (one, text) for one, _, text in DRAWS
    ]):  # fmt: skip
        found = subprocess.run(
            [sys.executable, __file__, "--draws", name], capture_output=True, text=True, check=False
        )
        words = found.stdout.split()
        if len(words) != 2:
            print(f"  {name}: left out ({(found.stdout or found.stderr).strip().splitlines()[-1]})")
            continue
        took, memory = float(words[0]), float(words[1])
        yardstick = yardstick or took
        print(f"  {name + ': ' + gives:58} {took:10.3f} s {took / yardstick:10.2f} x {memory:10.1f} MB")


def sums():
    def total(make, count):
        so_far = make(0)
        for place in range(1, count):
            so_far = so_far + make(place)
        return so_far

    def read(make, u_of, count):
        so_far = make(0)
        for place in range(1, count):
            so_far = so_far + make(place)
            u_of(so_far)

    kinds = [("ours", lambda i: UncertainArray.leaf(float(i), 0.1), lambda y: y.u, 10_000)]
    lib = package("uncertainties")
    if lib is not None:
        kinds.append(("uncertainties", lambda i, lib=lib: lib.ufloat(i, 0.1), lambda y: y.std_dev, 500))
    lib = package("GTC")
    if lib is not None:
        kinds.append(("GTC", lambda i, lib=lib: lib.ureal(i, 0.1), lambda y: y.u, 500))
    print("sum of 1e4 uncertain numbers; the same with u read at each step (peers: 500 steps, as they are)")
    for name, make, u_of, steps in kinds:
        whole = best_s(lambda m=make, u=u_of: u(total(m, 10_000)), repeat=5 if name == "ours" else 1)
        stepwise = best_s(lambda m=make, u=u_of, s=steps: read(m, u, s), repeat=5)
        print(f"  {name:20} {whole:8.3f} s, with u at each of {steps} steps {stepwise:8.3f} s")


def factors():
    from calibrator_uncertainty._coverage import student_factors

    dof = np.random.default_rng(1).uniform(1, 5000, 100_000)
    from scipy.stats import t

    ours, theirs = race_s(lambda: student_factors(0.95, dof), lambda: t.ppf(0.975, dof))
    hold("k for 1e5 effective dof, ms", 1e3 * ours, 8)
    print(f"k for 1e5 effective dof: {1e3 * ours:.2f} ms (bar 8), scipy t.ppf {1e3 * theirs:.1f} ms")


def store():
    inputs = [UncertainArray.leaf(1.0 + i, 0.1, 9.0, name=f"x{i}") for i in range(8)]
    results = {f"r{k}": sum((one * float(k) for one in inputs), 0.0) for k in range(1000)}
    took, size = best_s(lambda: loads(dumps(results)), repeat=9), len(dumps(results)) / 1e3
    hold("store of 1000 results, ms", 1e3 * took, 50)
    hold("store of 1000 results, kB", size, 200)
    print("1000 results of 8 shared inputs, written and read with correlations")
    print(f"  ours: {1e3 * took:.1f} ms (bar 50), {size:.0f} kB (bar 200)")
    lib = package("GTC")
    if lib is None:
        return
    theirs = [lib.ureal(1.0 + i, 0.1, 9.0, label=f"x{i}") for i in range(8)]
    made = {f"r{k}": lib.result(sum((one * float(k) for one in theirs), 0.0)) for k in range(1, 1001)}

    def written():
        archive = lib.pr.Archive()
        archive.add(**{f"x{i}": one for i, one in enumerate(theirs)}, **made)
        return lib.pr.dumps_json(archive)

    took = best_s(lambda: lib.pr.loads_json(written()))
    print(f"  GTC: {1e3 * took:.1f} ms, {len(written()) / 1e3:.0f} kB")


def imports():
    def seconds(statement):
        script = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
        found = [
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False
            )
            for _ in range(5)
        ]
        return min((float(one.stdout) for one in found if one.returncode == 0), default=math.nan)

    numpy = seconds("import numpy")
    print("import, best of five processes (bar of ours: 1.25 x numpy)")
    for statement in (
        "import numpy",
        "import calibrator_uncertainty",
        "import pint; pint.get_application_registry().Quantity",
        "import scipy.stats",
        "import uncertainties",
        "import GTC",
        "import metrolopy",
        "import suncal",
        "import metas_unclib",
        "import openturns",
        "import punpy",
    ):
        took = seconds(statement)
        if statement == "import calibrator_uncertainty":
            hold("import against numpy", took / numpy, 1.25)
        found = "not installed" if math.isnan(took) else f"{1e3 * took:8.1f} ms {took / numpy:8.2f} x"
        print(f"  {statement:58} {found}")


SECTIONS = {
    "models": models,
    "tables": tables,
    "draws": draws,
    "sums": sums,
    "factors": factors,
    "store": store,
    "imports": imports,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--draws"]:
        one_of_draws(sys.argv[2])
    else:
        for section in sys.argv[1:] or SECTIONS:
            SECTIONS[section]()
        sys.exit(exit_code())
