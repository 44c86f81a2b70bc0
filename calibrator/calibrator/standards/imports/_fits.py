"""Functions of values held against the instrument: what it does not do it was not calibrated for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError

if TYPE_CHECKING:
    from calibrator.standards._certificate import CertificateValue
    from calibrator_drivers.accuracy import AccuracyTable

__all__ = ["check_fit"]

_OTHER_WORDS: Final = {"1": "%", "W": "V*A"}  # a unit of the D-SI as it was read, and the trade's
# A point's function, and how the functions of the accuracy tables begin that an instrument has it by.
_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "res2w": ("res4w",),
    "res4w": ("res2w",),
    "pressure": ("pressure_",),
    "temperature": ("temp_", "block_display", "readout_"),
    "mass": ("balance_",),
    "loop": ("dci",),
    "power": ("ac_power", "dc_power"),
    "apparent_power": ("ac_power",),
    "power_factor": ("ac_power",),
    "line_voltage": ("acv",),
    "line_current": ("aci",),
    "line_frequency": ("freq", "ac_power"),
    "pulses": ("energy",),
    "air_temperature": ("temp_ambient",),
    "air_humidity": ("humidity",),
    "air_pressure": ("pressure_abs",),
}
_WARM: Final = ("temp_", "block_", "readout_")  # how functions begin that are in degC
_RELATIVE: Final = frozenset({"1", "%"})


def check_fit(values: Sequence[CertificateValue], model: str, asset: str, where: str) -> None:
    """Refuse values of a function that the instrument does not have, or in a unit that it cannot have.

    A model without an accuracy table (a weight, a resistor, a probe) has the functions that are stated.

    Raises:
        UsageError: code `function-of-instrument` or `unit-of-function`.
    """
    table = _table_of(model)
    for value in values:
        if table is not None and not _has(table, value.function):
            raise UsageError(
                f"values of the function {value.function} cannot be of {asset}, which is a {model} and has"
                f" {', '.join(table.functions())}",
                where=where,
                way_out="Name the function of the table with --function NUMBER=FUNCTION; nothing was taken.",
                code="function-of-instrument",
            )
        fitting = _units(table, value.function)
        if fitting and not {value.unit, _OTHER_WORDS.get(value.unit, "")} & {*fitting}:
            raise UsageError(
                f"values in {value.unit} cannot be of the function {value.function}, which has {fitting[0]}",
                where=where,
                way_out="Name the function of the table with --function NUMBER=FUNCTION; nothing was taken.",
                code="unit-of-function",
            )


def _table_of(model: str) -> AccuracyTable | None:
    from calibrator_drivers.accuracy import list_tables, load_table

    return load_table(model) if model in list_tables() else None


def _has(table: AccuracyTable, function: str) -> bool:
    own = table.functions()
    return function in own or any(name.startswith(_BY.get(function, ())) for name in own)


def _units(table: AccuracyTable | None, function: str) -> tuple[str, ...]:
    """Return the units that a function can have, empty where nothing is known of it."""
    from calibrator.procedure import RESULT_UNITS

    if function.startswith(_WARM):
        # a readout also shows what it makes a temperature of; a bare ratio is of a probe, humidity of neither
        return tuple(unit for unit in RESULT_UNITS["temperature"] if table is None or unit not in _RELATIVE)
    if function in RESULT_UNITS or table is None:
        return tuple(RESULT_UNITS.get(function, ()))
    rows = dict.fromkeys(row.unit for row in table.rows if row.function == function)
    return (*rows, *sorted(_RELATIVE)) if rows else ()
