"""Folders named in calibrator.toml are met like installed packages, with the same checks and their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError
from calibrator._home import Home
from calibrator.plugins import approvals, plug_in, plugged, unapproved
from calibrator.procedure import available, is_approved, load
from calibrator.scaffold import write_driver, write_procedure
from calibrator_drivers.registry import driver_ids

from .conftest import Said

Lists = Callable[..., None]


def test_one_home_does_not_see_the_folders_of_another(tmp_path: Path, home: Path, lists: Lists) -> None:
    first = write_procedure(tmp_path / "a", "toy_volts")
    lists(procedures=[first])
    plug_in(Home(home))
    assert "toy_volts" in available()
    assert load("toy_volts").info.version == "0.1.0"
    other = tmp_path / "other"
    other.mkdir()
    second = write_procedure(tmp_path / "b", "toy_volts")
    head = second / "procedure.toml"
    head.write_text(head.read_text(encoding="utf-8").replace("0.1.0", "0.2.0"), encoding="utf-8")
    (other / "calibrator.toml").write_text(f'procedures = ["{second.as_posix()}"]\n', encoding="utf-8")
    plug_in(Home(other))
    assert load("toy_volts").info.version == "0.2.0"
    plug_in(Home(tmp_path / "none"))
    assert "toy_volts" not in available()
    assert not plugged()
    assert not [name for name in sys.modules if name.startswith("calibrator_folder_toy_volts")]


def test_a_path_is_taken_from_the_home(home: Path) -> None:
    write_driver(home / "own", "toy_meter")
    (home / "calibrator.toml").write_text('drivers = ["own"]\n', encoding="utf-8")
    plug_in(Home(home))
    assert "toy_meter" in driver_ids()
    assert [item.id for item in unapproved({"toy_meter", "dmm"})] == ["toy_meter"]


def test_the_checks_are_those_of_an_installed_procedure(tmp_path: Path, home: Path, lists: Lists) -> None:
    folder = write_procedure(tmp_path, "toy_volts")
    lists(procedures=[folder])
    (folder / "procedure.py").write_text("raise ImportError('no')\n", encoding="utf-8")
    plug_in(Home(home))
    with pytest.raises(ConfigurationError, match="cannot be imported"):
        load("toy_volts")
    assert not is_approved("toy_volts", "0" * 64)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "plug-in-missing"),
        (lambda path: path.mkdir(), "plug-in-empty"),
        (lambda path: _head(path, 'id = "Toy Volts"\n'), "plug-in-id"),
        (lambda path: _head(path, 'id = "dmm"\n'), "plug-in-twice"),
        (lambda path: _head(path, "id = \n"), "toml"),
        (lambda path: _head(path, 'title = "x"\n'), "missing-key"),
    ],
)
def test_a_folder_that_is_not_right_is_refused(
    tmp_path: Path, home: Path, lists: Lists, make: Callable[[Path], None], code: str
) -> None:
    make(tmp_path / "toy")
    lists(procedures=[tmp_path / "toy"])
    with pytest.raises(ConfigurationError) as caught:
        plug_in(Home(home))
    assert caught.value.code == code
    assert caught.value.way_out


def _head(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "procedure.toml").write_text(text, encoding="utf-8")


def test_a_wrong_key_of_the_file_is_told_in_a_sentence(home: Path, said: Said) -> None:
    (home / "calibrator.toml").write_text("procedures = [3]\n", encoding="utf-8")
    code, _, err = said("list", "procedures")
    assert (code, "3 is no folder" in err) == (2, True)
    (home / "calibrator.toml").write_text('procedure = ["x"]\n', encoding="utf-8")
    assert "Did you mean 'procedures'?" in said("list", "procedures")[2]


def test_an_approval_is_written_once_and_read_back(
    tmp_path: Path, home: Path, said: Said, lists: Lists
) -> None:
    folder = write_driver(tmp_path, "toy_meter")
    for _ in range(2):
        assert said("procedures", "approve", str(folder), "--by", 'Li "W" Wei')[0] == 0
    (found,) = approvals(home / "approved.toml").values()
    assert (found.id, found.by) == ("toy_meter", 'Li "W" Wei')
    assert json.loads(said("procedures", "list", "--json")[1]) == []
    lists(drivers=[folder])
    (row,) = json.loads(said("procedures", "list", "--json")[1])
    assert (row["id"], row["approved"]) == ("toy_meter", f'Li "W" Wei, {found.date}')
    (folder / "driver.py").write_text("# changed\n", encoding="utf-8")
    assert json.loads(said("procedures", "list", "--json")[1])[0]["approved"] == ""


def test_the_groups_are_those_of_a_package(tmp_path: Path, home: Path, lists: Lists) -> None:
    lists(drivers=[write_driver(tmp_path, "toy_meter")])
    plug_in(Home(home))
    groups = ("drivers", "models", "accuracy")
    values = [
        next(iter(entry_points(group=f"calibrator.{group}", name="toy_meter"))).value for group in groups
    ]
    package = "calibrator_folder_toy_meter"
    assert values == [f"{package}.driver:ToyMeter", "keysight_34401a", f"{package}.accuracy"]


def test_a_folder_that_is_gone_keeps_nobody_from_making_safe(
    tmp_path: Path, home: Path, said: Said, lists: Lists
) -> None:
    there = write_driver(tmp_path, "toy_meter")
    lists(drivers=[tmp_path / "gone", there], procedures=[tmp_path / "gone too"])
    assert said("list", "instruments")[0] == 2
    code, _, err = said("safe")
    assert code == 0, err
    assert err.count("there is no folder") + err.count("There is no folder") == 2
    assert "toy_meter" in driver_ids(), "what is there is used"


def test_an_id_that_stands_twice_keeps_the_first_where_problems_are_only_told(
    tmp_path: Path, home: Path, lists: Lists
) -> None:
    lists(drivers=[write_driver(tmp_path / name, "toy_meter") for name in ("a", "b")])
    told: list[ConfigurationError] = []
    kept = plug_in(Home(home), told.append)
    assert [item.folder.parent.name for item in kept] == ["a"]
    assert [error.code for error in told] == ["plug-in-twice"]
    plug_in(Home(tmp_path / "none"))
    with pytest.raises(ConfigurationError):
        plug_in(Home(home))
