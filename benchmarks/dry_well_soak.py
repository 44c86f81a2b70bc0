"""A soak of 2.6 h in a simulated dry-well, bench and driver. Bars: 1 s in process, 3 s over a socket.

`python benchmarks/dry_well_soak.py [TIMES] [--bars]`: set-points from -25 to 150 degC and back, each until
the block is stable and then ten minutes, readings each 10 s. In process, over TCP on loopback, and over TCP
with looks at the truth and questions to both in between, in any order: the same numbers for the same seed.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from calibrator_drivers import open_instrument
from calibrator_drivers.transport import plug, unplug
from calibrator_sim import SIMULATOR, SimBench

BENCH: dict[str, Any] = {
    "name": "soak",
    "instruments": {
        "well": {"model": "fluke_9142", "serial": "SIM914201"},
        "probe": {"model": "fluke_1529", "serial": "SIM152901"},
    },
    "simulation": {"seed": 1, "nodes": {"block": {"domain": "thermal", "joins": ["well", "probe:1"]}}},
}
POINTS_C = (-25.0, 0.0, 50.0, 100.0, 150.0, 23.0)
HOURS = 2.6
BARS_S = {"in process": 1.0, "over a socket": 3.0, "over a socket, looked at in between": 3.0}


def _each_10_s(bench: SimBench, count: int) -> range:
    now_ns = bench.clock.monotonic_ns()
    return range(now_ns + 10**10, now_ns + (count + 1) * 10**10, 10**10)


def run(bench: SimBench, look: Callable[[Any, Any], None]) -> tuple[list[float], float]:
    """Return the readings of the probe and the simulated hours."""
    well: Any = open_instrument("fluke_9142", bench.resources["well"], clock=bench.clock)
    probe: Any = open_instrument("fluke_1529", bench.resources["probe"], clock=bench.clock)
    well.set_stability(0.02)
    readings: list[float] = []
    while bench.clock.monotonic_ns() < HOURS * 3600e9:
        for celsius in POINTS_C:
            well.stage_temperature(celsius)
            well.operate()
            well.wait_settled(7200.0)
            for due_ns in _each_10_s(bench, 60):
                bench.clock.sleep(5.0)
                look(well, probe)  # takes time as well
                bench.clock.sleep((due_ns - bench.clock.monotonic_ns()) / 1e9)
                readings.append(probe.read().value)
            if bench.clock.monotonic_ns() > HOURS * 3600e9:
                break
    well.make_safe()
    hours = bench.clock.monotonic_ns() / 3600e9
    well.close()
    probe.close()
    return readings, hours


def soak(way: str) -> tuple[list[float], float]:
    """Soak once, reached in one of the ways of `BARS_S`."""
    if way == "in process":
        piped: Any = SIMULATOR.open_in_process(BENCH)
        with piped:
            for name, connect in piped.pipes.items():
                plug(piped.resources[name], connect)
            try:
                return run(piped, lambda *_: None)
            finally:
                for resource in piped.resources.values():
                    unplug(resource)
    with SIMULATOR.open(BENCH) as bench:
        chance = random.Random(7)

        def look(well: Any, probe: Any) -> None:  # noqa: ANN401 - two drivers
            looks: list[Callable[[], object]] = [well.identify, probe.identify, lambda: bench.truth("block")]
            chance.shuffle(looks)
            for each in looks[: chance.randrange(4)]:
                each()

        return run(bench, look if way.endswith("between") else lambda *_: None)


def main() -> None:
    counts = [int(text) for text in sys.argv[1:] if text.isdigit()] or [5]
    first: list[float] = []
    missed: list[str] = []
    for way, bar_s in BARS_S.items():
        walls, cpus = [], []
        for _ in range(counts[0]):
            begun, cpu = time.perf_counter(), time.process_time()
            readings, hours = soak(way)
            walls.append(time.perf_counter() - begun)
            cpus.append(time.process_time() - cpu)
            first = first or readings
            assert readings == first, f"{way}: the same seed gave other numbers"
        wall_s = statistics.median(walls)
        if wall_s > bar_s:
            missed.append(way)
        cpu_s = statistics.median(cpus)
        print(f"{way:38}{hours:.2f} h, {len(readings)} readings, wall {wall_s:.2f} s, CPU {cpu_s:.2f} s")
    if "--bars" in sys.argv and missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
