"""The source's own output limits: set for a section, and put back as they were when the run ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, cast

from calibrator.engine._context import Context
from calibrator.procedure import Section
from calibrator_drivers.roles import Source, SourceLimits, SourcePressure

if TYPE_CHECKING:
    from calibrator.engine._steps import RecordedEvent

__all__ = ["found_limits", "restore_limits", "set_limits", "try_restore_limits"]

_log = logging.getLogger("calibrator.engine")


def set_limits(context: Context, section: Section) -> None:
    """Set the instrument's own limits to the section's maximum (METROLOGY 5).

    An instrument keeps them also when it is switched off, so what was there before is recorded first.
    """
    for name in context.sources_of(section):
        _set_limits(context, section, name)


def _set_limits(context: Context, section: Section, name: str) -> None:
    driver = cast("Source", context.station.driver(name))
    asset = context.station.bench.instruments[name].asset
    before = driver.limits()  # asked each time, so that a resumed run takes the time of an unbroken one
    if name not in found_limits(context.chronicle.events):
        _configured(context, name, asset, {"limits_before": None if before is None else _body(before)})
    ceilings = context.ceilings(section)
    if "SourcePressure" in driver.ROLES:
        cast("_Slow", driver).set_limits(pressure_pa=ceilings.get("Pa", 0.0))
        cast("SourcePressure", driver).set_slew(context.slew(section))  # the vent has it too
    elif "SourceTemperature" in driver.ROLES:
        cast("_Slow", driver).set_limits(temperature_c=context.cut_out(section))
    else:
        driver.set_limits(voltage_v=ceilings["V"], current_a=ceilings["A"])
    _configured(context, name, asset, {"limits": ceilings})


class _Slow(Protocol):
    """A source with a limit of its own in pascals or degrees Celsius."""

    def set_limits(self, *, pressure_pa: float | None = None, temperature_c: float | None = None) -> None:
        """Set the highest value that it takes."""
        ...


def found_limits(events: Iterable[RecordedEvent]) -> dict[str, SourceLimits | None]:
    """Return the limits that the run found, by instrument; None where the instrument did not tell."""
    found: dict[str, SourceLimits | None] = {}
    for event in events:
        if event.kind == "configured" and "limits_before" in event.body["what"]:
            before = event.body["what"]["limits_before"]
            found[event.body["instrument"]] = None if before is None else _limits(before)
    return found


def restore_limits(context: Context) -> None:
    """Put back the limits that were there before the run; the outputs are in standby then."""
    for name, before in found_limits(context.chronicle.events).items():
        if before is not None:
            asset = context.station.bench.instruments[name].asset
            cast("Source", context.station.driver(name)).restore_limits(before)
            _configured(context, name, asset, {"limits_restored": _body(before)})


def try_restore_limits(context: Context) -> None:
    """Put the limits back on the way out of a stopped run, where a lost instrument or record ends nothing."""
    for name, before in found_limits(context.chronicle.events).items():
        if before is None:
            continue
        try:
            cast("Source", context.station.driver(name)).restore_limits(before)
        except Exception as error:  # noqa: BLE001 - whatever broke, the run must come to its closing
            _log.warning("the limits of %s were not put back: %s", name, error)
            continue
        asset = context.station.bench.instruments[name].asset
        what = {"limits_restored": _body(before)}
        context.chronicle.try_emit("configured", {"instrument": name, "asset": asset, "what": what})


def _configured(context: Context, name: str, asset: str, what: dict[str, Any]) -> None:
    context.emit("configured", {"instrument": name, "asset": asset, "what": what})


def _body(limits: SourceLimits) -> dict[str, list[float]]:
    pascal = {} if limits.pressure_pa is None else {"Pa": list(limits.pressure_pa)}
    return {"V": list(limits.voltage_v), "A": list(limits.current_a), **pascal}


def _limits(body: dict[str, list[str]]) -> SourceLimits:
    low_v, high_v = (float.fromhex(value) for value in body["V"])
    low_a, high_a = (float.fromhex(value) for value in body["A"])
    if "Pa" not in body:
        return SourceLimits((low_v, high_v), (low_a, high_a))
    low_pa, high_pa = (float.fromhex(value) for value in body["Pa"])
    return SourceLimits((low_v, high_v), (low_a, high_a), (low_pa, high_pa))
