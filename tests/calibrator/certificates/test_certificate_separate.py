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
from calibrator.standards import load_lab

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


def test_unless_the_recorded_policy_says_otherwise() -> None:
    assert list(separation(model(CHEN, CHEN), ONE)) == []
    assert list(separation(model(CHEN, CHEN), {})) == []  # recorded before there was a policy
    assert list(separation(model(CHEN, CHEN, simulated=True), SEPARATE)) == []


def test_the_policy_is_of_lab_toml_and_stands_in_the_record(tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(HEAD, encoding="utf-8")
    assert load_lab(file).as_body()["policy"] == {"separate_people": True, "reason": ""}
    file.write_text(f'{HEAD}[policy]\nseparate_people = false\nreason = "one metrologist on site"\n')
    lab = load_lab(file)
    assert lab.as_body()["policy"] == ONE["policy"]
    assert replace(lab, one_person="").as_body()["policy"]["separate_people"]
    file.write_text(f"{HEAD}[policy]\nseparate_people = false\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="only for a reason"):
        load_lab(file)
