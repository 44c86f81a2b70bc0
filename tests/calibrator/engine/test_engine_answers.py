"""Answers files, operators, hazards and prompts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError, RefusedError
from calibrator.engine import (
    Answer,
    AnswersFile,
    Prompt,
    Refusing,
    Review,
    ReviewFlag,
    Scripted,
    SimulatedOperator,
)
from calibrator.engine._levels import hazardous_points, levels
from calibrator.engine._prompts import hazard_prompt, planned_prompts, warm_minutes
from calibrator.procedure import Point, Section, Text

TEXT = Text("Connect.", "连接。")


def point(volts: str, *, function: str = "dcv", standard: str = "source") -> Point:
    unit = {"dcv": "V", "acv": "V", "res4w": "ohm"}[function]
    return Point(f"{function}:{volts}", "s", function, Decimal(volts), Decimal(1000), unit, {}, standard)


def section(*points: Point) -> Section:
    return Section("s", TEXT, "volts", TEXT, points, None)


def connect(name: str) -> Prompt:
    return Prompt(f"connect:{name}", "connect", TEXT, wiring=name)


REVIEW = Review("s", 1, (ReviewFlag("dcv:10", "failed"),), ("dcv:1", "dcv:10", "res:1"))


def test_an_exact_id_wins_over_patterns_and_the_longer_pattern_over_the_shorter():
    file = AnswersFile.parse('[answers]\n"*"="no"\n"connect:*"="ok"\n"connect:dcv"="done"\n', "f")
    assert [file.find(name) for name in ("connect:dcv", "connect:dci", "hazard:x")] == ["done", "ok", "no"]
    assert file.ask(connect("dcv")) == Answer("done", "", "file")


def test_no_pattern_affirms_when_a_unit_was_adjusted():
    file = AnswersFile.parse('[answers]\n"*" = "yes"\n"interval:*" = "yes"\n', "f")
    assert file.find("interval:24h") is None
    assert AnswersFile.parse('[answers]\n"interval:24h" = "yes"\n', "f").find("interval:24h") == "yes"


def test_true_and_numbers_are_answers_too():
    file = AnswersFile.parse('[answers]\n"warm-up"=120\n"connect:*"=true\n"hazard:*"=false\n', "f")
    assert [file.find(name) for name in ("warm-up", "connect:a", "hazard:a")] == ["120", "yes", "no"]
    assert Answer(str(file.find("hazard:a"))).refused


def test_missing_names_what_nobody_answers():
    file = AnswersFile.parse('[answers]\n"connect:dcv"="yes"\n', "f.toml")
    prompts = [connect("dcv"), connect("dci")]
    assert file.missing(prompts) == ("connect:dci",)
    with pytest.raises(RefusedError, match=r"connect:dci \(f.toml\)") as caught:
        file.ask(prompts[1])
    assert caught.value.exit_code == 4
    assert AnswersFile.parse("", "f", fallback=SimulatedOperator()).missing(prompts) == ()


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ('[answer]\n"a"="b"\n', "line 1, key answer", "unknown-key"),
        ("[answers]\na = [1]\n", "line 2, key answers.a", "wrong-type"),
        ('[review]\nrepeat = ["failed"]\n', "key review.reason", "reason-missing"),
        ("[answers\n", "f.toml", "toml"),
        ('[answers]\n\n"warm-up" = "lots"\n', "line 3, key answers.warm-up", "answer-not-understood"),
        ('[answers]\n"warm-up" = -1\n', "line 2, key answers.warm-up", "answer-not-understood"),
        ('[answers]\n"connect:*" = "maybe"\n', "line 2, key answers.connect:*", "answer-not-understood"),
        ('[answers]\n"*" = 120\n', "line 2, key answers.*", "answer-not-understood"),
    ],
)
def test_errors_of_an_answers_file_name_file_line_and_key(text: str, place: str, code: str):
    with pytest.raises(ConfigurationError) as caught:
        AnswersFile.parse(text, "f.toml")
    assert place in caught.value.where
    assert caught.value.code == code
    assert caught.value.way_out


def test_an_unreadable_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        AnswersFile.load(tmp_path / "none.toml")


def test_a_repeat_from_a_file_names_reasons_or_points_and_happens_once():
    file = AnswersFile.parse('by="P"\n[review]\nrepeat=["failed","res:*"]\nreason="lead loose"\n', "f")
    assert file.review(REVIEW).repeat == ("dcv:10", "res:1")
    assert (file.review(REVIEW).reason, file.review(REVIEW).by) == ("lead loose", "P")
    assert file.review(Review("s", 2, REVIEW.flags, REVIEW.points)).repeat == ()


def test_the_fallback_reviews_where_the_file_says_nothing():
    file = AnswersFile.parse("", "f", fallback=SimulatedOperator(repeats={"s": ("dcv:1",)}))
    assert file.review(REVIEW).repeat == ("dcv:1",)


def test_only_scripted_operators_are_without_a_person():
    assert isinstance(SimulatedOperator(), Scripted)
    assert isinstance(Refusing(), Scripted)
    assert isinstance(AnswersFile({}), Scripted)
    assert Refusing().missing([connect("a")]) == ("connect:a",)


def test_the_threshold_is_above_60_volts_dc_and_30_volts_ac():
    hazardous = hazardous_points([section(*(point(v) for v in ("60", "-60", "60.01", "-1000")))])
    assert hazardous == {"dcv:60.01", "dcv:-1000"}
    assert hazardous_points([section(point("31", function="acv"), point("100000", function="res4w"))]) == {
        "acv:31"
    }
    assert hazardous_points([section(point("1000", standard="short"))]) == frozenset()


def test_a_hazard_prompt_names_the_highest_level():
    prompt = hazard_prompt(section(point("100"), point("-1000"), point("500")))
    assert prompt is not None
    assert prompt.id == "hazard:s"
    assert prompt.hazard is not None
    assert prompt.hazard.value == 1000
    assert "1000 V" in prompt.text.en
    assert "1000 V" in prompt.text.zh
    assert hazard_prompt(section(point("10"))) is None


def test_planned_prompts_in_order():
    ids = [prompt.id for prompt in planned_prompts([section(point("100"))], 3600.0)]
    assert ids == ["warm-up", "connect:s", "hazard:s"]


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [("yes", 60.0), ("90", 90.0), ("0.5", 0.5), ("-1", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_warm_up_answers(answer: str, minutes: float | None):
    assert warm_minutes(Answer(answer), 3600.0) == minutes


def test_safe_levels_are_those_of_the_rules():
    assert (levels().safe["voltage"].limit, levels().safe["voltage"].unit) == (30.0, "V")
    assert (levels().proof["dcv"].limit, levels().proof["dci"].limit) == (1.0, 0.001)
    assert levels().silence_s == 1.0
