"""Which drivers are installed, found through the entry points of the group `calibrator.drivers`.

A laboratory's own driver plugs in the same way: an entry point named after its accuracy table. A further
model that speaks as another one does is a line in the group `calibrator.models`: its name = the other's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from ._errors import BadResource, ConnectFailed, DriversError, UnknownDriver
from .clock import Clock, RealClock
from .commands import commands_of
from .roles import Instrument
from .traffic import TrafficLog
from .transport import Line, Policy, Session, open_session, parse_address

__all__ = ["driver_class", "driver_classes", "driver_ids", "look_again", "model_of", "open_instrument"]

_GROUP = "calibrator.drivers"
_MODELS = "calibrator.models"

_FRAMES = {
    "MODBUS": "Write MODBUS::host::502::1 or MODBUS-RTU::/dev/ttyUSB0::1.",
    "HART": "Write HART::/dev/ttyUSB0::0.",
}


@cache
def _entry_points() -> dict[str, EntryPoint]:
    found = {point.name: point for point in entry_points(group=_GROUP)}
    alike = {point.name: found[point.value] for point in entry_points(group=_MODELS) if point.value in found}
    return alike | found


def look_again() -> None:
    """Look for drivers anew: a laboratory's folders were plugged in."""
    _entry_points.cache_clear()


def driver_ids() -> tuple[str, ...]:
    """Return the models that have a driver, without loading any."""
    return tuple(sorted(_entry_points()))


def driver_class(model_id: str) -> type[Instrument]:
    """Return the driver class of a model.

    Raises:
        UnknownDriver: none is installed.
    """
    point = _entry_points().get(model_id)
    if point is None:
        raise UnknownDriver(
            f"No driver is installed for {model_id!r}",
            way_out=f"Installed are {', '.join(driver_ids())}; correct the model in the bench file.",
        )
    return cast("type[Instrument]", point.load())


def driver_classes() -> Mapping[str, type[Instrument]]:
    """Return every installed driver class by its model."""
    return {model_id: driver_class(model_id) for model_id in driver_ids()}


def model_of(identity: str) -> str:
    """Return the model whose driver takes a reply to `*IDN?` for its own, "" where none does."""
    from .replay import scripted

    for model_id in driver_ids():
        driver = cast("Any", driver_class(model_id))
        if not _knows_idn(driver) or not identity.isascii():
            continue
        try:
            with scripted([("*IDN?", identity)]) as session:
                driver(session, RealClock()).identify()
        except DriversError:
            continue
        return model_id
    return ""


def open_instrument(
    model_id: str,
    resource: str,
    *,
    clock: Clock,
    traffic: TrafficLog | None = None,
    timeout_s: float = 5.0,
    name: str = "",
    bus: str = "",
    policy: Policy | None = None,
) -> Instrument:
    """Open a session and return the model's driver on it; changes no setting of the instrument.

    A driver may say what serial line its model has (`LINE`), and mark settings that are restored after a
    lost connection. A source is looked at for errors after each setting whatever the policy says.

    Raises:
        UnknownDriver: no driver is installed for the model.
        ConnectFailed: nothing answers at the address.
        BadResource: the address cannot be read.
    """
    driver = cast("type", driver_class(model_id))
    name = name or model_id
    if resource.upper().startswith("TYPED::"):
        raise ConnectFailed(
            "A person reads this instrument, and nobody is asked here",
            instrument=name,
            resource=resource,
            way_out="Use it in a run at a terminal, or open it with calibrator_drivers.typed.open_typed.",
        )
    source = hasattr(driver, "make_safe")
    if policy is not None and source:
        policy = replace(policy, error_checks="each")
    how: dict[str, Any] = {"timeout_s": timeout_s, "traffic": traffic, "name": name, "policy": policy}
    line = cast("Line | None", getattr(driver, "LINE", None)) or _line_of(driver)
    kind = parse_address(resource, bus=bus).kind
    frames = getattr(driver, "FRAMES", "")
    if frames.upper() != {"modbus-tcp": "MODBUS", "modbus-rtu": "MODBUS", "hart": "HART"}.get(kind, ""):
        raise BadResource(
            f'"{model_id}" speaks {frames or "in messages"}, which this resource does not carry',
            instrument=name,
            resource=resource,
            way_out=_FRAMES.get(frames.upper(), "Write a resource of messages, such as a SOCKET."),
        )
    if kind in ("modbus-tcp", "modbus-rtu"):
        from .modbus import open_modbus

        return cast("Instrument", driver(open_modbus(resource, **how), clock))
    if kind == "hart":
        from .hart import open_hart

        return cast("Instrument", driver(open_hart(resource, **how), clock))
    session = open_session(resource, bus=bus, line=line, **how)
    instrument = driver(session, clock)
    _prepare_return(session, instrument, policy)
    return cast("Instrument", instrument)


def _prepare_return(session: Session, instrument: Any, policy: Policy | None) -> None:  # noqa: ANN401 - any driver
    """Tell a session what it needs where the policy brings lost connections back."""
    if policy is None or policy.on_loss != "reconnect":
        return
    standby = getattr(instrument, "standby", None) or getattr(instrument, "make_safe", None)
    if _knows_idn(type(instrument)):
        session.on_reconnect(standby)
    else:
        session.on_reconnect(standby, lambda: str(instrument.identify().raw))


def _knows_idn(driver: type) -> bool:
    return any(command.header == "*IDN?" for command in commands_of(driver))


def _line_of(driver: type) -> Line:
    """Return a serial line for an instrument of IEEE 488.2, which `*IDN?` brings back into step."""
    return Line(marker="*IDN?" if _knows_idn(driver) else "")
