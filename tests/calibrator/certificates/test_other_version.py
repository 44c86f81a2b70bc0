"""Results that another version evaluated otherwise are in doubt (3); where the register contradicts: 6."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError
from calibrator.certificates import contradicted, evaluated_otherwise, examine, issue
from calibrator.certificates._as_evaluated import excusable
from calibrator.certificates.seals import load_seal_settings
from calibrator.cli import main
from calibrator.cli._words import words
from calibrator.evaluation import Difference, recompute
from calibrator.evaluation._recompute import _present
from calibrator.evidence._verify_bundle import _results
from calibrator.procedure import load
from calibrator.record import Record
from calibrator_drivers.clock import Clock

FORMER = "0.0.9"
NAMES = ("calibrator", "python", "numpy", "scipy", "pint")
Write = Callable[..., str]


def _opened(calibrator: str = "", *, procedure: str = "") -> dict[str, Any]:
    """Return what a run's opening says of today's versions, those changed that are named."""
    info, versions = load("dmm").info, _present(dict.fromkeys(NAMES))
    versions |= {"calibrator": calibrator} if calibrator else {}
    body: dict[str, Any] = {
        "id": "dmm",
        "version": info.version,
        "title": {"en": info.title.en, "zh": info.title.zh},
    }
    body |= {"document": info.document, "approved": True, "hash": procedure or info.content_hash}
    return {"versions": versions, "procedure": body}


def _takes_over(record: Record, version: str) -> None:
    """Record what the register says when a program of another version opens a home to write."""
    record.append(record.REGISTER, "station.opened", {"home": "memory", "version": version})


@pytest.fixture
def former(record: Record, written: Write) -> str:
    """A run of a former program: its figures differ from what this one makes of the same readings."""
    _takes_over(record, FORMER)
    run = written(sections=("dci",), changes=_opened(FORMER))
    _again(record, run, lambda point: point.update(pfa="0.0123"))
    return run


def _again(record: Record, run: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Put results and a closing behind those of a run; every link of the chain is right."""
    event, closing = record.last(run, "section.evaluated"), record.last(run, "run.closed")
    assert event is not None
    assert closing is not None
    body = json.loads(json.dumps(event.body))
    change(body["results"][0])
    record.append(run, "section.evaluated", body)
    record.append(run, "run.closed", {**closing.body, "head": record.head(run)[1]})


def _better(point: dict[str, Any]) -> None:
    point["U"] = "0.000000001"


def _examined(record: Record, run: str, clock: Clock, folder: Path) -> Any:
    page = next(iter(folder.glob("*.json")), None)
    assert page is not None
    return examine(page, record, load_seal_settings(folder / "seal.toml"), clock.now())


