"""No job says of a unit both that it is adjusted and that it is not (METROLOGY 12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator.cli import main

JOB = ["plan", "dmm", "--uut", "34401A", "--sim", "--section", "dcv"]


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (["--interval", "24h", "--not-adjusted"], "--not-adjusted"),
        (["--rule", "guard-80", "--adjusted"], "--adjusted"),
        (["--rule", "guard-80", "--interval", "24h"], "--interval 24h"),
    ],
)
def test_what_contradicts_itself_is_refused(
    options: list[str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*JOB, *options, "--home", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert (f"({place})" in told, "Traceback" in told) == (True, False)


@pytest.mark.parametrize("options", [["--interval", "24h", "--adjusted"], ["--rule", "guard-80"]])
def test_what_does_not_is_planned(options: list[str], tmp_path: Path) -> None:
    assert main([*JOB, *options, "--home", str(tmp_path)]) == 0
