"""The safe state: asked for, then measured (METROLOGY 2); light to import, for the guard uses it too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, cast

from calibrator._errors import NotSafeError
from calibrator.engine._advice import Kind, advice_on, kind_of
from calibrator.engine._levels import levels
from calibrator.engine._types import SafeSource
from calibrator_drivers import ConnectFailed, DriversError, WrongIdentity
from calibrator_drivers.clock import Clock
from calibrator_drivers.roles import (
    Instrument,
    MeasureCurrentDC,
    MeasureVoltageDC,
    Source,
    SourcePressure,
    SourceTemperature,
    same_serial,
)

__all__ = [
    "Looks",
    "Place",
    "Quantity",
    "Reach",
    "make_sources_safe",
    "no_looks",
    "not_confirmed",
    "quantity_of",
    "safe_body",
]

# What the meter can tell about the source with the leads as they are.
Quantity = Literal["voltage", "current", "none"]
OTHER = "another instrument"  # what a source is reported as that is not the one meant
_TRIES = 5  # readings until a discharging output has fallen
_BETWEEN_S = 0.2
_PAUSE_S = 2.0
_LOST = "no answer"
NOT_SEEN = frozenset({"pressure", "temperature"})  # functions of which a meter on leads sees nothing


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instrument is and what drives it."""

    name: str
    asset: str
    model: str
    resource: str
    serial: str


@dataclass(frozen=True, slots=True)
class Looks:
    """Which meter looks at the terminals, on which ranges, and what it can see with these leads."""

    meter: str  # name on the bench, "" where there is none
    quantity: Quantity
    range_v: float = 1000.0
    range_a: float = 1.0
    serial: str = ""  # of the meter, "" where it does not tell one


@dataclass(frozen=True, slots=True)
class _Own:
    """What a source tells of the quantity that it leaves behind: a pressure, a temperature."""

    value: float
    unit: str
    safe: bool
    words: str


class Reach(Protocol):
    """A way to instruments by their name on the bench."""

    def driver(self, name: str) -> Instrument:
        """Return the driver, opening a session where there is none."""
        ...

    def reopen(self, name: str) -> Instrument:
        """Return the driver on a new session."""
        ...


class _NotTheMeter(Exception):  # noqa: N818 - what it says; the words go into the `safe` event
    """Another instrument answers at the meter's address, so its reading confirms nothing."""


def quantity_of(functions: Iterable[str]) -> Quantity:
    """Return what a meter can see of a source used for these functions; nothing where it is not used."""
    used = set(functions)
    if used <= NOT_SEEN:
        return "none"
    return "current" if used & {"dci", "aci"} else "voltage"


def no_looks() -> Looks:
    """Return that no meter looks: what a pressure or a temperature is, its source tells itself."""
    return Looks("", "none")


def make_sources_safe(
    sources: Sequence[Place], looks: Looks, reach: Reach, clock: Clock
) -> tuple[SafeSource, ...]:
    """Put every source in standby and at zero, then look with the meter; never raises for an instrument.

    A source whose session fails is tried again on new ones. `confirmed` needs both: standby as reported
    and, where the meter can see it, an indication below the level of `safety.toml`. A line is vented, and
    below that level by its own sensor; a block with its heater off is safe and said to be hot.
    """
    reported = [(place, _silence(place, reach, clock)) for place in sources]
    if sources and all(own is not None for _, (_, _, own) in reported):
        looks = no_looks()
    indicated, unit, fault = _look(looks, reach, clock)
    found = []
    for place, (report, note, own) in reported:
        in_standby = report == "standby"
        if own is not None:
            words = "; ".join(part for part in (note, own.words) if part)
            confirmed = in_standby and own.safe
            found.append(
                SafeSource(place.asset, report, own.value, own.unit, confirmed, words, _kind(place.model))
            )
            continue
        if looks.quantity == "none" or not looks.meter:
            seen, words = True, "no meter sees the source with these leads"
        elif indicated is None:
            seen, words = False, fault
        else:
            seen = indicated <= levels().safe[looks.quantity].limit
            words = "" if seen else f"above {levels().safe[looks.quantity].limit:g} {unit}"
        found.append(
            SafeSource(
                place.asset,
                report,
                indicated,
                unit,
                in_standby and seen,
                "; ".join(part for part in (note, words) if part),
                _kind(place.model),
            )
        )
    return tuple(found)


def safe_body(sources: Sequence[SafeSource], by: str, reason: str) -> Mapping[str, Any]:
    """Return the body of a `safe` event."""
    rows = [
        {**asdict(item), "indicated": None if item.indicated is None else item.indicated.hex()}
        for item in sources
    ]
    return {"sources": rows, "by": by, "reason": reason}


