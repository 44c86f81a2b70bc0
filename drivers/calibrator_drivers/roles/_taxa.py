"""The taxa of a role, in the names of the NCSLI MII measurand taxonomy."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["taxa_of"]


def taxa_of(role: str) -> tuple[str, ...]:
    """Return what a role is in the MII taxonomy; empty where that has no name for it.

    Raises:
        LookupError: no such role.

    Example:
        >>> taxa_of("SourceCurrentDC"), taxa_of("X.MeasureEnergy")
        (('Source.Current',), ())
    """
    return tuple(_table()[role])


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads(files("calibrator_drivers.roles").joinpath("taxa.toml").read_text(encoding="utf-8"))
