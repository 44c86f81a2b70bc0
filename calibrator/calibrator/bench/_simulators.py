"""The simulator by entry point; never touched on a live bench."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from calibrator._errors import ConfigurationError
from calibrator.bench._simulator import Simulator

__all__ = ["GROUP", "find_simulator"]

GROUP = "calibrator.simulators"


def find_simulator(name: str = "bench") -> Simulator:
    """Load the simulator of that name; raises `ConfigurationError` (code `no-simulator`)."""
    for point in entry_points(group=GROUP):
        if point.name == name:
            return cast("Simulator", point.load())
    raise ConfigurationError(
        f"no simulator {name!r} is installed",
        where=f"entry points {GROUP}",
        way_out="Install the package that brings it, or name a live bench with --bench.",
        code="no-simulator",
    )
