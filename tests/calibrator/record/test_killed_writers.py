"""A writer killed again and again on one home: what it acknowledged is there, once, in order."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calibrator.record import Record

WRITER = """
import json, sys
from datetime import timedelta
from pathlib import Path
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

class Clock(RealClock):  # the clock of a machine that somebody set back
    def now(self):
        return super().now() - timedelta(hours=float(sys.argv[2]))

record = Record.open(Path(sys.argv[1]), clock=Clock())
run = record.new_run()
opened = {"mode": "live", "procedure": {"id": "dmm"}, "uut": {"model": "m", "asset": "a", "serial": "s"}}
print(json.dumps([run, record.append(run, "run.opened", opened).seq, ""]), flush=True)
index = 0
while True:
    index += 1
    body = {"point": "p", "attempt": 1, "use": "result", "value": float(index), "unit": "V"}
    body["raw"] = f"{index}"
    event = record.append(run, "reading", body)
    print(json.dumps([run, event.seq, event.hash]), flush=True)
"""


def killed(home: Path, after: int, hours_back: int) -> dict[str, list[Any]]:
    """Start a writer, kill it once it has acknowledged so many events; return what it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(hours_back)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if len(lines) == after:
            break
    process.kill()
    rest = process.stdout.read()  # not communicate, which knows nothing of lines that were read ahead
    process.stdout.close()
    process.wait()
    assert lines
    told = [json.loads(line) for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    return {told[0][0]: told}


def kills(home: Path, count: int, seed: int, clock: Any) -> None:
    chance = random.Random(seed)
    acknowledged: dict[str, list[Any]] = {}
    for number in range(count):
        told = killed(home, chance.randrange(1, 40), hours_back=3 if number % 4 == 3 else 0)
        acknowledged |= told
    clock.at = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - after all that was written
    with Record.open(home, clock=clock) as record:
        runs = [run.id for run in record.runs()]
        assert set(acknowledged) <= set(runs)
        for run, told in acknowledged.items():
            events = list(record.events(run))
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            # nothing lost; at most the one that was on its way was kept without a word
            assert 0 <= len(events) - len(told) <= 1
            for _, seq, digest in told[1:]:
                assert events[seq - 1].hash == digest
            raws = [event.body["raw"] for event in events[1:]]
            assert raws == [str(index) for index in range(1, len(events))]  # nothing doubled
        assert record.verify() == ()
        register = list(record.events("register"))
    # the next start says where each run that was cut short ends
    anchors = {e.body["run"]: e.body["count"] for e in register if e.kind == "run.anchored"}
    lengths = {run: len(told) for run, told in acknowledged.items() if len(told) > 1}
    assert all(anchors[run] >= length for run, length in lengths.items())
    if count >= 4:
        assert any(event.kind == "clock.went_back" for event in register)


def test_five_killed_writers_lose_and_double_nothing(tmp_path: Path, clock: Any) -> None:
    kills(tmp_path, 5, 20261123, clock)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_killed_writers_lose_and_double_nothing(tmp_path: Path, clock: Any) -> None:
    kills(tmp_path, 200, 7, clock)
