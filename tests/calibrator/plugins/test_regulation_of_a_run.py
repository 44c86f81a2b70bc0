"""A run looks up the edition in force on its day; recorded, printed, refused once it has ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from calibrator._home import Home
from calibrator.engine._regulations import followed
from calibrator.procedure import Regulation, Text
from calibrator.scaffold import write_procedure
from calibrator_drivers.clock import RealClock

from .conftest import Said
from .toy_editions import HEAD, LAB

Lists = Callable[..., None]
EDITION = (
    HEAD
    + """[interval]
months = {months}
status = "memory_low"
source = "invented"
"""
)


@pytest.fixture
def toy(tmp_path: Path, home: Path, lists: Lists) -> Path:
    """A procedure that follows an invented regulation; returns the folder of its editions."""
    folder = write_procedure(tmp_path, "toy_volts")
    head = folder / "procedure.toml"
    text = head.read_text(encoding="utf-8").replace(
        '# regulations = ["jjf-1587-2016"]', 'regulations = ["xyz-1"]'
    )
    head.write_text(text, encoding="utf-8")
    editions = tmp_path / "editions"
    editions.mkdir()
    write(editions, 2010, months=6)
    write(editions, 2020, 'replaces = ["xyz-1-2010"]', months=12)
    lists(procedures=[folder], regulations=[editions])
    (home / "lab.toml").write_text(LAB, encoding="utf-8")
    return editions


def write(folder: Path, year: int, more: str = "", *, months: int = 12) -> None:
    (folder / f"{year}.toml").write_text(
        EDITION.format(year=year, more=more, months=months), encoding="utf-8"
    )


RUN = ("run", "toy_volts", "--uut", "34401A", "--sim", "--person", "li")


def test_the_edition_is_recorded_printed_and_checked_by_a_person(
    tmp_path: Path, home: Path, toy: Path, said: Said
) -> None:
    code, out, err = said(*RUN)
    assert code == 0, err
    assert "XYZ 1-2020, in force, UNVERIFIED: interval" in out
    (edition,) = json.loads(said("show", "last", "--json")[1])["run"]["procedure"]["regulations"]
    assert (edition["id"], edition["status"], edition["unverified"]) == (
        "xyz-1-2020",
        "unverified",
        ["interval"],
    )
    page = tmp_path / "c.html"
    assert said("certificate", "last", "--format", "html", "--lang", "en", "--out", str(page))[0] == 0
    assert "UNVERIFIED: figures of XYZ 1-2020" in page.read_text(encoding="utf-8")

    checked = ("regulation", "check", "xyz-1-2020", "--document", "XYZ 1", "--page", "2")
    assert said(*checked, "--by", "bo")[0] == 2
    assert said(*checked, "--by", "li")[0] == 0
    code, out, _ = said(*RUN)
    assert "XYZ 1-2020, in force, checked" in out
    with Home(home).open_record(RealClock(), write=False) as record:
        opened = next(iter(record.events(record.find_run("last"), kinds={"run.opened"}))).body
    (edition,) = opened["procedure"]["regulations"]
    assert (edition["status"], edition["checked"][0]["by"]) == ("checked", "li")


def test_an_edition_that_has_ended_needs_a_named_deviation(toy: Path, said: Said) -> None:
    write(toy, 2020, 'replaces = ["xyz-1-2010"]\nabolished = 2021-01-01')
    plan = ("plan", *RUN[1:])
    code, _, err = said(*plan)
    assert code == 4
    assert "XYZ 1-2020 is no longer in force" in err
    assert "--deviation regulation-abolished=REASON with --person" in err
    code, _, err = said(*plan, "--deviation", "regulation-abolished=agreed with the customer")
    assert code == 0, err
    write(toy, 2020, 'replaces = ["xyz-1-2010"]')
    assert "XYZ 1-2020, in force, UNVERIFIED: interval" in said(*plan)[1]
    code, _, err = said(*plan, "--deviation", "regulation-abolished=agreed with the customer")
    assert (code, "deviation-not-needed" in err) == (4, True)


def test_one_that_is_not_in_force_yet_is_refused_and_so_is_one_that_is_pinned(
    tmp_path: Path, toy: Path, said: Said
) -> None:
    head = tmp_path / "toy_volts" / "procedure.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text(text.replace('["xyz-1"]', '["xyz-1-2010"]'), encoding="utf-8")
    code, _, err = said("plan", *RUN[1:])
    assert (code, "In force is XYZ 1-2020" in err) == (4, True)
    write(toy, 2099, 'replaces = ["xyz-1-2020"]')
    head.write_text(text.replace('["xyz-1"]', '["xyz-1-2099"]'), encoding="utf-8")
    code, _, err = said("plan", *RUN[1:])
    assert (code, "regulation-not-yet-effective" in err) == (4, True)
    head.write_text(text.replace('["xyz-1"]', '["xyz-2"]'), encoding="utf-8")
    code, _, err = said("plan", *RUN[1:])
    assert (code, "Did you mean xyz-1" in err) == (4, True)


def test_a_difference_names_the_procedures_that_it_hits(toy: Path, said: Said) -> None:
    code, out, _ = said("regulation", "diff", "xyz-1-2010", "xyz-1-2020", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"field": "interval.months", "before": "6", "after": "12"} in found["changes"]
    assert found["procedures"] == ["toy_volts"]
    assert "procedures that follow it: toy_volts" in said("regulation", "diff", "xyz-1-2010", "xyz-1-2020")[1]
    assert (
        "受影响的程序: toy_volts"
        in said("regulation", "diff", "xyz-1-2010", "xyz-1-2020", "--language", "zh")[1]
    )


def test_editions_that_overlap_are_refused_wherever_they_come_from(toy: Path, said: Said) -> None:
    write(toy, 2020)
    code, _, err = said("regulation", "list")
    assert (code, "in force on the same day" in err) == (2, True)


def test_list_and_show_tell_the_state_on_a_day(toy: Path, said: Said) -> None:
    rows = {
        row["id"]: row for row in json.loads(said("regulation", "list", "--on", "2015-01-01", "--json")[1])
    }
    assert (rows["xyz-1-2010"]["state"], rows["xyz-1-2020"]["state"]) == ("in-force", "not-yet-effective")
    assert rows["xyz-1-2010"]["end"] == "2020-01-01"
    out = said("regulation", "show", "xyz-1", "--on", "2015-01-01")[1]
    assert "XYZ 1-2010" in out
    assert "[unverified: memory_low]" in out
    assert "XYZ 1-2020" in said("regulation", "show", "xyz-1")[1]
    assert "玩具" in said("regulation", "list", "--language", "zh")[1]


def test_what_a_verification_follows_takes_dates_and_checks_from_the_edition() -> None:
    text = Text("Toys", "玩具")
    head = Regulation("XYZ 1-2010", text, "memory_high", "invented", date(2009, 1, 1), None, 12, ())
    edition = {
        "number": "XYZ 1-2010",
        "effective": date(2010, 1, 1),
        "end": date(2020, 1, 1),
        "status": "checked",
        "interval_months": 5,
    }
    body = followed(head, [edition])
    assert body["validity_months"] == 5, "the edition's interval, not the head's 12 months"
    assert (body["in_force"], body["superseded"], body["status"]) == (
        date(2010, 1, 1),
        date(2020, 1, 1),
        "checked",
    )
    seen = followed(head, [edition | {"status": "seen"}])
    assert seen["status"] == "memory_high", "only a person's check makes it checked"
    other = followed(head, [edition | {"number": "XYZ 1-2020"}])
    assert (other["in_force"], other["status"]) == (date(2009, 1, 1), "memory_high")
