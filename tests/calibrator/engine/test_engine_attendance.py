"""Who answers the prompts, and when that is not enough to begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import AnswersFile, Refusing, SimulatedOperator, plan
from calibrator.engine._attendance import check_attendance, choose_operator, is_attended
from calibrator.engine._levels import levels
from calibrator.engine._resuming import Check, raise_failed
from calibrator.engine._setting import setting_of
from calibrator.standards import Interlock, load_lab

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def prompts(laboratory: Any) -> Any:
    return plan(laboratory.job(), laboratory.home).prompts


def attend(
    laboratory: Any, operator: Any, *, harmless: bool = False, interlock: Interlock | None = None
) -> None:
    setting = setting_of(laboratory.job(), laboratory.home)
    bench = replace(setting.bench, interlock=interlock)
    check_attendance(
        operator, prompts(laboratory), bench, load_lab(laboratory.home.lab_file), harmless=harmless, now=NOW
    )


def test_unanswered_prompts_are_refused_by_name(laboratory: Any):
    file = AnswersFile.parse('[answers]\n"connect:*" = "yes"\n', "a.toml")
    with pytest.raises(RefusedError, match="warm-up, hazard:dcv") as caught:
        attend(laboratory, file)
    assert (caught.value.code, caught.value.exit_code, caught.value.where) == ("answers-missing", 4, "a.toml")
    with pytest.raises(RefusedError, match="warm-up, connect:dcv, hazard:dcv"):
        attend(laboratory, Refusing())


def test_a_file_releases_hazards_on_simulated_and_interlocked_benches_only(laboratory: Any):
    file = AnswersFile.parse('[answers]\n"*" = "yes"\n', "a.toml")
    with pytest.raises(RefusedError, match="may not release hazard:dcv") as caught:
        attend(laboratory, file)
    assert caught.value.code == "hazard-needs-person"
    attend(laboratory, file, harmless=True)
    attend(laboratory, file, interlock=Interlock("P", date(2026, 11, 23)))
    with pytest.raises(RefusedError, match="interlock ended on 2026-11-22"):
        attend(laboratory, file, interlock=Interlock("P", date(2026, 11, 22)))


def test_who_stands_behind_an_answers_file_is_a_person_of_the_laboratory(laboratory: Any):
    laboratory.path.mkdir()
    person = '[[person]]\nid = "lw"\nname = "Li Wei"\nroles = ["technician"]\n'
    laboratory.home.lab_file.write_text(f'name = "L"\ntimezone = "UTC"\n{person}', encoding="utf-8")
    for name in ("lw", "Li Wei"):
        attend(laboratory, AnswersFile.parse(f'by = "{name}"\n[answers]\n"*" = "yes"\n', "a"), harmless=True)
    with pytest.raises(UsageError, match="no person of the laboratory") as caught:
        attend(laboratory, AnswersFile.parse('by = "zz"\n[answers]\n"*" = "yes"\n', "a.toml"), harmless=True)
    assert (caught.value.where, "lw" in caught.value.way_out) == ("a.toml, key by", True)


class Person:
    """Somebody at a terminal."""

    def ask(self, prompt: Any) -> Any:
        raise AssertionError

    def review(self, review: Any) -> Any:
        raise AssertionError


def test_who_is_asked(tmp_path: Path):
    person = Person()
    path = tmp_path / "a.toml"
    path.write_text('[answers]\n"hazard:*" = "yes"\n', encoding="utf-8")
    assert choose_operator(person, None, interactive=True, virtual=False) is person
    assert isinstance(choose_operator(person, None, interactive=False, virtual=False), Refusing)
    assert isinstance(choose_operator(None, None, interactive=True, virtual=True), SimulatedOperator)
    both = choose_operator(person, path, interactive=True, virtual=False)
    assert isinstance(both, AnswersFile)
    assert (both.fallback, is_attended(both)) == (person, True)
    alone = choose_operator(person, path, interactive=False, virtual=False)
    assert isinstance(alone, AnswersFile)
    assert (alone.fallback, is_attended(alone)) == (None, False)
    assert not is_attended(SimulatedOperator())


def test_a_person_present_answers_what_the_file_leaves_open(laboratory: Any):
    attend(laboratory, Person())
    file = AnswersFile.parse('[answers]\n"connect:*" = "yes"\n', "a.toml", fallback=Person())
    attend(laboratory, file)


def test_resume_of_a_run_that_is_too_old_or_of_another_procedure_is_refused():
    raise_failed([Check("procedure", "a", "a", ok=True)], "r")
    with pytest.raises(RefusedError, match="procedure was a and is b") as caught:
        raise_failed([Check("procedure", "a", "b", ok=False, way_out="Begin a new run.")], "r")
    assert caught.value.code == "resume-refused"
    assert levels().resume_within_s == 86400
