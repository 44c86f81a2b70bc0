"""The examples on the pages of instruments beyond volts run, and leave nothing pressurised or heated."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "drivers-balances.md",
    "drivers-druck-pace.md",
    "drivers-environment.md",
    "drivers-fluke-readouts.md",
    "drivers-fluke-temperature.md",
    "drivers-hart-transmitter.md",
    "drivers-power-and-energy.md",
    "drivers-pressure-controllers.md",
    "drivers-pressure-gauges.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_runs(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"## Example\n\n```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(code, page, "exec"), {"__name__": page})
    gc.collect()  # a session left open would warn here
    assert capsys.readouterr().out.strip()
