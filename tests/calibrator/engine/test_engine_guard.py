"""The guard process: an engine that dies or hangs at 1000 V leaves a bench that is made safe."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, RunError
from calibrator.engine import Job, make_safe, run
from calibrator.engine._guarding import Guard
from calibrator.engine._safety import Looks, Place, make_sources_safe
from calibrator_drivers.clock import Deadline, RealClock
from calibrator_drivers.registry import open_instrument

HERE = Path(__file__).parent
POINT = "dcv:1000V:+1000V"
ANSWERS = 'by = "T"\n[answers]\n"connect:*" = "yes"\n"hazard:*" = "yes"\n"warm-up" = "90"\n'
CLOCK = RealClock()


@dataclass
class Served:
    """A bench that another process serves, and the files of a job on it."""

    laboratory: Any
    bench: Path
    answers: Path
    resources: dict[str, str]
    process: subprocess.Popen[str]

    def start(self, **options: Any) -> subprocess.Popen[str]:
        """Start the job in a process of its own."""
        job = {"procedure": "dmm", "uut": "34401A", "bench": str(self.bench), "answers": str(self.answers)}
        given = {
            "home": str(self.laboratory.path),
            "what": "run",
            "answers": str(self.answers),
            "points": [POINT],
            "job": job | {"interactive": False},
        }
        command = [sys.executable, str(HERE / "engine_job.py"), json.dumps(given | options)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def volts(self) -> float:
        """Ask the meter by a plain socket what stands on the terminals."""
        _, host, port, _ = self.resources["meter"].split("::")
        with socket.create_connection((host, int(port)), timeout=10) as meter:
            meter.sendall(b"CONF:VOLT:DC 1000\nVOLT:DC:NPLC 1\nREAD?\n")
            return float(meter.makefile().readline())

    def place(self, name: str) -> Place:
        model = {"calibrator": "fluke_5522a", "meter": "keysight_34401a"}[name]
        return Place(name, name.upper(), model, self.resources[name], "")


@pytest.fixture
def served(laboratory: Any) -> Iterator[Served]:
    bench = laboratory.bench()
    process = subprocess.Popen(
        [sys.executable, str(HERE / "served_bench.py"), str(bench), "20"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    rows = json.loads(process.stdout.readline())
    text = bench.read_text(encoding="utf-8")
    for row in rows:
        line = f'serial = "{row["serial"]}"\n'
        text = text.replace(line, f'{line}resource = "{row["resource"]}"\n', 1)
    bench.write_text(text, encoding="utf-8")
    answers = bench.with_name("answers.toml")
    answers.write_text(ANSWERS, encoding="utf-8")
    yield Served(laboratory, bench, answers, {row["name"]: row["resource"] for row in rows}, process)
    process.kill()
    process.communicate()


def wait_for(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until something is true; a test fails by it, not by a time that a busy machine needs."""
    deadline = Deadline.after(CLOCK, seconds)
    while not deadline.passed():
        found = what()
        if found:
            return found
        CLOCK.sleep(0.02)
    raise AssertionError("it did not come")


def struck(engine: subprocess.Popen[str]) -> None:
    assert engine.stdout is not None
    assert engine.stdout.readline() == "struck\n"


