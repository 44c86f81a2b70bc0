"""No certificate states results that do not follow from the readings recorded with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError
from calibrator.certificates import examine, issue
from calibrator.certificates.seals import load_seal_settings
from calibrator.evidence._verify_bundle import _results
from calibrator.record import Record
from calibrator_drivers.clock import Clock


def _falsified(record: Record, run: str) -> None:
    """Write a better U through the ordinary record: every link of the chain is right."""
    event = record.last(run, "section.evaluated")
    assert event is not None
    body: dict[str, Any] = json.loads(json.dumps(event.body))
    for point in body["results"]:
        point["U"] = "0.000000001"
    record.append(run, "section.evaluated", body)
    closing = record.last(run, "run.closed")
    assert closing is not None
    record.append(run, "run.closed", {**closing.body, "head": record.head(run)[1]})


@pytest.mark.parametrize("mode", ["live", "simulated"])
def test_results_that_the_readings_do_not_give_are_on_no_certificate(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path, mode: str
) -> None:
    run, who = written(mode=mode, sections=("dci",)), "chen" if mode == "live" else None
    _falsified(record, run)
    assert record.verify() == ()  # nothing but the readings speaks against it
    with pytest.raises(
        IntegrityError, match=r"do not follow.*dci:0.01A:\+0.01A U: recorded 0.000000001"
    ) as e:
        issue(record, run, "json", "en", certificates=tmp_path, authorised_by=who, clock=clock)
    assert e.value.code == "results-differ"
    assert "versions differ: calibrator 0.1.0, now " in str(e.value)
    assert record.last(run, "certificate.issued") is None
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_held_against_the_readings_as_well(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path
) -> None:
    run = written(sections=("dci",))  # of versions that are not those of now, which alone refuses nothing
    path = issue(record, run, "json", "en", certificates=tmp_path, clock=clock)
    seal, now = load_seal_settings(tmp_path / "seal.toml"), clock.now()
    sound = examine(path, record, seal, now)
    assert sound.exit_code == 0
    assert "every result recomputes from its readings" in sound.said
    assert "not recomputed: no record here holds its run" in examine(path, None, seal, now).said

    _falsified(record, run)
    found = examine(path, record, seal, now)
    # as of its bundle, where the register says that it was not calibrator 0.1.0 that began the run
    again = _results(list(record.events(run)), {})
    assert again.otherwise
    held = again.held_against(record, run)
    assert held.wrong[0].startswith("the run says calibrator 0.1.0, and the register says")
    assert held.wrong[1] == "dci:0.01A:+0.01A U: recorded 0.000000001, recomputed 0.00000095"
    assert held.said[0].startswith("the version of calibrator was 0.1.0, here it is ")
    assert found.exit_code == 6
    assert "do not follow from the readings: dci:0.01A:+0.01A U: recorded 0.000000001" in found.wrong[0]
