"""From where a broken run may go on: the rule of its section, and what must be as it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import StopSignal, resume
from calibrator.procedure import Section, load
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
