"""What a certificate costs: 33 rows and 6 plots in two languages as PDF, each time in a fresh process.

python benchmarks/certificate_pdf.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

REPEATS = 5
CHILD = """
import sys, time
from pathlib import Path
from calibrator._home import Home
from calibrator_drivers.clock import RealClock
from calibrator.certificates import build
with Home(Path(sys.argv[1])).open_record(RealClock(), write=False) as record:
    model = build(record, record.runs()[-1].id)
begun = time.perf_counter()
from calibrator.certificates import render
content = render(model, "pdf", "both")  # imports typst, reads the fonts
print(f"{time.perf_counter() - begun:.3f} s for {len(model.results)} rows, {len(content)} bytes")
"""


def main() -> None:
    from calibrator._home import Home
    from calibrator.engine import Job, run

    with tempfile.TemporaryDirectory() as folder:
        job = Job(procedure="dmm", uut="34401A", sim=True, seed=1, interactive=False)
        run(job, Home(Path(folder)))
        for _ in range(REPEATS):
            subprocess.run([sys.executable, "-c", CHILD, folder], check=True)


if __name__ == "__main__":
    main()