def _issued(record: Record, run: str, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue a document as the former program did, for which everything recomputed."""
    with monkeypatch.context() as then:
        then.setattr("calibrator.certificates._issue.check_follows", lambda *_: None)
        issue(record, run, "json", "en", certificates=folder, clock=clock)


def test_a_document_of_a_former_version_is_intact_and_in_doubt(
    record: Record, former: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _issued(record, former, clock, tmp_path, monkeypatch)
    _takes_over(record, _present({"calibrator": ""})["calibrator"])
    found = _examined(record, former, clock, tmp_path)
    (line,) = found.wrong
    assert found.exit_code == 3
    assert line.startswith(
        f"intact; its results were evaluated by calibrator {FORMER} and differ in 1 figures"
    )
    assert line.endswith(f"`calibrator certificate {former} --as-evaluated REASON` lets them stand")
    assert "(pfa 1)" in line
    assert "every result recomputes from its readings" not in found.said
    assert words("zh")(line).startswith(f"完整；其结果由 calibrator {FORMER} 评定")

    again = _results(list(record.events(former)), {})  # as of its bundle
    assert (again.otherwise, list(again.wrong)) == (line, [])
    assert again.held_against(record, former) is again


def test_a_document_that_says_something_else_is_not_intact_whatever_the_version(
    record: Record, former: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _issued(record, former, clock, tmp_path, monkeypatch)
    page = next(tmp_path.glob("*.json"))
    page.write_text(page.read_text(encoding="utf-8").replace('"0.0123"', '"0.0012"'), encoding="utf-8")
    assert _examined(record, former, clock, tmp_path).exit_code == 6


def test_results_recorded_by_this_program_are_not_excused_by_a_former_one(
    record: Record, former: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forger's way that needs no broken link: put better results behind the end of an older run."""
    _issued(record, former, clock, tmp_path, monkeypatch)
    own = _present({"calibrator": ""})["calibrator"]
    _takes_over(record, own)
    _again(record, former, _better)
    assert record.verify() == ()  # every link is right
    found = recompute(record, former)
    assert excusable(found)
    said = contradicted(record, former, found)
    assert said.startswith(f"the section dci was recorded by calibrator {own}, by event ")
    assert words("zh")(said) != said
    again = _results(list(record.events(former)), {})
    assert again.otherwise
    assert again.held_against(record, former).wrong[0] == said
    assert _examined(record, former, clock, tmp_path).exit_code == 6
    with pytest.raises(IntegrityError, match="no version explains what differs: the section dci") as e:
        issue(
            record, former, "json", "en", certificates=tmp_path / "x", clock=clock,
            as_evaluated="measured before the program was renewed",
        )  # fmt: skip
    assert e.value.code == "results-differ"


def test_a_version_that_was_not_at_work_explains_nothing(record: Record, written: Write) -> None:
    run = written(sections=("dci",), changes=_opened("0.0.8"))  # the register knows only today's
    _again(record, run, _better)
    found = recompute(record, run)
    assert evaluated_otherwise(list(record.events(run)), found)
    said = contradicted(record, run, found)
    assert said.startswith("the run says calibrator 0.0.8, and the register says that calibrator ")
    assert words("zh")(said) != said


def test_a_joint_statement_put_behind_by_this_program_is_not_excused(record: Record, former: str) -> None:
    own = _present({"calibrator": ""})["calibrator"]
    _takes_over(record, own)
    closing = record.last(former, "run.closed")
    assert closing is not None
    joint = {**closing.body["joint"], "probability": "0.999999"}
    head = record.head(former)[1]
    record.append(former, "run.closed", {**closing.body, "joint": joint, "head": head})
    said = contradicted(record, former, recompute(record, former))
    assert said.startswith(f"the joint statement was recorded by calibrator {own}")


def test_what_a_crash_left_is_of_the_program_that_wrote_it(record: Record, former: str) -> None:
    """The register anchors an open run right behind the opening of the program that finds it."""
    events = list(record.events(former))
    register = [{"run": former, "count": 1, "head": events[0].hash, "mode": "simulated"}]
    eras = _eras_of(
        [
            ("station.opened", {"home": "memory", "version": FORMER}),
            ("run.began", register[0]),
            ("station.opened", {"home": "memory", "version": "0.1.0"}),
            ("run.anchored", {"run": "another", "count": 99}),
            ("run.anchored", {"run": former, "count": 40}),
            ("run.ended", {"run": former, "count": 44}),
            ("station.opened", {"home": "memory", "version": "0.2.0"}),
            ("run.anchored", {"run": former, "count": 45}),  # behind the end, by that program
        ],
        former,
    )
    assert eras == [(0, FORMER), (40, "0.1.0"), (44, "0.2.0")]


def _eras_of(register: list[tuple[str, Mapping[str, Any]]], run: str) -> list[tuple[int, str]]:
    from types import SimpleNamespace

    from calibrator.certificates._at_work import _eras

    events = [SimpleNamespace(kind=kind, body=body) for kind, body in register]
    stored: Any = SimpleNamespace(REGISTER="register", station="", events=lambda *_, **__: iter(events))
    return _eras(stored, run, FORMER)


def test_a_procedure_is_named_with_its_version(record: Record, written: Write) -> None:
    run = written(sections=("dci",), changes=_opened(procedure="ab" * 32))
    _again(record, run, _better)
    line = evaluated_otherwise(list(record.events(run)), recompute(record, run))
    assert f"evaluated by procedure dmm {load('dmm').info.version} (abababab) and" in line


def test_equal_versions_explain_nothing() -> None:
    found = [Difference("p", "U", "1", "2"), Difference("", "versions.python", "3.11.1", "3.11.2")]
    assert evaluated_otherwise([], found) == ""


@pytest.mark.parametrize(("late", "code"), [(False, 3), (True, 6)])
def test_the_whole_record_is_conditional_with_such_a_run(
    tmp_path: Path, write: Write, clock: Clock, capsys: pytest.CaptureFixture[str], late: bool, code: int
) -> None:
    home, own = tmp_path / "home", _present({"calibrator": ""})["calibrator"]
    with Record.open(home, clock=clock) as record:
        _takes_over(record, FORMER)
        run = write(record, clock, sections=("dci",), changes=_opened(FORMER))
        if not late:
            _again(record, run, _better)
    with Record.open(home, clock=clock) as record:  # renewed: this program opens it
        if late:
            _again(record, run, _better)
    assert main(["--home", str(home), "verify"]) == code
    told = capsys.readouterr()
    if late:
        assert f"{run}: the section dci was recorded by calibrator {own}" in told.err
    else:
        assert f"{run}: intact; its results were evaluated by calibrator {FORMER}" in told.err
        assert "every other result recomputes" in told.out
