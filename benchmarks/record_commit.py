"""How fast the record commits readings, alone: no socket, no driver.

    python benchmarks/record_commit.py [COUNT]

Prints commits a second, median and 99th percentile, for a run of COUNT readings (default 5000) in a
folder on the disk of the temporary files, then the time that `verify` takes over them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from calibrator.record import Record
from calibrator_drivers.clock import RealClock

READING = {
    "point": "dcv:10V:+10V",
    "attempt": 1,
    "use": "result",
    "raw": "+1.00000012E+01",
    "value": 10.0000012,
    "unit": "V",
    "asset": "SIM-DMM-01",
    "overload": False,
    "applied": 10.0,
    "traffic": 123456,
}


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Record.open(Path(folder), clock=RealClock()) as record:
        run = record.new_run()
        record.append(run, "run.opened", {"mode": "live"})
        times = []
        begun = time.perf_counter()
        for index in range(count):
            before = time.perf_counter()
            record.append(run, "reading", {**READING, "index": index, "monotonic_ns": time.monotonic_ns()})
            times.append(time.perf_counter() - before)
        elapsed = time.perf_counter() - begun
        record.append(run, "run.closed", {"outcome": "completed"})
        times.sort()
        print(
            f"{count / elapsed:.0f} commits/s, median {statistics.median(times) * 1e6:.0f} µs, "
            f"p99 {times[int(count * 0.99)] * 1e3:.1f} ms"
        )
        size = (Path(folder) / "record.sqlite").stat().st_size
        begun = time.perf_counter()
        findings = record.verify()
        print(f"verify: {time.perf_counter() - begun:.2f} s, {len(findings)} findings, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
