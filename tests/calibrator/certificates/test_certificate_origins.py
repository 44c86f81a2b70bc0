"""Sources of figures in a reader's words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from calibrator.certificates._origins import origin, rows_text
from calibrator.procedure import Text
from calibrator_drivers.accuracy import State, load_table

FROZEN = Path(__file__).parents[1] / "evidence" / "frozen"


def test_what_nobody_read_says_so_in_both_languages() -> None:
    """The source list names it S-MEM; a customer reads words, and no name of a file."""
    limit = load_table("fluke_5522a").limit(
        "dcv",
        10.0,
        state=State(temperature_c=23.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.0),
    )
    found = origin(f"{limit.row} [{limit.source}]")
    assert found.document == Text(
        "the maker's manual or data sheet, recalled, not read in the document",
        "制造商手册或数据表，凭记忆给出，未查阅原文件",
    )
    assert rows_text([found]) == Text(
        "Fluke 5522A, Direct voltage, 1 year: to 32.99999 V", "Fluke 5522A，直流电压，1 年：至 32.99999 V"
    )


def test_a_document_keeps_its_title_and_rows_of_one_table_stand_together() -> None:
    rows = [
        origin(f"fluke_5522a dcv {high} V 1y [Manual, p. 9 [S-1]] (at 23)")
        for high in ("0.33", "3.3", "0.33")
    ]
    assert {found.document for found in rows} == {Text("Manual, p. 9", "Manual, p. 9")}
    assert rows_text(rows).en == "Fluke 5522A, Direct voltage, 1 year: to 330 mV, 3.3 V (at 23)"
    other = origin("fluke_5522a dci 0.33 A 1y [Manual, p. 9 [S-1]]")
    assert rows_text([*rows, other]).en.endswith("; Fluke 5522A, Direct current, 1 year: to 330 mA")


def test_input_conductances_are_named_once() -> None:
    rows = [
        origin(f"input conductance on {high} V, point table of keysight_34401a") for high in ("0.1", "10")
    ]
    assert rows_text(rows) == Text(
        "input conductance of the Keysight 34401A on 100 mV, 10 V",
        "Keysight 34401A 的输入电导，量程 100 mV, 10 V",
    )


def test_free_text_stays_as_it_was_written_but_for_its_units() -> None:
    found = origin("two leads of 1 m, 1 mm2 copper, room to 150 degC")
    assert found.document is None
    assert rows_text([found]).en == "two leads of 1 m, 1 mm² copper, room to 150 °C"


@pytest.mark.parametrize(
    ("row", "en", "zh"),
    [
        (
            "fluke_1586a temp_tc 1000 degC K 1y",
            "Fluke 1586A, thermocouples, K, 1 year: to 1000 °C",
            "Fluke 1586A，热电偶测温，K，1 年：至 1000 °C",
        ),
        (
            "mettler_xs205du balance_resolution 81 g typical",
            "Mettler XS205DU, resolution, typical: to 81 g",
            "Mettler XS205DU，分辨力，典型值：至 81 g",
        ),
        (
            "yokogawa_wt310 ac_power 3000 W 45-66 Hz pf 1 1y",
            "Yokogawa WT310, alternating power, 45-66 Hz pf 1, 1 year: to 3 kW",
            "Yokogawa WT310，交流功率，45-66 Hz pf 1，1 年：至 3 kW",
        ),
        (
            "fluke_9142 block_axial_40mm 150 degC 1y",
            "Fluke 9142, axial homogeneity over 40 mm, 1 year: to 150 °C",
            "Fluke 9142，轴向均匀性（40 mm），1 年：至 150 °C",
        ),
        (
            "fluke_9142 block_of_another_kind 150 degC 1y",
            "Fluke 9142, block of another kind, 1 year: to 150 °C",
            "Fluke 9142，block of another kind，1 年：至 150 °C",
        ),
    ],
)
def test_a_row_of_any_quantity_is_put_into_words(row: str, en: str, zh: str) -> None:
    assert rows_text([origin(f"{row} [a memory [S-MEM]]")]) == Text(en, zh)


def test_additions_of_points_of_one_row_stand_together() -> None:
    """Each point of 1000 V had a paragraph of its own on a 3458A's certificate, which ran over a page."""
    rows = [
        origin(
            f"keysight_3458a dcv 1000 V standard 1y [Data sheet [S-1]] (no ACAL; added {volts} V "
            "(quadratic) [Data sheet [S-1]])"
        )
        for volts in ("0.0004273", "0.008748")
    ]
    assert rows_text(rows).en == (
        "Keysight 3458A, Direct voltage, 1 year: to 1000 V (no ACAL; with an addition (quadratic))"
    )


@pytest.mark.parametrize("name", sorted(file.stem for file in FROZEN.glob("*.json")))
def test_what_procedures_say_of_a_source_is_said_in_chinese(name: str) -> None:
    """A Chinese certificate named its sources in English."""
    told = (FROZEN / f"{name}.json").read_text(encoding="utf-8")
    fixed = [e["body"] for e in json.loads(told)["events"] if e["kind"] == "references.fixed"]
    sources = {
        c["source"] for body in fixed for p in body["points"] for c in p["contributions"] if c["source"]
    }
    assert sources
    for source in sources:
        come = origin(source)
        parts = rows_text([come]).zh.replace("; ", "；").split("；")
        english = [part for part in parts if not re.search("[\u4e00-\u9fff]", part)]
        assert english == [], source


def test_a_source_that_is_the_same_in_both_languages_stands_once() -> None:
    """Two titles parted by a semicolon stood twice, as the Chinese one is another letter."""
    assert rows_text([origin("Title A"), origin("Title B")]) == Text("Title A; Title B", "Title A; Title B")
    assert rows_text([origin("point table of fluke_5522a: measured with a rule; Title A")]) == Text(
        "point table of Fluke 5522A: measured with a rule; Title A",
        "Fluke 5522A 的校准点表：用直尺测量；Title A",
    )
