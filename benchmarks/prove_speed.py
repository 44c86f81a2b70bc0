"""Whole 34401A verifications on simulated benches. Bar: 2000 in 120 s on 2 cores, 120 ms of one core each.

    python benchmarks/prove_speed.py [--runs 300] [--jobs 2] [--repeat-every 100]

The same drivers, engine and evaluation as a real run, over an in-process byte transport and a record in
memory; one run in so many is repeated over sockets and SQLite and must be the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR_MS = 120.0


def timed(runs: int, jobs: int, repeat_every: int) -> tuple[float, float, str]:
    """Return wall and CPU seconds of a proof as a process, and what it says of the repeated runs."""
    with tempfile.TemporaryDirectory() as folder:
        before, begun = os.times(), time.perf_counter()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "calibrator", "--home", str(Path(folder) / "home"), "prove", "dmm"),
                *("--runs", str(runs), "--jobs", str(jobs), "--drawn-runs", "0"),
                *("--repeat-every", str(repeat_every)),
            ],
            check=False,  # a bar that is missed is exit code 1, and no matter here
            capture_output=True,
            encoding="utf-8",
        )
        wall_s, after = time.perf_counter() - begun, os.times()
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    repeated = [line for line in done.stdout.splitlines() if "repeated over sockets" in line]
    return wall_s, cpu_s, repeated[0] if repeated else "no run was repeated"


def main() -> None:
    parser = argparse.ArgumentParser(description="How long proofs take.")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat-every", type=int, default=100)
    given = parser.parse_args()
    few = max(16, given.runs // 10)
    small = timed(few, given.jobs, 0)
    large = timed(given.runs, given.jobs, 0)
    whole = timed(given.runs, given.jobs, given.repeat_every)
    each_ms = 1000 * (large[1] - small[1]) / (given.runs - few)
    print(f"{given.runs} runs, {given.jobs} processes: wall {large[0]:.1f} s, CPU {large[1]:.1f} s")
    print(f"one more run: {each_ms:.0f} ms of one core (bar {BAR_MS:.0f} ms)")
    print(f"with repeats: wall {whole[0]:.1f} s, CPU {whole[1]:.1f} s; {whole[2]}")
    ends_s = (small[1] - few * each_ms / 1000) + 2000 * each_ms / 1000
    print(f"2000 runs on two cores that are free, without repeats: {ends_s / 2:.0f} s (bar 120 s)")


if __name__ == "__main__":
    main()
