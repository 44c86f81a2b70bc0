"""Results as an Excel workbook, readings as a Parquet file: each by an extra of its own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from calibrator._errors import UsageError
from calibrator.evidence._table import COLUMNS, rows_of

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["parquet_bytes", "xlsx_bytes"]

_NUMBERS: Final = frozenset(
    {"nominal", "range", "readings", "indication", "error", "u", "U", "k", "dof", "lower_limit"}
    | {"upper_limit", "guard_band", "pfa", "attempt", "attempts"}
)


def xlsx_bytes(shown: Mapping[str, Any]) -> bytes:
    """Return the results as an Excel workbook; numbers as numbers, in the unit beside them.

    Excel keeps 15 digits; the exact ones stand in `show --json`. No cell is a formula.

    Raises:
        UsageError: code `extra-missing`, openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
    except ImportError as error:
        raise _missing("openpyxl", "excel") from error
    book = Workbook(write_only=False)
    sheet = book.worksheets[0]
    sheet.title = "results"
    for number, name in enumerate(COLUMNS, start=1):
        sheet.cell(1, number, name).font = Font(bold=True)
    for line, row in enumerate(rows_of(shown), start=2):
        for number, name in enumerate(COLUMNS, start=1):
            cell = sheet.cell(line, number)
            value = _number(row[name]) if name in _NUMBERS else None
            if value is None:
                cell.value, cell.data_type = row[name], "s"  # a text that begins with = stays one
            else:
                cell.value = value
    sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _number(text: str) -> float | None:
    """Return a finite number, None for what Excel has no number for."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def parquet_bytes(run: str, events: Iterable[Event]) -> bytes:
    """Return every reading of a run as a Parquet table, one row each, set aside or not.

    Raises:
        UsageError: code `extra-missing`, pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise _missing("pyarrow", "parquet") from error
    from calibrator.evaluation._collect import number

    kept = [event for event in events if event.kind in ("reading", "readings.discarded", "run.opened")]
    gone = {int(seq) for e in kept if e.kind == "readings.discarded" for seq in e.body["seqs"]}
    mode = next((str(e.body["mode"]) for e in kept if e.kind == "run.opened"), "")
    readings = [event for event in kept if event.kind == "reading"]
    text, count, real = pyarrow.string(), pyarrow.int64(), pyarrow.float64()

    def texts(key: str) -> list[str]:
        return [str(event.body.get(key, "")) for event in readings]

    columns = {
        "run": pyarrow.array([run] * len(readings), text),
        "mode": pyarrow.array([mode] * len(readings), text),
        "seq": pyarrow.array([event.seq for event in readings], count),
        "at": pyarrow.array([event.at for event in readings], pyarrow.timestamp("us", tz="UTC")),
        **{name: pyarrow.array(texts(name), text) for name in ("point", "asset", "use", "unit", "raw")},
        **{
            name: pyarrow.array([event.body.get(name) for event in readings], count)
            for name in ("attempt", "index", "traffic")
        },
        **{
            name: pyarrow.array([number(event.body.get(name)) for event in readings], real)
            for name in ("value", "applied")
        },
        "overload": pyarrow.array([bool(event.body.get("overload")) for event in readings]),
        "set_aside": pyarrow.array([event.seq in gone for event in readings]),
    }
    made = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), made)
    return made.getvalue()


def _missing(package: str, extra: str) -> UsageError:
    return UsageError(
        f"{package} is not installed",
        where=f"the extra {extra}",
        way_out=f'Install it: python -m pip install "calibrator-lab[{extra}]".',
        code="extra-missing",
    )
