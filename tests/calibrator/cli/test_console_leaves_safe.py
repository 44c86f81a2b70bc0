"""`calibrator bench console` and a source: safe on every way out, watched, and released by a person."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calibrator.bench import find_simulator
from calibrator.cli import main
from calibrator_drivers.clock import RealClock
from calibrator_drivers.replay import load_traffic
from calibrator_drivers.transport import open_session

_COMMAND = [sys.executable, "-c", "from calibrator.cli import main; raise SystemExit(main())"]
_ON = ["OUT 10 V, 0 HZ", "OPER"]


class Lines(io.StringIO):
    """A standard input after whose last line something befalls the console."""

    def __init__(self, lines: list[str], then: Any) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))
        self._then = then

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override] # as the base has it
        return super().readline(-1) or self._then() or ""


class Reader(io.StringIO):
    """A standard output whose reader goes away after a reply."""

    def write(self, text: str, /) -> int:
        if text.startswith("1"):
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(text)


def _sent(log: Path) -> list[bytes]:
    return [message.data for message in load_traffic(log) if message.direction == "out"]


def _console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], then: Any = lambda: ""
) -> tuple[int, list[bytes]]:
    file, log = tmp_path / "bench.toml", tmp_path / "console.jsonl"
    file.write_text(find_simulator().default_bench(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", Lines(lines, then))
    arguments = ["calibrator", str(file), "--home", str(tmp_path), "--traffic", str(log)]
    return main(["bench", "console", *arguments]), _sent(log)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGBREAK"])
def test_a_signal_leaves_by_way_of_the_safe_state(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = getattr(signal, name, None)
    if number is None or (sys.platform == "win32" and name == "SIGTERM"):
        pytest.skip(f"no {name} on this system")
    code, sent = _console(tmp_path, monkeypatch, _ON, lambda: signal.raise_signal(number))
    assert code == 130
    assert sent.index(b"OPER\n") < len(sent) - 1 - sent[::-1].index(b"STBY\n")
    assert "standby" in capsys.readouterr().out


def test_a_closed_pipe_and_a_broken_input_leave_by_way_of_the_safe_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    _, sent = _console(tmp_path, monkeypatch, _ON, broken)
    assert b"STBY\n" in sent[sent.index(b"OPER\n") :]
    (tmp_path / "console.jsonl").unlink()
    monkeypatch.setattr(sys, "stdout", Reader())
    _, sent = _console(tmp_path, monkeypatch, [*_ON, "OPER?", "OPER?"])
    assert b"STBY\n" in sent[sent.index(b"OPER\n") :]


def test_nobody_releases_a_dangerous_level_from_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["OUT 100 V, 0 HZ", "out 40 v,50 hz", "OUT .1KV;OUT?", "OUT 1000 MV", "OUT 1 KOHM"]
    code, sent = _console(tmp_path, monkeypatch, lines)
    assert code == 0
    assert [line for line in sent if line.upper().startswith(b"OUT ")][:2] == [
        b"OUT 1000 MV\n",
        b"OUT 1 KOHM\n",
    ]
    assert capsys.readouterr().err.count("Not sent") == 3


def test_a_person_at_the_terminal_releases_it_up_to_a_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrator.cli import _bench_minding

    monkeypatch.setattr(_bench_minding, "person_present", lambda: True)
    lines = ["OUT 100 V", "no", "OUT 100 V", "release", "OUT 90 V", "OUT 200 V", ""]
    _, sent = _console(tmp_path, monkeypatch, lines)
    assert [line for line in sent if line.startswith(b"OUT ")][:2] == [b"OUT 100 V\n", b"OUT 90 V\n"]
    assert capsys.readouterr().out.count("DANGEROUS LEVEL") == 3


@pytest.fixture
def calibrator() -> Iterator[str]:
    """A calibrator on a socket of this process."""
    raw = {"instruments": {"one": {"model": "fluke_5522a", "serial": "SIM0001"}}, "simulation": {"seed": 1}}
    bench = find_simulator().open(raw)
    yield bench.resources["one"]
    bench.close()


def _wait_for(resource: str, asked: str, reply: str) -> None:
    """Wait until an instrument says something, on sessions that leave at once."""
    for _ in range(300):
        session = open_session(resource, timeout_s=30.0)
        try:
            if session.query(asked) == reply:
                return
        finally:
            session.close()
        RealClock().sleep(0.2)
    raise AssertionError(f"{asked} never answered {reply}")


@pytest.mark.slow  # two processes
@pytest.mark.skipif(os.name != "posix", reason="nothing there is killed as by SIGKILL")
def test_a_killed_console_is_made_safe_by_its_guard_at_a_bare_resource_too(
    calibrator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*_COMMAND, "bench", "console", calibrator, "--home", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join([*_ON, ""]))
        process.stdin.flush()
        _wait_for(calibrator, "OPER?", "1")
        process.kill()
        with suppress(BrokenPipeError):
            process.stdin.close()
    _wait_for(calibrator, "OPER?", "0")
    reports = tmp_path / "guard" / "console"
    for _ in range(300):
        if list(reports.glob("*.json")):
            break
        RealClock().sleep(0.2)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["bench", "console", calibrator, "--home", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "made safe: console" in told.err
    assert "The output is in standby." in told.out


def test_what_no_driver_knows_is_said_to_be_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrator_drivers.registry import model_of

    raw = {"instruments": {"one": {"model": "fluke_5522a", "serial": "SIM1"}}, "simulation": {"seed": 1}}
    raw["simulation"]["faults"] = [  # type: ignore[index]
        {"kind": "identity", "instrument": "one", "text": "MAKER,SUPPLY,1,1", "for_s": 1e9}
    ]
    bench = find_simulator().open(raw)
    try:
        monkeypatch.setattr(sys, "stdin", io.StringIO("OUT?\n"))
        assert (
            main(["bench", "console", bench.resources["one"], "--errors", "", "--home", str(tmp_path)]) == 0
        )
    finally:
        bench.close()
    assert capsys.readouterr().err.count("nothing is made safe here") == 2
    assert model_of("FLUKE,5522A,1,5.2+1.3+2.0+*") == "fluke_5522a"
    assert model_of("Keysight Technologies,34465A,SIM1,1") == "keysight_34465a"
    assert model_of("nonsense") == ""
