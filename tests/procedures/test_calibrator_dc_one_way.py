"""Ohms of a calibrator by a meter whose current flows one way: the EMF of the leads over it is a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator_drivers.accuracy import load_table
from calibrator_procedures.calibrator_dc._model import one_way_error, resistance_error

EMF_V = 0.3e-6


def _lines(home: Path, capsys: pytest.CaptureFixture[str], point: str) -> dict[str, dict[str, object]]:
    assert main(["--home", str(home), "budget", "last", point, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    return {line["name"]: line for line in told["lines"]}


@pytest.mark.parametrize(("unit", "has_line"), [("SIM-UNIT-51", True), ("fluke_5522a", False)])
def test_the_emf_is_a_line_at_100_kohm_of_an_8588a_alone(
    unit: str, has_line: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["run", "calibrator_dc", "--uut", unit, "--sim", "--section", "ohms", "--non-interactive"]
    assert main(["--home", str(tmp_path), *asked]) in (0, 3)
    capsys.readouterr()
    high = _lines(tmp_path, capsys, "res4w:109999.9ohm:100000ohm")
    assert ("emf" in high) == has_line
    if has_line:
        current = load_table("fluke_8588a").row("res4w", 1e5, range_high=1e5).test_current_a
        assert current == 1e-4
        assert float(str(high["emf"]["u"])) == pytest.approx(EMF_V / current / 3**0.5)
    assert "emf" not in _lines(tmp_path, capsys, "res4w:10999.99ohm:10000ohm")


def test_what_the_emf_adds_is_taken_off_and_nothing_else_is_changed() -> None:
    given = {"applied": 1e5, "indication": 1.00001e5, "meter": 0.02, "leakage": 1e-13}
    assert one_way_error(**given, emf=0.0) == resistance_error(**given)
    assert one_way_error(**given, emf=0.003) - resistance_error(**given) == pytest.approx(0.003, rel=1e-6)
