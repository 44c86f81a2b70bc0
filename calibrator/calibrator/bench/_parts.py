"""Any part of a bench by its function: how it is programmed, configured, read and made to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from calibrator._errors import RunError
from calibrator.bench._drivers import configure_meter, stage_source
from calibrator_drivers.roles import Indication

if TYPE_CHECKING:
    from calibrator_drivers import roles
    from calibrator_drivers.pulses import CountsPulses

__all__ = ["ELECTRICAL", "act_part", "configure_part", "read_part", "stage_part"]

Setting = float | str | bool

ELECTRICAL = ("dcv", "acv", "dci", "aci", "res2w", "res4w", "freq")
_POWER = {
    "power": ("active_w", "W"),
    "apparent_power": ("apparent_va", "V*A"),
    "power_factor": ("power_factor", "1"),
    "line_voltage": ("voltage_v", "V"),
    "line_current": ("current_a", "A"),
    "line_frequency": ("frequency_hz", "Hz"),
}
_AIR = {
    "air_temperature": ("temperature_c", "degC"),
    "air_humidity": ("humidity_rh", "%"),
    "air_pressure": ("pressure_pa", "Pa"),
}
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "pressure": ("range", "absolute"),
    "temperature": ("channel", "probe", "current_a"),
    "mass": ("changeover",),
    **dict.fromkeys(_POWER, ("range_v", "range_a", "update_s")),
    **dict.fromkeys(
        (*ELECTRICAL, "loop"),
        ("range", "nplc", "wires", "high_impedance", "frequency_hz", "gate_s", "amplitude_v"),
    ),
    "pulses": ("level_v",),
}
_STAGED: Mapping[str, tuple[str, ...]] = {
    "pressure": ("slew",),
    "temperature": (),
    **dict.fromkeys(ELECTRICAL, ("wires", "frequency_hz", "amplitude_v")),
}


# Actions that the method of a driver is named otherwise for.
_METHODS: Mapping[str, str] = {
    "vent": "make_safe",
    "external_reference": "use_reference",
    "internal_reference": "use_reference",
}


class _TakesReference(Protocol):
    def use_reference(self, *, external: bool) -> None: ...


@runtime_checkable
class _ChoosesCurrent(Protocol):
    def choose_current(self, current_a: float) -> None: ...


class _ReadByAPerson(Protocol):
    def configure_mass(self, *, changeover: bool) -> None: ...


def stage_part(
    driver: roles.Instrument, function: str, value: float, settings: Mapping[str, Setting]
) -> None:
    """Programme a value with the output off; raises `RunError` for a setting that the function has not."""
    _known(function, settings, _STAGED)
    if function == "pressure":
        controller = cast("roles.SourcePressure", driver)
        if "slew" in settings:
            controller.set_slew(float(settings["slew"]))
        controller.stage_pressure(value)
    elif function == "temperature":
        cast("roles.SourceTemperature", driver).stage_temperature(value)
    else:
        stage_source(
            cast("roles.Source", driver),
            function,
            value,
            wires=int(settings.get("wires", 2)),
            frequency_hz=float(settings.get("frequency_hz", 0.0)),
            amplitude_v=float(settings.get("amplitude_v", 1.0)),
        )


def configure_part(driver: roles.Instrument, function: str, settings: Mapping[str, Setting]) -> None:
    """Fix what a part measures and how; raises `RunError` for a setting that the function has not."""
    _known(function, settings, _SETTINGS)
    if function == "pressure":
        if "range" in settings:
            cast("roles.MeasurePressure", driver).configure_pressure(
                float(settings["range"]), absolute=bool(settings.get("absolute", False))
            )
    elif function == "temperature":
        if "channel" in settings and hasattr(driver, "configure_temperature"):
            cast("roles.MeasureTemperature", driver).configure_temperature(
                int(settings["channel"]), probe=str(settings.get("probe", "pt100"))
            )
        if "current_a" in settings:
            _choose_current(driver, float(settings["current_a"]))
    elif function == "mass":
        if hasattr(driver, "configure_mass"):
            cast("_ReadByAPerson", driver).configure_mass(changeover=bool(settings.get("changeover", False)))
    elif function in _POWER:
        if "range_v" in settings and hasattr(driver, "configure_power_ac"):
            cast("roles.MeasurePowerAC", driver).configure_power_ac(
                float(settings["range_v"]),
                float(settings.get("range_a", 0.0)),
                update_s=float(settings.get("update_s", 1.0)),
            )
    elif function in (*ELECTRICAL, "loop"):
        _electrical(cast("roles.Meter", driver), "dci" if function == "loop" else function, settings)


def _choose_current(driver: roles.Instrument, current_a: float) -> None:
    if not isinstance(driver, _ChoosesCurrent):
        raise RunError(
            f"{driver.MODEL_ID} has one current for its probes, and the procedure asks for another",
            way_out="Let a readout read the unit whose current can be chosen, such as a 1502A.",
            code="no-role",
        )
    driver.choose_current(current_a)


def _electrical(meter: roles.Meter, function: str, settings: Mapping[str, Setting]) -> None:
    configure_meter(
        meter,
        function,
        float(settings.get("range", 0.0)),
        nplc=float(settings.get("nplc", 1.0)),
        wires=int(settings.get("wires", 2)),
        high_impedance=bool(settings.get("high_impedance", True)),
        frequency_hz=float(settings.get("frequency_hz", 0.0)),
        gate_s=float(settings.get("gate_s", 1.0)),
        amplitude_v=float(settings.get("amplitude_v", 1.0)),
    )


def read_part(driver: roles.Instrument, function: str) -> Indication:
    """Take one reading of a function; a source is read by its own display where it is no meter besides."""
    if function in _POWER:
        return _of_power(cast("roles.MeasurePowerAC", driver), function)
    if function in _AIR:
        key, unit = _AIR[function]
        air = cast("roles.MeasureEnvironment", driver).read_environment()
        return Indication(air.raw, getattr(air, key), unit, traffic_offset=air.traffic_offset)
    if function in ("energy", "pulses", "discipline"):
        return _of_one_kind(driver, function)
    if not hasattr(driver, "read"):
        return _own_display(driver, function)
    return cast("roles.Meter", driver).read()


def _of_one_kind(driver: roles.Instrument, function: str) -> Indication:
    if function == "energy":
        return cast("roles.MeasureEnergy", driver).read_energy()
    if function == "pulses":
        total = cast("CountsPulses", driver).total()
        return Indication(total.raw, total.value, "1", total.overload, total.traffic_offset)
    found = cast("roles.ReferenceFrequency", driver).discipline()
    return Indication(found.raw, 1.0 if found.traceable else 0.0, "1")


def _of_power(meter: roles.MeasurePowerAC, function: str) -> Indication:
    key, unit = _POWER[function]
    if function == "power" and not hasattr(meter, "read_power"):
        return meter.read()
    found = meter.read_power()
    value: float | None = getattr(found, key)
    if value is None:
        return Indication(found.raw, float("nan"), unit, overload=True, traffic_offset=found.traffic_offset)
    return Indication(found.raw, value, unit, found.overload, found.traffic_offset)


def _own_display(driver: roles.Instrument, function: str) -> Indication:
    """Return what a source itself indicates."""
    if function == "pressure":
        value, unit = cast("roles.SourcePressure", driver).line_pressure_pa(), "Pa"
    elif function == "temperature":
        value, unit = cast("roles.SourceTemperature", driver).temperature_c(), "degC"
    else:
        raise RunError(
            f"{driver.MODEL_ID} does not read {function!r}",
            way_out="Let another part of the wiring read it.",
            code="no-role",
        )
    return Indication(repr(value), value, unit)


def act_part(driver: roles.Instrument, action: str, settings: Mapping[str, Setting]) -> None:
    """Let a part do something; raises `RunError` for an action that there is not, or not for this part."""
    acts: Mapping[str, Callable[[], None]] = {
        "zero": lambda: cast("roles.MeasureMass", driver).zero(),
        "tare": lambda: cast("roles.MeasureMass", driver).tare(),
        "prepare_energy": lambda: cast("roles.MeasureEnergy", driver).prepare_energy(),
        "start_energy": lambda: cast("roles.MeasureEnergy", driver).start_energy(),
        "stop_energy": lambda: cast("roles.MeasureEnergy", driver).stop_energy(),
        "start_total": lambda: cast("CountsPulses", driver).start_total(
            level_v=float(settings.get("level_v", 2.5))
        ),
        "stop_total": lambda: cast("CountsPulses", driver).stop_total(),
        "vent": lambda: cast("roles.SourcePressure", driver).make_safe(),
        "external_reference": lambda: cast("_TakesReference", driver).use_reference(external=True),
        "internal_reference": lambda: cast("_TakesReference", driver).use_reference(external=False),
    }
    if action not in acts:
        raise RunError(
            f"there is no action {action!r}", way_out=f"Use one of {', '.join(acts)}.", code="unknown-action"
        )
    method = _METHODS.get(action, action)
    if not hasattr(driver, method):
        raise RunError(
            f"{driver.MODEL_ID} has no action {action!r}",
            way_out="Name another part, or another instrument in the wiring.",
            code="no-role",
        )
    acts[action]()


def _known(function: str, settings: Mapping[str, Setting], table: Mapping[str, tuple[str, ...]]) -> None:
    for key in settings:
        if key not in table.get(function, ()):
            allowed = ", ".join(table.get(function, ())) or "none"
            raise RunError(
                f"{function!r} has no setting {key!r}", way_out=f"It has: {allowed}.", code="unknown-setting"
            )