def reports(served: Served) -> list[Path]:
    return list((served.laboratory.path / "guard").glob("*.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and SIGSTOP are POSIX")
@pytest.mark.parametrize("how", ["kill", pytest.param("hang", marks=pytest.mark.slow)])
def test_an_engine_that_dies_or_hangs_at_1000_volts_leaves_a_safe_bench(how: str, served: Served):
    engine = served.start(**{"at": f"settled {POINT}", "break": how})
    struck(engine)
    path = wait_for(lambda: reports(served))[0]
    report = json.loads(path.read_text(encoding="utf-8"))
    assert abs(served.volts()) < 30
    if how == "hang":
        assert "silent" in report["reason"]
    engine.kill()
    engine.communicate()
    source = report["sources"][0]
    assert (report["confirmed"], source["reported"], source["unit"]) == (True, "standby", "V")
    assert abs(source["indicated"]) < 30

    # the next start takes the report into the register and looks again
    found = make_safe(served.laboratory.home)
    assert (found.confirmed, found.exit_code, len(found.runs)) == (True, 0, 1)
    assert served.laboratory.register("guard.report")[0]["reason"] == report["reason"]
    last = served.laboratory.bodies("safe")[-1]
    assert (last["by"], last["sources"][0]["confirmed"]) == ("command", True)
    assert reports(served) == []
    assert make_safe(served.laboratory.home).sources == ()  # nothing is left open in the record

    if how == "hang":
        return
    resumed = served.start(what="resume")
    output = resumed.communicate(timeout=100)[0]
    outcome = json.loads(output.splitlines()[-1])
    assert (outcome["exit_code"], outcome["verdict"]) == (0, "pass")
    assert served.laboratory.findings() == ()


def test_a_signal_at_1000_volts_ends_safe_and_leaves_no_guard(served: Served):
    engine = served.start(**{"at": f"settled {POINT}", "break": "SIGTERM"})
    outcome = json.loads(engine.communicate(timeout=100)[0].splitlines()[-1])
    assert outcome["exit_code"] == 130
    assert abs(served.volts()) < 30
    guard = served.laboratory.bodies("guard.started")[0]
    assert (guard["possible"], guard["sources"]) == (True, ["SIM-CAL-01"])
    assert reports(served) == []
    wait_for(lambda: not _lives(guard["pid"]))


@pytest.mark.slow
def test_a_bench_that_is_served_no_more_keeps_nobody_from_the_next_job(served: Served):
    engine = served.start(**{"at": f"settled {POINT}", "break": "kill"})
    struck(engine)
    served.process.kill()
    engine.communicate()
    found = make_safe(served.laboratory.home)
    assert (found.confirmed, found.sources[0].reported) == (True, "gone")


def _lives(pid: int) -> bool:
    if sys.platform == "win32":
        listed = subprocess.run(["tasklist", "/FI", f"PID eq {pid}"], capture_output=True, check=False)
        return str(pid).encode() in listed.stdout
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and ") Z" not in state.read_text(encoding="utf-8")


def start_guard(served: Served, tmp_path: Path) -> Guard:
    looks = Looks("meter", "voltage", 1000.0, 3.0)
    return Guard.start(tmp_path, "run-1", [served.place("calibrator")], served.place("meter"), looks)


def test_a_guard_that_is_told_that_all_is_safe_goes_without_a_word(served: Served, tmp_path: Path):
    guard = start_guard(served, tmp_path)
    assert guard.possible
    assert guard.reason == ""
    guard.energised("voltage")
    guard.check()
    guard.idle()
    guard.end()
    assert not _lives(guard.pid)
    assert list((tmp_path / "guard").glob("*.json")) == []


def test_a_silent_engine_thread_lets_the_heart_stop(served: Served, tmp_path: Path):
    source: Any = open_instrument("fluke_5522a", served.resources["calibrator"], clock=CLOCK)
    source.reset()
    source.stage_voltage_dc(1000.0)
    guard = start_guard(served, tmp_path)
    guard.energised("voltage")
    source.operate()
    guard.alive(for_s=0.1)  # the engine's thread does not come by again
    wait_for(lambda: guard.acted)
    assert "silent" in guard.acted
    assert not source.state().operating
    with pytest.raises(Exception, match="made everything safe") as caught:
        guard.check()
    assert getattr(caught.value, "code", "") == "guard-acted"
    guard.end()
    source.close()


def test_another_instrument_at_the_address_confirms_nothing(served: Served):
    """It is put in standby all the same; what was energised may stand somewhere else, still live."""
    clock, sessions = CLOCK, {}

    class Sessions:
        def driver(self, name: str) -> Any:
            if name not in sessions:
                place = served.place(name)
                sessions[name] = open_instrument(place.model, place.resource, clock=clock)
            return sessions[name]

        reopen = driver

    looks = Looks("meter", "voltage", 1000.0, 3.0)
    right, wrong = (replace(served.place("calibrator"), serial=text) for text in ("SIM5522001", "SIM5522002"))
    assert make_sources_safe([right], looks, Sessions(), clock)[0].confirmed
    (found,) = make_sources_safe([wrong], looks, Sessions(), clock)
    assert (found.confirmed, found.reported) == (False, "another instrument")
    assert "serial SIM5522001 and not SIM5522002" in found.note
    sessions["meter"] = open_instrument("keysight_34401a", served.resources["calibrator"], clock=clock)
    (found,) = make_sources_safe([right], looks, Sessions(), clock)
    assert found.confirmed is False
    assert "another instrument answers: FLUKE,5522A" in found.note
    for session in sessions.values():
        session.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP is POSIX")
def test_a_guard_that_hangs_lets_nothing_be_energised(served: Served, tmp_path: Path):
    guard = start_guard(served, tmp_path)
    guard.energised("voltage")
    guard.idle()
    os.kill(guard.pid, signal.SIGSTOP)
    caught = wait_for(lambda: refused(guard))
    assert (caught.code, str(guard.pid) in caught.where) == ("guard-hung", True)
    with pytest.raises(RunError, match="has not answered"):
        guard.energised("voltage")
    os.kill(guard.pid, signal.SIGCONT)
    wait_for(lambda: refused(guard) is None)  # it was late and not gone
    guard.end()


def refused(guard: Guard) -> RunError | None:
    try:
        guard.check()  # tells the guard nothing: what was energised before it stopped, it would act upon
    except RunError as error:
        return error
    return None


def test_a_guard_without_a_session_of_its_own_says_so(served: Served, tmp_path: Path):
    nowhere = Place("calibrator", "CAL", "fluke_5522a", "TCPIP0::127.0.0.1::9::SOCKET", "")
    guard = Guard.start(tmp_path, "run-1", [nowhere], None, Looks("", "none"))
    assert not guard.possible
    assert "CAL" in guard.reason
    guard.end()


def one_session_only(resource: str) -> str:
    """Stand before an instrument and let one connection through, as an RS-232 port does."""
    _, host, port, _ = resource.split("::")
    door = socket.create_server(("127.0.0.1", 0))
    there: list[socket.socket] = []

    def carry(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)
        target.close()

    def admit() -> None:
        near, _ = door.accept()
        door.close()
        far = socket.create_connection((host, int(port)))
        there.extend((near, far))
        for ends in ((near, far), (far, near)):
            threading.Thread(target=carry, args=ends, daemon=True).start()

    threading.Thread(target=admit, daemon=True).start()
    return f"TCPIP0::127.0.0.1::{door.getsockname()[1]}::SOCKET"


def test_hazardous_levels_need_a_person_where_the_guard_has_no_session(served: Served):
    text = served.bench.read_text(encoding="utf-8")
    source = served.resources["calibrator"]
    served.bench.write_text(text.replace(source, one_session_only(source)), encoding="utf-8")
    job = Job("dmm", "34401A", bench=served.bench, answers=served.answers, interactive=False)
    with pytest.raises(RefusedError, match="SIM-CAL-01") as caught:
        run(job, served.laboratory.home)
    assert (caught.value.exit_code, caught.value.code) == (4, "guard-not-possible")
    assert served.laboratory.runs() == 0
