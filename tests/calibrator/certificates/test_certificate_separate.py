"""One person does not measure and authorise, unless a recorded policy says otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from calibrator._errors import ConfigurationError
from calibrator.certificates._model import Certificate, Person
from calibrator.certificates._separate import separation
from calibrator.standards import load_lab, secret_hash, secret_matches

CHEN = Person("chen", "Chen Jing", "signatory")
LI = Person("li", "Li Wei", "technician")
SEPARATE = {"policy": {"separate_people": True, "reason": ""}}
ONE = {"policy": {"separate_people": False, "reason": "one metrologist on site"}}
HEAD = 'name = "L"\ntimezone = "UTC"\n'


def model(performed: Person, authorised: Person, *, simulated: bool = False) -> Certificate:
    return cast(
        "Certificate",
        SimpleNamespace(performed_by=(performed,), authorised_by=(authorised,), simulated=simulated),
    )


def test_who_measured_does_not_authorise() -> None:
    (missing,) = separation(model(CHEN, CHEN), SEPARATE)
    assert missing.code == "not-separate"
    assert list(separation(model(LI, CHEN), SEPARATE)) == []


def test_a_third_person_has_checked() -> None:
    now = {"policy": {**SEPARATE["policy"], "without_secret": ""}}
    for checked in ((), ("li",), ("chen",), ("li", "chen")):
        (missing,) = separation(model(LI, CHEN), now, checked)
        assert missing.code == "not-checked"
    assert list(separation(model(LI, CHEN), now, ("bo",))) == []
    assert list(separation(model(LI, CHEN), {"policy": {**now["policy"], "separate_people": False}})) == []


def test_a_secret_is_known_again_and_its_hash_is_none() -> None:
    held = secret_hash("correct horse")
    assert secret_hash("correct horse") != held  # a salt of its own
    assert secret_matches("correct horse", held)
    assert not secret_matches("correct horsf", held)
    assert not secret_matches("", "")
    assert "horse" not in held


def test_unless_the_recorded_policy_says_otherwise() -> None:
    assert list(separation(model(CHEN, CHEN), ONE)) == []
    assert list(separation(model(CHEN, CHEN), {})) == []  # recorded before there was a policy
    assert list(separation(model(CHEN, CHEN, simulated=True), SEPARATE)) == []


def test_the_policy_is_of_lab_toml_and_stands_in_the_record(tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(HEAD, encoding="utf-8")
    assert load_lab(file).as_body()["policy"] == {
        "separate_people": True,
        "reason": "",
        "without_secret": "",
    }
    file.write_text(f'{HEAD}[policy]\nseparate_people = false\nreason = "one metrologist on site"\n')
    lab = load_lab(file)
    assert lab.as_body()["policy"] == {**ONE["policy"], "without_secret": ""}
    assert replace(lab, one_person="").as_body()["policy"]["separate_people"]
    file.write_text(f"{HEAD}[policy]\nseparate_people = false\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="only for a reason"):
        load_lab(file)
