"""Results and readings in files of others, read back; a label that promises nothing that was not agreed."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError
from calibrator.evaluation import as_told, show
from calibrator.evidence import csv_bytes, label_svg, parquet_bytes, xlsx_bytes
from calibrator.evidence._table import COLUMNS
from calibrator.record import Record

Call = Callable[..., Any]


@pytest.fixture
def shown(record: Record) -> dict[str, Any]:
    return show(record, record.find_run("last"))


def test_csv_holds_the_recorded_digits(shown: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_bytes(shown).decode("utf-8-sig"), newline="")))
    assert [row["point"] for row in rows] == [point["id"] for point in shown["points"]]
    for row, point in zip(rows, shown["points"], strict=True):
        assert (row["error"], row["U"], row["k"], row["verdict"]) == (
            *(point["error"], point["U"], point["k"]),
            point["verdict"],
        )
        assert list(row) == list(COLUMNS)


def test_the_indication_has_its_own_unit_and_a_point_without_a_number_has_none(shown: dict[str, Any]) -> None:
    first, second = shown["points"][:2]
    assert shown["indication_units"][first["id"]] == first["unit"]
    shown["indication_units"][first["id"]] = "mA"
    shown["points"][1] = {**second, "error": "inf", "U": "0", "budget": [], "notes": ["overload"]}
    rows = list(csv.DictReader(io.StringIO(csv_bytes(shown).decode("utf-8-sig"), newline="")))
    assert (rows[0]["indication_unit"], rows[0]["unit"]) == ("mA", first["unit"])
    numbers = ("error", "u", "U", "k", "dof", "guard_band", "pfa", "indication", "indication_unit")
    assert {rows[1][name] for name in numbers} == {""}
    assert rows[1]["notes"] == "overload"
    told = as_told(shown)["points"][1]
    assert (told["error"], told["U"], told["pfa"], told["no_number"]) == (None, None, None, "overload")
    assert as_told(shown)["points"][0] == {**first, "taxon": shown["taxa"][first["id"]]}


def test_a_name_that_begins_like_a_formula_is_none(shown: dict[str, Any]) -> None:
    import openpyxl

    shown["run"]["uut"]["serial"] = '=HYPERLINK("http://example.org")'
    (row, *_) = csv.DictReader(io.StringIO(csv_bytes(shown).decode("utf-8-sig"), newline=""))
    assert row["serial"].startswith("'=")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(shown))).worksheets[0]
    cell = sheet.cell(2, COLUMNS.index("serial") + 1)
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://example.org")')


def test_excel_holds_numbers_as_numbers(shown: dict[str, Any]) -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(shown))).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == list(COLUMNS)
    for line, point in enumerate(shown["points"], start=2):
        assert sheet.cell(line, heads.index("error") + 1).value == float(point["error"])
        assert sheet.cell(line, heads.index("verdict") + 1).value == point["verdict"]


def test_parquet_holds_every_reading(record: Record) -> None:
    import pyarrow.parquet

    run = record.find_run("last")
    table = pyarrow.parquet.read_table(io.BytesIO(parquet_bytes(run, record.events(run))))
    events = list(record.events(run, kinds={"reading"}))
    assert table.num_rows == len(events)
    values = table["value"].to_pylist()
    assert values == [float.fromhex(event.body["value"]) for event in events]  # every bit
    assert table["raw"].to_pylist() == [event.body["raw"] for event in events]
    assert table["at"].to_pylist() == [event.at for event in events]
    assert set(table["mode"].to_pylist()) == {"simulated"}


def test_without_the_extra_the_way_to_it_is_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, form in (("openpyxl", "xlsx"), ("pyarrow", "parquet")):
        monkeypatch.setitem(sys.modules, name, None)
        said = call("table", "--format", form)
        assert said.code == 2
        assert 'pip install "calibrator-lab[' in said.err


def test_the_commands_write_files_and_never_over_one(call: Call, tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "parquet"):
        out = tmp_path / f"run.{form}"
        assert call("table", "--format", form, "--out", str(out)).code == 0
        assert out.stat().st_size > 1000
        assert call("table", "--format", form, "--out", str(out)).code == 2
    label = tmp_path / "label.svg"
    assert call("label", "--out", str(label)).code == 0
    text = label.read_text(encoding="utf-8")
    assert "due" not in text
    assert "SIMULATED" in text
    assert "calibrator:SIM-" in text
    assert call("label", "--due", "2027-11-23", "--out", str(tmp_path / "due.svg")).code == 0
    assert "due 2027-11-23" in (tmp_path / "due.svg").read_text(encoding="utf-8")


def test_a_label_names_a_document(tmp_path: Path, record: Record) -> None:
    class Unissued:
        def events(self, run: str, kinds: Any = None) -> list[Any]:
            return []

    with pytest.raises(RefusedError, match="a label names one"):
        label_svg(Unissued(), "run")  # type: ignore[arg-type]
