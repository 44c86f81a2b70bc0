"""The same work by peers, in one run: needs GTC, uncertainties and metrolopy (a `bench` extra).

Run: python benchmarks/uncertainty/bench_peers.py
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - plain timing scripts
from __future__ import annotations

import importlib
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from _measure import best_s
from bench_tape import end_gauge, end_gauge_by_hand

from calibrator_uncertainty import UncertainArray, dumps, loads

U = (25e-6, 5.8e-6, 3.9e-6, 6.7e-6, 2e-6 / 3**0.5, 1e-6 / 3**0.5, 0.2, 0.5 / 2**0.5, 0.05 / 3**0.5)
X = (50.000623, 215e-6, 0.0, 0.0, 11.5e-6, 0.0, -0.1, 0.0, 0.0)
NU = (18, 24, 5, 8, math.inf, 50, math.inf, math.inf, 2)


def model(l_s, d, d_1, d_2, alpha_s, d_alpha, theta, delta, d_theta):
    return l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta + delta) + alpha_s * d_theta)


def ours():
    found = model(*(UncertainArray.leaf(x, u, nu) for x, u, nu in zip(X, U, NU, strict=True)))
    return found.u, found.dof


def ours_u():
    return model(*(UncertainArray.leaf(x, u, nu) for x, u, nu in zip(X, U, NU, strict=True))).u


def of_uncertainties(package):
    return lambda: model(*(package.ufloat(x, u) for x, u in zip(X, U, strict=True))).std_dev


def of_gtc(package):
    def work():
        found = model(*(package.ureal(x, u, nu) for x, u, nu in zip(X, U, NU, strict=True)))
        return found.u, found.df, package.rp.budget(found)

    return work


def of_metrolopy(package):
    def work():
        found = model(*(package.gummy(x, u=u, dof=nu) for x, u, nu in zip(X, U, NU, strict=True)))
        return found.u, found.dof

    return work


def one_model():
    hand = best_s(end_gauge_by_hand, loops=2000)
    budget = end_gauge()
    budget.evaluate()
    rows = [
        ("by hand", hand),
        ("Budget, traced once, full table", best_s(budget.evaluate, loops=2000)),
        ("uncertain numbers, no trace, u", best_s(ours_u, loops=500)),
        ("uncertain numbers, no trace, u and dof", best_s(ours, loops=500)),
    ]
    for name, make in (("uncertainties", of_uncertainties), ("GTC", of_gtc), ("metrolopy", of_metrolopy)):
        try:
            package = importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed")
            continue
        rows.append((name, best_s(make(package), loops=100)))
    for name, took in rows:
        print(f"GUM H.1, {name}: {1e6 * took:.1f} us, {took / hand:.1f} x by hand")


def stored():
    inputs = [UncertainArray.leaf(1.0 + i, 0.1, 9.0, name=f"x{i}") for i in range(8)]
    results = {f"r{k}": sum((one * float(k) for one in inputs), 0.0) for k in range(1000)}
    text = dumps(results)
    took = best_s(lambda: loads(dumps(results)))
    size = len(text) / 1e3
    print(f"1000 results of 8 inputs written and read: {1e3 * took:.1f} ms (bar 50), {size:.0f} kB (bar 200)")


def imports():
    def seconds(module):
        script = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        return min(
            float(
                subprocess.run(
                    [sys.executable, "-c", script], capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(5)
        )

    own, numpy = seconds("calibrator_uncertainty"), seconds("numpy")
    print(f"import: {1e3 * own:.1f} ms, numpy {1e3 * numpy:.1f} ms, ratio {own / numpy:.2f} (bar <= 1.25)")


if __name__ == "__main__":
    one_model()
    stored()
    imports()
