"""The traffic log: lines, offsets, hash, and going on after a process died."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import ConnectionLost
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
