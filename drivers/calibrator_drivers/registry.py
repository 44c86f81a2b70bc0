"""Which drivers are installed, found through the entry points of the group `calibrator.drivers`.

A laboratory's own driver plugs in the same way: an entry point named after its accuracy table.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from ._errors import UnknownDriver
from .clock import Clock
from .roles import Instrument
from .traffic import TrafficLog
from .transport import open_session

__all__ = ["driver_class", "driver_classes", "driver_ids", "open_instrument"]

_GROUP = "calibrator.drivers"


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}


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


def open_instrument(
    model_id: str,
    resource: str,
    *,
    clock: Clock,
    traffic: TrafficLog | None = None,
    timeout_s: float = 5.0,
    name: str = "",
    bus: str = "",
) -> Instrument:
    """Open a session and return the model's driver on it; changes no setting of the instrument.

    Raises:
        UnknownDriver: no driver is installed for the model.
        ConnectFailed: nothing answers at the address.
    """
    driver = cast("type", driver_class(model_id))
    session = open_session(resource, timeout_s=timeout_s, traffic=traffic, name=name or model_id, bus=bus)
    return cast("Instrument", driver(session, clock))
