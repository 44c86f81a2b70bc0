"""A bench that another process serves, used by plain pyvisa and nothing of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLIENT = """
import json, sys
import pyvisa
manager = pyvisa.ResourceManager("@py")
opened = {}
for name, resource in json.loads(sys.argv[1]).items():
    session = manager.open_resource(resource)
    session.read_termination = session.write_termination = "\\n"
    session.timeout = 5000
    opened[name] = session
calibrator, meter = opened["calibrator"], opened["meter"]
calibrator.write("OUT 1 V, 0 HZ")
calibrator.write("OPER")
assert calibrator.query("*OPC?").strip() == "1"
meter.write("CONF:VOLT:DC 1")
reading = float(meter.query("READ?"))
calibrator.write("STBY")
print(json.dumps({"idn": {name: s.query("*IDN?").strip() for name, s in opened.items()}, "reading": reading}))
"""


TELLING_WHAT_IS_LOADED = """
import sys
from calibrator.cli import main
code = main()
sys.stderr.write(f"calibrator_sim loaded: {'calibrator_sim' in sys.modules}")
sys.exit(code)
"""


def measured(announced: dict[str, dict[str, str]]) -> dict[str, Any]:
    resources = json.dumps({name: row["resource"] for name, row in announced.items()})
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, resources], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_plain_pyvisa_takes_a_reading_from_another_process(
    cli: Any, bench: Callable[..., Path], served: Any
) -> None:
    with served(cli, str(bench()), "--wiring", "volts", "--speed", "50") as (_, announced):
        found = measured(announced)
    assert found["idn"]["calibrator"].startswith("FLUKE,5522A,SIM")
    assert found["idn"]["meter"].startswith("HEWLETT-PACKARD,34401A,")
    # an ordinary 34401A on a 5522A: within both one-year specifications, and not exactly 1
    assert found["reading"] == pytest.approx(1.0, abs=60e-6)
    assert found["reading"] != 1.0


def test_a_wiring_typed_on_the_standard_input_is_connected(
    cli: Any, bench: Callable[..., Path], served: Any
) -> None:
    with served(cli, str(bench()), "--wiring", "short", "--speed", "50") as (process, announced):
        shorted = measured(announced)["reading"]
        assert process.stdin is not None
        process.stdin.write("volts\n")
        process.stdin.flush()
        connected = shorted
        for _ in range(20):  # the server takes the line when it comes to it
            connected = measured(announced)["reading"]
            if abs(connected) > 0.5:
                break
    assert shorted == pytest.approx(0.0, abs=20e-6)
    assert connected == pytest.approx(1.0, abs=60e-6)


def test_a_catalogue_model_is_served_alone(cli: Any, served: Any) -> None:
    with served(cli, "keysight_34401a") as (_, announced):
        (row,) = announced.values()
    assert row["model"] == "keysight_34401a"
    assert row["serial"].startswith("SIM")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to another process")
def test_ctrl_c_ends_it_without_a_word(cli: Any, bench: Callable[..., Path], served: Any) -> None:
    with served(cli, str(bench())) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["no_such_model"], "no_such_model"), (["nowhere.toml"], "nowhere.toml")],
)
def test_what_cannot_be_served_is_named(cli: Any, arguments: list[str], named: str) -> None:
    done = cli("sim", "serve", *arguments)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
@pytest.mark.parametrize(
    ("section", "asked"),
    [
        # the fast one of this kind is the live run: test_live_run.py
        pytest.param("zero-open", ["warm-up", "connect:zero-open"], marks=pytest.mark.slow),
        # 1000 V at the speed of a real bench
        pytest.param("dcv", ["warm-up", "connect:dcv", "hazard:dcv"], marks=pytest.mark.slow),
    ],
)
def test_a_person_at_a_terminal_runs_a_section_on_a_served_bench(
    cli: Any,
    bench: Callable[..., Path],
    section: str,
    asked: list[str],
    served: Any,
    addressed: Any,
    person: Any,
) -> None:
    command = [sys.executable, "-c", TELLING_WHAT_IS_LOADED]
    with served(cli, str(bench()), "--speed", "100") as (server, announced):
        master, slave = os.openpty()
        process = cli.start(
            *("run", "dmm", "--uut", "34401A", "--bench", str(addressed(bench, announced))),
            *("--section", section, "--person", "mc", "--json"),
            command=command,
            stdin=slave,
            stderr=subprocess.PIPE,
        )
        hand = person(server, master, process)
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            hand.hear(events[-1])
        said = hand.read_to_the_end()
        os.close(master)
        os.close(slave)
    assert process.returncode == 0, said
    assert hand.asked == asked
    assert events[0]["body"]["mode"] == "simulated", "a serial that begins with SIM is taken at its word"
    answered = [event["body"] for event in events if event["kind"] == "prompt.answered"]
    assert {(body["by"], body["how"]) for body in answered} == {("mc", "typed")}
    assert "Traceback" not in said
    assert "calibrator_sim loaded: False" in said, "a run over addresses never loads the simulator"
