"""The check of the standard as a technician meets it: example bench, exit codes, documents (METROLOGY 24)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "simulated-session-check.toml"
SECTION = ("dmm", "--uut", "34401A", "--section", "zero-open", "--non-interactive")
WARM_UP_S = 3600
FAULTY = """
[wirings.check-faulty]
from = "calibrator"
to = "check"
terminals = "normal-input"
max_voltage_v = 1000
max_current_a = 3
emf_v = {{ value = 2e-3, half_width = 1e-9, source = "a bad junction", status = "checked" }}

[[simulation.faults]] # whoever connects the leads takes the bad ones
kind = "wrong-wiring"
wiring = "check-faulty"
at_s = {at_s}
count = 1
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Callable[[float], Path]:
    """Writes the example bench on which bad leads are taken from a moment on."""

    def write(at_s: float) -> Path:
        path = tmp_path / "bench.toml"
        path.write_text(EXAMPLE.read_text(encoding="utf-8") + FAULTY.format(at_s=at_s), encoding="utf-8")
        return path

    return write


@pytest.mark.slow  # in process: test_engine_session_check.py, test_certificate_session.py
def test_both_checks_pass_and_the_certificate_says_so(cli: Any, tmp_path: Path) -> None:
    done = cli("run", *SECTION, "--bench", str(EXAMPLE))
    assert done.returncode == 0, done.stderr
    assert "opening check of SIM-CAL-01: in control" in done.stdout
    assert "the opening and the closing check of SIM-CAL-01 passed" in done.stdout
    page = tmp_path / "page.html"
    assert cli("certificate", "--format", "html", "--out", str(page)).returncode == 0
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "before the first point and after the last; both checks passed." in text
    assert "control limit ±140 µV; stated by the laboratory" in text


@pytest.mark.slow
def test_a_failed_opening_check_measures_nothing(cli: Any, faulty: Callable[[float], Path]) -> None:
    done = cli("run", *SECTION, "--bench", str(faulty(WARM_UP_S)))
    assert done.returncode == 5
    assert "The opening check of SIM-CAL-01 failed at dcv:10V:+10V" in done.stderr
    assert "calibrator resume" not in done.stdout.replace("\n", " ")
    again = cli("resume")
    assert again.returncode == 4
    assert "begin a new run" in again.stderr


@pytest.mark.slow
def test_a_failed_closing_check_leaves_the_session_provisional(
    cli: Any, faulty: Callable[[float], Path], tmp_path: Path
) -> None:
    done = cli("run", *SECTION, "--bench", str(faulty(WARM_UP_S + 120)))
    assert done.returncode == 3, done.stderr
    assert "PROVISIONAL" in done.stdout
    shown = cli.json("show", "--json")["run"]
    assert (shown["verdict"], shown["session_check"]["state"]) == ("undetermined", "failed")
    page = tmp_path / "page.html"
    assert cli("certificate", "--format", "html", "--out", str(page)).returncode == 0
    assert "PROVISIONAL: the closing check of the standard failed." in page.read_text(encoding="utf-8")
