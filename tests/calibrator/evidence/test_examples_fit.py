"""Which example certificate can serve which role of a procedure, and why the others cannot."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import calibrator_procedures
from calibrator.engine._certificate_route import Figure, NoValue, by_certificate
from calibrator.procedure import Point
from calibrator.standards import Certificate
from calibrator.standards.imports import interpret, read_dcc
from calibrator.standards.imports._fits import check_fit
from calibrator_drivers.accuracy import Limit, RangeRow, Status, TreatAs, load_table

READOUT = "fluke_1529"  # the standard of the thermometer procedures, role function temp_rtd
# file: what its values are
FITS = {
    "dcc-3.3.0-temperature-example.xml": "errors in K at temperatures: a readout's",
    "dcc_gp_temperature_extensive_v12.xml": "errors in K at temperatures: a readout's",
    "dcc_gp_temperature_simplified_v12.xml": "errors in K at temperatures: a readout's",
    "dcc_gp_temperature_typical_adjustment_v12.xml": "errors in K at temperatures: a readout's",
    "dcc_gp_temperature_typical_v12.xml": "errors in K at temperatures: a readout's",
    "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml": "errors in K at temperatures: a readout's",
}
# file: the unit of its values, and what they are
FITS_NOT = {
    "dcc-3.3.0-formula-example.xml": ("ohm", "resistances at temperatures, no deviation"),
    "dcc_gp_temperatur_resistance_v12.xml": ("ohm", "resistances at temperatures, no deviation"),
    "dcc_gp_humidity_v1.0.xml": ("1", "relative humidities, which no procedure measures"),
}


def figure_of(file: Path, function: str) -> Figure:
    """Return what the route by certificate makes of a file at 50 °C, in a role of a function."""
    document = read_dcc(file.read_bytes(), file.name)
    (reading,) = interpret(document, {"": function}, file.name)
    issued = date(2026, 1, 1)
    certificate = Certificate(
        *("REF-1", "C-1", issued, issued, "PTB", "", "SI", "values", (), None, "", "", "", ""),
        simulated=False,
        values=reading.values,
    )
    row: RangeRow = load_table(READOUT).row("temp_rtd", 50.0)
    drift = Limit(0.01, "degC", 0.0, TreatAs.LIMIT_RECTANGULAR, Status.CHECKED, "manual", "1y", "row")
    at = Point("t:50", "t", function, Decimal(50), Decimal(450), "degC", {}, "source")
    given = {"range_at": lambda value: None, "specified": drift, "at_calibration": drift}
    return by_certificate(at, row, certificate, None, today=issued, **given)


def test_every_example_is_said_to_fit_or_not(schemas: Path) -> None:
    found = {file.name for file in (schemas / "examples").glob("*.xml")}
    assert found == {*FITS, *FITS_NOT}


@pytest.mark.parametrize("name", FITS)
def test_errors_of_a_thermometer_serve_the_readout_of_the_thermometer_procedures(
    schemas: Path, name: str
) -> None:
    found = figure_of(schemas / "examples" / name, "temp_rtd")
    # between the errors at about 33 and 100 degC; a correction is the opposite of an error
    assert [value.value for value in found.values] == [Decimal("0.072"), Decimal("0.089")]
    assert -0.089 < found.correction < -0.072
    check_fit(found.values, READOUT, "REF-1", name)


@pytest.mark.parametrize("name", FITS_NOT)
def test_what_fits_no_role_says_why_and_decides_nothing(schemas: Path, name: str) -> None:
    file = schemas / "examples" / name
    with pytest.raises(NoValue, match=f"states its values of temp_rtd in {FITS_NOT[name][0]} at"):
        figure_of(file, "temp_rtd")


def test_no_procedure_has_a_role_for_humidity() -> None:
    """The day one has, the humidity example is to serve it."""
    folder = Path(calibrator_procedures.__file__).parent
    heads = [tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*/procedure.toml")]
    assert len(heads) >= 10
    functions = {figure.get("function", "") for head in heads for figure in head.get("figures", ())}
    assert "temp_rtd" in functions
    assert not [function for function in functions if "humidity" in function]
