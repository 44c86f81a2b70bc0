"""The first minute: `calibrator demo`, its certificate, its record, and what can be asked of them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

SIMULATED = "SIMULATED - not a calibration certificate"
MINUS = "\N{MINUS SIGN}"
POINTS_OF_THE_GAIN_TABLE = 17  # distinct points of the 34401A service guide


def certificate(demo: Any, kind: str) -> Path:
    cli, done = demo
    (line,) = [line for line in done.stdout.splitlines() if line.endswith(f".{kind}")]
    path = Path(line.split(maxsplit=1)[1])
    assert path.is_file()
    assert cli.home in path.parents
    return path


def test_it_passes_and_says_what_a_technician_wants_to_know(demo: Any) -> None:
    _, done = demo
    assert done.returncode == 0, done.stderr
    for part in ("SIM34401001", "simulated", "pass", "calibrator", "certificate"):
        assert part in done.stdout
    assert "Traceback" not in done.stderr


def test_the_pdf_says_on_every_page_that_it_is_simulated(demo: Any) -> None:
    reader = PdfReader(certificate(demo, "pdf"))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert len(pages) >= 3
    for number, text in enumerate(pages, start=1):
        assert SIMULATED in text
        assert "模拟数据，非校准证书" in text
        assert re.search(rf"Page {number} of {len(pages)}\b", text)


def test_the_pdf_names_what_was_done_with_what(demo: Any) -> None:
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(certificate(demo, "pdf")).pages).split()
    )
    for part in ("34401A", "SIM34401001", "5522A", "SIM5522001", "校准证书", "2026", "°C", "guard"):
        assert part in text


def numbers(line: str) -> set[Decimal]:
    """Return the numbers that stand in a line of a document."""
    return {
        Decimal(word) for word in re.findall(r"(?<!\S)[+-]?\d+(?:\.\d+)?(?!\S)", line.replace(MINUS, "-"))
    }


def has_row(lines: list[set[Decimal]], point: dict[str, Any]) -> bool:
    """Say whether a line holds error, U and k of a point, in any of the units that a table may use."""
    for power in range(-9, 10, 3):
        wanted = {Decimal(point[name]).scaleb(power) for name in ("error", "U")} | {Decimal(point["k"])}
        if any(wanted <= line for line in lines):
            return True
    return False


def test_the_pdf_holds_every_result(demo: Any) -> None:
    cli, _ = demo
    text = "\n".join(page.extract_text() for page in PdfReader(certificate(demo, "pdf")).pages)
    lines = [numbers(line) for line in text.splitlines()]
    for point in cli.json("show", "--json")["points"]:
        assert has_row(lines, point), point["id"]


def test_the_html_holds_every_result_and_asks_for_nothing_outside(demo: Any) -> None:
    cli, _ = demo
    html = certificate(demo, "html").read_text(encoding="utf-8")
    assert SIMULATED in html
    assert not re.search(r"""(src|href)=["']https?://""", html)
    rows = [re.sub(r"<[^>]*>", " ", row) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]
    cells = [numbers(unescape(row)) for row in rows]
    for point in cli.json("show", "--json")["points"]:
        assert has_row(cells, point), point["id"]


def test_the_record_holds_the_whole_table(demo: Any) -> None:
    cli, _ = demo
    shown = cli.json("show", "--json")
    assert shown["format"] == 1
    assert shown["run"]["mode"] == "simulated"
    assert shown["run"]["complete"] is True
    keys = {
        *("id", "section", "function", "nominal", "range", "unit", "readings", "error", "u", "U", "k"),
        *("dof", "limit", "guard_band", "pfa", "verdict", "figure_status", "standard", "budget"),
    }
    gain = set()
    for point in shown["points"]:
        assert keys <= set(point), point["id"]
        assert point["verdict"] == "pass", point["id"]
        for name in ("nominal", "range", "error", "u", "U", "k", "limit", "guard_band"):
            assert re.fullmatch(r"-?\d+(\.\d+)?(E-?\d+)?", point[name]), (point["id"], name)
        if point["nominal"].strip("0.") and not point["section"].startswith("zero"):
            gain.add((point["function"], point["range"], point["nominal"]))
    assert len(gain) == POINTS_OF_THE_GAIN_TABLE


def test_runs_lists_it(demo: Any) -> None:
    cli, _ = demo
    (run,) = cli.json("runs", "--json")
    assert (run["mode"], run["state"], run["verdict"], run["exit_code"]) == (
        "simulated",
        "completed",
        "pass",
        0,
    )


def test_everything_recomputes(demo: Any) -> None:
    cli, _ = demo
    whole = cli("verify")
    assert whole.returncode == 0, whole.stderr
    assert "1 runs" in whole.stdout
    assert cli("verify", "last").returncode == 0
    for kind in ("pdf", "html"):
        document = cli("verify", str(certificate(demo, kind)))
        assert document.returncode == 0, document.stderr


def test_a_budget_is_a_table_with_its_shares(demo: Any) -> None:
    cli, _ = demo
    done = cli("budget", "last", "dcv:10V:+10V")
    assert done.returncode == 0, done.stderr
    for part in ("standard", "emf", "dof", "k = "):
        assert part in done.stdout
    budget = json.loads(cli("budget", "last", "dcv:10V:+10V", "--json").stdout)
    shares = [line["share"] for line in budget["lines"]]
    assert sum(float(share) for share in shares) == pytest.approx(1.0, abs=1e-6)


def test_the_json_certificate_can_be_issued_too(demo: Any, tmp_path: Path) -> None:
    cli, _ = demo
    out = tmp_path / "certificate.json"
    done = cli("certificate", "--format", "json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["simulated"] is True


def test_tables_for_people_too(demo: Any) -> None:
    cli, _ = demo
    for arguments in (["show"], ["runs", "--language", "zh"]):
        done = cli(*arguments)
        assert done.returncode == 0, done.stderr
        assert "SIM34401001" in done.stdout
