"""From where a broken run may go on: the rule of its section, and what must be as it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import SimulatedOperator, StopSignal, _preflight, resume
from calibrator.engine._validity import check_same_figures
from calibrator.evaluation._traffic import traffic_differences
from calibrator.procedure import Section, decode_references, load
from calibrator.record import Event

KIND: Any = type(load("dmm"))


def rule(monkeypatch: pytest.MonkeyPatch, wanted: Any) -> None:
    """Let every section of the procedure have another resume rule."""
    real = KIND.sections

    def sections(procedure: Any, model: str) -> tuple[Section, ...]:
        return tuple(replace(section, resume=wanted) for section in real(procedure, model))

    monkeypatch.setattr(KIND, "sections", sections)


def break_at(laboratory: Any, kind: str, point: str) -> None:
    stop = StopSignal()

    def listen(event: Event) -> None:
        if event.kind == kind and event.body.get("point") == point:
            stop.set("SIGINT")

    assert laboratory.run(laboratory.job(), then=listen, stop=stop).exit_code == 130


def test_by_point_only_the_broken_point_is_measured_again(laboratory: Any, volts: Any):
    break_at(laboratory, "reading", "dcv:10V:+10V")
    assert laboratory.resume().exit_code == 0
    gone = laboratory.bodies("readings.discarded")
    assert [body["point"] for body in gone] == ["dcv:10V:+10V"]
    assert laboratory.results() == volts[0].results()


@pytest.mark.parametrize("wanted", ["section", "cycle"])
def test_by_section_all_of_it_begins_again(
    wanted: str, laboratory: Any, volts: Any, monkeypatch: pytest.MonkeyPatch
):
    rule(monkeypatch, wanted)
    break_at(laboratory, "reading", "dcv:10V:+10V")
    assert laboratory.resume().exit_code == 0
    gone = {body["point"] for body in laboratory.bodies("readings.discarded")}
    assert gone == {"dcv:0.1V:+0.1V", "dcv:1V:+1V", "dcv:10V:+10V"}
    steps = Counter(body["step"] for body in laboratory.bodies("step.done"))
    assert steps["point:dcv:1V:+1V"] == 2
    assert steps["self-test"] == 1
    ours, theirs = laboratory.results()["points"], volts[0].results()["points"]
    assert [p["readings"] for p in ours] == [p["readings"] for p in theirs]
    assert laboratory.findings() == ()


def test_never_means_a_new_run(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    rule(monkeypatch, "never")
    break_at(laboratory, "reading", "dcv:10V:+10V")
    with pytest.raises(RefusedError, match="may not go on") as caught:
        laboratory.resume()
    assert caught.value.code == "never-resumed"


def test_a_changed_procedure_is_refused(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    break_at(laboratory, "reading", "dcv:1V:+1V")
    changed = replace(load("dmm").info, content_hash="0" * 64)
    monkeypatch.setitem(vars(load("dmm")), "info", changed)
    with pytest.raises(RefusedError, match="procedure was") as caught:
        laboratory.resume()
    assert (caught.value.code, caught.value.exit_code) == ("resume-refused", 4)
    # what the refused resume asked the instruments stands in the log, and the record covers it
    (said,) = laboratory.bodies("resume.refused")
    assert said["code"] == "resume-refused"
    closed, log = (
        laboratory.bodies("run.closed")[-1]["traffic"],
        laboratory.home.traffic / said["traffic"]["file"],
    )
    assert closed["bytes"] < said["traffic"]["bytes"] == log.stat().st_size
    text = log.read_text(encoding="utf-8")
    log.write_text(text[:-20] + "0" * 19 + "\n", encoding="utf-8")
    (found,) = traffic_differences(laboratory.events(), laboratory.home.traffic)
    assert found.field == f"traffic {log.name}"


def test_another_instrument_in_its_place_is_refused(laboratory: Any):
    stop = StopSignal()
    fault = '[[simulation.faults]]\nkind = "identity"\ninstrument = "meter"\nafter = 1\n'
    fault += 'text = "HEWLETT-PACKARD,34401A,0,99-5-2"\n'
    bench = laboratory.bench(more=fault)
    listen = lambda event: stop.set("SIGINT") if event.kind == "proof" else None  # noqa: E731 - one line
    assert laboratory.run(laboratory.job(bench=bench), then=listen, stop=stop).exit_code == 130
    with pytest.raises(RefusedError, match=r"SIM-DMM-01 was .*99-5-2") as caught:
        laboratory.resume()
    assert caught.value.code == "resume-refused"
    assert laboratory.bodies("run.closed")[-1]["outcome"] == "interrupted"


def test_there_must_be_a_run_and_it_must_be_broken(laboratory: Any, volts: Any):
    with pytest.raises(UsageError):
        laboratory.resume()
    with pytest.raises(RefusedError, match="completed"):
        resume("last", volts[0].home)


DUE_TODAY = {"due = 2027-05-07": "due = 2026-11-23"}
EAST = 'name = "L"\ntimezone = "Pacific/Kiritimati"\n'  # there the 23rd ends at 10:00 UTC


def test_a_due_date_that_passed_meanwhile_is_refused(laboratory: Any):
    bench = laboratory.bench(DUE_TODAY)
    stop = StopSignal()
    job = laboratory.job(bench=bench)
    at = at_step(stop, "point:dcv:1000V:+1000V")
    assert laboratory.run(job, then=at, stop=stop).exit_code == 130
    laboratory.home.lab_file.write_text(EAST, encoding="utf-8")
    with pytest.raises(RefusedError, match="2026-11-23") as caught:
        laboratory.resume()
    assert caught.value.code == "certificate-expired"
    laboratory.home.lab_file.unlink()
    assert laboratory.resume().exit_code == 0


def test_figures_that_changed_meanwhile_are_refused(laboratory: Any):
    stop = StopSignal()
    at = at_step(stop, "point:dcv:1000V:+1000V")
    assert laboratory.run(laboratory.job(), then=at, stop=stop).exit_code == 130
    laboratory.home.lab_file.write_text(CONFIRMED, encoding="utf-8")
    with pytest.raises(RefusedError, match=r"the figures of the standard at dcv:") as caught:
        laboratory.resume()
    assert caught.value.code == "resume-refused"


@pytest.mark.parametrize(
    ("edition", "cause"), [("xyz-1-2020", "edition xyz-1-2020 was edited"), ("", "table")]
)
def test_limits_that_changed_meanwhile_are_not_laid_to_the_standard(
    laboratory: Any, edition: str, cause: str
) -> None:
    """Where an edition was edited between the break and `resume`, the standard was named as the cause."""
    stop = StopSignal()
    laboratory.run(laboratory.job(), then=at_step(stop, "point:dcv:1000V:+1000V"), stop=stop)
    bodies = next(event.body["points"] for event in laboratory.events() if event.kind == "references.fixed")
    fixed = {item.point.id: item for item in map(decode_references, bodies)}
    check_same_figures(fixed, fixed, "1")
    name, item = next(iter(fixed.items()))
    limits = replace(item.limits, edition=edition)
    edited = replace(item, limits=replace(limits, upper=Decimal(9)))
    with pytest.raises(RefusedError, match=r"limits of the unit at dcv:") as caught:
        check_same_figures({name: replace(item, limits=limits)}, {name: edited}, "1")
    assert caught.value.code == "resume-refused"
    assert cause in caught.value.way_out


def test_a_section_does_not_begin_with_a_standard_that_ran_out(
    laboratory: Any, monkeypatch: pytest.MonkeyPatch
):
    """The run takes longer than planned: here the plan is made to take no time at all."""
    monkeypatch.setattr(_preflight, "timedelta", lambda seconds: timedelta(0 * seconds))
    laboratory.path.mkdir()
    laboratory.home.lab_file.write_text(EAST, encoding="utf-8")
    later = {"start = 2026-11-23T08:00:00Z": "start = 2026-11-23T09:30:00Z"}
    outcome = laboratory.run(laboratory.job(bench=laboratory.bench(DUE_TODAY | later)))
    assert (outcome.exit_code, outcome.code) == (5, "certificate-expired")
    assert "key assets.SIM-CAL-01.certificate.due" in outcome.message
    assert laboratory.bodies("energise") == []


CONFIRMED = """
name = "L"
timezone = "UTC"
[[person]]
id = "p"
name = "A. Person"
roles = ["reviewer"]
[[confirmation]]
table = "fluke_5522a"
function = "dcv"
interval = "1y"
by = "p"
document = "Manual"
page = "1-9"
date = 2026-10-01
"""


def at_step(stop: StopSignal, step: str) -> Any:
    """Return a listener that asks for a stop when a step begins."""

    def listen(event: Event) -> None:
        if event.kind == "step.begun" and event.body["step"] == step:
            stop.set("SIGTERM")

    return listen


def asked_after_resume(laboratory: Any) -> list[str]:
    events = laboratory.events()
    at = next(n for n, event in enumerate(events) if event.kind == "resumed")
    kinds = [event for event in events[at:] if event.kind in ("prompt.asked", "section.evaluated")]
    return [event.body.get("prompt", event.kind) for event in kinds]


@pytest.mark.parametrize("wanted", ["point", "section"])
def test_a_section_that_was_measured_whole_is_evaluated_and_asks_for_no_leads(
    wanted: str, laboratory: Any, volts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(monkeypatch, wanted)
    stop = StopSignal()
    ended = laboratory.run(laboratory.job(), then=at_step(stop, "review:dcv"), stop=stop)
    assert ended.exit_code == 130
    assert laboratory.resume().exit_code == 0
    assert asked_after_resume(laboratory) == ["section.evaluated"]
    assert laboratory.bodies("readings.discarded") == []
    assert laboratory.results() == volts[0].results()


def test_a_repeat_asked_for_after_such_a_break_proves_the_leads_first(laboratory: Any) -> None:
    stop = StopSignal()
    ended = laboratory.run(laboratory.job(), then=at_step(stop, "review:dcv"), stop=stop)
    assert ended.exit_code == 130
    operator = SimulatedOperator(repeats={"dcv": ("dcv:10V:+10V",)})
    assert laboratory.resume(operator).exit_code == 0
    assert asked_after_resume(laboratory)[:2] == ["section.evaluated", "connect:dcv"]
