"""Limits on one side and unequal ones in every rendering of a document."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator.certificates import Certificate, render
from calibrator.certificates._plots import PlotText, error_plot
from calibrator.certificates.dcc import check, parse, validate

LIMITS = ((None, Decimal("0.00005")), (Decimal("-0.00002"), None), (Decimal("-0.00001"), Decimal("0.00004")))
NAMES = {"d": "https://ptb.de/dcc", "s": "https://ptb.de/si"}


@pytest.fixture(scope="module")
def model(whole_live: Certificate) -> Certificate:
    """The first section that has a number at three points, limited so there."""
    section = next(item for item in whole_live.sections if item.id == "dcv")
    changed = [
        replace(result, limit_lower=low, limit_upper=high)
        for result, (low, high) in zip(section.results, LIMITS, strict=False)
    ]
    others = section.results[len(LIMITS) :]
    whole = replace(section, results=(*changed, *others))
    laboratory = replace(whole_live.laboratory, country="CN")
    return replace(whole_live, sections=(whole,), laboratory=laboratory)


def test_the_page_names_the_limits_that_there_are(model: Certificate) -> None:
    english, chinese = (render(model, "html", language).decode("utf-8") for language in ("en", "zh"))
    for text in ("≤ +50", "≥ −20", "−10 / +40", "±"):
        assert text in english
    assert "each side has its own limit" in english
    assert "仅有单侧限值" in chinese


def test_symmetric_documents_say_nothing_of_it(whole_live: Certificate) -> None:
    assert "each side has its own limit" not in render(whole_live, "html", "en").decode("utf-8")


def test_the_pdf_and_the_json_carry_both_sides(model: Certificate) -> None:
    told = json.loads(render(model, "json"))["sections"][0]["results"][: len(LIMITS)]
    assert [(item["limit_lower"], item["limit_upper"]) for item in told] == [
        (None if low is None else f"{low:f}", None if high is None else f"{high:f}") for low, high in LIMITS
    ]
    pages = PdfReader(io.BytesIO(render(model, "pdf", "en"))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    assert "≤ +50" in text
    assert "−10 / +40" in text


def test_the_dcc_leaves_out_the_limit_that_there_is_not(model: Certificate, schemas: Path) -> None:
    root = parse(render(model, "dcc", "en"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    sides: dict[str, list[str]] = {}
    for table in root.iterfind(".//d:result/d:data/d:list", NAMES):
        points = str(table.findtext("d:quantity[@refType='calibrator_point']/d:charsXMLList", "", NAMES))
        columns = [
            str(one.get("refType")) for one in table.iterfind(".//d:metaData/d:data/d:quantity", NAMES)
        ]
        sides |= dict.fromkeys(points.split(), columns)
    first, second, third = (sides[result.id] for result in model.results[:3])
    assert len(first) == len(second) == len(third) - 1
    assert first != second


def test_a_plot_puts_a_limit_at_its_line_whatever_the_other_side(model: Certificate) -> None:
    """A point on its upper limit lies on +T, on its lower one on −T, also where both lie above zero."""
    result = model.results[0]
    text = PlotText("E / T", (("10 V", ""),))

    def height(low: str | None, high: str | None, error: str) -> float:
        sides = [None if side is None else Decimal(side) for side in (low, high)]
        one = replace(
            result,
            limit_lower=sides[0],
            limit_upper=sides[1],
            error=Decimal(error),
            verdict="pass",
            expanded_uncertainty=Decimal("0.1"),
            guard_band=Decimal("0.1"),
        )
        found = re.search(r'<circle cx="[\d.]+" cy="([\d.]+)"', error_plot((one,), text))
        assert found is not None
        return float(found[1])

    top, bottom = height("-2", "2", "2"), height("-2", "2", "-2")
    assert top < bottom
    assert height(None, "3", "3") == height("-1", "3", "3") == height("1", "3", "3") == top
    assert height("-3", None, "-3") == height("-3", "1", "-3") == height("1", "3", "1") == bottom
    assert height(None, "0", "0") == top
    assert height(None, "-2", "-2") == top
