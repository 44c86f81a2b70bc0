"""Run by tests in a process of its own: `served_bench.py BENCH SPEED [WIRING]` keeps a simulated bench up."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.bench import find_simulator


def announce(rows: Sequence[Mapping[str, str]]) -> None:
    sys.stdout.write(json.dumps(list(rows)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    bench = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    find_simulator().serve(
        bench,
        (),
        host="127.0.0.1",
        wiring=sys.argv[3] if len(sys.argv) > 3 else "volts",
        seed=3,
        speed=float(sys.argv[2]),
        announce=announce,
        commands=sys.stdin,
    )
