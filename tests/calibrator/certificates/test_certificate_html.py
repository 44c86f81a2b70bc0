"""The HTML page: one file, escaped, asking nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from calibrator.certificates import Certificate, build, render
from calibrator.certificates._model import SIMULATED
from calibrator.certificates._numbers import printed
from calibrator.record import Record

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects tags, text and cells of a page, and whether every tag is closed."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.rows: dict[str, list[str]] = {}
        self.row: list[str] | None = None
        self.hidden = 0
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.row = self.rows.setdefault(dict(attributes).get("id") or "", [])
        if tag == "td" and self.row is not None:
            self.row.append("")
        if ("class", "pad") in attributes:
            self.hidden = len(self.open)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        if self.hidden == len(self.open):
            self.hidden = 0
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        self.text += data
        if self.row and "td" in self.open:
            self.row[-1] += data


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_every_result_stands_in_its_row(whole_simulated: Certificate, language: str) -> None:
    page = Page(render(whole_simulated, "html", language))
    assert page.open == []
    for result in whole_simulated.results:
        row, cells = printed(result), page.rows[result.id]
        assert [cells[index] for index in (1, 2, 3, 5, 6, 7, 9, 10, 12)] == [
            row.nominal,
            row.indication,
            row.reference,
            row.error,
            row.expanded_uncertainty,
            row.coverage_factor,
            row.limit,
            row.guard_band,
            row.pfa,
        ]
    assert whole_simulated.digest.run_head in page.text
    assert whole_simulated.digest.register_head in page.text


def test_nothing_is_asked_for_from_outside(whole_simulated: Certificate) -> None:
    content = render(whole_simulated, "html", "both")
    page = Page(content)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "img", "form", "a", "base"}
    assert not [attributes for _, attributes in page.tags if {"src", "href", "action"} & set(attributes)]
    text = content.decode("utf-8")
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}  # a name, no address
    assert "url(" not in text
    assert "@import" not in text
    policies = [a for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in str(policies[0]["content"])


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_a_simulated_page_says_so_in_what_every_printed_page_repeats(
    whole_simulated: Certificate, language: str
) -> None:
    text = render(whole_simulated, "html", language).decode("utf-8")
    head = re.search(r'<table class="sheet"[^>]*><thead>(.*?)</thead>', text, re.DOTALL)
    assert head is not None
    assert SIMULATED in head[1]


def test_a_live_page_does_not(whole_live: Certificate) -> None:
    text = render(whole_live, "html", "both").decode("utf-8")
    assert "SIMULATED" not in text
    assert "模拟" not in text


def test_hostile_names_stay_text(record: Record, written: Callable[..., str]) -> None:
    name = "<script>alert(1)</script> & \"quoted\" 'x' {{ 7*7 }} </style>"
    lab = {
        "name": name,
        "address": name,
        "timezone": "UTC",
        "persons": [{"id": "li", "name": name, "roles": []}],
    }
    page = Page(render(build(record, written(sections=("dci",), lab=lab)), "html", "en"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(name) >= 3


def test_plots_are_drawings_with_a_text(whole_live: Certificate) -> None:
    text = render(whole_live, "html", "en").decode("utf-8")
    drawings = re.findall(
        r'<figure role="img" aria-label="([^"]+)">(<svg.*?</svg>)</figure>', text, re.DOTALL
    )
    assert len(drawings) == len(whole_live.sections)
    for label, drawing in drawings:
        assert label.startswith("Plot of the errors with their limits.")
        ElementTree.fromstring(drawing)  # well formed


def test_the_same_model_gives_the_same_bytes(whole_live: Certificate) -> None:
    assert render(whole_live, "html", "both") == render(whole_live, "html", "both")
