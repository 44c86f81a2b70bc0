"""The packaged tables, and table files that cannot be taken as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from calibrator_drivers.accuracy import BadTable, Status, UnknownModel, list_tables, load_table, read_table

ROWS = {  # rows in the reference collection, by model
    "fluke_179": 36,
    "fluke_5520a": 193,  # 24 of its own, the rest of the 5522A's
    "fluke_5522a": 207,
    "fluke_77iv": 9,
    "fluke_87v": 44,
    "keysight_34401a": 189,
    "keysight_34461a": 89,
    "keysight_34465a": 89,
    "keysight_34470a": 89,
    "keysight_3458a": 183,
}


def test_all_tables_are_here_whole() -> None:
    assert set(ROWS) <= set(list_tables())
    assert {name: len(load_table(name).rows) for name in ROWS} == ROWS


def test_every_row_names_a_known_source_with_its_title() -> None:
    untitled = [
        row.id for name in list_tables() for row in load_table(name).rows if not row.source.endswith("]")
    ]
    assert untitled == []


def test_statuses_are_counted_as_in_the_reference_collection() -> None:
    counts = {
        status: sum(row.status is status for row in load_table("keysight_34401a").rows) for status in Status
    }
    assert (counts[Status.SEEN], counts[Status.CHECKED], counts[Status.MEMORY_HIGH]) == (15, 54, 120)


def test_an_unknown_model_is_told_its_neighbours() -> None:
    with pytest.raises(UnknownModel, match="keysight_34401a"):
        load_table("keysight_34401")
    with pytest.raises(LookupError):
        load_table("../sources")


HEAD = '[instrument]\nid = "x"\nmanufacturer = "m"\nmodel = "x"\nkind = "dmm"\n\n'
GOOD = (
    'function = "dcv"\ninterval = "1y"\nunit = "V"\nrange_low = 0.0\nrange_high = 1.0\n'
    'treat_as = "limit_rectangular"\nstatus = "seen"\nsource = "s"\n'
)


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("[[row]]\n" + GOOD.replace('"V"', '"A"'), 7, "unit 'A' does not fit the function 'dcv'"),
        ("[[row]]\n" + GOOD + "coef_readng_ppm = 5.0\n", 7, "unknown key 'coef_readng_ppm'"),
        ("[[row]]\n" + GOOD.replace('"seen"', '"sure"'), 7, "'sure' is not a valid Status"),
        ("[[row]]\n" + GOOD.replace('source = "s"\n', ""), 7, "'source'"),
        ("[[row]]\n" + GOOD + "k = 2.0\n", 7, "treat_as is limit_rectangular and k is 2"),
        ("[[row]]\n" + GOOD + "\n[[row]]\n" + GOOD.replace('"V"', '"ohm"'), 17, "unit 'ohm'"),
        ('[[group]]\ncolumns = ["range_high", "floor"]\nrows = [[1.0]]\n', 7, "1 figures for 2 columns"),
        ("[[row]]\n" + GOOD + 'adders = [{ kind = "sqrt", above = 1.0 }]\n', 7, "adder"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, body: str, line: int, says: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        read_table(path)
    assert says in str(caught.value)
    assert f"line {line}" in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.way_out


@pytest.mark.parametrize(
    ("text", "says"), [("[instrument\n", "not TOML"), ("[instrument]\n", "id"), (HEAD, "no rows")]
)
def test_a_file_that_is_no_table(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=says):
        read_table(path)


def test_limits_need_no_heavy_library() -> None:
    code = (
        "import sys; from calibrator_drivers.accuracy import load_table;"
        "load_table('keysight_34401a').limit('dcv', 1.0);"
        "print([m for m in ('numpy', 'pint', 'scipy', 'pyvisa', 'calibrator') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
