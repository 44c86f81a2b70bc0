"""`standards add` says what it took, and when the certificate is out of date already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator.scaffold import write_procedure
from calibrator.standards import secret_hash, secret_id
from calibrator_drivers.clock import RealClock

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


LAB = """name = "Lab"
timezone = "UTC"

[[person]]
id = "mc"
name = "Marie Curie"
roles = ["technician"]
{secret}
[[person]]
id = "jm"
name = "Jane Miller"
roles = ["technician"]
"""
VARIABLE = "CALIBRATOR_PERSON_SECRET"


def test_who_changes_the_register_proves_who_it_is_where_persons_have_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    held = secret_hash("polonium and radium")
    (home / "lab.toml").write_text(LAB.format(secret=f'secret = "{held}"\n'), encoding="utf-8")
    add = ["standards", "add", str(EXAMPLE), "--home", str(home)]
    monkeypatch.delenv(VARIABLE, raising=False)
    for more, said in (
        ([], "Nobody is named"),
        (["--person", "jm"], "No secret of jm is in lab.toml"),
        (["--person", "mc"], "Nobody can be asked for the secret of mc"),
    ):
        assert main([*add, *more]) == 4
        assert said in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, "polonium")
    assert main([*add, "--person", "Marie Curie"]) == 4
    assert "not the secret of mc" in capsys.readouterr().err
    assert not changes(home)  # nothing half-entered
    monkeypatch.setenv(VARIABLE, "polonium and radium")
    assert main([*add, "--person", "Marie Curie"]) == 0
    own = {"person": "mc", "identified": "secret", "secret": secret_id(held)}
    assert [{key: body[key] for key in own} for body in changes(home)] == [own, own]
    # her secret is taken out of lab.toml: the register knows that she had one
    (home / "lab.toml").write_text(LAB.format(secret=""), encoding="utf-8")
    assert main([*add, "--person", "mc"]) == 4
    assert "No secret of mc" in capsys.readouterr().err


def changes(home: Path) -> list[dict[str, Any]]:
    with Record.open(home, clock=RealClock(), write=False) as record:
        kinds = {"asset.added", "certificate.added"}
        return [dict(event.body) for event in record.events("register", kinds=kinds)]


def test_who_approves_a_folder_proves_who_it_is_where_persons_have_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    held = secret_hash("polonium and radium")
    (home / "lab.toml").write_text(LAB.format(secret=f'secret = "{held}"\n'), encoding="utf-8")
    folder = write_procedure(tmp_path, "my_volts")
    approve = ["procedures", "approve", str(folder), "--home", str(home), "--by"]
    monkeypatch.delenv(VARIABLE, raising=False)
    for person, said in (
        ("jm", "No secret of jm is in lab.toml"),
        ("mc", "Nobody can be asked for the secret of mc"),
    ):
        assert main([*approve, person]) == 4
        assert said in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, "polonium")
    assert main([*approve, "mc"]) == 4
    assert not (home / "approved.toml").exists()
    monkeypatch.setenv(VARIABLE, "polonium and radium")
    assert main([*approve, "mc"]) == 0
    assert 'by = "mc"' in (home / "approved.toml").read_text(encoding="utf-8")
    # her secret is taken out of lab.toml: the register knows that she had one
    assert main(["standards", "add", str(EXAMPLE), "--home", str(home), "--person", "mc"]) == 0
    (home / "lab.toml").write_text(LAB.format(secret=""), encoding="utf-8")
    assert main([*approve, "mc"]) == 4
    assert "No secret of mc" in capsys.readouterr().err
