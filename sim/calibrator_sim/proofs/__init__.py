"""What is true on a simulated bench, in the words of a procedure's budgets; one module a procedure.

A module `calibrator_sim.proofs.NAME` (or an entry point NAME of the group `calibrator.proofs`) holds

- `truths(bench, asked)`: the true value of each line of the budget at one point, and `"result"`;
- `EFFECTS`: effect of the bench -> line that stands for it;
- `WITHOUT_A_LINE`: effect -> why no line stands for it;

and, where the truth is gone when the run is over (a pressure, a temperature),

- `watch(bench, reading)`: what is true while a reading is taken, found again in `asked.seen`.

`docs/proving.md` explains each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Protocol

__all__ = ["GROUP", "Asked", "elsewhere", "find_proof"]

GROUP = "calibrator.proofs"

_OF_DOMAINS: Mapping[str, str] = {
    "electrical": "emf leads leakage loading source_resistance hum capacitance crest autozero open_input"
    " flicker contact common_mode shunt_heating johnson absorption",
    "pressure": "line_leak adiabatic head hysteresis creep barometer parallax friction hart_ripple",
    "thermal": "gradient block_load immersion self_heating inhomogeneity cold_junction ordering",
    "mass": "eccentricity linearity buoyancy convection draft zero_drift evaporation static",
    "power": "load_variation phase jitter",
}


def elsewhere(*domains: str) -> dict[str, str]:
    """Return the effects of all domains but these, with that as the reason why they have no line."""
    return {
        name: f"acts on {domain} quantities only"
        for domain, names in _OF_DOMAINS.items()
        if domain not in domains
        for name in names.split()
    }


class Asked(Protocol):
    """A point of a run whose truth is asked."""

    @property
    def id(self) -> str:
        """The point's id."""
        ...

    @property
    def section(self) -> str:
        """Its section."""
        ...

    @property
    def function(self) -> str:
        """Its function, such as "dcv"."""
        ...

    @property
    def nominal(self) -> float:
        """Its nominal value in `unit`."""
        ...

    @property
    def range(self) -> float:
        """Its range in `unit`."""
        ...

    @property
    def unit(self) -> str:
        """The unit of nominal value and result."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the point table."""
        ...

    @property
    def wiring(self) -> str:
        """The wiring of its section."""
        ...

    @property
    def applied(self) -> float | None:
        """What the source read back; None where none was energised."""
        ...

    @property
    def moments(self) -> Mapping[str, Sequence[int]]:
        """By part ("uut", "standard", …): the bench's nanoseconds at which its counted readings ended."""
        ...

    @property
    def values(self) -> Mapping[str, Sequence[float]]:
        """By part: its counted readings."""
        ...

    @property
    def seen(self) -> Mapping[str, Sequence[Mapping[str, float]]]:
        """By part: what `watch` returned at each counted reading."""
        ...

    @property
    def at_ns(self) -> int:
        """The middle of the unit's counted readings."""
        ...

    @property
    def estimates(self) -> Mapping[str, float]:
        """The estimate of each line of the budget, by its name."""
        ...

    @property
    def points(self) -> Mapping[str, Asked]:
        """All measured points of the section by id, this one too."""
        ...


def find_proof(procedure: str) -> ModuleType | None:
    """Return the module of a procedure, None where nobody has written one."""
    name = f"{__name__}.{procedure}"
    if procedure.isidentifier() and find_spec(name) is not None:
        return import_module(name)
    for point in entry_points(group=GROUP):
        if point.name == procedure:
            found: ModuleType = point.load()
            return found
    return None
