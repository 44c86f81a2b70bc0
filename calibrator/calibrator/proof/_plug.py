"""The plug by which a simulator tells what is true in the words of a procedure's budgets."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from calibrator._errors import RefusedError
from calibrator.bench import find_simulator

__all__ = ["POPULATION_WIDTH", "Asked", "Plug", "effects_of", "find_plug", "population_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A measured point whose truth is asked; moments and readings are by part ("uut", "standard", …)."""

    id: str
    section: str
    function: str
    nominal: float
    range: float
    unit: str
    settings: Mapping[str, Any]
    wiring: str
    applied: float | None
    moments: Mapping[str, Sequence[int]]
    values: Mapping[str, Sequence[float]]
    seen: Mapping[str, Sequence[Mapping[str, float]]]
    estimates: Mapping[str, float]
    points: Mapping[str, Asked] = field(repr=False, compare=False)

    @property
    def at_ns(self) -> int:
        """The middle of the unit's counted readings."""
        return round(statistics.fmean(self.moments["uut"]))


class Plug(Protocol):
    """What a module of the group `calibrator.proofs` holds; `docs/proving.md` explains it.

    `watch(bench, reading)`, `POPULATION`, `POPULATIONS`, `NOT_SIMULATED` and `RESULT_ONLY` may be left out.
    """

    @property
    def EFFECTS(self) -> Mapping[str, str]:
        """Effect of the bench -> line of the budget that stands for it."""
        ...

    @property
    def WITHOUT_A_LINE(self) -> Mapping[str, str]:
        """Effect of the bench -> why no line stands for it."""
        ...

    def truths(self, bench: object, asked: Asked) -> Mapping[str, float]:
        """Return the true value of each line that acts at a point, and of "result"."""
        ...


class _Knows(Protocol):
    def proof(self, procedure: str) -> object | None: ...

    def effects(self, bench: Mapping[str, Any]) -> Mapping[str, float]: ...


def find_plug(procedure: str) -> Plug:
    """Return the plug of a procedure.

    Raises:
        RefusedError: nobody has written one, so there is nothing to hold the procedure against.
    """
    found = cast("_Knows", find_simulator()).proof(procedure)
    if found is None:
        raise RefusedError(
            f"the procedure {procedure!r} cannot be proved: no plug says what is true in its budgets' words",
            where="entry points calibrator.proofs",
            way_out="Write one as docs/proving.md shows, one function and two tables.",
            code="no-proof-plug",
        )
    return cast("Plug", found)


POPULATION_WIDTH = 3.0
"""The unit's errors are uniform over this many times their limits: beyond T + 4u where u is below T/2."""


def population_of(plug: Plug, model: str) -> Mapping[str, Any]:
    """Return the keys of `[simulation.units.NAME]` from which a unit of a model is drawn.

    They are the model's own in the plug's `POPULATIONS`, else its `POPULATION`, else uniform over 3 limits.
    """
    own: Mapping[str, Mapping[str, Any]] = getattr(plug, "POPULATIONS", None) or {}
    usual = {"error": "drawn", "population": "uniform", "width": POPULATION_WIDTH}
    return own.get(model) or getattr(plug, "POPULATION", None) or usual


def effects_of(bench: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the scale of every effect of a simulated bench."""
    return cast("_Knows", find_simulator()).effects(bench)
