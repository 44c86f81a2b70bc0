"""From a function's name to the role's method, and the unit that belongs to it."""

from __future__ import annotations

from typing import cast

from calibrator._errors import RunError
from calibrator.procedure import FUNCTION_UNITS
from calibrator_drivers import roles


def unit_of(function: str, unit: str) -> str:
    """Return the unit of a function; raises `RunError` where another one was written."""
    expected = FUNCTION_UNITS.get(function)
    if expected is None:
        raise RunError(
            f"the function {function!r} is none that the bench can do",
            way_out=f"Use one of {', '.join(FUNCTION_UNITS)}.",
            code="unknown-function",
        )
    if unit != expected:
        raise RunError(
            f"the unit {unit!r} does not fit the function {function!r}",
            way_out=f"Write the value in {expected}.",
            code="unit-mismatch",
        )
    return expected


def stage_source(source: roles.Source, function: str, value: float, *, wires: int) -> None:
    """Programme a value on a source in standby."""
    if function == "dcv":
        cast("roles.SourceVoltageDC", source).stage_voltage_dc(value)
    elif function in ("res2w", "res4w"):
        cast("roles.SourceResistance", source).stage_resistance(value, wires=wires)
    elif function == "dci":
        cast("roles.SourceCurrentDC", source).stage_current_dc(value)
    else:
        raise RunError(
            f"no source role stands behind the function {function!r}",
            way_out="Use dcv, res2w, res4w or dci.",
            code="unknown-function",
        )


def configure_meter(
    meter: roles.Meter, function: str, range_: float, *, nplc: float, wires: int, high_impedance: bool
) -> None:
    """Fix function, range and integration time of a meter."""
    if function == "dcv":
        cast("roles.MeasureVoltageDC", meter).configure_voltage_dc(
            range_, nplc=nplc, high_impedance=high_impedance
        )
    elif function in ("res2w", "res4w"):
        wires = 4 if function == "res4w" else wires
        cast("roles.MeasureResistance", meter).configure_resistance(range_, wires=wires, nplc=nplc)
    elif function == "dci":
        cast("roles.MeasureCurrentDC", meter).configure_current_dc(range_, nplc=nplc)
    else:
        raise RunError(
            f"no meter role stands behind the function {function!r}",
            way_out="Use dcv, res2w, res4w or dci.",
            code="unknown-function",
        )
