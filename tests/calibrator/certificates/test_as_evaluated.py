"""Results that a newer program evaluates otherwise are stated as they were, for a recorded reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError, UsageError
from calibrator.certificates import examine, issue
from calibrator.certificates.seals import load_seal_settings
from calibrator.evaluation import recompute
from calibrator.evaluation._recompute import _present
from calibrator.evidence._verify_bundle import _results
from calibrator.procedure import load
from calibrator.record import Record
from calibrator_drivers.clock import Clock

REASON = "measured before the program was renewed"
NAMES = ("calibrator", "python", "numpy", "scipy", "pint")


def _opened(*, program: bool = False, procedure: bool = False) -> dict[str, Any]:
    """Return what a run's opening says of today's versions, those changed that are named."""
    info, versions = load("dmm").info, _present(dict.fromkeys(NAMES))
    if program:
        versions["calibrator"] = "0.0.9"
    body: dict[str, Any] = {
        "id": "dmm",
        "version": info.version,
        "title": {"en": info.title.en, "zh": info.title.zh},
    }
    body |= {"document": info.document, "approved": True, "hash": info.content_hash}
    if procedure:
        body |= {"version": "0.9.0", "hash": "ab" * 32}
    return {"versions": versions, "procedure": body}


def _began_with(record: Record, version: str) -> None:
    """Let the register say which program opened the home to write, before it began a run."""
    record.append(record.REGISTER, "station.opened", {"home": "memory", "version": version})


def _evaluated_then(record: Record, run: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Record results as another program evaluated them; every link of the chain is right."""
    event, closing = record.last(run, "section.evaluated"), record.last(run, "run.closed")
    assert event is not None
    assert closing is not None
    body = json.loads(json.dumps(event.body))
    change(body["results"][0])
    record.append(run, "section.evaluated", body)
    record.append(run, "run.closed", {**closing.body, "head": record.head(run)[1]})


def _other_u(point: dict[str, Any]) -> None:
    point["U"] = "0.00000096"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"program": True}, "calibrator 0.0.9 → "),
        ({"procedure": True}, "procedure dmm 0.9.0 (abababab) → "),
    ],
)
def test_results_of_another_version_are_issued_as_they_were_evaluated(
    record: Record,
    written: Callable[..., str],
    clock: Clock,
    tmp_path: Path,
    changed: Mapping[str, bool],
    told: str,
) -> None:
    if changed.get("program"):
        _began_with(record, "0.0.9")
    run = written(mode="live", sections=("dci",), changes=_opened(**changed))
    _evaluated_then(record, run, _other_u)
    common: dict[str, Any] = {"certificates": tmp_path, "authorised_by": "chen", "clock": clock}
    with pytest.raises(IntegrityError, match='--as-evaluated "REASON"'):
        issue(record, run, "json", "en", **common)

    path = issue(record, run, "json", "en", **common, as_evaluated=REASON)
    recorded = record.last(run, "results.as-evaluated")
    assert recorded is not None
    assert (recorded.body["reason"], recorded.body["by"]) == (REASON, "chen")
    assert told in f"{recorded.body['versions'][0]['name']} {recorded.body['versions'][0]['then']} → "
    model = json.loads(_text(path))
    (deviation,) = [item for item in model["deviations"] if item["code"] == "as-evaluated"]
    assert told in json.dumps(deviation["what"], ensure_ascii=False)
    assert "0.00000096" in _text(path) or "0.96" in _text(path)

    seal, now = load_seal_settings(tmp_path / "seal.toml"), clock.now()
    found = examine(path, record, seal, now)
    assert found.exit_code == 0
    assert "every result recomputes from its readings" not in found.said
    assert any("cannot be recomputed here" in line and told in line and REASON in line for line in found.said)

    again = _results(list(record.events(run)), {})  # as of its bundle
    assert (list(again.wrong), len(again.said), again.otherwise) == ([], 1, "")
    assert told in again.said[0]

    page = _text(
        issue(record, run, "html", "both", certificates=tmp_path, clock=clock)
    )  # it is let stand once
    assert "现用程序的评定结果不同" in page
    assert told in page
    assert len(list(record.events(run, kinds={"results.as-evaluated"}))) == 1


def test_with_the_same_versions_a_difference_stays_a_refusal(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dci",), changes=_opened())
    _evaluated_then(record, run, _other_u)
    assert not any(item.field.startswith("versions.") for item in recompute(record, run))
    with pytest.raises(IntegrityError, match="no version explains") as e:
        issue(
            record, run, "json", certificates=tmp_path, authorised_by="chen", clock=clock, as_evaluated=REASON
        )
    assert e.value.code == "results-differ"
    assert record.last(run, "results.as-evaluated") is None
    with pytest.raises(IntegrityError, match="no version explains them; measure again"):
        issue(record, run, "json", certificates=tmp_path, authorised_by="chen", clock=clock)


@pytest.mark.parametrize("damage", ["reading", "verdict"])
def test_no_version_explains_what_no_mathematics_made(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path, damage: str
) -> None:
    run = written(mode="live", sections=("dci",), changes=_opened(program=True))
    _evaluated_then(record, run, _other_u)
    closing = record.last(run, "run.closed")
    assert closing is not None
    if damage == "reading":
        reading = record.last(run, "reading")
        assert reading is not None
        record.append(run, "reading", {**reading.body, "value": (0.5).hex(), "use": "settling"})
    verdict = "fail" if damage == "verdict" else closing.body["verdict"]
    record.append(run, "run.closed", {**closing.body, "head": record.head(run)[1], "verdict": verdict})
    with pytest.raises(IntegrityError, match="no version explains"):
        issue(
            record, run, "json", certificates=tmp_path, authorised_by="chen", clock=clock, as_evaluated=REASON
        )


def test_it_needs_a_difference_a_reason_and_a_person(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dci",), changes=_opened(program=True))

    def tried(reason: str, by: str | None) -> str:
        with pytest.raises(UsageError) as e:
            issue(
                record, run, "json", certificates=tmp_path, authorised_by=by, clock=clock, as_evaluated=reason
            )
        return e.value.code

    assert tried(REASON, "chen") == "nothing-differs"
    _evaluated_then(record, run, _other_u)
    assert tried("because", "chen") == "no-reason"
    assert tried(REASON, "li") == "may-not-authorise"
    assert tried(REASON, None) == "may-not-authorise"
    assert record.last(run, "results.as-evaluated") is None
