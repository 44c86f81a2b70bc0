"""The bench of a proof: opened in this process, its instruments reached without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from calibrator._home import Home
from calibrator.bench import SimulatedBench, find_simulator
from calibrator.engine._station import Station, roles_of
from calibrator.record import MemoryRecord, Record
from calibrator.standards import BenchFile
from calibrator_drivers.clock import Clock
from calibrator_drivers.transport import BytePeer, plug, unplug

__all__ = ["MemoryHome", "open_in_process"]


@dataclass(frozen=True, slots=True)
class MemoryHome(Home):
    """A home whose record is kept in memory; nothing is written to its folder."""

    record: MemoryRecord

    def open_record(self, clock: Clock, *, write: bool = True) -> Record:
        """Return the record in memory."""
        del clock, write
        return self.record

    def ensure(self, folder: Path | None = None) -> Path:
        """Return the folder, which is not made."""
        return folder or self.path


class _Pipes(SimulatedBench, Protocol):
    @property
    def pipes(self) -> Mapping[str, Callable[[], BytePeer | None]]: ...


class _Opens(Protocol):
    def open_in_process(self, bench: Mapping[str, Any], *, seed: int | None = None) -> _Pipes: ...


class _InProcess(Station):
    """A station whose instruments are plugged into the drivers' transport."""

    def snapshot(self) -> str | None:
        """Return None: nobody goes on with a broken run of a proof, it is drawn again from its seed."""
        return None

    def close(self) -> tuple[str, int] | None:
        """Close as any station, and unplug the instruments."""
        closed = super().close()
        if self.simulated is not None:
            for resource in self.simulated.resources.values():
                unplug(resource)
        return closed


def open_in_process(bench: BenchFile, *, seed: int | None = None, traffic: Path | None = None) -> Station:
    """Open a simulated bench in this process; its instruments answer while they are spoken to, unlogged."""
    del traffic
    simulated = _simulator().open_in_process(bench.raw, seed=seed)
    for name, connect in simulated.pipes.items():
        plug(simulated.resources[name], connect)
    return _InProcess(bench, roles_of(bench), simulated, None)


@cache
def _simulator() -> _Opens:
    return cast("_Opens", find_simulator())
