"""Errors of the simulator, one tree.

SimulationError
├── BenchFileError        a key, name or value of the bench file that cannot be simulated
├── UnknownWiringError    a wiring that the bench file does not have
├── UnknownTruthError     a truth was asked for that no unit of the bench has
├── SnapshotError         a snapshot of another bench or version
└── ServeError            an address that cannot be served
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BenchFileError",
    "ServeError",
    "SimulationError",
    "SnapshotError",
    "UnknownTruthError",
    "UnknownWiringError",
    "closest",
]


class SimulationError(Exception):
    """Root of every error that the simulator raises.

    Args:
        what: one sentence that names the thing that is wrong.
        where: the key of the bench file or the name of the instrument.
        way_out: the next step.
        code: a stable name of the very case, such as `unknown-model`.
    """

    code: str = "simulation"

    def __init__(self, what: str, *, where: str = "", way_out: str = "", code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.way_out = way_out
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        step = f" {self.way_out}" if self.way_out else ""
        return f"{self.what.rstrip('.')}{place}.{step}"


class BenchFileError(SimulationError):
    """A key, name or value of the bench file that cannot be simulated."""

    code = "bench-file"


class UnknownWiringError(SimulationError):
    """A wiring that the bench file does not have."""

    code = "unknown-wiring"


class UnknownTruthError(SimulationError):
    """A truth was asked for that no unit of the bench has."""

    code = "unknown-truth"


class SnapshotError(SimulationError):
    """A snapshot that is not of this bench or not of this version."""

    code = "snapshot"


class ServeError(SimulationError):
    """An address that cannot be served."""

    code = "serve"


def closest(name: str, known: Iterable[str]) -> str:
    """Return one sentence that offers the nearest known name, or all of them."""
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known are: {', '.join(names)}."
