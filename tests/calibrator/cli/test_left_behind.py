"""What a run leaves on the bench is said wherever a person looks: hot blocks, lines under pressure."""

from __future__ import annotations

import re
import socket
from itertools import count
from pathlib import Path

import pytest

from calibrator._home import Home
from calibrator.cli import main
from calibrator.cli._settings import Settings
from calibrator.cli._summary import summarize
from calibrator.engine import Job, SafeSource, StopSignal, run
from calibrator.engine._safety import not_confirmed
from calibrator.procedure import load
from calibrator.record import Event, Record
from calibrator_drivers.clock import RealClock

HOT = r"SIM-BLOCK-01: hot, \d+ degC: do not touch until below 50 degC"


def test_a_block_that_stays_hot_is_shown_when_a_run_is_stopped_and_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """METROLOGY 2: hot until below 50 degC, and said so."""
    stop = StopSignal()

    def interrupt(event: Event) -> None:
        if event.kind == "reading" and float.fromhex(event.body["value"]) > 100.0:
            stop.set("SIGINT")

    job = Job("dry_block", "9143", sim=True, seed=3)
    outcome = run(job, Home.resolve(tmp_path), None, listeners=[interrupt], stop=stop)
    assert outcome.exit_code == 130
    for language in ("en", "zh"):
        summarize(Settings(tmp_path, language, False), outcome, to_stderr=False, virtual=True)
    said = capsys.readouterr().out
    assert re.search(HOT, said)
    assert re.search(r"safe state +SIM-BLOCK-01: standby, confirmed", said)
    assert re.search(r"SIM-BLOCK-01: 高温，\d+ °C：低于 50 °C 之前请勿触碰", said)
    main(["--home", str(tmp_path), "show"])
    assert re.search(HOT, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("kind", "advised", "never"),
    [
        ("electrical", "mains switch", "vent"),
        ("power", "Open no current circuit", "vent"),
        ("pressure", "vent valve", "mains switch"),
        ("heat", "Do not touch block", "vent"),
    ],
)
def test_the_way_out_is_that_of_the_quantity(kind: str, advised: str, never: str) -> None:
    error = not_confirmed([SafeSource("LAB-1", "no answer", None, "", False, kind=kind)])
    assert error is not None
    assert advised in error.way_out
    assert never not in error.way_out
    assert error.way_out.endswith("Then: calibrator safe")


def test_a_controller_that_does_not_answer_is_not_to_be_switched_off_but_vented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    text = load("pressure").info.simulated_bench
    counted = count(1)  # loopback addresses of their own: two instruments never share one
    text = re.sub(
        r"(?m)^\[instruments\.\w+\]$",
        lambda found: f'{found[0]}\nresource = "TCPIP0::127.0.0.{next(counted)}::{port}::SOCKET"',
        text,
    )
    bench = tmp_path / "bench.toml"
    bench.write_text(text, encoding="utf-8")
    Record.open(tmp_path / "home", clock=RealClock()).close()
    assert main(["safe", str(bench), "--home", str(tmp_path / "home")]) == 7
    said = capsys.readouterr().err
    assert "vent valve" in said
    assert "mains switch" not in said
