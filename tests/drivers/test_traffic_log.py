"""The traffic log: lines, offsets, hash, and going on after a process died."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import ConnectionLost
from calibrator_drivers.clock import Deadline, RealClock
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import open_session


def test_offsets_hash_and_length_describe_the_file(tmp_path: Path, step_clock: Any) -> None:
    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    first = log.sent("meter", b"READ?\n")
    step_clock.sleep(4.0)
    second = log.received("meter", b"+1.0E+00\n")
    assert (first, log.offset > second > 0) == (0, True)
    digest, length = log.close()
    data = path.read_bytes()
    assert (digest, length) == (hashlib.sha256(data).hexdigest(), len(data))
    line = json.loads(data[second:])
    assert line == {
        "utc": "2026-11-23T08:00:04.000000Z",
        "ns": 4_000_000_000,
        "name": "meter",
        "dir": "in",
        "text": "+1.0E+00\n",
        "duration_ns": 4_000_000_000,
    }


def test_bytes_that_are_no_text_are_kept_in_hex(tmp_path: Path, step_clock: Any) -> None:
    log = TrafficLog(tmp_path / "run.jsonl", step_clock)
    log.received("meter", b"\xff\x00\n")
    log.close()
    assert json.loads((tmp_path / "run.jsonl").read_bytes())["hex"] == "ff000a"


def test_a_resumed_run_goes_on_in_its_file_and_hashes_all_of_it(tmp_path: Path, step_clock: Any) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"whole": 1}\n{"torn')  # a process was killed while it wrote
    log = TrafficLog(path, step_clock)
    offset = log.sent("meter", b"*IDN?\n")
    digest, length = log.close()
    data = path.read_bytes()
    assert data.startswith(b'{"whole": 1}\n{"torn\n')
    assert json.loads(data[offset:])["text"] == "*IDN?\n"
    assert (digest, length) == (hashlib.sha256(data).hexdigest(), len(data))


def test_every_line_has_reached_the_system_before_the_call_returns(tmp_path: Path, step_clock: Any) -> None:
    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    log.sent("meter", b"READ?\n")
    assert len(path.read_bytes()) == log.offset > 0
    log.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_disk_that_fills_up_within_a_line_leaves_hash_and_length_true(
    tmp_path: Path, step_clock: Any
) -> None:
    import resource

    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    log.sent("meter", b"*IDN?\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.offset + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            log.sent("calibrator", b"STBY\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    after = log.sent("meter", b"READ?\n")  # there is room again
    digest, length = log.close()
    data = path.read_bytes()
    assert (digest, length) == (hashlib.sha256(data).hexdigest(), len(data))
    assert json.loads(data[after:])["text"] == "READ?\n"
    assert data[after - 1 : after] == b"\n"


def test_a_question_that_cannot_go_out_is_in_the_log_before_what_befell_it(
    tmp_path: Path, step_clock: Any, serve: Any
) -> None:
    log = TrafficLog(tmp_path / "run.jsonl", step_clock)
    server = serve(lambda _line, connection: connection.shutdown(socket.SHUT_RDWR))
    session = open_session(server.resource, name="meter", traffic=log, timeout_s=30.0)
    with pytest.raises(ConnectionLost):
        session.query("*IDN?")
    session.close()
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_bytes().splitlines()]
    assert [(line["dir"], line["text"]) for line in lines[:2]] == [
        ("out", "*IDN?\n"),
        ("note", "connection-lost"),
    ]


def test_questions_and_replies_are_held_back_until_a_setting_goes_out(
    tmp_path: Path, step_clock: Any
) -> None:
    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    first = log.asked("meter", b"READ?\n")
    reply = log.received("meter", b"+1.0E+00\n")
    assert path.read_bytes() == b""
    setting = log.sent("calibrator", b"OUT 1 V\n")
    data = path.read_bytes()
    said = [json.loads(data[at:].split(b"\n")[0])["text"] for at in (first, reply, setting)]
    assert said == ["READ?\n", "+1.0E+00\n", "OUT 1 V\n"]
    digest, length = log.close()
    assert (digest, length) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("way", ["note", "flush", "close", "many", "reply to a setting"])
def test_what_is_held_back_is_written(way: str, tmp_path: Path, step_clock: Any) -> None:
    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    if way == "reply to a setting":
        log.sent("meter", b"T\n")
        log.received("meter", b"T S 0.0 g\n")
    else:
        log.asked("meter", b"READ?\n")
    if way == "note":
        log.note("meter", "read-timeout")
    elif way == "many":
        for _ in range(10):
            log.asked("meter", b"READ?\n")
    elif way in ("flush", "close"):
        getattr(log, way)()
    assert path.read_bytes().count(b"READ?" if way != "reply to a setting" else b"T S") > 0
    assert log.close()[1] == len(path.read_bytes())


def test_a_question_whose_reply_takes_long_is_in_the_file_meanwhile(
    tmp_path: Path, step_clock: Any, serve: Any
) -> None:
    path = tmp_path / "run.jsonl"
    log = TrafficLog(path, step_clock)
    seen: list[bytes] = []

    def answer(line: bytes, connection: socket.socket) -> None:
        if line == b"READ?":
            end = Deadline.after(RealClock(), 30.0)
            while not path.read_bytes() and not end.passed():
                RealClock().sleep(0.01)
        seen.append(path.read_bytes())
        connection.sendall(b"1\n")

    session = open_session(serve(answer).resource, name="meter", traffic=log, timeout_s=60.0)
    session.query("READ?")
    session.close()
    log.close()
    assert b"READ?" in seen[0]


_KILLED = """
import os, signal, sys
from pathlib import Path
from calibrator_drivers.clock import RealClock
from calibrator_drivers.clock import Deadline, RealClock
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import open_session
session = open_session(sys.argv[1], name="source", traffic=TrafficLog(Path(sys.argv[2]), RealClock()))
session.query("SYST:ERR?")
session.write("OUTP ON")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_every_setting_and_what_came_before_it(tmp_path: Path, serve: Any) -> None:
    path = tmp_path / "run.jsonl"
    server = serve(lambda line, connection: line.endswith(b"?") and connection.sendall(b"0\n"))
    subprocess.run([sys.executable, "-c", _KILLED, server.resource, str(path)], check=False)
    said = [json.loads(line)["text"] for line in path.read_bytes().splitlines()]
    assert said == ["SYST:ERR?\n", "0\n", "OUTP ON\n"]


def test_who_brings_an_output_to_rest_lets_no_other_thread_send_unlogged(tmp_path: Path) -> None:
    log = TrafficLog(tmp_path / "t.jsonl", RealClock())
    log.close()
    refused: list[ValueError] = []

    def connect() -> None:
        try:
            log.sent("source", b"OPER")
        except ValueError as error:
            refused.append(error)

    with log.unhindered():
        other = threading.Thread(target=connect)
        other.start()
        other.join()
        with log.unhindered():
            log.sent("source", b"STBY")
        log.sent("source", b"STBY")  # still on the way, behind the inner one
    assert len(refused) == 1
    with pytest.raises(ValueError, match="closed"):
        log.sent("source", b"OPER")
