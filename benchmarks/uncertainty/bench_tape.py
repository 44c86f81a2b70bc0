"""First order: many points at once, one model at a time, long sums (issue 3's first bars).

Run: python benchmarks/uncertainty/bench_tape.py
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - plain timing scripts
from __future__ import annotations

import gc
import math
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pint
from scipy.special import stdtrit

sys.path.insert(0, str(Path(__file__).parent))
from _measure import best_s, exit_code, exponent_of, hold, race_s, report

from calibrator_uncertainty import (
    Budget,
    UncertainArray,
    arcsine,
    normal,
    rectangular,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty._coverage import student_factors

UR = pint.get_application_registry()
RNG = np.random.default_rng(1)


def eight(v, g, o, t, a, r, l, d):  # noqa: E741
    return (v * (1.0 + g) + o) * (1.0 + a * t) / (1.0 + r * l) + d


EIGHT = Budget(
    eight,
    [
        normal("v", 10.0, 1e-5, "V", dof=9),
        normal("g", 1e-5, 2e-6, "", dof=30),
        normal("o", 1e-6, 1e-6, "V", dof=12),
        normal("t", 0.5, 0.1, "K", dof=50),
        normal("a", 1e-6, 2e-7, "1/K"),
        normal("r", 0.02, 0.005, "ohm"),
        normal("l", 1e-7, 1e-9, "S", dof=5),
        normal("d", 0.0, 3e-6, "V", dof=20),
    ],
    unit="mV",
)


def columns(count):
    spread = {"v": 5.0, "g": 1e-5, "o": 1e-6, "t": 0.5, "a": 1e-6, "r": 0.02, "l": 1e-7, "d": 1e-6}
    plain = {one.name: one.estimate + spread[one.name] * RNG.random(count) for one in EIGHT.inputs}
    return plain, {one.name: UR.Quantity(plain[one.name], one.unit) for one in EIGHT.inputs}


def eight_by_hand(x, u, nu):
    v, g, o, t, a, r, l, d = x  # noqa: E741
    gain, drift, load = 1.0 + g, 1.0 + a * t, 1.0 + r * l
    front = v * gain + o
    middle = front * drift / load
    y = (middle + d) * 1e3
    scale = drift / load * 1e3
    slopes = [
        gain * scale, v * scale, scale, front * a / load * 1e3, front * t / load * 1e3,
        -middle * l / load * 1e3, -middle * r / load * 1e3, np.full_like(y, 1e3),
    ]  # fmt: skip
    parts = np.array([c * s for c, s in zip(slopes, u, strict=True)])
    squares = parts * parts
    total = squares.sum(axis=0)
    dof = total**2 / sum(s * s / n for s, n in zip(squares, nu, strict=True) if math.isfinite(n))
    whole, place = np.unique(np.floor(dof), return_inverse=True)
    k = stdtrit(whole, 0.975)[place]
    return y, np.sqrt(total), dof, k, parts


def many_points():
    u = [one.u for one in EIGHT.inputs]
    nu = [one.dof for one in EIGHT.inputs]
    for count in (100_000, 1_000_000):
        plain, quantities = columns(count)
        x = [plain[one.name] for one in EIGHT.inputs]
        table = EIGHT.table(quantities)
        hand = eight_by_hand(x, u, nu)
        assert np.allclose(table.value, hand[0], rtol=1e-12)
        assert np.allclose(table.u, hand[1], rtol=1e-12)
        assert np.allclose(table.dof, hand[2], rtol=1e-9)
        assert np.allclose(table.contributions, hand[4], rtol=1e-9, atol=1e-20)

        def ours(quantities=quantities):
            found = EIGHT.table(quantities)
            return found.quantity, found.expanded_uncertainty

        took, by_hand = race_s(ours, lambda x=x: eight_by_hand(x, u, nu))
        report(f"{count:.0e} points x 8 inputs, pint in and out", took, "numpy by hand with k", by_hand, 2)
    quantities = columns(100_000)[1]
    tracemalloc.start()
    start = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    ours(quantities)
    peak = (tracemalloc.get_traced_memory()[1] - start) / 1e6
    print(f"peak memory of 1e5 points: {peak:.1f} MB (bar <= 60)")
    hold("peak memory of 1e5 points, MB", peak, 60)
    tracemalloc.stop()


def end_gauge():
    def model(*, l_s, d, d_1, d_2, alpha_s, d_alpha, theta, delta, d_theta):
        return l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta + delta) + alpha_s * d_theta)

    inputs = [
        normal("l_s", 50.000623, 25e-6, "mm", dof=18),
        normal("d", 215, 5.8, "nm", dof=24),
        normal("d_1", 0, 3.9, "nm", dof=5),
        normal("d_2", 0, 6.7, "nm", dof=8),
        rectangular("alpha_s", 11.5e-6, 2e-6, "1/K"),
        rectangular("d_alpha", 0, 1e-6, "1/K", dof=50),
        normal("theta", -0.1, 0.2, "K"),
        arcsine("delta", 0, 0.5, "K"),
        rectangular("d_theta", 0, 0.05, "K", dof=2),
    ]
    return Budget(model, inputs, unit="mm")


def end_gauge_by_hand():
    ls, d, d1, d2, a, da, th, de, dt = 50.000623, 215e-6, 0.0, 0.0, 11.5e-6, 0.0, -0.1, 0.0, 0.0
    us = (25e-6, 5.8e-6, 3.9e-6, 6.7e-6, 2e-6 / 3**0.5, 1e-6 / 3**0.5, 0.2, 0.5 / 2**0.5, 0.05 / 3**0.5)
    nus = (18, 24, 5, 8, math.inf, 50, math.inf, math.inf, 2)
    y = ls + d + d1 + d2 - ls * (da * (th + de) + a * dt)
    slopes = (
        1 - (da * (th + de) + a * dt),
        1.0,
        1.0,
        1.0,
        -ls * dt,
        -ls * (th + de),
        -ls * da,
        -ls * da,
        -ls * a,
    )
    parts = [c * u for c, u in zip(slopes, us, strict=True)]
    total = sum(p * p for p in parts)
    dof = total * total / sum(p**4 / n for p, n in zip(parts, nus, strict=True))
    k = float(stdtrit(math.floor(dof), 0.975))
    return y, total**0.5, dof, k, parts, [p * p / total for p in parts]


def one_at_a_time():
    budget = end_gauge()
    budget.evaluate()
    given = {one.name: UR.Quantity(one.estimate, one.unit) for one in budget.inputs}

    def ours():
        result = budget.at(**given).evaluate()
        return result.quantity, result.expanded_uncertainty

    hand, both, again = race_s(end_gauge_by_hand, ours, budget.evaluate, repeat=100, loops=50)
    report("GUM H.1, traced once, pint in and out", both, "by hand", hand, 8)
    report("GUM H.1, evaluate again", again, "by hand", hand, 8)
    report(
        "GUM H.1, traced anew",
        best_s(lambda: end_gauge().evaluate(), repeat=100, loops=20),
        "by hand",
        hand,
        None,
    )


def long_sums():
    def total(count):
        parts = [UncertainArray.leaf(float(i), 0.1) for i in range(count)]
        so_far = parts[0]
        for part in parts[1:]:
            so_far = so_far + part
        return so_far.u

    def read_at_each(count):
        so_far = UncertainArray.leaf(0.0, 0.1)
        for _ in range(count):
            so_far = so_far + UncertainArray.leaf(1.0, 0.1)
            so_far.u  # noqa: B018
        return so_far.u

    few, many = (1000, 2500, 5000, 10_000), (1000, 3000, 10_000, 30_000)
    for name, work, bar, sizes in (
        ("sum of 1e4", total, 0.1, many),
        ("sum of 1e4, u at each step", read_at_each, 1.0, few),
    ):
        took = hold(name, best_s(lambda w=work: w(10_000)), bar)
        exponent = hold(f"{name}, exponent", exponent_of(work, sizes), 1.2)
        print(f"{name}: {took:.3f} s (bar {bar}), exponent {exponent:.2f} over {sizes} terms (bar 1.2)")
        found = [memory_of(work, size) for size in (1000, 10_000, 100_000)]
        growth = hold(f"{name}, memory a term of 1e5 against 1e3", found[2] / found[0], 1.1)
        told = ", ".join(f"{one:.0f}" for one in found)
        print(
            f"{name}: {told} bytes a term of 1e3, 1e4, 1e5; the last is {growth:.2f} of the first (bar 1.1)"
        )


def memory_of(work, size):
    """Return the largest memory of a sum in bytes a term."""
    work(100)
    gc.collect()
    tracemalloc.start()
    work(size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / size


def sums_of_quantities():
    def total(parts):
        so_far = parts[0]
        for part in parts[1:]:
            so_far = so_far + part
        return so_far

    def ours(count):
        return standard_uncertainty(total([uncertain(normal("x", 1.0, 0.1, "V")) for _ in range(count)]))

    def joined(parts):
        return standard_uncertainty(np.sum(np.stack(parts)))

    made = [uncertain(normal("x", 1.0, 0.1, "V")) for _ in range(10_000)]
    bare = best_s(lambda: total([UR.Quantity(1.0, "V") for _ in range(10_000)]))
    large = best_s(lambda: ours(10_000))
    exponent = hold("sum of pint quantities, exponent", exponent_of(ours, (1000, 2500, 5000, 10_000)), 1.2)
    print(
        f"sum of 1e4 pint quantities, made, added, u: {large:.3f} s; bare floats in pint, made and added: "
        f"{bare:.3f} s, ratio {large / bare:.2f}, exponent {exponent:.2f} (bar 1.2)"
    )
    print(f"numpy.stack and sum of 1e4 pint quantities, u: {best_s(lambda: joined(made)):.3f} s")
    running = UncertainArray.leaf(np.ones(3000), 0.1)
    print(f"numpy.cumsum of 3000, u of each: {best_s(lambda: np.cumsum(running).u):.3f} s")


def factors():
    dof = RNG.uniform(1, 5000, 100_000)
    took = hold("k for 1e5 effective dof, ms", 1e3 * best_s(lambda: student_factors(0.95, dof)), 8)
    print(f"k for 1e5 effective dof: {took:.2f} ms (bar 8)")


if __name__ == "__main__":
    many_points()
    one_at_a_time()
    long_sums()
    sums_of_quantities()
    factors()
    sys.exit(exit_code())
