"""`verify FILE` of each kind of document of a whole run: `python benchmarks/verify_file.py [--turns N]`.

Each is a process of its own, as a person calls it: wall time and CPU time, the least of N turns, beside an
empty start of the program. The record holds one run of the default bench, all points.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

JOB = ["run", "dmm", "--uut", "34401A", "--sim", "--seed", "3", "--non-interactive"]
FORMATS = ("pdf", "html", "json", "dcc")


def called(home: Path, *arguments: str) -> tuple[int, float, float]:
    """Return the exit code of a command, its wall time and its CPU time."""
    command = [sys.executable, "-m", "calibrator", "--home", str(home), *arguments]
    before, begun = os.times(), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    taken, after = time.perf_counter() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.returncode, taken, cpu


def made(home: Path) -> list[Path]:
    """Return a document of each format, and a bundle, of a run measured now."""
    called(home, *JOB)
    for name in FORMATS:
        called(home, "certificate", "--format", name)
    called(home, "export", "--out", str(home / "bundle.zip"))
    return [*sorted((home / "certificates").iterdir()), home / "bundle.zip"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    turns = parser.parse_args().turns
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        for name, arguments in [
            ("--version", ["--version"]),
            *((file.suffix, ["verify", str(file)]) for file in made(home)),
            ("verify", ["verify"]),
        ]:
            found = [called(home, *arguments) for _ in range(turns)]
            code = max(item[0] for item in found)
            missed += code != 0
            wall, cpu = (min(item[index] for item in found) for index in (1, 2))
            print(f"{name:10} exit {code}  {wall:.2f} s, CPU {cpu:.2f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
