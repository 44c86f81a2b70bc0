"""A table that has answered before answers as one that is asked for the first time."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_drivers.accuracy import (
    AccuracyError,
    AccuracyTable,
    RangeRow,
    Status,
    TreatAs,
    load_table,
    read_table,
)

RANGES = ((0.0, 0.0), (0.0, 1.0), (0.0, 1.2), (0.5, 10.0), (1.0, 1.0), (-2.0, 1.0), (-20.0, 10.0))
BANDS = ((0.0, 0.0), (10.0, 100.0), (100.0, 1000.0))
ENDS = sorted({end * over for ends in RANGES for end in ends for over in (1.0, 1.1, 1.2)})
VALUES = [
    *ENDS,
    *(-end for end in ENDS),
    *(math.nextafter(end, way) for end in ENDS for way in (-math.inf, math.inf)),
    *(end * (1.0 + slack) for end in ENDS for slack in (-2e-9, -1e-9, 1e-9, 2e-9)),
    *(math.nan, float("nan"), math.inf, -math.inf, -0.0, 0, 1, True, False, 5e-324, 10**20),
]

rows = st.builds(
    lambda index, ends, band, interval, option, over, floor: RangeRow(
        *(str(index), "f", interval, "V", *ends, Status.SEEN, "s", TreatAs.LIMIT_RECTANGULAR),
        freq_low_hz=band[0],
        freq_high_hz=band[1],
        option=option,
        over_range_fraction=over,
        floor=floor,
    ),
    st.integers(0, 999),
    st.sampled_from(RANGES),
    st.sampled_from(BANDS),
    st.sampled_from(["24h", "90d", "1y", "typical"]),
    st.sampled_from([None, "002 high", "standard"]),
    st.sampled_from([None, 0.0, 0.2]),
    st.floats(0.0, 1.0),
)
PARTS: tuple[tuple[object, ...], ...] = (
    (None, 1, 1.0, True, 1.2, 10.0, 0.0, -0.0, math.nan),  # range_high
    (0.0, 0, -0.0, False, 50, 50.0, 100.0, math.nan),  # frequency_hz
    ("1y", "24h", "typical", "never"),  # interval
    (None, "002", "002 high", "standard", "other"),  # option
)
usual = st.tuples(*(st.sampled_from((part[0], part[0], *part)) for part in PARTS))
changes = st.integers(0, 3).flatmap(lambda n: st.tuples(st.just(n), st.sampled_from(PARTS[n])))


def answer(table: AccuracyTable, value: float, way: tuple[object, ...]) -> object:
    """Return the row, or what the refusal says."""
    names = ("range_high", "frequency_hz", "interval", "option")
    try:
        return table.row("f", value, **dict(zip(names, way, strict=True)))  # type: ignore[arg-type]
    except AccuracyError as error:
        return type(error), str(error)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(rows, min_size=1, max_size=6),
    usual,
    st.lists(changes, max_size=3),
    st.randoms(use_true_random=False),
)
def test_what_was_asked_before_changes_no_answer(
    held: list[RangeRow], way: tuple[object, ...], others: list[tuple[int, object]], random: Random
) -> None:
    table = AccuracyTable("x", "m", "x", "dmm", "x", "x.toml", tuple(held), over_range_fraction=0.1)
    ways = [way, *((*way[:n], other, *way[n + 1 :]) for n, other in others)]
    for value in random.sample(VALUES, 40):
        for asked in ways:
            assert answer(table, value, asked) == answer(replace(table), value, asked)


def test_every_way_to_ask_one_table_has_its_own_answers() -> None:
    held = tuple(
        RangeRow(
            *(f"{low}-{high} {option} {over}", "f", "1y", "V", low, high),
            *(Status.SEEN, "s", TreatAs.LIMIT_RECTANGULAR),
            option=option,
            over_range_fraction=over,
        )
        for low, high in RANGES[1:4]
        for option, over in (("002 high", 0.0), ("standard", 0.2), (None, None))
    )
    table = AccuracyTable("x", "m", "x", "dmm", "x", "x.toml", held, over_range_fraction=0.1)
    for value in VALUES:
        for way in product((None, 1.2), (0.0, 50.0), ("1y",), (None, "002", "other")):
            assert answer(table, value, way) == answer(replace(table), value, way)


def test_no_number_is_held_by_a_range_that_a_zero_was_found_in() -> None:
    only_zero = RangeRow("0", "f", "1y", "V", 0.0, 0.0, Status.SEEN, "s", TreatAs.LIMIT_RECTANGULAR)
    table = AccuracyTable("x", "m", "x", "dmm", "x", "x.toml", (only_zero,))
    way = (None, 0.0, "1y", None)
    assert answer(table, 0.0, way) is only_zero
    assert answer(table, -0.0, way) is only_zero
    assert answer(table, math.nan, way) == answer(replace(table), math.nan, way) != only_zero


def test_two_tables_of_one_name_keep_their_own_answers(tmp_path: Path) -> None:
    ours = load_table("fluke_179")
    assert ours.limit("dcv", 5.0).half_width > 0.0
    path = tmp_path / "fluke_179.toml"
    path.write_text(OTHER, encoding="utf-8")
    other = read_table(path)
    assert (other.id, ours.id) == ("fluke_179", "fluke_179")
    assert other.limit("dcv", 5.0).half_width == 0.25
    assert ours.limit("dcv", 5.0).half_width != 0.25
    path.write_text(OTHER.replace("floor = 0.25", "floor = 0.5"), encoding="utf-8")
    assert read_table(path).limit("dcv", 5.0).half_width == 0.5
    assert other.limit("dcv", 5.0).half_width == 0.25


OTHER = """[instrument]
id = "fluke_179"
manufacturer = "m"
model = "x"
kind = "dmm"

[[row]]
function = "dcv"
interval = "1y"
unit = "V"
range_low = 0.0
range_high = 10.0
floor = 0.25
treat_as = "limit_rectangular"
status = "seen"
source = "s"
"""
