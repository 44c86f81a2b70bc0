"""The PDF read back by another program, and its typesetting rules."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from calibrator._errors import RefusedError, UsageError
from calibrator.certificates import Certificate, _pdf, build, render
from calibrator.certificates._model import SIMULATED
from calibrator.certificates._numbers import printed
from calibrator.certificates._view import view
from calibrator.record import Record


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def live_both(whole_live: Certificate) -> bytes:
    return render(whole_live, "pdf", "both")


@pytest.fixture(scope="module")
def simulated_both(whole_simulated: Certificate) -> bytes:
    return render(whole_simulated, "pdf", "both")


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_every_page_of_a_simulated_run_says_so(whole_simulated: Certificate, language: str) -> None:
    texts = pages(render(whole_simulated, "pdf", language))
    assert len(texts) >= 3
    for text in texts:
        assert SIMULATED in text


def test_no_page_of_a_live_run_says_it(live_both: bytes) -> None:
    assert not any("SIMULATED" in text or "模拟" in text for text in pages(live_both))


def test_pages_are_numbered_and_the_end_is_marked(live_both: bytes, whole_live: Certificate) -> None:
    texts = pages(live_both)
    total = len(texts)
    for index, text in enumerate(texts, start=1):
        assert f"Page {index} of {total}" in text
        assert f"第 {index} 页 共 {total} 页" in text
        assert whole_live.id in text  # each page is seen to belong to this document
    assert f"End of the certificate {whole_live.id}" in texts[-1]
    assert all("End of the certificate" not in text for text in texts[:-1])


def test_every_result_stands_in_one_row(live_both: bytes, whole_live: Certificate) -> None:
    text = flat("".join(pages(live_both)))
    for result in whole_live.results:
        row = printed(result)
        start = f"{row.range}{row.nominal}{row.indication}{row.reference}{row.value_unit}"
        rest = f"{row.error}{row.expanded_uncertainty}{row.coverage_factor}✓{row.limit}{row.guard_band}"
        assert flat(f"{start}{rest}{row.error_unit}{row.pfa}") in text, result.id


def test_the_document_says_who_what_where_when_and_to_which_document(
    live_both: bytes, whole_live: Certificate
) -> None:
    text = flat("".join(pages(live_both)))
    item = whole_live.item
    for part in (
        whole_live.laboratory.name, whole_live.laboratory.address, item.serial, item.asset, item.firmware,
        "Keysight 34401A", "Ningbo Sample Instruments", "Agilent 34401A Service Guide", "Li Wei 李伟",
        "Chen Jing 陈静", "CN-2026-04711", "Example Calibration Centre", "SI through NIM", "2026-05-07",
        "2027-05-06", "22.9 – 23.1 °C", whole_live.digest.run, whole_live.digest.run_head,
        whole_live.digest.register_head, "AC voltage", "交流电压", "ILAC-G8:09/2019",
        "as found; nothing was adjusted", "specification, 1 year",
    ):  # fmt: skip
        assert flat(part) in text, part


def test_chinese_alone_and_english_alone(whole_live: Certificate) -> None:
    english = "".join(pages(render(whole_live, "pdf", "en")))
    chinese = "".join(pages(render(whole_live, "pdf", "zh")))
    assert "Calibration certificate" in english
    assert not re.findall(r"[\u4e00-\u9fff]", english.replace("李伟", "").replace("陈静", ""))
    assert "校准证书" in chinese
    assert "符合性声明" in chinese
    assert "Statement of conformity" not in chinese


def test_it_declares_pdf_a_3a_and_ua_1_and_carries_its_data(
    live_both: bytes, whole_live: Certificate
) -> None:
    reader = PdfReader(io.BytesIO(live_both))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode("utf-8")
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.attachments["certificate.json"] == [render(whole_live, "json")]
    assert json.loads(reader.attachments["certificate.json"][0])["id"] == whole_live.id


def test_fonts_are_embedded_and_are_ours(live_both: bytes) -> None:
    names = set()
    for page in PdfReader(io.BytesIO(live_both)).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            names.add(descendant["/BaseFont"].partition("+")[2])
            descriptor = descendant["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert {name.partition("-")[0] for name in names} == {"CalibratorSans", "CalibratorSansSC"}


def test_the_same_model_gives_the_same_bytes(whole_live: Certificate, live_both: bytes) -> None:
    assert render(whole_live, "pdf", "both") == live_both


def test_plots_have_a_text_for_those_who_do_not_see_them(whole_simulated: Certificate) -> None:
    content = render(whole_simulated, "pdf", "en")
    root = PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]
    code, *alternatives = _alternatives(root.get_object())
    assert code.startswith("QR code")
    assert len(alternatives) == len(whole_simulated.sections)
    assert any("+1000 V (1000 V): E +165" in text and text.endswith("fail.") for text in alternatives)


def _alternatives(node: object) -> list[str]:
    found: list[str] = []
    if isinstance(node, list):
        for child in node:
            found += _alternatives(child.get_object() if hasattr(child, "get_object") else child)
    elif isinstance(node, dict):
        if node.get("/S") == "/Figure" and "/Alt" in node:
            found.append(str(node["/Alt"]))
        if "/K" in node:
            kids = node["/K"]
            found += _alternatives(kids.get_object() if hasattr(kids, "get_object") else kids)
    return found


@pytest.mark.slow
def test_three_hundred_rows_repeat_the_head_of_their_table(whole_live: Certificate) -> None:
    rows = tuple(
        replace(result, id=f"{result.id}-{turn}")
        for turn in range(60)
        for result in whole_live.sections[2].results
    )[:300]
    section = replace(whole_live.sections[2], results=rows)
    texts = pages(render(replace(whole_live, sections=(section,)), "pdf", "en"))
    with_rows = [text for text in texts if text.count("✓") > 3]
    assert len(with_rows) > 4
    assert sum("Indication" in text and "Nominal" in text for text in with_rows) >= len(with_rows) - 1


def test_a_missing_glyph_is_refused_by_name(record: Record, written: Callable[..., str]) -> None:
    lab = {"name": "Laboratory \U0001f52c", "address": "𠀀 Street", "timezone": "UTC", "persons": []}
    model = build(record, written(sections=("dci",), lab=lab))
    with pytest.raises(UsageError) as caught:
        render(model, "pdf", "en")
    assert caught.value.code == "missing-glyph"
    assert "🔬 (U+1F52C)" in str(caught.value)
    assert "lab.toml" in str(caught.value) or "calibrator-lab[zh]" in str(caught.value)
    assert "Laboratory 🔬" in render(model, "html", "en").decode("utf-8")


def test_text_cannot_become_markup(record: Record, written: Callable[..., str]) -> None:
    name = "#panic() *Lab* $x$ <b> @ref // [x]"
    lab = {"name": name, "address": "a", "timezone": "UTC", "persons": []}
    model = build(record, written(sections=("dci",), lab=lab))
    assert flat(name) in flat(pages(render(model, "pdf", "en"))[0])


def test_the_pdf_is_small_enough_to_send(live_both: bytes) -> None:
    assert len(live_both) < 1_000_000


def test_the_template_reads_nothing_from_the_machine() -> None:
    import calibrator.certificates._pdf as module

    template = (Path(module.__file__).parent / "templates" / "certificate.typ").read_text(encoding="utf-8")
    assert not re.search(r"#?(read|import|include)\b\s*[(\"]", template)


def test_a_point_over_the_range_is_shown_without_numbers(whole_simulated: Certificate) -> None:
    numbers = dict.fromkeys(
        (
            "indication",
            "error",
            "standard_uncertainty",
            "expanded_uncertainty",
            "coverage_factor",
            "guard_band",
            "pfa",
        )
    )
    section = whole_simulated.sections[2]
    over = replace(
        section.results[-1], **numbers, clause8=None, verdict="fail", no_number="overload", attempts=2
    )
    model = replace(whole_simulated, sections=(replace(section, results=(*section.results[:-1], over)),))
    text = flat("".join(pages(render(model, "pdf", "en"))))
    assert flat("+1000 V (1000 V): measured 2 times, measurement 1 counts.") in text
    assert flat("1000 V +1000 no number: the indication was over the range ±55 – mV – fail") in text


def test_typst_is_given_one_text_so_that_it_finds_again_what_it_laid_out(
    whole_live: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several inputs reach typst in an order of their own each time, and it lays out everything again."""
    from calibrator.certificates import _pdf

    real, given = _pdf._compiler, []

    class Watched:
        def __init__(self, compiler: Any) -> None:
            self.compiler = compiler

        def compile_with_warnings(self, **options: Any) -> Any:
            given.append(options["sys_inputs"])
            return self.compiler.compile_with_warnings(**options)

    monkeypatch.setattr(_pdf, "_compiler", lambda extra: Watched(real(extra)))
    first, again = (render(whole_live, "pdf", "en") for _ in range(2))
    assert first == again
    assert given[0] == given[1]
    assert len(given[0]) == 1


