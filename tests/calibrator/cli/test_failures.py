"""Errors become one sentence and the exit code of their tree; nothing is swallowed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from calibrator import _errors
from calibrator.bench import find_simulator
from calibrator.cli import _failures, _list, main
from calibrator.cli._failures import exit_code_of, report
from calibrator.record import Record
from calibrator_drivers._errors import AccuracyError, InstrumentError
from calibrator_drivers.clock import RealClock


def subclasses(kind: type[BaseException]) -> set[type[BaseException]]:
    found = {kind}
    for child in kind.__subclasses__():
        found |= subclasses(child)
    return found


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_errors.UsageError("x"), 2),
        (_errors.ConfigurationError("x"), 2),
        (_errors.RefusedError("x"), 4),
        (_errors.RunError("x"), 5),
        (_errors.StorageError("x"), 5),
        (_errors.IntegrityError("x"), 6),
        (_errors.NotSafeError("x"), 7),
        (_errors.InterruptedRun("x"), 130),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.UsageError("x"), 2),
        (ZeroDivisionError("x"), 5),
    ],
)
def test_each_error_has_the_code_of_its_tree(error: BaseException, code: int) -> None:
    assert exit_code_of(error) == code


def test_errors_of_the_instruments_room_have_codes_too() -> None:
    for kind in subclasses(InstrumentError):
        assert exit_code_of(kind.__new__(kind)) == 5
    for kind in subclasses(AccuracyError):
        assert exit_code_of(kind.__new__(kind)) == 2


def test_an_error_is_one_sentence_with_place_and_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    error = _errors.ConfigurationError("The key is wrong", where="bench.toml, key x", way_out="Write y.")
    assert report(error) == 2
    assert capsys.readouterr().err == "calibrator: The key is wrong (bench.toml, key x). Write y.\n"


def test_a_librarys_lines_become_one_and_a_list_keeps_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    report(
        _errors.RunError("Nothing answers: install gpib.\nNo module gpib", way_out="Do.\nAlso:\n  - a\n  - b")
    )
    assert capsys.readouterr().err == (
        "calibrator: Nothing answers: install gpib. No module gpib. Do. Also:\n  - a\n  - b\n"
    )


def test_an_unexpected_error_is_a_sentence_without_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ZeroDivisionError("division by zero")) == 5
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert "ZeroDivisionError: division by zero" in text
    assert "--debug" in text
    assert "Traceback" not in text


def test_an_unexpected_error_stands_in_the_log_of_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_chosen: object) -> list[object]:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setitem(_list._LISTS, "roles", broken)
    assert main(["list", "roles", "--home", str(tmp_path)]) == 5
    log = tmp_path / "logs" / "calibrator.log"
    assert str(log) in capsys.readouterr().err
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert main(["list", "roles", "--home", str(tmp_path / "none")]) == 5
    assert not (tmp_path / "none").exists()


def test_debug_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_failures.sys, "argv", ["calibrator", "--debug", "runs"])
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        report(error)
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="a pipe whose reader left is another error on Windows")
@pytest.mark.parametrize("arguments", [["--help"], ["list", "instruments"]])
def test_a_reader_that_went_away_is_no_error(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "calibrator", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certifcate"]) == 2
    assert "Did you mean 'certificate'?" in capsys.readouterr().err


def test_no_command_shows_the_help_and_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_a_missing_argument_says_where_the_help_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 2
    text = capsys.readouterr().err
    assert "PROCEDURE" in text
    assert "`calibrator run --help` shows how." in text


@pytest.mark.parametrize(
    "arguments", [["show"], ["verify"], ["runs"], ["budget", "last", "x"], ["certificate"]]
)
def test_a_home_without_a_record_is_said_and_not_made(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    assert main(["--home", str(home), *arguments]) == 2
    assert "no record yet" in capsys.readouterr().err
    assert not home.exists()


def test_ctrl_c_while_the_program_is_loading_is_a_sentence() -> None:
    program = """
import sys


class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupted())
from calibrator.cli import main
sys.exit(main(["--help"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "calibrator: Interrupted.\n")


def test_every_sentence_begins_as_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    report(_errors.RunError("the meter went away"))
    assert capsys.readouterr().err == "calibrator: The meter went away.\n"


def test_a_seed_below_nought_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = ["run", "dmm", "--uut", "34401A", "--sim", "--seed", "-5"]
    assert main([*job, "--home", str(tmp_path)]) == 2
    assert "--seed" in capsys.readouterr().err


def bench_file(folder: Path, resource: str) -> Path:
    """Write a bench with two addresses, of which the meter's is `resource`; nothing answers there."""
    text = find_simulator().default_bench()
    for serial, after, address in (
        ("SIM5522001", "zeroed", f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET"),
        ("SIM34401001", "uut", resource),
    ):
        old = f'serial = "{serial}"\n'
        assert f"{old}{after}" in text
        text = text.replace(f"{old}{after}", f'{old}resource = "{address}"\n{after}')
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_unconfirmed_safe_state_names_key_and_mains_switch_and_no_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = bench_file(tmp_path, f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET")
    home = Record.open(tmp_path / "home", clock=RealClock())
    home.close()
    assert main(["safe", str(file), "--home", str(tmp_path / "home")]) == 7
    said = capsys.readouterr()
    assert "connect-failed" not in said.out + said.err
    assert said.out.count("NOT CONFIRMED") == 1
    line = file.read_text(encoding="utf-8").splitlines().index("[instruments.calibrator]") + 1
    for part in ("key instruments.calibrator.resource", "bench.toml, line", "mains switch"):
        assert part in said.err
    assert int(said.err.partition("bench.toml, line ")[2].partition(",")[0]) > line


def test_bench_check_says_what_is_no_address_and_does_not_advise_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = bench_file(tmp_path, "BOGUS::1")
    assert main(["bench", "check", str(file), "--json", "--home", str(tmp_path)]) == 5
    rows = {row["name"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert rows["meter"].startswith("BOGUS::1 is no VISA address (instruments.meter.resource)")
    assert "TCPIP0::" in rows["meter"]
    assert "Nothing answers" in rows["calibrator"]
    assert "bench check" not in rows["calibrator"]


@pytest.mark.parametrize(
    ("arguments", "named", "way_out"),
    [
        (["34401A", "--wiring", "volts"], 'no wiring "volts"', "Serve a bench file"),
        (["34401A", "--host", "no-such-host.invalid"], "no address of this machine", "127.0.0.1"),
    ],
)
def test_what_cannot_be_served_has_a_way_out(
    arguments: list[str], named: str, way_out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sim", "serve", *arguments, "--home", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert named in said
    assert way_out in said
    assert "Known are: ." not in said
