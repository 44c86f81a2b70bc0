"""From a function's name to the role's method, and the unit that belongs to it."""

from __future__ import annotations

from typing import cast

from calibrator._errors import RunError
from calibrator.procedure import READING_UNITS
from calibrator_drivers import roles


def unit_of(function: str, unit: str = "") -> str:
    """Return the unit in which a function is read and staged; raises `RunError` where another was written."""
    expected = READING_UNITS.get(function)
    if expected is None:
        raise RunError(
            f"the function {function!r} is none that the bench can do",
            way_out=f"Use one of {', '.join(READING_UNITS)}.",
            code="unknown-function",
        )
    if unit and unit != expected:
        raise RunError(
            f"the unit {unit!r} does not fit the function {function!r}",
            way_out=f"Write the value in {expected}.",
            code="unit-mismatch",
        )
    return expected


def stage_source(
    source: roles.Source,
    function: str,
    value: float,
    *,
    wires: int,
    frequency_hz: float = 0.0,
    amplitude_v: float = 1.0,
) -> None:
    """Programme a value on a source in standby; `frequency_hz` is that of an alternating quantity (rms)."""
    if function == "dcv":
        cast("roles.SourceVoltageDC", source).stage_voltage_dc(value)
    elif function == "acv":
        cast("roles.SourceVoltageAC", source).stage_voltage_ac(value, frequency_hz=frequency_hz)
    elif function == "aci":
        cast("roles.SourceCurrentAC", source).stage_current_ac(value, frequency_hz=frequency_hz)
    elif function == "freq":
        cast("roles.SourceFrequency", source).stage_frequency(value, amplitude_v=amplitude_v)
    elif function in ("res2w", "res4w"):
        cast("roles.SourceResistance", source).stage_resistance(value, wires=wires)
    elif function == "dci":
        cast("roles.SourceCurrentDC", source).stage_current_dc(value)
    else:
        raise RunError(
            f"no source role stands behind the function {function!r}",
            way_out="Use dcv, acv, res2w, res4w, dci, aci or freq.",
            code="unknown-function",
        )


def configure_meter(
    meter: roles.Meter,
    function: str,
    range_: float,
    *,
    nplc: float,
    wires: int,
    high_impedance: bool,
    frequency_hz: float = 0.0,
    gate_s: float = 1.0,
    amplitude_v: float = 1.0,
) -> None:
    """Fix function, range and integration time of a meter.

    `frequency_hz` is that of an alternating quantity; the range of a frequency is the one that is expected.
    """
    if function == "acv":
        cast("roles.MeasureVoltageAC", meter).configure_voltage_ac(range_, frequency_hz=frequency_hz)
    elif function == "aci":
        cast("roles.MeasureCurrentAC", meter).configure_current_ac(range_, frequency_hz=frequency_hz)
    elif function == "freq":
        cast("roles.MeasureFrequency", meter).configure_frequency(
            range_, gate_s=gate_s, amplitude_v=amplitude_v
        )
    elif function == "dcv":
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
            way_out="Use dcv, acv, res2w, res4w, dci, aci or freq.",
            code="unknown-function",
        )
