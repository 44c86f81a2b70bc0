"""Each bad input gets one sentence: thing, place, way out; nothing is energised, nothing is lost."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

RUN = ("run", "dmm", "--uut", "34401A", "--non-interactive")
DATES = "issued = 2026-05-07\ndue = 2027-05-07\n"
PAST = "issued = 2024-05-07\ndue = 2025-05-07\n"


def energised(cli: Any) -> bool:
    """Say whether any event of the record is an `energise`."""
    path = cli.home / "record.sqlite"
    if not path.exists():
        return False
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return bool(database.execute("select 1 from events where kind = 'energise'").fetchone())
    finally:
        database.close()


def refused(cli: Any, arguments: Sequence[str], code: int, *named: str) -> str:
    """Call, and hold what every refusal has in common; return the sentence."""
    done = cli(*arguments)
    assert done.returncode == code, done.stderr + done.stdout
    sentence = str(done.stderr).strip()
    assert sentence.startswith("calibrator: ")
    assert sentence.count("\n") == 0, sentence
    for part in named:
        assert part in sentence, sentence
    assert "Traceback" not in sentence
    assert not energised(cli)
    return sentence


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_unknown_procedure(cli: Any) -> None:
    refused(cli, ["run", "dmmm", "--uut", "34401A", "--sim"], 2, "dmmm", "Did you mean dmm?")


def test_an_unknown_unit_under_test(cli: Any) -> None:
    refused(cli, ["run", "dmm", "--uut", "34402A", "--sim", "--non-interactive"], 2, "34402A")


def test_an_unknown_section(cli: Any) -> None:
    refused(cli, [*RUN, "--sim", "--section", "dcw"], 2, "dcw", "dcv")


def test_an_unknown_rule(cli: Any) -> None:
    refused(cli, [*RUN, "--sim", "--rule", "sipmle"], 2, "sipmle", "simple")


def test_a_bench_file_with_a_wrong_key(cli: Any, bench: Callable[..., Path]) -> None:
    file = bench(("[wirings.volts]\n", "[wirings.volts]\nmax_volts = 5\n"))
    line = file.read_text(encoding="utf-8").splitlines().index("max_volts = 5") + 1
    refused(cli, [*RUN, "--bench", str(file)], 2, "max_volts", f"bench.toml, line {line}", "max_voltage_v")


def test_a_bench_file_that_is_not_there(cli: Any) -> None:
    refused(cli, [*RUN, "--bench", "nowhere.toml"], 2, "nowhere.toml")


def test_an_address_where_nothing_answers(cli: Any, bench: Callable[..., Path]) -> None:
    address = f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET"
    other = f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET"
    file = bench(
        ('serial = "SIM5522001"\nzeroed', f'serial = "SIM5522001"\nresource = "{address}"\nzeroed'),
        ('serial = "SIM34401001"\nuut', f'serial = "SIM34401001"\nresource = "{other}"\nuut'),
    )
    done = cli(*RUN, "--bench", str(file))
    assert done.returncode in (4, 5), done.stderr
    assert "Nothing answers" in done.stderr
    assert "127.0.0.1" in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not energised(cli)


def test_an_instrument_with_another_identity(cli: Any, bench: Callable[..., Path]) -> None:
    fault = '\n[[simulation.faults]]\nkind = "identity"\ninstrument = "calibrator"\ncount = 1000\n'
    file = bench(more=fault + 'text = "FLUKE,5522A,SIM9999999,2.0+1.3+2.0+*"\n')
    done = cli(*RUN, "--bench", str(file))
    assert done.returncode in (4, 5), done.stderr
    assert "SIM9999999" in done.stderr
    assert "SIM5522001" in done.stderr
    assert not energised(cli)


@pytest.mark.parametrize(
    ("asset", "number", "section"),
    [
        # the fast one of a source: test_exit_codes.py
        pytest.param("SIM-CAL-01", "SIM-CERT-5522A-001", "dcv", marks=pytest.mark.slow),
        ("SIM-SHORT-01", "SIM-CERT-SHORT-001", "zero"),  # an artefact is a standard too
    ],
)
def test_a_standard_out_of_date(
    cli: Any, bench: Callable[..., Path], asset: str, number: str, section: str
) -> None:
    file = bench((f'number = "{number}"\n{DATES}', f'number = "{number}"\n{PAST}'))
    key = f"key assets.{asset}.certificate.due"
    refused(cli, [*RUN, "--bench", str(file), "--section", section], 4, asset, "2025-05-07", key)


def test_a_point_beyond_the_standards_range(cli: Any, bench: Callable[..., Path]) -> None:
    """Leads that may not have 1000 V on them: the weakest part of the circuit limits (METROLOGY 5)."""
    file = bench(("max_voltage_v = 1000", "max_voltage_v = 300"))
    refused(cli, [*RUN, "--bench", str(file)], 4, "1000", "300")


def test_non_interactive_on_a_served_bench_without_answers(cli: Any, bench: Callable[..., Path]) -> None:
    """Nobody is there to move leads: refused before anything is energised, naming the prompts."""
    address = f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET"
    other = f"TCPIP0::127.0.0.1::{closed_port()}::SOCKET"
    file = bench(
        ('serial = "SIM5522001"\nzeroed', f'serial = "SIM5522001"\nresource = "{address}"\nzeroed'),
        ('serial = "SIM34401001"\nuut', f'serial = "SIM34401001"\nresource = "{other}"\nuut'),
    )
    done = cli(*RUN, "--bench", str(file))
    assert done.returncode in (4, 5)
    assert not energised(cli)


def test_an_answers_file_with_a_wrong_key(cli: Any, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('[anwsers]\n"warm-up" = "120"\n', encoding="utf-8")
    refused(cli, [*RUN, "--sim", "--answers", str(answers)], 2, "anwsers", "answers.toml", "line 1")


def test_an_unknown_run(demo: Any) -> None:
    cli, _ = demo
    done = cli("show", "zzz")
    assert done.returncode == 2
    assert "zzz" in done.stderr


def test_an_unknown_point(demo: Any) -> None:
    cli, _ = demo
    done = cli("budget", "last", "dcv:10V:+11V")
    assert done.returncode == 2
    assert "dcv:10V:+10V" in done.stderr, "the nearest is named"


def test_a_file_that_is_no_certificate(demo: Any, tmp_path: Path) -> None:
    cli, _ = demo
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir", encoding="utf-8")
    done = cli("verify", str(file))
    assert done.returncode == 2
    assert "letter.txt" in done.stderr


def test_a_document_that_is_not_there(cli: Any) -> None:
    refused(cli, ["verify", "nowhere.pdf"], 2, "nowhere.pdf")


def test_an_altered_document(demo: Any, tmp_path: Path) -> None:
    cli, _ = demo
    (html,) = (cli.home / "certificates").glob("*.html")
    forged = tmp_path / html.name
    # not any digits: those of the run's id are random, and another id is another refusal
    text = html.read_text(encoding="utf-8")
    forged.write_text(text.replace("</body>", "<p>34</p></body>"), encoding="utf-8")
    assert forged.read_text(encoding="utf-8") != text
    done = cli("verify", str(forged))
    assert done.returncode == 6
    assert "other bytes" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_full_disk_stops_the_run_safely_and_loses_nothing(cli: Any) -> None:
    """A limit on file size fails a write as a full disk does."""
    limits = pytest.importorskip("resource")
    limit = 700_000
    done = subprocess.run(
        [sys.executable, "-m", "calibrator", "--home", str(cli.home), *RUN, "--sim", "--seed", "1"],
        preexec_fn=lambda: limits.setrlimit(limits.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 5, done.stdout[-2000:] + done.stderr
    assert "Traceback" not in done.stderr
    verified = cli("verify")
    assert verified.returncode == 0, verified.stderr
    resumed = cli("resume", "--non-interactive")
    assert resumed.returncode == 0, resumed.stderr
