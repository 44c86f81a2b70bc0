"""`standards add` says what it took, and when the certificate is out of date already."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator.cli import main

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "standard.toml"
DATES = "issued = 2026-05-07\ndue = 2027-05-07"


@pytest.mark.parametrize(
    ("dates", "late"),
    [("issued = 2024-05-07\ndue = 2025-05-07", True), ("issued = 2024-05-07\ndue = 2124-05-07", False)],
)
def test_a_certificate_that_is_out_of_date_is_said_to_be(
    dates: str, late: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert DATES in text
    file = tmp_path / "standard.toml"
    file.write_text(text.replace(DATES, dates), encoding="utf-8")
    assert main(["standards", "add", str(file), "--home", str(tmp_path / "home")]) == 0
    said = capsys.readouterr()
    assert f"added: CAL-5522-01 fluke_5522a 5522017, due {dates[-10:]}" in said.out
    assert ("out of date already" in said.err) is late
