"""The editions that come with the package: they parse, none overlaps, none pretends to be checked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import UsageError
from calibrator.cli import main
from calibrator.engine._differing import differences_from, judging_of
from calibrator.engine._manner import Judging, as_editions_have_it, edition_limit
from calibrator.engine._uncompared import uncompared
from calibrator.procedure import Regulation, RegulationItem, Text, available, load
from calibrator.regulations import Edition, Library, limit_at, load_library, status_of, step_of
from calibrator.standards import Lab

JUDGED = [
    ("balance", "mettler_xs205du", "jjg-1036-2022", "simple", None),
    ("balance", "class_iii_scale_6_15kg", "jjg-539-2016", "simple", None),
    ("pressure", "pointer_gauge_10bar", "jjg-52-2013", "simple", "4000"),
    ("pressure", "additel_681", "jjg-875-2019", "simple", None),
    ("energy_meter", "pulse_meter_class_05s", "jjg-596-2012", "simple", "0.05"),
    ("thermometer", "pt100_class_a", "jjg-229-2010", "simple", None),
    ("thermometer", "pt100_transmitter", "jjf-1183-2007", "guard-band-u", None),
    ("thermocouple", "tc_k_class_1", "jjf-1637-2017", "guard-band-u", None),
]

WANTED = (
    *("jjg-52", "jjg-875", "jjg-882", "jjg-229", "jjg-1036", "jjg-539", "jjg-596", "jjg-124", "jjg-141"),
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
    """IEC 60751, B, 100 °C: 0.8 °C; IEC 60584, K, class 1, 1000 °C: 4 °C, S, class 2: 2.5 °C.

    R 76, class II, 5001 e: 1 e.
    """
    at = Decimal
    prt = limit_at(library.edition("jjg-229-2010"), at(100), accuracy_class="B")
    couple = limit_at(library.edition("jjf-1637-2017"), at(1000), accuracy_class="K 1")
    balance = limit_at(library.edition("jjg-1036-2022"), at(5001), accuracy_class="II", interval=at(1))
    gauge = limit_at(library.edition("jjg-52-2013"), at(1), accuracy_class="1.6", span=at(10))
    noble = limit_at(library.edition("jjg-141-2013"), at(1000), accuracy_class="S 2")
    limits = [None if found is None else found[0] for found in (prt, couple, balance, gauge, noble)]
    assert limits == [at("0.8"), at(4), at(1), at("0.16"), at("2.5")]


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
        ("thermocouple", "tc_t_class_3", ("jjf-1637-2017",)),  # base metals
        ("thermocouple", "tc_s_class_2", ("jjg-141-2013",)),  # noble ones
        ("thermocouple", "tc_b_class_3", ("jjg-141-2013",)),
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
        "differs from JJG 52-2013: points of pointer without, there 200000, 400000, 600000, 800000 Pa",
        "differs from JJG 52-2013: points of pointer 250000, 500000, 750000 Pa, there none",
        "differs from JJG 52-2013: item tapping told and not judged, there with a limit of its own",
        "differs from JJG 52-2013: decision rule guard-band-u, there simple",
        "differs from JJG 52-2013: judged is the error as measured, there the error rounded to 0.2 of the"
        " scale interval",
    ]
    alike = replace(
        edition,
        conditions=None,
        rounding=None,
        points=None,
        mpe=tuple(row for row in edition.mpe if row.item != "tapping"),
        sequence=None if edition.sequence is None else replace(edition.sequence, hold_top_s=Decimal(120)),
    )
    assert differences_from(alike, head, sections, "simple") == ()


def test_limits_of_tables_that_name_an_edition_are_those_of_its_formula(library: Library) -> None:
    """Twenty-five units; IEC 60751, AA, at 0.01 °C is 0.100017 °C, which its table has as 0.1 °C."""
    otherwise, followed = [], set()
    for name in available():
        procedure = load(name)
        for model in procedure.models():
            sections, head = procedure.sections(model), procedure.info.of(model)
            own = {section.manner.regulation for section in sections if section.manner is not None}
            for edition in (library.edition(item) for item in head.regulations):
                if edition.regulation in own:
                    followed.add(model)
                    found = differences_from(edition, head, sections, "simple")
                    otherwise += [text.en for text in found if "limit at" in text.en]
            assert len(own) <= 1
            assert own <= {library.edition(item).regulation for item in head.regulations}
    assert len(followed) == 25
    assert otherwise == ["differs from JJG 229-2010: limit at error:0.01degC 0.1 degC, there 0.100017 degC"]


def test_what_a_pressure_table_says_of_its_sequence_is_the_sequence(library: Library) -> None:
    procedure = load("pressure")
    for model in procedure.models():
        for section in procedure.sections(model):
            manner = section.manner
            if manner is not None:
                visits = [p for p in section.points if p.supporting and p.settings.get("mounting", 1) == 1]
                ways = {p.settings["series"]: p.settings["visit"] for p in visits}
                preloads = {p.id.split(":")[1] for p in visits if p.settings["visit"] == "preload"}
                assert manner.preloads == len(preloads)
                told = list(manner.series) * (manner.repeats or 1)
                assert told == [ways[number] for number in sorted(ways) if number]


def test_what_no_table_says_is_named_as_not_compared(library: Library) -> None:
    sections = load("balance").sections("class_iii_scale_15kg")
    found = uncompared(library.edition("jjg-539-2016"), sections)
    guide = uncompared(library.edition("euramet-cg-18-2015"), sections)
    assert found is not None
    assert found.en.endswith(
        "does not state it: the standard's permissible error at most 0.333 of the permissible error"
    )
    assert "标准器的最大允许误差不超过允许误差限的 0.333" in found.zh
    assert guide is not None
    assert guide.en.endswith("; series up; points")
    gauge = uncompared(library.edition("jjg-875-2019"), load("pressure").sections("additel_681"))
    assert gauge is not None
    assert "0.5 of the permissible" in gauge.en
    assert "0.333" not in gauge.en, "which is of other classes"
    assert uncompared(library.edition("jjg-180-2002"), sections) is None


def test_series_preloads_repeats_and_months_of_an_edition_are_compared(library: Library) -> None:
    procedure, edition = load("pressure"), library.edition("jjg-875-2019")
    head, sections = procedure.info.of("additel_681"), procedure.sections("additel_681")
    sequence = edition.sequence
    assert sequence is not None
    other = replace(edition, sequence=replace(sequence, series=("once",), preloads=4, repeats=3))
    items = (RegulationItem("a", Text("A", "甲"), ("gauge",)),)
    law = Regulation(edition.number, edition.title, "memory_low", "", edition.effective, None, 6, items)
    found = {text.en for text in differences_from(other, replace(head, regulation=law), sections, "simple")}
    assert {
        "differs from JJG 875-2019: series of gauge up, down, there once",
        "differs from JJG 875-2019: preloads 3, there 4",
        "differs from JJG 875-2019: repeats 2, there 3",
        "differs from JJG 875-2019: valid for 6 months, there 12 months",
    } <= found
    fewer = replace(edition, sequence=replace(sequence, preloads=1, repeats=1))
    assert not {
        text.en for text in differences_from(fewer, head, sections, "simple") if "loads" in text.en
    }, "more than the edition has is no less"


def test_a_step_of_the_class_is_that_of_its_figure(library: Library) -> None:
    edition = library.edition("jjg-596-2012")
    steps = [step_of(edition, Decimal("0.6"), accuracy_class=name) for name in ("0.2S", "0.5S", "1", "2")]
    assert steps == [Decimal("0.02"), Decimal("0.05"), Decimal("0.1"), Decimal("0.2")]


def judged_by(library: Library, procedure: str, model: str) -> tuple[Text, Judging]:
    """Return how a job of the rule "edition" is judged on a day of 2026, and by which sections."""
    loaded = load(procedure)
    info = loaded.info.of(model)
    judging = as_editions_have_it(loaded.sections(model), info, Lab(), date(2026, 11, 23), "edition")
    return judging_of(library.edition(judging.judged_as), judging.rule), judging


@pytest.mark.parametrize(("procedure", "model", "edition", "rule", "step"), JUDGED)
def test_a_shipped_table_is_judged_as_its_edition_has_it(
    library: Library, procedure: str, model: str, edition: str, rule: str, step: str | None
) -> None:
    """Steps by hand: 0.2 of 0.2 bar = 4 kPa; a tenth of class 0.5S = 0.05 %."""
    told, judging = judged_by(library, procedure, model)
    assert (judging.judged_as, judging.rule) == (edition, rule)
    assert told.en.startswith(f"judged by {library.edition(edition).number}, rule {rule}")
    own = not library.edition(edition).decision
    assert ("which is the procedure's" in told.en, "采用程序的规则" in told.zh) == (own, own)
    limits = [limits for s in judging.sections for p in s.points for limits in p.limits.values()]
    assert {item.rounding and str(item.rounding.step) for item in limits} == {step}
    assert all(item.rounding is None or item.rounding.status != "checked" for item in limits)


def test_each_load_of_a_scale_of_two_intervals_has_the_limit_of_its_own(library: Library) -> None:
    """R 76-1: 4 kg at e = 2 g is 2000 e, 1 e = 2 g; 15 kg at e = 5 g is 3000 e, 1.5 e = 7.5 g."""
    (section,) = load("balance").sections("class_iii_scale_6_15kg")
    manner, edition = section.manner, library.edition("jjg-539-2016")
    assert manner is not None
    found = {point.id: edition_limit(edition, manner, point) for point in section.points}
    limits = {name: found[name] and found[name][0] for name in ("error:4kg", "error:15kg")}
    assert limits == {"error:4kg": Decimal(2), "error:15kg": Decimal("7.5")}


def test_limits_of_no_edition_are_judged_by_none(library: Library) -> None:
    with pytest.raises(UsageError, match="their tables name none") as caught:
        judged_by(library, "pressure", "transmitter_4_20ma")
    assert caught.value.code == "rule-without-edition"


@pytest.mark.slow
@pytest.mark.parametrize(("procedure", "model", "edition", "rule", "step"), JUDGED)
def test_a_simulated_run_under_the_rule_of_its_edition_is_printed_unverified(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    library: Library,
    procedure: str,
    model: str,
    edition: str,
    rule: str,
    step: str | None,
) -> None:
    given = (
        "run",
        procedure,
        "--uut",
        model,
        "--sim",
        "--rule",
        "edition",
        "--seed",
        "3",
        "--non-interactive",
    )
    code = main([*given, "--home", str(tmp_path)])
    out, err = capsys.readouterr()
    assert code in {0, 1, 3}, err
    number = library.edition(edition).number
    assert f"{number}, in force, UNVERIFIED" in out
    assert f"judged by {number}, rule {rule}" in out
    assert main(["show", "last", "--json", "--home", str(tmp_path)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {(point.get("rounding") or {}).get("step") for point in shown["points"]} == {step}
    assert {point["rule"] for point in shown["points"]} == {rule}
    assert main(["replay", "last", "--home", str(tmp_path)]) == 0
