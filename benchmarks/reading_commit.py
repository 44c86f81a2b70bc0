"""A committed reading through driver, socket and record. Bar: median 1.5 ms.

`python benchmarks/reading_commit.py [READINGS]`

The simulated meter answers over a real TCP socket from this process, so its own computing is in the figure.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import cast

from calibrator.bench import SimulatedBench, find_simulator
from calibrator.record import Record
from calibrator_drivers.registry import open_instrument
from calibrator_drivers.roles import MeasureVoltageDC, SourceVoltageDC

READINGS = 2000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else READINGS
    simulator = find_simulator()
    bench = simulator.open(tomllib.loads(simulator.default_bench()))
    with tempfile.TemporaryDirectory() as home:
        record = Record.open(Path(home), clock=bench.clock)
        try:
            measure(bench, record, count)
        finally:
            record.close()
            bench.close()


def measure(bench: SimulatedBench, record: Record, count: int) -> None:
    bench.connect("volts")
    clock = bench.clock
    source = cast(
        "SourceVoltageDC",
        open_instrument("fluke_5522a", bench.resources["calibrator"], clock=clock, name="cal"),
    )
    meter = cast(
        "MeasureVoltageDC",
        open_instrument("keysight_34401a", bench.resources["meter"], clock=clock, name="dmm"),
    )
    source.reset()
    source.stage_voltage_dc(10.0)
    source.operate()
    meter.configure_voltage_dc(10.0, nplc=10, high_impedance=True)
    run = record.new_run()
    record.append(run, "run.opened", {"mode": "simulated"})
    exchanges, commits = [], []
    for index in range(count):
        begun = time.perf_counter()
        indication = meter.read()
        read = time.perf_counter()
        body = {
            "point": "dcv:10V:+10V",
            "attempt": 1,
            "index": index,
            "use": "result",
            "raw": indication.raw,
            "value": indication.value.hex(),
            "unit": indication.unit,
            "asset": "SIM-DMM-01",
            "monotonic_ns": clock.monotonic_ns(),
            "overload": indication.overload,
            "applied": (10.0).hex(),
            "traffic": indication.traffic_offset,
        }
        record.append(run, "reading", body)
        commits.append(time.perf_counter() - read)
        exchanges.append(read - begun)
    source.standby()
    whole = sorted(exchange + commit for exchange, commit in zip(exchanges, commits, strict=True))
    print(f"{count} readings")
    for name, times in (("exchange", exchanges), ("commit", commits), ("both", whole)):
        median, late = statistics.median(times) * 1e3, sorted(times)[-count // 100] * 1e3
        print(f"{name:<9} median {median:.2f} ms, p99 {late:.2f} ms")
    source.close()
    meter.close()


if __name__ == "__main__":
    main()
