"""A physical bench of simulated instruments behind real protocol servers.

The wire is the contract: nothing here imports the drivers' wire code. The door
is `SIMULATOR`, found through the entry-point group `calibrator.simulators`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator_sim._bench import SimBench
    from calibrator_sim._errors import (
        BenchFileError,
        ServeError,
        SimulationError,
        SnapshotError,
        UnknownTruthError,
        UnknownWiringError,
    )
    from calibrator_sim._simulator import SIMULATOR, BenchSimulator
    from calibrator_sim._truths import Inputs, TrueOutput
    from calibrator_sim.clock import ScaledClock, VirtualClock

__all__ = [
    "SIMULATOR",
    "BenchFileError",
    "BenchSimulator",
    "Inputs",
    "ScaledClock",
    "ServeError",
    "SimBench",
    "SimulationError",
    "SnapshotError",
    "TrueOutput",
    "UnknownTruthError",
    "UnknownWiringError",
    "VirtualClock",
]

_HOMES = {
    "SIMULATOR": "_simulator",
    "BenchSimulator": "_simulator",
    "SimBench": "_bench",
    "Inputs": "_truths",
    "TrueOutput": "_truths",
    "ScaledClock": "clock",
    "VirtualClock": "clock",
    "BenchFileError": "_errors",
    "ServeError": "_errors",
    "SimulationError": "_errors",
    "SnapshotError": "_errors",
    "UnknownTruthError": "_errors",
    "UnknownWiringError": "_errors",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
