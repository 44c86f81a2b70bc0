"""What is shown of a run: a partial one as partial, an altered one not at all, no probability as 0 or 1."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator.cli import main
from calibrator.cli._format import probability
from calibrator.cli._partial import verdict_of
from calibrator.cli._summary import _time
from calibrator.engine import Outcome
from calibrator_uncertainty import BudgetResult, FormatError

PARTIAL = "partial: 1 of 6 sections; not tested: Zero offset"
OTHER_POINTS = 5  # of the section


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one run of one section."""
    made = tmp_path_factory.mktemp("look") / "home"
    arguments = ["run", "dmm", "--uut", "34401A", "--sim", "--seed", "1", "--section", "dcv"]
    assert main([*arguments, "--non-interactive", "--home", str(made)]) == 0
    return made


@pytest.fixture
def said(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Calls a command on the home; gives what it printed."""

    def call(*arguments: str) -> str:
        assert main([*arguments, "--home", str(home)]) == 0
        return capsys.readouterr().out

    return call


def test_a_partial_run_is_called_so(said: Callable[..., str]) -> None:
    assert PARTIAL in said("show")
    assert "pass (partial)" in said("runs")
    (row,) = json.loads(said("runs", "--json"))
    assert (row["verdict"], row["complete"]) == ("pass", False)


def test_a_partial_run_is_called_so_when_it_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "dmm", "--uut", "34401A", "--sim", "--section", "zero-open", "--non-interactive"]
    main([*arguments, "--home", str(tmp_path / "home")])
    said = capsys.readouterr().out
    assert "partial: 1 of 6 sections" in said
    assert "DC current" in said.partition("not tested: ")[2]


def test_a_run_that_did_not_end_shows_what_there_is_so_far() -> None:
    verdicts = {"pass": 3, "fail": 0}
    run = {"verdict": None, "outcome": "interrupted", "verdicts": verdicts}
    assert verdict_of(run, str) == "none, interrupted; so far 3 pass"
    assert verdict_of({**run, "verdicts": {"pass": 0}}, str) == "none, interrupted"


def test_no_probability_of_a_table_is_nought(said: Callable[..., str]) -> None:
    shown = said("show")
    assert "< 0.0001 %" in shown
    assert "0.000000 " not in shown


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ("0.000000", "< 0.0001 %"),
        ("1.1E-280", "< 0.0001 %"),
        ("0.5", "50 %"),
        ("0.99987", "99.987 %"),
        ("1.000000", "> 99.9999 %"),
        (None, ""),
    ],
)
def test_probabilities_are_bounded(recorded: str | None, printed: str) -> None:
    assert probability(recorded) == printed


def test_numbers_of_a_budget_are_decimal_strings_as_in_show(said: Callable[..., str]) -> None:
    budget = json.loads(said("budget", "last", "dcv:10V:+10V", "--json"))
    assert budget["format"] == 1
    shown = {point["id"]: point for point in json.loads(said("show", "--json"))["points"]}
    assert budget["U"].startswith(shown["dcv:10V:+10V"]["U"][:5])
    for line in budget["lines"]:
        assert all(isinstance(value, (str, type(None))) for value in line.values()), line
    emf = next(line for line in budget["lines"] if line["name"] == "emf")
    assert float(emf["u"]) == pytest.approx(1e-6 / 3**0.5)
    assert "e" not in emf["u"]


def test_a_printed_budget_reads_back_and_an_edited_one_is_refused(said: Callable[..., str]) -> None:
    printed = said("budget", "last", "dcv:10V:+10V", "--json")
    budget = json.loads(printed)
    back = BudgetResult.from_json(printed)
    assert back.expanded_uncertainty.m == float(budget["U"])
    assert back.lines[0].contribution == float(budget["lines"][0]["contribution"])
    with pytest.raises(FormatError, match="altered"):
        BudgetResult.from_json(json.dumps({**budget, "U": budget["u"]}))


def test_time_is_simulated_only_where_the_clock_was() -> None:
    outcome = Outcome("r", 0, "pass", 240.0, 71.0, "", "simulated")
    assert _time(outcome, str, virtual=True) == "71 s, simulated 4 min"
    assert _time(outcome, str, virtual=False) == "71 s, elapsed 4 min"


@pytest.fixture
def altered(home: Path, tmp_path: Path) -> Path:
    """A copy of the home in which one reading was changed."""
    copy = tmp_path / "altered"
    shutil.copytree(home, copy)
    database = sqlite3.connect(copy / "record.sqlite")
    triggers = database.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"drop trigger {name}")
    query = "select stream, seq, canonical from events where kind = 'reading' order by seq"
    wanted = {"point": "dcv:1V:+1V", "use": "result"}
    stream, seq, text = next(
        row for row in database.execute(query) if wanted.items() <= _body(row[2]).items()
    )
    value = _body(text)["value"]
    database.execute(
        "update events set canonical = ? where stream = ? and seq = ?",
        (text.replace(value, (float.fromhex(value) * 1.0001).hex()), stream, seq),
    )
    for _, sql in triggers:
        database.execute(sql)
    database.commit()
    database.close()
    return copy


def _body(text: str) -> Mapping[str, Any]:
    return dict(json.loads(text)["body"])


@pytest.mark.parametrize("arguments", [["show"], ["show", "--json"], ["budget", "last", "dcv:1V:+1V"]])
def test_an_altered_run_is_not_shown_as_if_it_were_sound(
    altered: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--home", str(altered)]) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert "was changed after it was written" in said.err
    assert "calibrator verify" in said.err


def test_verify_names_the_event_first_and_each_point_once(
    altered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--home", str(altered)]) == 6
    lines = capsys.readouterr().err.splitlines()
    assert "was changed after it was written" in lines[0]
    of_the_point = [line for line in lines if "dcv:1V:+1V" in line]
    assert len(of_the_point) == 1
    assert "reading" in of_the_point[0]
    assert f"{OTHER_POINTS} points differ only in their Monte Carlo check" in lines[-2]
    assert len(lines) <= 5
    assert lines[-1] == f"NOT intact: {len(lines) - 1} findings"


def test_who_authorises_is_handed_on_to_the_certificate(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.pdf"
    arguments = ["certificate", "--authorised-by", "mc", "--out", str(file), "--home", str(home)]
    assert main(arguments) == 2
    assert "A simulated run cannot be authorised (--authorised-by)" in capsys.readouterr().err
    assert not file.exists()


def test_the_page_names_every_key_of_show(said: Callable[..., str]) -> None:
    shown = json.loads(said("show", "--json"))
    page = (Path(__file__).parents[3] / "docs" / "command-line.md").read_text(encoding="utf-8")
    part = page.partition("## What `show RUN --json` prints")[2].partition("\n## ")[0]
    keys = {*shown["run"], *(key for point in shown["points"] for key in point)}
    assert not sorted(key for key in keys if f"`{key}`" not in part)
