"""`verify` holds the traffic log beside the record against the closing of its run."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.slow  # in process: test_recompute_closing.py
def test_a_traffic_log_that_was_written_on_or_deleted_is_exit_6(cli: Any) -> None:
    arguments = ("run", "dmm", "--uut", "34401A", "--sim", "--seed", "1", "--section", "zero-open")
    assert cli(*arguments, "--non-interactive").returncode in (0, 3)
    assert cli("verify").returncode == 0
    [log] = (cli.home / "traffic").glob("*.jsonl")
    honest = log.read_bytes()

    log.write_bytes(honest + b'{"dir": "out", "text": "OPER"}\n')
    appended = cli("verify", "last")
    assert appended.returncode == 6
    assert f"traffic {log.name}" in appended.stderr

    log.unlink()
    deleted = cli("verify")
    assert deleted.returncode == 6
    assert log.name in deleted.stderr

    log.write_bytes(honest)
    assert cli("verify").returncode == 0
