"""The engine is killed with 1000 V on the terminals of a bench that another process serves (METROLOGY 1)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyvisa

from calibrator_drivers.clock import RealClock

SAFE_V = 30.0
BAR_S = 2.0


@pytest.mark.slow  # engine and guard do the same in tests/calibrator/engine
@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
def test_the_guard_takes_it_off_and_the_next_start_confirms_it(
    cli: Any, bench: Callable[..., Path], served: Any, person: Any, addressed: Any
) -> None:
    with served(cli, str(bench()), "--speed", "100") as (server, announced):
        master, slave = os.openpty()
        file = addressed(bench, announced)
        process = cli.start(
            *("run", "dmm", "--uut", "34401A", "--bench", str(file), "--section", "dcv"),
            *("--person", "mc", "--json"),
            stdin=slave,
            stderr=subprocess.PIPE,
        )
        hand = person(server, master, process)
        for line in process.stdout:
            event = json.loads(line)
            hand.hear(event)
            if event["kind"] == "reading" and event["body"]["point"] == "dcv:1000V:+1000V":
                break
        process.kill()
        # not asked before: a second client's query would cut off the guard's own reading
        RealClock().sleep(BAR_S)
        left = volts(announced["meter"]["resource"])
        assert left < SAFE_V, f"{left:.0f} V after {BAR_S} s"
        hand.read_to_the_end()
        os.close(master)
        os.close(slave)

        done = cli("safe", str(file))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "confirmed" in done.stdout
    safe = [event for event in events(cli) if event["kind"] == "safe"]
    assert safe, "the next start records what it found"
    assert all(source["confirmed"] for event in safe for source in event["body"]["sources"])


def volts(resource: str) -> float:
    """Return what the meter reads."""
    manager = pyvisa.ResourceManager("@py")
    meter = manager.open_resource(resource, read_termination="\n", write_termination="\n", timeout=5000)
    try:
        return abs(float(meter.query("READ?")))  # type: ignore[attr-defined]
    finally:
        meter.close()
        manager.close()


def events(cli: Any) -> list[dict[str, Any]]:
    """Return every event of the record."""
    import sqlite3

    database = sqlite3.connect(f"file:{cli.home / 'record.sqlite'}?mode=ro", uri=True)
    try:
        return [json.loads(text) for (text,) in database.execute("select canonical from events")]
    finally:
        database.close()
