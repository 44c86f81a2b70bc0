"""A live run to its certificate: real addresses, the laboratory's own files, nothing that says SIM.

The instruments are served by another process and say who they are as real ones do, so that everything on
this side is what a laboratory has: register, lab.toml, bench file, a person at a terminal.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from calibrator.standards import secret_hash
from calibrator_drivers.clock import RealClock

SECRET = "CALIBRATOR_PERSON_SECRET"  # the name of a variable
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TELLS = """
[[simulation.faults]]
kind = "identity"
instrument = "calibrator"
at_s = 0
count = 100000
text = "FLUKE,5522A,5522017,4.2+1.3+2.0+*"
"""
LAB = """
[[person]]
id = "tm"
name = "Ada Sommer"
roles = ["technical manager"]

[[confirmation]]
table = "fluke_5522a"
function = "dci"
interval = "1y"
by = "tm"
document = "Fluke 5522A Operators Manual, PN 3795084"
page = "1-12"
date = 2026-10-01

[[confirmation]]
table = "keysight_34401a"
function = "dci"
interval = "1y"
by = "tm"
document = "Agilent 34401A Service Guide"
page = "69"
date = 2026-10-01
"""
TELLING_WHAT_IS_LOADED = """
import sys
from calibrator.cli import main
code = main()
sys.stderr.write(f"calibrator_sim loaded: {'calibrator_sim' in sys.modules}")
sys.exit(code)
"""


def laboratory(cli: Any, announced: dict[str, dict[str, str]]) -> Path:
    """Set up a laboratory from the example files; return its bench file."""
    cli.home.mkdir()
    text = (EXAMPLES / "lab.toml").read_text(encoding="utf-8")
    text += LAB
    for who in ("tm", "lw"):
        line = f'id = "{who}"\n'
        assert line in text
        text = text.replace(line, f'{line}secret = "{secret_hash(f"the secret of {who}")}"\n')
    (cli.home / "lab.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "the secret of lw")
        done = cli("standards", "add", str(EXAMPLES / "standard.toml"), "--person", "lw")
    assert done.returncode == 0, done.stderr
    bench = (EXAMPLES / "bench.toml").read_text(encoding="utf-8")
    for old, new in (
        ("GPIB0::4::INSTR", announced["calibrator"]["resource"]),
        ("TCPIP0::192.0.2.20::1234::SOCKET", announced["meter"]["resource"]),
        ('model = "keysight_34401a"', 'model = "keysight_34401a"\nserial = "US36012345"'),
    ):
        assert old in bench
        bench = bench.replace(old, new)
    path = cli.home.parent / "bench-1.toml"
    path.write_text(bench, encoding="utf-8")
    return path


@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
@pytest.mark.parametrize(
    ("section", "printed"),
    [
        ("zero-open", ()),
        # 1 A and 3 A settle for 30 s of real time, which nothing hurries on a live bench
        pytest.param("dci", ("E-2026-0411", "PTB"), marks=pytest.mark.slow),
    ],
)
def test_a_live_run_to_its_certificate(
    section: str,
    printed: tuple[str, ...],
    cli: Any,
    bench: Callable[..., Path],
    served: Any,
    person: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served(cli, str(bench(more=TELLS)), "--speed", "200") as (server, announced):
        file = laboratory(cli, announced)
        master, slave = os.openpty()
        process = cli.start(
            *("run", "dmm", "--uut", "DMM-0007", "--bench", str(file), "--section", section),
            *("--person", "jm", "--json"),
            command=[sys.executable, "-c", TELLING_WHAT_IS_LOADED],
            stdin=slave,
            stderr=subprocess.PIPE,
        )
        hand = person(server, master, process)
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            hand.hear(events[-1])
        said = hand.read_to_the_end()
        os.close(master)
        os.close(slave)
    assert process.returncode == 0, said
    assert events[0]["body"]["mode"] == "live"
    assert "calibrator_sim loaded: False" in said
    points = cli.json("show", "--json")["points"]
    assert {point["verdict"] for point in points} == {"pass"}

    # not without a person who may, and known by a secret, and not before a third one has checked
    pdf = tmp_path / "certificate.pdf"
    refused = cli("certificate", "last", "--format", "pdf", "--out", str(pdf))
    assert (refused.returncode, pdf.exists()) == (4, False)
    assert "authorised" in refused.stderr
    sign = ("certificate", "last", "--format", "pdf", "--authorised-by", "lw", "--out", str(pdf))
    for text, sentence in (("", "Nobody can be asked"), ("another one", "not the secret of lw")):
        if text:
            monkeypatch.setenv(SECRET, text)
        refused = cli(*sign)
        assert (refused.returncode, pdf.exists()) == (4, False)
        assert sentence in refused.stderr
    monkeypatch.setenv(SECRET, "the secret of lw")
    refused = cli(*sign)
    assert (refused.returncode, pdf.exists()) == (4, False)
    assert "checked the results" in refused.stderr
    monkeypatch.setenv(SECRET, "the secret of tm")
    assert cli("check-run", "--person", "jm").returncode == 4  # who measured, and has no secret
    done = cli("check-run", "--person", "tm", "--note", "all points")
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv(SECRET, "the secret of lw")
    refused = cli(*sign)
    assert (refused.returncode, pdf.exists()) == (4, False)
    assert "--customer" in refused.stderr
    done = cli(*sign, "--customer", "Ohm Works; 7 Volt Street, Exampletown")
    assert done.returncode == 0, done.stderr
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages]
    text = " ".join(" ".join(pages).split())
    assert "SIMULATED" not in text
    people = ("Li Wei", "Ada Sommer", "Ohm Works")
    for wanted in ("US36012345", *people, "Example Calibration Laboratory", *printed):
        assert wanted in text, wanted
    assert cli("verify").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the server is ended by a signal")
def test_an_unconfirmed_figure_decides_nothing_on_a_live_bench(
    cli: Any, bench: Callable[..., Path], served: Any
) -> None:
    with served(cli, str(bench(more=TELLS)), "--speed", "200") as (_, announced):
        file = laboratory(cli, announced)
        (cli.home / "lab.toml").write_text(
            (EXAMPLES / "lab.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        planned = cli("plan", "dmm", "--uut", "DMM-0007", "--bench", str(file), "--section", "dci")
    assert planned.returncode == 0, planned.stderr
    assert "undetermined" in planned.stdout


MADE_UP = Path(__file__).parents[1] / "calibrator" / "evidence" / "made_up_certificate.xml"
VOLTAGE = LAB[LAB.index("[[confirmation]]") :].replace('"dci"', '"dcv"')


def imported(cli: Any, folder: Path) -> str:
    """Import a digital certificate of the calibrator with a value at each point; return its hash."""
    now = RealClock().now().date()
    text = MADE_UP.read_text(encoding="utf-8")
    for old, new in (
        ("1 5 10<", "0.1 1 10 -10 100 1000<"),
        ("0.0000012 0.00000400 0.000012", "0.00000010 0.0000012 0.00000400 -0.0000080 0.00006 0.0010"),
        (">0.000002<", ">0.0000004 0.000002 0.00002 0.00002 0.0003 0.006<"),
        ("2026-05-06", f"{now - timedelta(days=121)}"),
        ("2026-05-07", f"{now - timedelta(days=120)}"),
    ):
        assert old in text
        text = text.replace(old, new)
    file = folder / "made-up.xml"
    file.write_text(text, encoding="utf-8")
    given = ("--asset", "CAL-5522-01", "--due", f"{now + timedelta(days=300)}", "--function", "dcv")
    more = ("--kind", "error", "--traceability", "SI through a made-up NMI", "--person", "lw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "the secret of lw")
        done = cli("standards", "import", str(file), *given, *more)
    assert done.returncode == 0, done.stderr
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.slow  # six points settle in real time, which nothing hurries on a live bench
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
def test_a_live_run_by_the_values_of_an_imported_certificate(
    cli: Any,
    bench: Callable[..., Path],
    served: Any,
    person: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """METROLOGY 10: imported, confirmed, used with its correction, explained to its text, printed."""
    with served(cli, str(bench(more=TELLS)), "--speed", "200") as (server, announced):
        bench_file = laboratory(cli, announced)
        lab = cli.home / "lab.toml"
        text = f'country = "DE"\n{lab.read_text(encoding="utf-8")}{VOLTAGE}'
        lab.write_text(text, encoding="utf-8")
        digest = imported(cli, tmp_path)
        master, slave = os.openpty()
        process = cli.start(
            *("run", "dmm", "--uut", "DMM-0007", "--bench", str(bench_file), "--section", "dcv"),
            *("--person", "jm", "--json"),
            stdin=slave,
            stderr=subprocess.PIPE,
        )
        hand = person(server, master, process)
        for line in process.stdout:
            hand.hear(json.loads(line))
        said = hand.read_to_the_end()
        os.close(master)
        os.close(slave)
    assert process.returncode in (0, 1, 3), said

    explained = " ".join(cli("explain", "last", "dcv:10V:+10V").stdout.split())
    for wanted in (
        "route: certificate",
        f"file (SHA-256): {digest}",
        "correction: -4e-06 V",
        "entered by: lw",
    ):
        assert wanted in explained, wanted
    assert r"as written: 0.00000400 \volt expandedMU 0.00002" in explained  # every digit of the file

    monkeypatch.setenv(SECRET, "the secret of tm")
    assert cli("check-run", "--person", "tm", "--note", "all points").returncode == 0
    monkeypatch.setenv(SECRET, "the secret of lw")
    sign = ("--authorised-by", "lw", "--customer", "own")
    pdf, dcc = tmp_path / "certificate.pdf", tmp_path / "certificate.xml"
    for path, form, more in ((pdf, "pdf", sign), (dcc, "dcc", sign[:2])):
        done = cli("certificate", "last", "--format", form, *more, "--out", str(path))
        assert done.returncode == 0, done.stderr
    pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages)
    assert set(re.findall(r"MADE-UP-1|E-2026-0411", pages)) == {"MADE-UP-1"}
    written = dcc.read_text(encoding="utf-8")
    assert "MADE-UP-1" in written
    assert digest in written
    assert cli("verify").returncode == 0
