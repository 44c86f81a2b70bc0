"""Items of a regulation that a person decides: asked once, recorded, in the answers file, in the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import ConfigurationError, RefusedError
from calibrator.certificates import build, gate
from calibrator.engine import Answer, AnswersFile, Job, Prompt, SimulatedOperator, StopSignal, plan
from calibrator.procedure import Text
from calibrator.record import Event
from calibrator_drivers.clock import RealClock

HEAD = """
[regulation]
number = "JJG 9999-2020"
title = { en = "Invented multimeters", zh = "虚构数字多用表" }
status = "checked"
source = "printed edition"
in_force = 2020-06-01
validity_months = 12
items = [
    { id = "appearance", title = { en = "Appearance", zh = "外观" } },
    { id = "open", title = { en = "Zero with open inputs", zh = "开路零位" }, sections = ["zero-open"] },
]
"""
ANSWERS = """by = "chen"
[answers]
"*" = "yes"
"""


@pytest.fixture
def job(plug_in: Callable[..., None]) -> Job:
    plug_in("verified", head=HEAD)
    return Job("verified", "34401A", sections=("zero-open",), sim=True, seed=3)


def items(laboratory: Any, run: str) -> dict[str, str]:
    with laboratory.home.open_record(RealClock(), write=False) as record:
        found = build(record, run, kind="verification").verification
    assert found is not None
    return {item.id: item.outcome for item in found.items}


def codes(laboratory: Any, run: str) -> set[str]:
    with laboratory.home.open_record(RealClock(), write=False) as record:
        return {missing.code for missing in gate(build(record, run, kind="verification"))}


def test_an_item_is_planned_asked_once_and_decides(laboratory: Any, job: Job) -> None:
    (asked,) = [prompt for prompt in plan(job, laboratory.home).prompts if prompt.kind == "item"]
    assert (asked.id, "外观" in asked.text.zh) == ("item:appearance", True)
    outcome = laboratory.run(job)
    told = [body for body in laboratory.bodies("prompt.answered") if body["prompt"] == "item:appearance"]
    assert [(body["answer"], body["how"]) for body in told] == [("yes", "simulated operator")]
    kinds = [event.kind for event in laboratory.events()]
    assert kinds.index("prompt.asked") < kinds.index("reading")
    assert items(laboratory, outcome.run) == {"appearance": "pass", "open": "pass"}
    assert not codes(laboratory, outcome.run) & {"items-incomplete", "item-failed"}


def test_an_item_that_fails_ends_nothing_and_bars_the_verification_certificate(
    laboratory: Any, job: Job
) -> None:
    outcome = laboratory.run(job, SimulatedOperator(refuses=frozenset({"item:appearance"})))
    assert outcome.exit_code == 0  # of the measured points
    assert items(laboratory, outcome.run) == {"appearance": "fail", "open": "pass"}
    assert "item-failed" in codes(laboratory, outcome.run)


def test_an_answers_file_decides_an_item_by_its_own_id_alone(
    laboratory: Any, job: Job, tmp_path: Path
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        laboratory.run(job, AnswersFile.load(path))
    assert "item:appearance" in str(caught.value)
    path.write_text(f'{ANSWERS}"item:appearance" = "不合格"\n', encoding="utf-8")
    outcome = laboratory.run(job, AnswersFile.load(path))
    assert items(laboratory, outcome.run)["appearance"] == "fail"
    path.write_text(f'{ANSWERS}"item:appearance" = "stop"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError):
        AnswersFile.load(path)


def test_a_person_types_a_whole_word_and_ctrl_c_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from calibrator.cli._operator import TerminalOperator
    from calibrator.cli._screens import PlainScreen

    typed = iter(["", "y", "合格"])
    monkeypatch.setattr("builtins.input", lambda: next(typed))
    operator = TerminalOperator(PlainScreen(str, "en"), str, "en", "chen")
    prompt = Prompt("item:appearance", "item", Text("Appearance?", "外观？"))
    assert operator.ask(prompt).value == "pass"

    def end() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    assert operator.ask(prompt).value == "stop"


class Leaving(SimulatedOperator):
    """One who ends the run when an item is asked for."""

    def ask(self, prompt: Prompt) -> Answer:
        if prompt.kind == "item":
            return Answer("stop", "simulated operator", "simulated operator")
        return super().ask(prompt)


def answers(laboratory: Any) -> list[str]:
    told = laboratory.bodies("prompt.answered")
    return [body["answer"] for body in told if body["prompt"] == "item:appearance"]


def test_an_item_that_was_not_decided_is_asked_again_by_resume(laboratory: Any, job: Job) -> None:
    stopped = laboratory.run(job, Leaving())
    assert stopped.exit_code == 130
    assert not laboratory.bodies("reading")
    outcome = laboratory.resume(SimulatedOperator(refuses=frozenset({"item:appearance"})))
    assert outcome.exit_code == 0
    assert answers(laboratory) == ["stop", "no"]
    assert items(laboratory, outcome.run) == {"appearance": "fail", "open": "pass"}


def test_an_item_that_was_decided_is_not_asked_again_by_resume(laboratory: Any, job: Job) -> None:
    readings = 0

    def break_off(event: Event) -> None:
        nonlocal readings
        readings += event.kind == "reading"
        if readings == 5:
            stop.set("a test")

    stop = StopSignal()
    assert laboratory.run(job, then=break_off, stop=stop).exit_code == 130
    outcome = laboratory.resume(SimulatedOperator(refuses=frozenset({"item:appearance"})))
    assert outcome.exit_code == 0
    assert answers(laboratory) == ["yes"]
    assert items(laboratory, outcome.run)["appearance"] == "pass"
