"""The home: which folder it is, what lies where, and what is told when it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import ConfigurationError, RefusedError
from calibrator._home import Home


def test_the_option_comes_before_the_environment_and_that_before_the_platform(tmp_path: Path) -> None:
    environ = {"CALIBRATOR_HOME": str(tmp_path / "environment")}
    assert Home.resolve(tmp_path / "option", environ).path == tmp_path / "option"
    assert Home.resolve(None, environ).path == tmp_path / "environment"
    platform = Home.resolve(None, {}).path
    assert platform.name == "calibrator"
    assert platform.is_absolute()
    assert Home.resolve(None, {"CALIBRATOR_HOME": ""}).path == platform


def test_a_relative_home_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = Home.resolve("here", {})
    monkeypatch.chdir(tmp_path.parent)
    assert home.path == tmp_path / "here"


def test_naming_a_home_makes_nothing(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home", {})
    assert not home.path.exists()
    assert home.ensure() == home.path
    assert home.ensure(home.certificates).is_dir()


def test_each_thing_has_its_place(tmp_path: Path) -> None:
    home = Home(tmp_path)
    names = [home.record_path, home.lab_file, home.settings_file, home.certificates, home.traffic, home.logs]
    assert [path.relative_to(tmp_path).as_posix() for path in names] == [
        "record.sqlite",
        "lab.toml",
        "calibrator.toml",
        "certificates",
        "traffic",
        "logs",
    ]


def test_a_home_that_is_a_file_is_refused_with_where_it_was_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is a file") as caught:
        Home.resolve(None, {"CALIBRATOR_HOME": str(file)})
    assert caught.value.where == "CALIBRATOR_HOME"
    with pytest.raises(RefusedError, match="cannot be made"):
        Home(tmp_path).ensure(file / "below")


def test_the_record_of_a_home_is_in_its_record_path(tmp_path: Path, clock: Any) -> None:
    home = Home(tmp_path / "home")
    with home.open_record(clock) as record:
        record.append("run", "run.opened", {"mode": "live"})
        assert home.record_path.exists()
    with home.open_record(clock, write=False) as record:
        assert record.find_run("last") == "run"
