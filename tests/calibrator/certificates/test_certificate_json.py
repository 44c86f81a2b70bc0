"""The JSON: all of the model, numbers as decimal text."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, render
from calibrator.certificates._model import SIMULATED


def test_it_holds_every_number_of_every_result(whole_simulated: Certificate) -> None:
    body = json.loads(render(whole_simulated, "json"))
    assert (body["format"], body["kind"], body["notice"]) == (1, "calibration certificate", SIMULATED)
    results = [result for section in body["sections"] for result in section["results"]]
    assert len(results) == 33
    for result, own in zip(results, whole_simulated.results, strict=True):
        assert result["id"] == own.id
        assert Decimal(result["error"]) == own.error
        assert Decimal(result["expanded_uncertainty"]) == own.expanded_uncertainty
        assert Decimal(result["limit_upper"]) == own.limit_upper
        assert result["verdict"] == own.verdict
        assert result["clause8"] is own.clause8
        # only of a run that an edition judged: documents of before there was such a field keep their bytes
        assert not {"edition_step", "judged"} & set(result)


def test_texts_stand_in_both_languages_whatever_was_asked(whole_live: Certificate) -> None:
    assert render(whole_live, "json", "en") == render(whole_live, "json", "zh")
    body = json.loads(render(whole_live, "json", "en"))
    assert body["sections"][2]["title"] == {"en": "DC volts", "zh": "直流电压"}
    assert body["notice"] == ""
    assert body["pass"] == "as-found"
    assert body["issued_at"].endswith("Z")
    assert body["standards"][0]["issued"] == "2026-05-07"


def test_no_number_is_a_float(whole_live: Certificate) -> None:
    def refuse(text: str) -> float:
        raise AssertionError(f"the float {text}")

    json.loads(render(whole_live, "json"), parse_float=refuse)


@pytest.mark.parametrize(
    ("format", "language", "code"), [("docx", "en", "unknown-format"), ("pdf", "de", "unknown-language")]
)
def test_another_form_or_language_is_refused(
    whole_live: Certificate, format: str, language: str, code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        render(whole_live, format, language)
    assert caught.value.code == code
