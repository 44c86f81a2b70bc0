"""What a domain of physics offers to the bench, and which there are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

if TYPE_CHECKING:
    from calibrator_sim._config import NodeConfig
    from calibrator_sim._read import Table
    from calibrator_sim.instruments import World

__all__ = ["DOMAINS", "Domain", "domain_class"]

# Each is a module of this package that holds a class `Domain`.
DOMAINS: tuple[str, ...] = ("electrical", "pressure", "thermal", "mass", "power", "frequency")


class Domain(Protocol):
    """The physics of all nodes of one domain of a bench."""

    KEYS: ClassVar[tuple[str, ...]]  # of `[simulation.nodes.NAME]`, beside domain, wiring and joins

    def __init__(self, world: World) -> None: ...

    @staticmethod
    def figures(entry: Table) -> object:
        """Take the figures of a node: a frozen dataclass of plain values.

        Raises:
            BenchFileError: with the key and the way out.
        """
        ...

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the true quantities of a node at a moment; names end in their unit."""
        ...

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot: plain values only, empty where there is none."""
        ...

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        ...


def domain_class(name: str) -> type[Domain]:
    """Return the class of a domain's physics, imported now."""
    module = import_module(f"calibrator_sim.nodes.{name}")
    return cast("type[Domain]", module.Domain)
