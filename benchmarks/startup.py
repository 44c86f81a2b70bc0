"""CPU time of `calibrator --help`: `python benchmarks/startup.py`. Bar: 0.2 s on an idle machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

RUNS = 15


def cpu_seconds(*arguments: str) -> float:
    """Return user and system time of one call in a fresh process."""
    before = os.times()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    cpu_seconds("-m", "calibrator", "--help")
    for name, arguments in {
        "python itself": ("-c", "pass"),
        "calibrator --help": ("-m", "calibrator", "--help"),
        "calibrator --version": ("-m", "calibrator", "--version"),
    }.items():
        times = [cpu_seconds(*arguments) for _ in range(RUNS)]
        median = statistics.median(times)
        print(f"{name:<24} median {median:.3f} s CPU, most {max(times):.3f} s ({RUNS} calls)")


if __name__ == "__main__":
    main()