def not_confirmed(found: Sequence[SafeSource]) -> NotSafeError | None:
    """Return what to say where the safe state of a source is not confirmed, None where all are."""
    unsafe = [item for item in found if not item.confirmed]
    if not unsafe:
        return None
    return NotSafeError(
        "The safe state could not be confirmed: do not touch the terminals",
        where=", ".join(item.asset for item in unsafe),
        way_out=f"{advice_on([item.kind for item in unsafe])} Then: calibrator safe",
    )


def _kind(model: str) -> Kind:
    """Return what a model leaves behind, whether it answers or not."""
    from calibrator_drivers.registry import driver_class

    try:
        return kind_of(driver_class(model).ROLES)
    except DriversError:  # nothing is known of it: a source is switched off
        return "electrical"


def _silence(place: Place, reach: Reach, clock: Clock) -> tuple[str, str, _Own | None]:
    """Return what the source reports after it was made safe, a note about a fault, and what it leaves."""
    other: list[str] = []
    left: list[_Own] = []

    def safe(driver: Instrument) -> str:
        source = cast("Source", driver)
        source.make_safe()  # whoever it is: standby harms nobody
        state = "operate" if source.state().operating else "standby"
        other[:] = _other(driver, place.serial)
        left[:] = _left(driver)
        return OTHER if other else state

    report, fault = _persist(place.name, reach, safe, clock)
    return report, "; ".join(part for part in (fault, *other) if part), left[0] if left else None


def _left(driver: Instrument) -> list[_Own]:
    """Return what a source of pressure or temperature reads after it was made safe, nothing of any other."""
    if "SourcePressure" in driver.ROLES:
        level = levels().safe["pressure"]
        pressure = abs(cast("SourcePressure", driver).line_pressure_pa())
        safe = pressure <= level.limit
        return [_Own(pressure, "Pa", safe, "" if safe else f"above {level.limit:g} Pa: not vented")]
    if "SourceTemperature" in driver.ROLES:
        level = levels().safe["temperature"]
        celsius = cast("SourceTemperature", driver).temperature_c()
        known = math.isfinite(celsius)  # a sensor that is broken says nothing of how hot the block is
        seen = f"{celsius:.0f} degC" if known else "temperature unknown"
        hot = f"hot, {seen}: do not touch until below {level.limit:g} degC"
        return [_Own(celsius, "degC", known, "" if celsius < level.limit else hot)]
    return []


def _other(driver: Instrument, serial: str) -> list[str]:
    """Say who answers where it is not the instrument that is meant: its standby confirms nothing."""
    try:
        told = driver.identify().serial.strip()
    except WrongIdentity as error:
        return [f"another instrument answers: {error.identity}"]
    if not told.strip("0") or not serial or same_serial(told, serial):
        return []
    return [f"another instrument answers, serial {told} and not {serial}"]


def _look(looks: Looks, reach: Reach, clock: Clock) -> tuple[float | None, str, str]:
    """Return the largest magnitude that stays on the terminals, its unit, and why there is none."""
    if looks.quantity == "none" or not looks.meter:
        return None, "", ""
    unit = levels().safe[looks.quantity].unit
    seen: list[float] = []

    def look(driver: Instrument) -> str:
        other = _other(driver, looks.serial)
        if other:
            raise _NotTheMeter(other[0])
        if looks.quantity == "current":
            cast("MeasureCurrentDC", driver).configure_current_dc(looks.range_a, nplc=1.0)
        else:
            cast("MeasureVoltageDC", driver).configure_voltage_dc(
                looks.range_v, nplc=1.0, high_impedance=False
            )
        meter = cast("MeasureVoltageDC", driver)
        for number in range(_TRIES):
            if number:
                clock.sleep(_BETWEEN_S)
            reading = meter.read()
            value = math.inf if reading.overload else abs(reading.value)
            if value <= levels().safe[looks.quantity].limit:
                break
        seen.append(value)
        return "read"

    _, fault = _persist(looks.meter, reach, look, clock)
    return (seen[-1], unit, "") if seen else (None, unit, f"the meter does not answer: {fault}")


def _persist(name: str, reach: Reach, do: Callable[[Instrument], str], clock: Clock) -> tuple[str, str]:
    """Do something on the session there is, then on new ones; return its outcome and the last fault.

    The last try comes after a pause: an instrument may still be busy with what the run asked of it. Where
    nothing listens any more there is nobody to wait for.
    """
    fault = ""
    for way, pause_s in ((reach.driver, 0.0), (reach.reopen, 0.0), (reach.reopen, _PAUSE_S)):
        if pause_s:
            clock.sleep(pause_s)
        try:
            return do(way(name)), fault
        except ConnectFailed as error:
            fault = f"{error.code}: {error.what}"
            if way == reach.reopen:
                break
        except DriversError as error:
            fault = f"{error.code}: {error.what}"
        except _NotTheMeter as error:
            return _LOST, str(error)
        except Exception as error:  # noqa: BLE001 - whatever broke, the other sources must be tried
            fault = f"{type(error).__name__}: {error}"
    return _LOST, fault
