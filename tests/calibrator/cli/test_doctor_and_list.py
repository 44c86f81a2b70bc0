"""`doctor` and `list` say what is there."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
from calibrator_drivers.roles import ROLE_NAMES


def report(home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, object]]]]:
    code = main(["doctor", "--json", "--home", str(home)])
    by_topic: dict[str, list[dict[str, object]]] = {}
    for finding in json.loads(capsys.readouterr().out):
        by_topic.setdefault(str(finding["topic"]), []).append(finding)
    return code, by_topic


def test_the_report_names_everything_an_engineer_asks_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = report(tmp_path, capsys)
    assert {"calibrator", "python", "packages", "sqlite", "visa", "serial", "clock", "typst", "fonts"} <= set(
        found
    )
    assert {"home", "disk", "lab", "record"} <= set(found)
    assert "pyvisa-py" in str(found["packages"][0]["what"])


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "later"
    _, found = report(home, capsys)
    assert "not made yet" in str(found["home"][0]["what"])
    assert not home.exists()


def test_a_wrong_lab_file_is_a_finding_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lab.toml").write_text('nme = "x"\n', encoding="utf-8")
    code, found = report(tmp_path, capsys)
    assert code == 5
    assert found["lab"][0]["ok"] is False
    assert "lab.toml" in str(found["lab"][0]["way_out"])


def test_the_template_of_the_lab_file_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        (tmp_path / "lab.toml").open("wb") as file,
        files("calibrator.standards").joinpath("lab_template.toml").open("rb") as template,
    ):
        shutil.copyfileobj(template, file)
    _, found = report(tmp_path, capsys)
    assert found["lab"][0]["ok"] is True


def test_the_holder_of_the_lock_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = Record.open(tmp_path, clock=RealClock())
    try:
        _, found = report(tmp_path, capsys)
        assert "writes here now" in str(found["lock"][0]["what"])
    finally:
        record.close()
    _, found = report(tmp_path, capsys)
    assert "nobody" in str(found["lock"][0]["what"])


@pytest.mark.parametrize("what", ["procedures", "instruments", "roles", "standards"])
def test_every_list_has_a_table_and_json(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", what, "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip()
    assert main(["list", what, "--json", "--home", str(tmp_path)]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_the_roles_are_those_of_the_drivers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["list", "roles", "--json", "--home", str(tmp_path)])
    roles = {row["role"]: row["filled_by"] for row in json.loads(capsys.readouterr().out)}
    assert tuple(roles) == ROLE_NAMES
    assert {"fluke_5522a", "fluke_5520a"} <= set(roles["SourceVoltageDC"])
    assert "keysight_34401a" in roles["MeasureVoltageDC"]
    assert "keysight_34401a" not in roles["SourceVoltageDC"]


def test_the_tables_that_are_asked_for_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["list", "instruments", "--json", "--home", str(tmp_path)])
    rows = {row["model"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"34401A", "34461A", "34465A", "3458A", "5522A", "5520A", "87V", "179"} <= set(rows)
    assert all(row["accuracy_table"] for row in rows.values())


def test_the_procedure_is_listed_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["list", "procedures", "--json", "--home", str(tmp_path)])
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["id"] == "dmm"]
    assert "keysight_34401a" in row["models"]
    assert row["approved"] is True
    assert row["title"]["zh"] != row["title"]["en"]


def test_a_home_that_cannot_be_locked_is_not_called_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "record.lock").mkdir()
    _, found = report(tmp_path, capsys)
    (lock,) = found["lock"]
    assert "a process writes here" not in str(lock["what"])
    assert lock["ok"] is False
    assert lock["way_out"]
