"""A document of an as-left run says what was adjusted, by whom and why (METROLOGY 23)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from calibrator.certificates import build, render
from calibrator.record import Record

AS_FOUND = "01a20884-345f-79ee-a911-46e39fefff1c"
ADJUSTED = {
    "after": AS_FOUND,
    "head": "ab" * 32,
    "what": "Gain of the 10 V range.",
    "by": "li",
    "why": "conditional fail at +10 V",
    "permitted": {"en": "", "zh": ""},
}
CHANGES = {"pass": "as-left", "adjustment": ADJUSTED}


@pytest.mark.parametrize("language", ["en", "zh", "both"])
@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_it_stands_on_the_first_page_in_each_language(
    record: Record, written: Callable[..., str], language: str, kind: str
) -> None:
    model = build(record, written(sections=("dci",), changes=CHANGES))
    content = render(model, kind, language)
    text = (
        PdfReader(io.BytesIO(content)).pages[0].extract_text()
        if kind == "pdf"
        else content.decode("utf-8").partition('class="results"')[0]
    )
    told = " ".join(text.split())
    assert "Gain of the 10 V range" in told
    assert "conditional fail at +10 V" in told
    assert AS_FOUND in told
    assert ("Adjusted:" in told) == (language != "zh")
    assert ("调整内容" in told) == (language != "en")


def test_the_data_and_the_dcc_say_it_too(record: Record, written: Callable[..., str]) -> None:
    model = build(record, written(sections=("dci",), changes=CHANGES))
    adjustment = json.loads(render(model, "json"))["adjustment"]
    assert adjustment["what"] == "Gain of the 10 V range."
    assert adjustment["by"]["id"] == "li"
    assert adjustment["as_found_run"] == AS_FOUND
    dcc = render(model, "dcc").decode("utf-8")
    assert "Adjusted: Gain of the 10 V range. By: " in dcc
    assert "调整内容：Gain of the 10 V range。" in dcc
    assert 'refType="calibrator_adjustment"' in dcc


def test_an_as_found_run_speaks_of_no_adjustment(record: Record, written: Callable[..., str]) -> None:
    model = build(record, written(sections=("dci",)))
    assert "adjustment" not in json.loads(render(model, "json"))
    assert "Adjustment before" not in render(model, "html", "en").decode("utf-8")
    assert "calibrator_adjustment" not in render(model, "dcc").decode("utf-8")
