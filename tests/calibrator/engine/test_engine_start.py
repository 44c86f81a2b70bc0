"""What broken runs left energised is found in the record, made safe and confirmed before anything else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import NotSafeError
from calibrator.engine import Answer, Prompt, make_safe
from calibrator.engine._leftovers import energised_in, quantity_in
from calibrator_drivers.clock import RealClock


@dataclass(frozen=True)
class Event:
    kind: str
    body: Mapping[str, Any]
    seq: int = 0


def on(asset: str, function: str = "dcv") -> Event:
    return Event("energise", {"asset": asset, "function": function})


def off(asset: str, *, confirmed: bool = True) -> Event:
    return Event("deenergised", {"asset": asset, "confirmed": confirmed})


def safe(asset: str, *, confirmed: bool = True) -> Event:
    return Event("safe", {"sources": [{"asset": asset, "confirmed": confirmed}]})


def test_energised_and_not_closed():
    assert energised_in([]) == ()
    assert energised_in([on("A"), off("A")]) == ()
    assert energised_in([on("A"), off("A"), on("A")]) == ("A",)
    assert energised_in([on("A"), on("B"), off("A")]) == ("B",)
    assert energised_in([on("A"), off("A", confirmed=False)]) == ("A",)
    assert energised_in([on("A"), safe("A", confirmed=False)]) == ("A",)
    assert energised_in([on("A"), safe("A", confirmed=False), safe("A")]) == ()


@given(
    st.lists(st.sampled_from([on("A"), off("A"), safe("A"), safe("A", confirmed=False), on("B"), off("B")]))
)
def test_only_a_confirmed_standby_closes_what_was_energised(events: list[Event]):
    left = energised_in(events)
    for asset in ("A", "B"):
        last = [
            event.kind == "energise"
            for event in events
            if event.body.get("asset") == asset
            or any(
                source["asset"] == asset and source["confirmed"] for source in event.body.get("sources", ())
            )
        ]
        assert (asset in left) == (bool(last) and last[-1])


def test_what_the_meter_can_see_follows_from_the_last_leads():
    assert quantity_in([]) == "none"
    assert quantity_in([on("A", "dci"), on("A", "res4w")]) == "voltage"
    assert quantity_in([on("A", "dcv"), on("A", "dci")]) == "current"


def break_live_run(laboratory: Any, mode: str = "live", batch: Sequence[str] = ()) -> str:
    """Record a live run that broke at 1000 V, on a bench whose addresses nothing answers at."""
    text = laboratory.bench().read_text(encoding="utf-8").partition("[assets.")[0]
    text = text.replace('"SIM-', '"').replace('"SIM', '"')
    for name, port in (('"5522001"', 9), ('"34401001"', 10)):
        resource = f'resource = "TCPIP0::127.0.0.1::{port}::SOCKET"'
        text = text.replace(f"serial = {name}", f"serial = {name}\n{resource}")
    with laboratory.home.open_record(RealClock()) as record:
        run: str = record.new_run()
        opened = {
            "mode": mode,
            "procedure": {"id": "dmm"},
            "uut": {"model": "34401A", "asset": "DMM-01", "serial": "1"},
            "bench": {"text": text, "file": "bench.toml"},
            **({"batch": list(batch)} if batch else {}),
        }
        record.append(run, "run.opened", opened)
        record.append(run, "energise", {"asset": "CAL-01", "function": "dcv", "value": "1000", "unit": "V"})
    return run


class Person:
    """Somebody who goes and looks."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def ask(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt.id)
        return Answer(self.answer, "A. Person")

    def review(self, review: Any) -> Any:
        raise AssertionError(review)


def test_a_live_source_that_does_not_answer_keeps_every_job_from_beginning(laboratory: Any):
    broken = break_live_run(laboratory)
    with pytest.raises(NotSafeError, match="do not touch: CAL-01") as caught:
        laboratory.run(laboratory.job(("zero-open",)))
    assert caught.value.exit_code == 7
    report = make_safe(laboratory.home)
    assert (report.confirmed, report.exit_code, report.runs) == (False, 7, (broken,))
    assert report.sources[0].reported == "no answer"
    assert laboratory.runs() == 1


def test_a_person_who_looks_ends_that_and_nobody_else_does(laboratory: Any):
    broken = break_live_run(laboratory)
    assert make_safe(laboratory.home, operator=Person("no")).exit_code == 7
    person = Person("yes")
    report = make_safe(laboratory.home, operator=person)
    assert (report.exit_code, person.asked) == (0, ["unsafe:CAL-01"])
    told = [event.body["sources"][0] for event in laboratory.events(broken, kinds={"safe"})]
    assert (told[-1]["reported"], told[-1]["confirmed"]) == ("seen by a person", True)
    assert "A. Person" in told[-1]["note"]
    assert laboratory.run(laboratory.job(("zero-open",))).exit_code == 0


def test_units_that_were_measured_at_once_share_their_sources_and_one_question(laboratory: Any):
    batch = ["first", "second"]
    broken = [break_live_run(laboratory, batch=batch) for _ in batch]
    person = Person("yes")
    report = make_safe(laboratory.home, operator=person)
    assert (report.exit_code, person.asked) == (0, ["unsafe:CAL-01"])
    assert sorted(report.runs) == sorted(broken)
    for run in broken:
        assert laboratory.events(run, kinds={"safe"})[-1].body["sources"][0]["confirmed"] is True


def identified(text: str) -> Mapping[str, Any]:
    return {"instruments": [{"asset": "CAL-01", "identity": text}]}


@pytest.mark.parametrize(
    ("identity", "exit_code", "reported"),
    [("FLUKE,5522A,SIM1,1", 0, "gone"), ("FLUKE,5522A,1234567,1", 7, "no answer"), ("FLUKE", 7, "no answer")],
)
def test_a_source_is_gone_only_where_it_said_itself_that_it_is_simulated(
    identity: str, exit_code: int, reported: str, laboratory: Any
):
    """One simulated meter makes a run simulated; the real source behind it stays dangerous."""
    run = break_live_run(laboratory, mode="simulated")
    with laboratory.home.open_record(RealClock()) as record:
        record.append(run, "instruments.identified", identified(identity))
    report = make_safe(laboratory.home)
    assert (report.exit_code, report.sources[0].reported) == (exit_code, reported)


def test_nothing_left_is_said_and_costs_nothing(laboratory: Any):
    report = make_safe(laboratory.home)
    assert (report.sources, report.exit_code, report.message) == ((), 0, "Nothing was left energised.")


def test_an_emergency_does_not_wait_for_the_lock_of_a_run_under_way(laboratory: Any):
    break_live_run(laboratory)
    with laboratory.home.open_record(RealClock()):
        report = make_safe(laboratory.home)
    assert report.exit_code == 7
    assert "Not recorded" in report.message


def test_a_guards_report_is_taken_into_the_register_once(laboratory: Any):
    folder = laboratory.path / "guard"
    folder.mkdir(parents=True)
    body = {"run": "r", "reason": "the engine's process ended", "confirmed": True, "sources": []}
    for name in ("r-1.json", "r-2.json"):  # as if the first was committed and not taken away
        (folder / name).write_text(json.dumps(body), encoding="utf-8")
    (folder / "r-3.json").write_text("{", encoding="utf-8")
    make_safe(laboratory.home)
    found = laboratory.register("guard.report")
    assert (len(found), found[0]) == (2, body)
    assert "r-3.json" in found[-1]["unreadable"]
    assert list(Path(folder).glob("*.json")) == []
