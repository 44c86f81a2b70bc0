"""The frequency path: a reference that counters and generators may lock to.

A node joins one reference and those who take it at their reference input. What they feel of it is its
fractional deviation from nominal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from calibrator_sim._read import Table

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments import World

__all__ = ["Domain", "Reference", "of"]

_NOMINAL_HZ = 10e6


@runtime_checkable
class Reference(Protocol):
    """An instrument that gives a reference frequency."""

    def deviation(self, ns: int) -> float:
        """Return the fractional deviation of its output from nominal at a moment."""
        ...

    def mean_deviation(self, ns: int) -> float:
        """Return it without what averages away within seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A reference line; `antenna` says whether a disciplined oscillator on it sees satellites."""

    antenna: bool = True


class Domain:
    """Every reference line of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = ("antenna",)

    def __init__(self, world: World) -> None:
        self._world = world

    @staticmethod
    def figures(entry: Table) -> Line:
        """Take the figures of a node."""
        antenna = entry.values.get("antenna", True)
        if not isinstance(antenna, bool):
            raise entry.bad("antenna", "true or false", antenna)
        return Line(antenna)

    def reference(self, name: str, ns: int) -> float | None:
        """Return the deviation of the reference that reaches an instrument, None where none does."""
        for node in self._world.connected(name, "frequency"):
            source = self._world.devices.get(node.source)
            if isinstance(source, Reference) and node.source != name:
                return source.deviation(ns)
        return None

    def antenna(self, name: str) -> bool:
        """Say whether an oscillator sees satellites: unless a line of its says no."""
        nodes = self._world.connected(name, "frequency")
        return all(cast("Line", node.figures).antenna for node in nodes)

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the true frequency of a line."""
        source = self._world.devices.get(node.source)
        if not isinstance(source, Reference):
            return {}
        deviation = source.deviation(ns)
        return {
            "frequency_hz": _NOMINAL_HZ * (1.0 + deviation),
            "deviation": deviation,
            "mean_deviation": source.mean_deviation(ns),
        }

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot: lines have none."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""


def of(world: World) -> Domain:
    """Return the reference lines of a bench."""
    return cast("Domain", world.domain("frequency"))
