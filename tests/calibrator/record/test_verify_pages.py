"""A stream is verified a page of rows at a time: nothing is lost where one page ends and the next begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator.record import _quick

Tamper = Callable[..., None]

PAGE = _quick._PAGE
AT_A_SEAM = (PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1)


def long_run(station: Any) -> str:
    run: str = station.whole_run(readings=2 * PAGE + 20)
    assert station.record.verify() == ()
    assert len(station.rows(run)) > 2 * PAGE + 1
    return run


@pytest.mark.parametrize("seq", AT_A_SEAM)
@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("canonical = replace(canonical, '0x1.', '0x1.5')", {"changed"}),
        ("hash = replace(hash, substr(hash, 1, 1), 'g')", {"changed"}),
        ("previous = replace(previous, substr(previous, 1, 1), 'g')", {"changed"}),
        ("at = '2020-01-01T00:00:00.000000Z'", {"changed"}),
        ("kind = 'settled'", {"changed"}),
        ("version = 2", {"changed"}),
    ],
)
def test_a_changed_row_beside_a_seam_is_named(
    station: Any, tamper: Tamper, change: str, codes: set[str], seq: int
) -> None:
    run = long_run(station)
    tamper(f"UPDATE events SET {change} WHERE stream = '{run}' AND seq = {seq}")
    found = station.record.verify(run)
    assert {(finding.stream, finding.seq) for finding in found} == {(run, seq)}
    assert {finding.code for finding in found} == codes


@pytest.mark.parametrize("seq", AT_A_SEAM)
def test_a_deleted_row_beside_a_seam_is_named(station: Any, tamper: Tamper, seq: int) -> None:
    run = long_run(station)
    tamper(f"DELETE FROM events WHERE stream = '{run}' AND seq = {seq}")
    assert ("deleted", seq) in {(finding.code, finding.seq) for finding in station.record.verify(run)}


@pytest.mark.parametrize("seq", AT_A_SEAM)
def test_a_reading_that_differs_from_its_event_beside_a_seam_is_named(
    station: Any, tamper: Tamper, seq: int
) -> None:
    run = long_run(station)
    tamper(f"UPDATE readings SET value = '0x0.0p+0' WHERE run = '{run}' AND seq = {seq}")
    found = station.record.verify(run)
    assert {(finding.code, finding.seq) for finding in found} == {("projection", seq)}
