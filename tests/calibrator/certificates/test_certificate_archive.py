"""What PDF/A-3a and PDF/UA-1 ask for, looked at in the file itself: veraPDF is not at hand here.

Clauses are those of ISO 19005-3:2012 (archive) and ISO 14289-1:2014 (accessibility), from memory.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from calibrator.certificates import Certificate, render

TABLE = {"/Table", "/THead", "/TBody", "/TR", "/TH", "/TD"}


@pytest.fixture(scope="module")
def reader(whole_simulated: Certificate) -> PdfReader:
    return PdfReader(io.BytesIO(render(whole_simulated, "pdf", "zh")))


def elements(node: Any) -> Iterator[Any]:
    """Every structure element below a node of the structure tree."""
    found = node.get_object()
    kids = found.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        below = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(below, dict) and "/S" in below:
            yield below
            yield from elements(below)


def test_colours_mean_something_on_every_device(reader: PdfReader) -> None:
    """An output intent with its ICC profile inside (ISO 19005-3, 6.2.3)."""
    [intent] = reader.trailer["/Root"]["/OutputIntents"]
    found = intent.get_object()
    assert found["/S"] == "/GTS_PDFA1"
    profile = found["/DestOutputProfile"].get_object()
    assert profile.get_data()[36:40] == b"acsp"
    assert profile["/N"] == 3


def test_it_is_tagged_has_a_language_and_shows_its_title(reader: PdfReader) -> None:
    """ISO 14289-1, 7.1 and 7.2."""
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert str(root["/Lang"]).startswith("zh")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_object().get_data().decode("utf-8")
    assert "校准证书" in metadata
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        assert "/StructParents" in page


def test_tables_figures_and_headings_are_what_they_are(
    reader: PdfReader, whole_simulated: Certificate
) -> None:
    """Tables have heads and rows, figures a text, headings leave no level out (ISO 14289-1, 7.3 to 7.5)."""
    found = list(elements(reader.trailer["/Root"]["/StructTreeRoot"]))
    kinds = [str(element["/S"]) for element in found]
    assert set(kinds) >= TABLE
    assert kinds.count("/TR") > len(whole_simulated.results)
    figures = [element for element in found if element["/S"] == "/Figure"]
    assert figures
    assert all(str(figure.get("/Alt", "")).strip() for figure in figures)
    levels = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_what_is_attached_says_how_it_belongs_to_the_document(reader: PdfReader) -> None:
    """ISO 19005-3, 6.8: name, type and relationship of each file."""
    root = reader.trailer["/Root"]
    files = {str(item.get_object()["/UF"]): item.get_object() for item in root["/AF"]}
    relations = {name: (str(file["/AFRelationship"])) for name, file in files.items()}
    assert relations == {"certificate.json": "/Data", "certificate.xml": "/Alternative"}
    kinds = {name: str(file["/EF"]["/F"].get_object()["/Subtype"]) for name, file in files.items()}
    assert {kind.replace("#2F", "/").replace("#2f", "/") for kind in kinds.values()} == {
        "/application/json",
        "/application/xml",
    }


def test_nothing_in_it_runs_is_hidden_or_locked(reader: PdfReader) -> None:
    """ISO 19005-3, 6.1 and 6.5: no encryption, no script, no layers, and an id in the trailer."""
    assert not reader.is_encrypted
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/OCProperties", "/NeedsRendering"} & set(root)
    assert "/JavaScript" not in root.get("/Names", {})
    assert len(reader.trailer["/ID"]) == 2
