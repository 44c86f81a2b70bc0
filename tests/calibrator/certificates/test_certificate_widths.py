"""Columns of results follow their content, measured with the font that the document is set in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from calibrator.certificates import Certificate
from calibrator.certificates._pdf import FONTS
from calibrator.certificates._tables import result_tables
from calibrator.certificates._widths import SIZE_PT, column_widths, text_width_em
from calibrator.certificates._words import Speaker

LETTERS = "0123456789+−±.–<%/ VAmkMGHzΩ°CPabgKµnpS"
HEADS = [["x"]] * 15
PAGE_PT = 504.6
FONT = TTFont(FONTS / "CalibratorSans-Regular.ttf")
BOLD = TTFont(FONTS / "CalibratorSans-Bold.ttf")
INSET_PT = 4.6


def set_width_em(text: str, font: TTFont = FONT) -> float:
    """How wide the font sets a text without kerning; its digits are tabular there."""
    advances, letters = font["hmtx"].metrics, font.getBestCmap()
    digit = {FONT: 0.497, BOLD: 0.52}[font]
    return sum(digit if c.isdigit() else advances[letters[ord(c)]][0] / font["head"].unitsPerEm for c in text)


@given(st.text(alphabet=LETTERS, min_size=1, max_size=20))
def test_a_width_is_never_taken_for_less_than_it_is(text: str) -> None:
    assert text_width_em(text) >= set_width_em(text) - 0.01


def row(**given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "range": "10 V",
        "value_unit": "V",
        "k": "2.00",
        "limit": "±1",
        "error_unit": "µV",
        "pfa": "1 %",
    }
    pairs = dict.fromkeys(("nominal", "indication", "reference", "error", "U", "w"), ("1", ""))
    plain |= {"kind": "pass", "verdict": ["pass"]}
    return {**plain, **pairs, "figures": "S/S", "repeated": "", "no_number": [], **given}


def test_a_table_that_fits_keeps_the_usual_shares() -> None:
    widths, size = column_widths([row()], HEADS)
    assert size == SIZE_PT
    assert abs(widths[2] / widths[0] - 1.55 / 1.25) < 1e-9


def test_a_verdict_in_its_box_keeps_to_one_line_where_the_page_has_room() -> None:
    told = row(kind="conditional-pass", verdict=["conditional pass"])
    widths, size = column_widths([told], HEADS)
    assert size == SIZE_PT
    assert widths[13] >= set_width_em("conditional pass", BOLD) * size + 6.0 + 4.0 + INSET_PT
    wide = row(kind="conditional-pass", verdict=["conditional pass"], indication=("1" * 80, ""))
    assert column_widths([wide], HEADS)[0][13] < widths[13]


def test_a_hidden_column_leaves_its_room_to_the_others() -> None:
    whole, _ = column_widths([row()], HEADS)
    widths, _ = column_widths([row()], HEADS, {2, 3})
    assert (widths[2], widths[3]) == (0.0, 0.0)
    assert abs(sum(widths) - PAGE_PT) < 0.01
    assert all(
        new > old for index, (new, old) in enumerate(zip(widths, whole, strict=True)) if index not in (2, 3)
    )


digits = st.integers(0, 10**14).map(str)


@given(st.lists(st.tuples(digits, digits, digits, digits), min_size=1, max_size=4))
def test_every_number_has_its_room_and_the_page_is_kept(numbers: list[tuple[str, ...]]) -> None:
    rows = [row(indication=(a, ""), error=(b, ""), U=(c, ""), w=(d, "")) for a, b, c, d in numbers]
    widths, size = column_widths(rows, HEADS)
    assert abs(sum(widths) - PAGE_PT) < 0.01
    for column, name, font in ((2, "indication", FONT), (5, "error", BOLD), (6, "U", FONT), (10, "w", FONT)):
        longest = max(set_width_em(item[name][0], font) for item in rows)
        assert widths[column] >= longest * size + INSET_PT * size / SIZE_PT - 0.1


def test_long_indications_of_a_time_base_do_not_reach_into_the_error(whole_simulated: Certificate) -> None:
    """A counter's fourteen digits lay over the unit, and the error over U."""
    section = whole_simulated.sections[0]
    result = replace(
        section.results[0],
        function="freq",
        unit="Hz",
        nominal=Decimal(1000000),
        range=Decimal(1000000),
        indication=Decimal("1000006.3247463"),
        error=Decimal("-6.3247463"),
        expanded_uncertainty=Decimal("0.0000040"),
        limit_lower=Decimal(-20),
        limit_upper=Decimal(20),
        guard_band=Decimal("0.0000040"),
    )
    model = replace(whole_simulated, sections=(replace(section, results=(result,), curves=()),))
    table = result_tables(model, Speaker("both"))[0]
    number = table["rows"][0]["error"][0]
    assert number == "−6.3247463"
    assert table["widths"][5] >= set_width_em(number, BOLD) * table["size"] + INSET_PT - 0.1
