"""Best of five, the ratio to a yardstick measured in the same run, and which bars were missed."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence

_missed: list[str] = []


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


def report(what: str, ours_s: float, yardstick: str, yardstick_s: float, bar: float | None) -> None:
    """Print one line: what, ours, yardstick, ratio and the most that it may be."""
    ratio = ours_s / yardstick_s
    said = f"{what}: {1e3 * ours_s:.4g} ms, {yardstick} {1e3 * yardstick_s:.4g} ms, ratio {ratio:.2f}"
    print(said if bar is None else f"{said} (bar {bar:g})")
    if bar is not None:
        hold(what, ratio, bar)


def hold(what: str, found: float, bar: float) -> float:
    """Remember a bar that was missed; return what was found."""
    if not found <= bar:
        _missed.append(f"{what}: {found:.4g} is above {bar:g}")
    return found


def exit_code() -> int:
    """Print the bars that were missed; 1 where there is one."""
    for one in _missed:
        print(f"BAR MISSED: {one}")
    return 1 if _missed else 0


def exponent_of(work: Callable[[int], object], sizes: Sequence[int], *, repeat: int = 7) -> float:
    """Return the slope of log time against log size over several sizes, the best of some rounds in turns.

    It is this process's own time, so that neighbours on the machine do not bend it, without what the garbage
    collector would take to look at the modules that are loaded.
    """
    gc.collect()
    gc.freeze()
    shortest = [float("inf")] * len(sizes)
    for _ in range(repeat):
        for place, size in enumerate(sizes):
            begin = time.process_time()
            work(size)
            shortest[place] = min(shortest[place], time.process_time() - begin)
    gc.unfreeze()
    x, y = [math.log(size) for size in sizes], [math.log(one) for one in shortest]
    middle, level = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - middle) * (b - level) for a, b in zip(x, y, strict=True))
    return above / sum((a - middle) ** 2 for a in x)
