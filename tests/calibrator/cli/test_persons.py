"""Where lab.toml lists persons, a name on the command line is one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator._errors import UsageError
from calibrator.cli import main
from calibrator.cli._persons import known_person
from calibrator.cli._settings import Settings

LAB = """name = "Lab"
timezone = "UTC"

[[person]]
id = "mc"
name = "Marie Curie"
roles = ["technician"]
"""
JOB = ("dmm", "--uut", "34401A", "--sim")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "lab.toml").write_text(LAB, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", *JOB, "--person", "Marie Cury"],
        ["plan", *JOB, "--person", "Marie Cury"],
        ["plan", *JOB, "--person", "Marie Cury", "--deviation", "environment=because"],
        ["standards", "add", "nowhere.toml", "--person", "Marie Cury"],
        ["resume", "--person", "Marie Cury"],
    ],
)
def test_an_unknown_person_is_refused_with_a_suggestion(
    home: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--home", str(home)]) == 2
    said = capsys.readouterr().err
    assert "names no person 'Marie Cury'" in said
    assert "Did you mean Marie Curie?" in said
    assert not (home / "record.sqlite").exists()


def test_a_person_is_known_by_id_and_by_name(home: Path) -> None:
    chosen = Settings(home, "en", debug=False)
    assert known_person(chosen, "mc") == known_person(chosen, "Marie Curie") == "mc"
    with pytest.raises(UsageError, match=r"It names mc \(Marie Curie\)"):
        known_person(chosen, "Albert")


def test_without_a_list_any_name_stands_for_itself(tmp_path: Path) -> None:
    assert known_person(Settings(tmp_path, "en", debug=False), "Albert") == "Albert"
