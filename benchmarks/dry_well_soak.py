"""A soak of 2.6 h in a simulated dry-well, bench and driver. Bars: 1 s in process, 3 s over a socket.

`python benchmarks/dry_well_soak.py [TIMES]`: set-points from -25 to 150 degC and back, each until the block
is stable and then ten minutes, readings each 10 s; the same numbers for the same seed.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from calibrator_drivers import open_instrument
from calibrator_sim import SIMULATOR

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


def soak() -> tuple[list[float], float]:
    """Return the readings of the probe and the simulated hours."""
    with SIMULATOR.open(BENCH) as bench:
        well: Any = open_instrument("fluke_9142", bench.resources["well"], clock=bench.clock)
        probe: Any = open_instrument("fluke_1529", bench.resources["probe"], clock=bench.clock)
        well.set_stability(0.02)
        readings: list[float] = []
        while bench.clock.monotonic_ns() < HOURS * 3600e9:
            for celsius in POINTS_C:
                well.stage_temperature(celsius)
                well.operate()
                well.wait_settled(7200.0)
                for _ in range(60):
                    bench.clock.sleep(10.0)
                    readings.append(probe.read().value)
                if bench.clock.monotonic_ns() > HOURS * 3600e9:
                    break
        well.make_safe()
        hours = bench.clock.monotonic_ns() / 3600e9
        well.close()
        probe.close()
    return readings, hours


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    walls, cpus, all_readings = [], [], []
    for _ in range(times):
        begun, cpu = time.perf_counter(), time.process_time()
        readings, hours = soak()
        walls.append(time.perf_counter() - begun)
        cpus.append(time.process_time() - cpu)
        all_readings.append(readings)
    assert all(readings == all_readings[0] for readings in all_readings), "the same seed gave other numbers"
    print(f"{hours:.2f} h, {len(all_readings[0])} readings of the probe, over TCP on loopback in one process")
    print(f"wall median {statistics.median(walls):.2f} s, most {max(walls):.2f} s")
    print(f"CPU  median {statistics.median(cpus):.2f} s")


if __name__ == "__main__":
    main()
