"""Best of five, and the ratio to a yardstick measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable


def best_s(work: Callable[[], object], *, repeat: int = 5, loops: int = 1) -> float:
    """Return the shortest time of one call in seconds, over `repeat` rounds of `loops` calls."""
    return race_s(work, repeat=repeat, loops=loops)[0]


def race_s(*works: Callable[[], object], repeat: int = 5, loops: int = 1) -> list[float]:
    """Return the shortest time of one call of each in seconds.

    They take turns, round by round, so that a machine that is busy for a while is busy for all of them.
    """
    shortest = [float("inf")] * len(works)
    for _ in range(repeat):
        for place, work in enumerate(works):
            begin = time.perf_counter()
            for _ in range(loops):
                work()
            shortest[place] = min(shortest[place], (time.perf_counter() - begin) / loops)
    return shortest


def report(what: str, ours_s: float, yardstick: str, yardstick_s: float, bar: str) -> None:
    """Print one line: what, ours, yardstick, ratio, bar."""
    print(
        f"{what}: {1e3 * ours_s:.4g} ms, {yardstick} {1e3 * yardstick_s:.4g} ms, "
        f"ratio {ours_s / yardstick_s:.2f} (bar {bar})"
    )
