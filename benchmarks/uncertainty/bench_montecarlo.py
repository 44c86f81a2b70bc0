"""Monte Carlo against the raw generator: time, memory, and time to two digits of U.

Run: python benchmarks/uncertainty/bench_montecarlo.py
"""

# ruff: noqa: ANN001, ANN201, PLR0917 - plain timing scripts
from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from _measure import best_s, exit_code, hold, race_s, report

from calibrator_uncertainty import Budget, normal

NAMES = [f"x{i}" for i in range(10)]
DRAWS = 10_000_000


def model(x0, x1, x2, x3, x4, x5, x6, x7, x8, x9):
    return (x0 * x1 + x2) / (x3 + x4) * x5 + x6 - x7 * x8 / x9


BUDGET = Budget(model, [normal(n, 1.0 + 0.1 * i, 0.01 * (i + 1), "") for i, n in enumerate(NAMES)], unit="")


def generator():
    return np.random.Generator(np.random.SFC64(1))


def raw():
    rng, buffer = generator(), np.empty(4096)
    for _ in range(DRAWS * len(NAMES) // buffer.size):
        rng.standard_normal(out=buffer)


if __name__ == "__main__":
    BUDGET.evaluate()
    ours, alone = race_s(lambda: BUDGET.monte_carlo(generator(), draws=DRAWS), raw)
    report("1e7 draws x 10 normal inputs", ours, "raw SFC64", alone, 2)
    for draws in (1_000_000, 4_000_000):
        tracemalloc.start()
        BUDGET.monte_carlo(generator(), draws=draws)
        peak = hold(f"peak memory of {draws:.0e} draws, MB", tracemalloc.get_traced_memory()[1] / 1e6, 50)
        print(f"peak memory of {draws:.0e} draws: {peak:.1f} MB (bar <= 50)")
        tracemalloc.stop()
    for digits in (1, 2):
        found = BUDGET.monte_carlo(generator(), digits=digits)
        took = best_s(lambda d=digits: BUDGET.monte_carlo(generator(), digits=d))
        hold(f"adaptive to {digits} digit(s), s", took, 0.25)
        print(f"adaptive to {digits} digit(s): {took:.3f} s, {found.draws} draws (bar 0.25 s for two)")
    quick = BUDGET.quasi_monte_carlo(generator())
    took = best_s(lambda: BUDGET.quasi_monte_carlo(generator()))
    print(
        f"scrambled Sobol, 8 nets: {took:.3f} s, {quick.draws} runs, converged {quick.converged} (bar 0.05 s)"
    )
    hold("scrambled Sobol, s", took, 0.05)
    sys.exit(exit_code())
