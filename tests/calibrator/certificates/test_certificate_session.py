"""What a document says of the check of the standard, and that a provisional session has none when live."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from calibrator.certificates._gate import gate
from calibrator.certificates._kind_words import subtitle
from calibrator.certificates._model import Certificate, CheckedPoint, SessionCheck
from calibrator.certificates._session import check_lines, check_points, session_check
from calibrator.certificates._statements import conformity_statement
from calibrator.certificates._words import Speaker
from calibrator.certificates.dcc._declarations import overall

EN, ZH = Speaker("en"), Speaker("zh")
POINT = CheckedPoint(
    "dcv:10V:+10V", "V", Decimal("0.00001"), Decimal("0.00005"), "stated", "checked", "chart CHK-01",
    Decimal("0.0000123"), Decimal("-0.00006"),
)  # fmt: skip
CHECK = SessionCheck("CHK-01", "Keysight 34401A, MY1", ("CAL-01",), "failed", True, (), (POINT,))


def said(lines: list[list[str]]) -> str:
    return " ".join(line for item in lines for line in item)


def test_a_live_certificate_of_a_provisional_session_is_refused(whole_live: Certificate) -> None:
    before = {item.code for item in gate(whole_live)}
    refused = {item.code: item for item in gate(replace(whole_live, session_check=CHECK))}
    assert set(refused) - before == {"session-provisional"}
    assert "CAL-01" in refused["session-provisional"].what
    passed = replace(CHECK, state="passed", provisional=False)
    assert {item.code for item in gate(replace(whole_live, session_check=passed))} == before


def test_a_provisional_session_states_no_conformity(whole_simulated: Certificate) -> None:
    stated = conformity_statement(replace(whole_simulated, session_check=CHECK), EN)
    assert stated.headline == ["PROVISIONAL: the closing check of the standard failed."]
    assert stated.lines[0] == ["Without that it would read:"]
    assert stated.lines[1] == conformity_statement(whole_simulated, EN).headline
    assert (
        conformity_statement(replace(whole_simulated, session_check=CHECK), ZH).headline[0].startswith("暂定")
    )


def test_a_dcc_of_a_provisional_session_states_no_conformity_either(whole_simulated: Certificate) -> None:
    passing = tuple(
        replace(section, results=tuple(replace(result, verdict="pass") for result in section.results))
        for section in whole_simulated.sections
    )
    model = replace(whole_simulated, sections=passing)
    assert overall(model) == "pass"
    assert overall(replace(model, session_check=CHECK)) == ""


def test_departures_stand_in_the_unit_of_their_limit(whole_live: Certificate) -> None:
    model = replace(whole_live, session_check=CHECK)
    assert "its results do not stand" in said(check_lines(model, EN))
    text = said(check_points(model, EN))
    assert (
        "departure +12.3 before, −60.0 after, control limit ±50 µV; stated by the laboratory: chart CHK-01"
        in text
    )
    assert "控制限 ±50 µV" in said(check_points(model, ZH))


def test_a_point_without_a_limit_says_that_it_was_only_recorded(whole_live: Certificate) -> None:
    open_point = replace(
        POINT, reference=None, limit=None, basis="collecting", source="3 of 10 recorded checks"
    )
    check = replace(CHECK, state="not judged", provisional=False, points=(open_point,))
    model = replace(whole_live, session_check=check)
    assert "recorded, no control limit yet (3 of 10 recorded checks)" in said(check_points(model, EN))
    assert "too few recorded checks" in said(check_lines(model, EN))


def test_standards_that_the_check_does_not_reach_are_named(whole_live: Certificate) -> None:
    model = replace(whole_live, session_check=replace(CHECK, unchecked=("CAL-02",)))
    assert "Not checked in this session: CAL-02." in said(check_lines(model, EN))


def test_a_point_without_a_number_has_a_dash(whole_live: Certificate) -> None:
    check = replace(CHECK, points=(replace(POINT, closing=None),))
    assert "departure +12.3 before, – after" in said(
        check_points(replace(whole_live, session_check=check), EN)
    )


@pytest.mark.parametrize("speaker", [EN, ZH, Speaker("both")])
def test_without_a_check_standard_the_document_says_that_none_was_made(
    whole_live: Certificate, speaker: Speaker
) -> None:
    assert session_check(None) is None
    assert len(check_lines(whole_live, speaker)) == 1
    assert check_points(whole_live, speaker) == []


def test_the_head_of_a_provisional_document_announces_no_conformity(whole_simulated: Certificate) -> None:
    speaker = Speaker("en")
    assert subtitle(whole_simulated, speaker)
    assert subtitle(replace(whole_simulated, session_check=CHECK), speaker) == []