@pytest.mark.parametrize("language", ["en", "zh", "both"])
@pytest.mark.parametrize("simulated", [False, True])
def test_the_code_covers_nothing(
    whole_live: Certificate, whole_simulated: Certificate, language: str, simulated: bool
) -> None:
    model = whole_simulated if simulated else whole_live
    page = PdfReader(io.BytesIO(render(model, "pdf", language))).pages[0]
    millimetre, (width, height) = 72 / 25.4, (float(side) for side in page.mediabox.upper_right)
    top = height - (33 if simulated else 25) * millimetre  # of the page's text, where the code begins
    found: list[tuple[float, float]] = []

    def seen(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            found.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    page.extract_text(visitor_text=seen)
    assert found
    below = [y for x, y in found if x > width / 2 and y < top - 15 * millimetre]
    assert max(below) < top - 19 * millimetre  # the first of what stands on the right, such as the procedure


def test_a_row_of_a_long_table_has_one_height_only_where_it_surely_takes_one_line(
    whole_simulated: Certificate,
) -> None:
    rows = [row for section in view(whole_simulated, "both")["sections"] for row in section["rows"]]
    for row in rows:
        plain = row["kind"] == "pass" and not row["no_number"] and not row["repeated"]
        short = len(row["range"]) <= 9 and len(row["limit"]) <= 8 and len(row["pfa"]) <= 9
        assert row["one_line"] == (plain and short)
    assert {row["one_line"] for row in rows} == {True, False}
    long = replace(whole_simulated.sections[0], results=whole_simulated.results * 2)
    model = replace(whole_simulated, sections=(replace(long, id="a"),))
    text = "".join(pages(render(model, "pdf", "en")))
    for result in whole_simulated.results:
        assert text.count(printed(result).error) >= 2


@pytest.mark.parametrize(
    "told", ["layout did not converge within 5 attempts", "the layout did not stabilise"]
)
def test_pages_that_never_come_to_rest_are_refused(told: str) -> None:
    _pdf._check_settled([])
    _pdf._check_settled(["unknown font family: x"])
    with pytest.raises(RefusedError, match="did not come to rest") as caught:
        _pdf._check_settled(["unknown font family: x", told])
    assert caught.value.code == "layout-unsettled"


def test_a_layout_that_typst_cannot_settle_is_refused(
    whole_live: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A page that breaks where it has not broken is what the former template did."""
    restless = tmp_path / "restless.typ"
    restless.write_text(
        '#set document(title: [x])\n#set text(lang: "en")\n'
        "#context for n in range(counter(page).final().first() + 1) { pagebreak() }\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(_pdf, "_TEMPLATE", restless)
    _pdf._compiler.cache_clear()
    try:
        with pytest.raises(RefusedError) as caught:
            render(whole_live, "pdf", "en")
    finally:
        _pdf._compiler.cache_clear()
    assert caught.value.code == "layout-unsettled"
