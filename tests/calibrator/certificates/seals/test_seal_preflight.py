"""What another program says of the PDF: Apache PDFBox Preflight, which knows the first part of ISO 19005.

It judges fonts, colours, streams, references and metadata by PDF/A-1b; what PDF/A-3 allows beyond that it
reports, and here is taken out of its report by name. Debian: apt-get install libpdfbox2-java libjaxb-api-java
libactivation-java libcommons-io-java.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from calibrator.certificates import Certificate, render
from calibrator.certificates._legal import Authority, Regulation, Verification, VerifiedItem
from calibrator.certificates.seals import load_seal_settings, open_key, seal_pdf
from calibrator.procedure import Text

JARS = Path("/usr/share/java")
NEEDED = (
    "preflight.jar",
    "pdfbox2.jar",
    "fontbox2.jar",
    "xmpbox.jar",
    "jaxb-api.jar",
    "javax.activation.jar",
)
MORE = ("commons-io.jar", "commons-logging.jar")
ALLOWED = (
    r"1\.4\.7 .*EmbeddedFile entry is present in the Names",  # ISO 19005-3, 6.8: files of any kind
    r"1\.2\.9 .*EmbeddedFile entry is present in a FileSpec",
    r"2\.1\.6 .*Invalid version of the ICCProfile",  # profiles of version 4, since the second part
    r"1\.2\.3 .*can't convert to Destination COSObject",  # it follows no reference to a destination
    r"5\.3\.1 .*widget annotation lacks an appearance",  # ISO 19005-3, 6.3.3: not where it has no extent
    r"7\.3 .*namespace http://www\.aiim\.org/pdfua/ns/id/",  # described in the file, where it does not look
)

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None or not all((JARS / name).exists() for name in (*NEEDED, *MORE)),
    reason="Apache PDFBox Preflight is not installed (see the head of this file)",
)


def findings(folder: Path) -> dict[str, set[str]]:
    """What is found in each PDF of a folder, beyond what PDF/A-3 allows."""
    classpath = ":".join(str(JARS / name) for name in (*NEEDED, *MORE))
    found: dict[str, set[str]] = {}
    for path in sorted(folder.glob("*.pdf")):
        command = ["java", "-cp", classpath, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        told = {line for line in done.stdout.splitlines() if re.match(r"\d+(\.\d+)* :", line)}
        assert told, done.stderr
        found[path.name] = {line for line in told if not any(re.match(known, line) for known in ALLOWED)}
    return found


def of_kind(model: Certificate, kind: str) -> Certificate:
    """The document of a kind; the regulation is an invented one."""
    if kind == "calibration":
        return model
    regulation = Regulation(
        "JJG 9999-2020", Text("Invented", "虚构"), "checked", "p. 1", date(2020, 6, 1), None, 12
    )
    outcome = "pass" if kind == "verification" else "fail"
    items = (VerifiedItem("dcv", Text("DC voltage", "直流电压"), outcome),)
    authority = Authority("(2024) 01", "Hangzhou", date(2029, 12, 31), ("JJG 9999",))
    told = Verification(regulation, authority, items, date(2026, 11, 23), date(2027, 11, 22), False)
    return replace(model, kind=kind, verification=told)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_preflight_finds_nothing_but_what_the_third_part_allows(
    whole_live: Certificate, whole_simulated: Certificate, seal_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "pdf"
    folder.mkdir()
    settings = load_seal_settings(seal_folder())
    key = open_key(settings, "only for tests")
    for kind in ("calibration", "verification", "notice"):
        for paper, language in (("a4", "en"), ("letter", "zh"), ("a4", "both")):
            live = replace(of_kind(whole_live, kind), layout=replace(whole_live.layout, paper=paper))
            content = render(live, "pdf", language)
            (folder / f"{kind}-{paper}-{language}.pdf").write_bytes(content)
            sealed = seal_pdf(content, key, settings, name="Laboratory", reason="Certificate")
            (folder / f"{kind}-{paper}-{language}-sealed.pdf").write_bytes(sealed)
    (folder / "simulated.pdf").write_bytes(render(whole_simulated, "pdf", "both"))
    key.close()
    found = findings(folder)
    assert len(found) == 19
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.slow
def test_preflight_would_find_a_font_that_is_not_embedded(tmp_path: Path) -> None:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(names)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 10 Tf 10 10 Td (x) Tj ET")
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(tmp_path / "plain.pdf")
    [lines] = findings(tmp_path).values()
    assert any(line.startswith("3.") for line in lines)  # fonts
    assert any(line.startswith("7.") for line in lines)  # metadata
