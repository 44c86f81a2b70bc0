"""What a certificate costs as PDF in two languages with its DCC: 33 rows with 6 plots, 300 rows with 2.

Each line is a fresh process: the first rendering in it, the same again, and another document of the same
size (every error another). Wall and CPU time; the yardstick is the CPU time of one SHA-256 over 64 MiB there.

python benchmarks/certificate_pdf.py

Ends with 1 where the median wall time misses a bar: 33 rows first in 1.0 s, 300 rows first in 1.5 s, the same
or another document after it in 0.3 s.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPEATS = 5
BARS_S = {"plain": {"first": 1.0}, "large": {"first": 1.5, "again": 0.3, "another": 0.3}}
CHILD = """
import sys, time
from pathlib import Path
from calibrator._home import Home
from calibrator_drivers.clock import RealClock
from calibrator.certificates import build
with Home(Path(sys.argv[1])).open_record(RealClock(), write=False) as record:
    model = build(record, record.runs()[-1].id)
if sys.argv[2] == "large":
    from dataclasses import replace
    section = max(model.sections, key=lambda section: len(section.results))
    rows = [replace(r, id=f"{r.id}:{i}") for i in range(150) for r in section.results][:150]
    model = replace(model, sections=tuple(replace(section, id=i, results=tuple(rows)) for i in "ab"))
from dataclasses import replace
from decimal import Decimal
def changed(result):
    return replace(result, error=result.error * Decimal("1.37")) if result.error is not None else result
sections = tuple(replace(one, results=tuple(map(changed, one.results))) for one in model.sections)
other = replace(model, id="another", sections=sections)
import hashlib
begun = time.process_time()
hashlib.sha256(bytes(64 << 20)).digest()
print(f"yardstick {time.process_time() - begun:.3f} s", end="; ")
for what, model in (("first", model), ("again", model), ("another", other)):
    begun, spent = time.perf_counter(), time.process_time()
    from calibrator.certificates import render
    content = render(model, "pdf", "both")  # the first time imports typst and reads the fonts
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    size = f"{len(model.results)} rows, {len(content)} bytes"
    print(f"{what} {wall:.3f} s wall, {cpu:.3f} s CPU for {size}", end="; ")
print()
"""


def missed(size: str, lines: list[str]) -> list[str]:
    """Return each bar that the median of the lines misses."""
    found = []
    for what, bar in BARS_S[size].items():
        times = [float(match[1]) for line in lines if (match := re.search(rf"{what} ([\d.]+) s wall", line))]
        median = statistics.median(times)
        print(f"{size}, {what}: median {median:.3f} s, bar {bar} s")
        if median > bar:
            found.append(f"{size}, {what}: {median:.3f} s, bar {bar} s")
    return found


def main() -> int:
    from calibrator._home import Home
    from calibrator.engine import Job, run

    with tempfile.TemporaryDirectory() as folder:
        job = Job(procedure="dmm", uut="34401A", sim=True, seed=1, interactive=False)
        run(job, Home(Path(folder)))
        late = []
        for size in BARS_S:
            lines = []
            for _ in range(REPEATS):
                command = [sys.executable, "-c", CHILD, folder, size]
                lines.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                print(lines[-1], end="")
            late += missed(size, lines)
    for line in late:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
