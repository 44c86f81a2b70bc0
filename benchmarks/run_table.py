"""The whole 34401A table, record and certificate included, as a process. Bar: 6 s wall on 2 cores.

`python benchmarks/run_table.py [TIMES]`
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIMES = 5


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    walls, cpus = [], []
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            before, begun = os.times(), time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "calibrator", "--home", str(Path(folder) / "home"), "demo"],
                check=True,
                capture_output=True,
                encoding="utf-8",
            )
            walls.append(time.perf_counter() - begun)
            after = os.times()
            cpus.append(
                after.children_user + after.children_system - before.children_user - before.children_system
            )
    print(next(line for line in done.stdout.splitlines() if line.startswith("time")))
    print(f"wall median {statistics.median(walls):.2f} s, most {max(walls):.2f} s ({count} processes)")
    print(f"CPU  median {statistics.median(cpus):.2f} s, most {max(cpus):.2f} s")


if __name__ == "__main__":
    main()
