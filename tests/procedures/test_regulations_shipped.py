"""The editions that come with the package: they parse, none overlaps, none pretends to be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from calibrator.engine._differing import differences_from
from calibrator.procedure import available, load
from calibrator.regulations import Edition, Library, limit_at, load_library, status_of

WANTED = (
    *("jjg-52", "jjg-875", "jjg-882", "jjg-229", "jjg-1036", "jjg-539", "jjg-596", "jjg-124"),
    *("jjf-1587", "jjf-1183", "jjf-1257", "jjf-1637", "jjf-1638", "jjf-1984"),
    *("euramet-cg-13", "euramet-cg-15", "euramet-cg-17", "euramet-cg-18", "dkd-r-6-1"),
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.mark.parametrize("name", WANTED)
def test_each_has_an_edition_in_force(library: Library, name: str) -> None:
    found = library.find(name, date(2026, 11, 23))
    assert found.state == "in-force"
    assert found.edition.title.zh


def test_none_says_that_it_was_checked_and_each_names_a_source(library: Library) -> None:
    for edition in library.editions:
        assert status_of(edition) != "checked"
        assert edition.known.source


def rows(edition: Edition, item: str = "indication") -> set[str]:
    return {row.accuracy_class for row in edition.mpe if row.item == item}


def test_tolerances_agree_with_the_standards_they_follow(library: Library) -> None:
    """IEC 60751, B, 100 °C: 0.8 °C; IEC 60584, K, class 1, 1000 °C: 4 °C; R 76, class II, 5001 e: 1 e."""
    at = Decimal
    prt = limit_at(library.edition("jjg-229-2010"), at(100), accuracy_class="B")
    couple = limit_at(library.edition("jjf-1637-2017"), at(1000), accuracy_class="K 1")
    balance = limit_at(library.edition("jjg-1036-2022"), at(5001), accuracy_class="II", interval=at(1))
    gauge = limit_at(library.edition("jjg-52-2013"), at(1), accuracy_class="1.6", span=at(10))
    limits = [None if found is None else found[0] for found in (prt, couple, balance, gauge)]
    assert limits == [at("0.8"), at(4), at(1), at("0.16")]


def test_classes_are_whole(library: Library) -> None:
    assert rows(library.edition("jjg-1036-2022")) == {"I", "II", "III", "IIII"}
    assert rows(library.edition("jjg-229-2010")) == {"AA", "A", "B", "C"}
    assert rows(library.edition("jjg-52-2013")) == rows(library.edition("jjg-52-2013"), "hysteresis")
    meters = library.edition("jjg-596-2012")
    assert rows(meters, "indication pf 1") == rows(meters, "indication pf 0.5L") == {"0.2S", "0.5S", "1", "2"}


@pytest.mark.parametrize(
    ("procedure", "model", "wanted"),
    [
        ("thermometer", "pt100_class_a", ("jjg-229-2010",)),
        ("thermometer", "pt100_transmitter", ("jjf-1183-2007",)),
        ("pressure", "additel_681", ("dkd-r-6-1-2020", "jjg-875-2019")),
        ("pressure", "pointer_gauge_10bar", ("dkd-r-6-1-2020", "jjg-52-2013")),
        ("pressure", "transmitter_4_20ma", ("dkd-r-6-1-2020", "jjg-882-2019")),
        ("balance", "mettler_xs205du", ("euramet-cg-18-2015", "jjg-1036-2022")),
        ("balance", "class_iii_scale_15kg", ("euramet-cg-18-2015", "jjg-539-2016")),
        ("balance", "class_iii_scale_6_15kg", ("euramet-cg-18-2015", "jjg-539-2016")),
        ("dry_block", "fluke_9142", ("euramet-cg-13-2017", "jjf-1257-2010")),
    ],
)
def test_each_unit_follows_the_editions_of_its_kind(
    library: Library, procedure: str, model: str, wanted: tuple[str, ...]
) -> None:
    followed = load(procedure).info.of(model).regulations
    assert followed == wanted
    assert {library.find(name, date(2026, 11, 23)).state for name in followed} == {"in-force"}


@pytest.mark.parametrize(
    ("procedure", "numbers"),
    [
        ("dmm", ["JJF 1587-2016", "EURAMET cg-15 v3.0"]),
        ("multimeter_ac", ["JJF 1587-2016", "EURAMET cg-15 v3.0"]),
        ("calibrator_dc", ["JJF 1638-2017"]),
        ("frequency", ["JJF 1984-2022"]),
    ],
)
def test_electrical_procedures_follow_editions_in_force(
    library: Library, procedure: str, numbers: list[str]
) -> None:
    info = load(procedure).info
    found = [library.find(name, date(2026, 11, 23)) for name in info.regulations]
    assert [item.edition.number for item in found] == numbers
    assert {item.state for item in found} == {"in-force"}
    assert "checked" not in {status_of(item.edition) for item in found}


def test_each_shipped_head_names_the_edition_that_it_was_written_for(library: Library) -> None:
    """A regulation alone would let points and limits of one edition judge in the name of its successor."""
    for name in available():
        info = load(name).info
        heads = (info, *(info.of(model) for model in info.heads))
        for followed in {item for head in heads for item in head.regulations}:
            assert followed in {edition.id for edition in library.editions}, (name, followed)


def test_an_edition_that_comes_into_force_stops_the_procedure_of_the_former(library: Library) -> None:
    former = library.edition("jjg-52-2013")
    later = replace(
        former,
        id="jjg-52-2026",
        number="JJG 52-2026",
        effective=date(2026, 6, 1),
        replaces=("jjg-52-2013",),
    )
    grown = Library((*library.editions, later))
    followed = load("pressure").info.of("pointer_gauge_10bar").regulations
    found = [grown.find(name, date(2026, 11, 23)) for name in followed]
    assert [item.state for item in found] == ["in-force", "abolished"]
    assert found[1].instead == later


def test_what_a_procedure_does_otherwise_than_its_edition_is_told(library: Library) -> None:
    """JJG 52-2013 (from memory): 180 s at the top, 15 to 25 °C, rounded to a fifth of a division, simple."""
    procedure = load("pressure")
    head, sections = procedure.info.of("pointer_gauge_10bar"), procedure.sections("pointer_gauge_10bar")
    edition = library.edition("jjg-52-2013")
    found = [text.en for text in differences_from(edition, head, sections, "guard-band-u")]
    assert found == [
        "differs from JJG 52-2013: temperature 18 to 28 °C, there 15 to 25 °C",
        "differs from JJG 52-2013: hold at the upper limit 120 s, there 180 s",
        "differs from JJG 52-2013: decision rule guard-band-u, there simple",
        "differs from JJG 52-2013: judged is the error as measured, there the error rounded to 0.2 of the"
        " scale interval",
    ]
    alike = replace(
        edition,
        conditions=None,
        rounding=None,
        sequence=None if edition.sequence is None else replace(edition.sequence, hold_top_s=Decimal(120)),
    )
    assert differences_from(alike, head, sections, "simple") == ()
