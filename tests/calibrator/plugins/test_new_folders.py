"""What `calibrator new` writes runs on the simulated bench at once, and is marked until it is approved."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from calibrator._home import Home
from calibrator.plugins import plug_in
from calibrator.procedure import content_hash, load
from calibrator.scaffold import write_procedure
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.registry import driver_class

from .conftest import Said

MARK = "NOT APPROVED"


def test_a_procedure_runs_is_marked_approved_and_marked_again(
    tmp_path: Path, said: Said, lists: Callable[..., None]
) -> None:
    assert said("new", "procedure", "my_volts", "--into", str(tmp_path))[0] == 0
    folder = tmp_path / "my_volts"
    lists(procedures=[folder])
    assert "my_volts" in said("list", "procedures")[1]
    run = ("run", "my_volts", "--uut", "34401A", "--sim")
    code, out, _ = said(*run)
    assert (code, MARK in out) == (0, True)
    shown = json.loads(said("show", "last", "--json")[1])["run"]
    assert shown["verdicts"]["pass"] == 3
    unread = [{"id": "my_volts", "hash": content_hash(folder)}]
    assert (shown["procedure"]["approved"], shown["procedure"]["unapproved"]) == (False, unread)
    assert (
        said("certificate", "last", "--format", "html", "--lang", "en", "--out", str(tmp_path / "c.html"))[0]
        == 0
    )
    assert "has not been approved by the laboratory" in (tmp_path / "c.html").read_text(encoding="utf-8")

    assert said("procedures", "approve", str(folder), "--by", "Li Wei")[0] == 0
    assert load("my_volts").info.content_hash == content_hash(folder)
    code, out, _ = said(*run)
    assert (code, MARK in out) == (0, False)
    table = folder / "tables" / "keysight_34401a.toml"
    table.write_text(table.read_text(encoding="utf-8") + "# one word more\n", encoding="utf-8")
    rows = json.loads(said("list", "procedures", "--json")[1])
    assert {row["id"]: row["approved"] for row in rows}["my_volts"] is False


def test_a_model_with_a_driver_of_its_own_is_measured_by_a_procedure_of_its_own(
    tmp_path: Path, said: Said, lists: Callable[..., None]
) -> None:
    into = ("--into", str(tmp_path))
    assert said("new", "driver", "acme_1000", *into)[0] == 0
    assert said("new", "procedure", "my_volts", *into)[0] == 0
    driver = tmp_path / "acme_1000"
    lists(drivers=[driver], procedures=[tmp_path / "my_volts"])
    assert said("new", "uut", "acme_1000", "--procedure", "my_volts", *into)[0] == 0
    uut = tmp_path / "my_volts_acme_1000"
    assert not (uut / "model.toml").exists(), "the driver's folder brings it"
    lists(drivers=[driver], procedures=[tmp_path])  # a folder of folders
    code, out, err = said("run", "my_volts_acme_1000", "--uut", "acme_1000", "--sim")
    assert code == 0, err
    assert "acme_1000" in out.partition(MARK)[2], "the driver is not approved either"
    assert driver_class("acme_1000").__module__ == "calibrator_folder_acme_1000.driver"
    assert load_table("acme_1000").model == "acme_1000"
    shown = json.loads(said("show", "last", "--json")[1])
    assert shown["run"]["uut"]["table"] == "acme_1000"
    assert {point["figure_status"]["limit"] for point in shown["points"]} == {"memory_low"}


def test_the_wire_test_of_a_driver_passes_and_sees_a_wrong_command(tmp_path: Path, said: Said) -> None:
    for name in ("acme_2000", "acme_3000"):
        assert said("new", "driver", name, "--into", str(tmp_path))[0] == 0
    script = tmp_path / "acme_3000" / "driver.py"
    wrong = script.read_text(encoding="utf-8").replace("CONF:VOLT:DC {}", "CONF:VOLT {}")
    script.write_text(wrong, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=tmp_path,
    )
    assert "1 failed, 13 passed" in done.stdout
    assert "test_acme_3000_wire.py::test_volts_are_set_checked_and_read" in done.stdout


def test_a_further_model_of_a_shipped_procedure_has_a_plan(
    tmp_path: Path, said: Said, lists: Callable[..., None]
) -> None:
    assert said("new", "uut", "acme_500", "--procedure", "dmm", "--into", str(tmp_path))[0] == 0
    folder = tmp_path / "dmm_acme_500"
    assert not (folder / "procedure.toml").read_text(encoding="utf-8").count("rule_offers")
    assert 'status = "seen"' not in (folder / "tables" / "acme_500.toml").read_text(encoding="utf-8")
    assert '"seen"' not in (folder / "accuracy" / "acme_500.toml").read_text(encoding="utf-8")
    lists(procedures=[folder])
    assert 'base = "dmm"' in (folder / "procedure.toml").read_text(encoding="utf-8")
    code, out, err = said("plan", "dmm_acme_500", "--uut", "acme_500", "--sim", "--json")
    assert code == 0, err
    plan = json.loads(out)
    assert len(plan["points"]) == 33
    assert {point["status"] for point in plan["points"]} == {"memory_low"}


def test_a_model_of_a_procedure_with_a_base_has_one_base_and_is_begun_by_the_makers_name(
    tmp_path: Path, said: Said
) -> None:
    """Two lines `base` made every command refuse the folder; a model may be named as `--uut` takes it."""
    told = ("--procedure", "multimeter_ac", "--like", "34401a", "--into", str(tmp_path))
    assert said("new", "uut", "acme_600", *told)[0] == 0
    folder = tmp_path / "multimeter_ac_acme_600"
    head = tomllib.loads((folder / "procedure.toml").read_text(encoding="utf-8"))
    assert head["base"] == "multimeter_ac"
    table = tomllib.loads((folder / "accuracy" / "acme_600.toml").read_text(encoding="utf-8"))
    maker = {key: table["instrument"][key] for key in ("manufacturer", "model", "title")}
    assert maker == {"manufacturer": "to be named", "model": "acme_600", "title": "acme_600"}


@pytest.mark.parametrize(
    ("base", "like"),
    [("dmm", "fluke_179"), ("balance", "class_iii_scale_15kg"), ("thermocouple", "tc_s_class_1")],
)
def test_a_further_model_keeps_the_head_of_the_one_that_it_is_begun_from(
    base: str, like: str, tmp_path: Path, said: Said
) -> None:
    """A hand-held meter's budget is a guideline's, and a scale has its own regulations, under any name."""
    told = ("--procedure", base, "--like", like, "--into", str(tmp_path))
    assert said("new", "uut", "acme_800", *told)[0] == 0
    head = tomllib.loads((tmp_path / f"{base}_acme_800" / "procedure.toml").read_text(encoding="utf-8"))
    of = {model: entry for entry in head["for_models"] for model in entry["models"]}
    own, original = of["acme_800"], of[like]
    kept = {key: value for key, value in original.items() if key not in ("models", "document_status")}
    assert {key: own[key] for key in kept} == kept
    assert own.get("document_status", "memory_low") == "memory_low"
    assert own["models"] == ["acme_800"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "like"),
    [
        ("balance", "mettler_xs205du"),
        ("calibrator_dc", "5730A"),
        ("dmm", "87V"),
        ("dry_block", "fluke_9142"),
        ("energy_meter", "eastron_sdm630"),
        ("frequency", "33220A"),
        ("multimeter_ac", "34401A"),
        ("pressure", "pointer_gauge_10bar"),
        ("thermocouple", "tc_k_class_1"),
        ("thermometer", "pt100_class_a"),
    ],
)
def test_a_further_model_of_each_procedure_runs_on_the_simulated_bench_at_once(
    base: str, like: str, tmp_path: Path, said: Said, lists: Callable[..., None]
) -> None:
    told = ("--procedure", base, "--like", like, "--into", str(tmp_path))
    assert said("new", "uut", "acme_700", *told)[0] == 0
    lists(procedures=[tmp_path / f"{base}_acme_700"])
    code, out, err = said("run", f"{base}_acme_700", "--uut", "acme_700", "--sim", "--non-interactive")
    assert code in (0, 3), err  # passed, or passed and failed on condition: the ratio is the original's
    assert "NOT APPROVED" in out


def test_a_change_of_the_base_is_a_change_of_the_hash(
    tmp_path: Path, home: Path, lists: Callable[..., None]
) -> None:
    write_procedure(tmp_path, "toy_base")
    (tmp_path / "toy_further").mkdir()
    head = 'id = "toy_further"\nbase = "toy_base"\n'
    (tmp_path / "toy_further" / "procedure.toml").write_text(head, encoding="utf-8")
    lists(procedures=[tmp_path / "toy_base"])
    plug_in(Home(home))
    first = content_hash(tmp_path / "toy_further")
    assert first == content_hash(tmp_path / "toy_further")
    with (tmp_path / "toy_base" / "procedure.py").open("a", encoding="utf-8") as script:
        script.write("# changed\n")
    plug_in(Home(home))
    assert content_hash(tmp_path / "toy_further") != first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("procedure", "My Volts"), ("no id", "small letters")),
        (("procedure", "dmm"), ("a procedure 'dmm' already", "list procedures")),
        (("driver", "keysight_34401a"), ("a driver 'keysight_34401a' already", "list instruments")),
        (("uut", "acme", "--procedure", "dnm"), ("no procedure 'dnm'", "Did you mean dmm?")),
        (("uut", "keysight_34401a", "--procedure", "dmm"), ("already",)),
        (("uut", "acme", "--procedure", "dmm", "--like", "acme_2"), ("no point table", "keysight_34401a")),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, said: Said, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    code, _, err = said("new", *arguments, "--into", str(tmp_path))
    assert code == 2
    assert all(word in err for word in words)


def test_nothing_that_is_there_is_written_over(tmp_path: Path, said: Said) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    code, _, err = said("new", "procedure", "mine", "--into", str(tmp_path))
    assert (code, "not empty" in err) == (2, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
