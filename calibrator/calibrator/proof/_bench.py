"""The benches of a proof: standards drawn as the budget says, units from a population beyond their limits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Literal

from calibrator._errors import UsageError
from calibrator.bench import find_simulator
from calibrator.engine._setting import find_uut
from calibrator.procedure import Procedure
from calibrator.proof._plug import POPULATION_WIDTH, Plug, population_of
from calibrator.proof._toml import dump_toml
from calibrator.standards import load_bench

__all__ = ["DRAWN", "POPULATION_WIDTH", "Drawn", "proof_bench"]

Drawn = Literal["budget", "normal", "rectangular", "limit"]
DRAWN: Mapping[Drawn, Mapping[str, Any]] = {
    "budget": {"error": "drawn"},
    "normal": {"error": "drawn", "treat_as": "normal_k"},
    "rectangular": {"error": "drawn", "treat_as": "limit_rectangular"},
    "limit": {"error": "limit"},
}
"""How a standard's error is drawn (METROLOGY 26 and 30), as keys of `[simulation.units.NAME]`."""

_OF_STANDARDS = ("standard", "transfer")
_DECIDES = ("error", "population", "width", "z", "treat_as", "outside")


def proof_bench(
    procedure: Procedure, plug: Plug, uut: str, *, bench: str = "", drawn: Drawn = "budget"
) -> tuple[str, str]:
    """Return the text of the bench on which a unit is proved, and the unit's accuracy table id.

    `bench` is the text of a simulated bench; else the procedure's own is taken, or the simulator's default.
    `uut` is a model, an asset of the bench, or a part of the name of one table only, "" the unit it marks.

    Raises:
        UsageError: no bench of the procedure has such a unit.
    """
    tables, model = _meant(procedure, uut, bench)
    simulation = tables.setdefault("simulation", {})
    units = simulation.setdefault("units", {})
    drawn_unit = population_of(plug, model)
    for name, instrument in tables["instruments"].items():
        kept = {key: value for key, value in units.get(name, {}).items() if key not in _DECIDES}
        if instrument.get("uut"):
            units[name] = kept | dict(drawn_unit)
        elif name in units:
            # a meter that is a standard: z times its limit, as a source's error is; or one that compares
            population = units[name].get("population")
            own = {"population": population} if population in _OF_STANDARDS else {}
            units[name] = kept | own | dict(DRAWN[drawn])
    return dump_toml(tables), model


def _meant(procedure: Procedure, uut: str, text: str) -> tuple[dict[str, Any], str]:
    """Return the bench of a unit by its full name, else of the one table whose name has `uut` in it."""
    try:
        return _with_uut(procedure, uut, text)
    except UsageError as error:
        if error.code != "unknown-uut" or not uut:
            raise
        models = procedure.models()
        meant = [model for model in models if uut.casefold() in model.casefold()]
        if len(meant) == 1 and meant[0] != uut:
            return _with_uut(procedure, meant[0], text)
        raise UsageError(
            f"no unit of {procedure.info.id} is {uut!r}"
            if not meant
            else f"{uut!r} is more than one unit: {', '.join(meant)}",
            where="--uut",
            way_out=f"It has tables for {', '.join(models)}.",
            code="unknown-uut" if not meant else "uut-ambiguous",
        ) from error


def _with_uut(procedure: Procedure, uut: str, text: str) -> tuple[dict[str, Any], str]:
    """Return the tables of the first bench that has the unit as such, else at all; it alone is marked."""
    info = procedure.info
    own = [info.simulated_bench, *info.simulated_benches.values()]
    if not info.simulated_bench:  # as `--sim` does: the simulator's own, then those of single units
        own[0] = find_simulator().default_bench()
    texts = [text] if text else own
    error: UsageError | None = None
    best: tuple[dict[str, Any], str] | None = None
    for found in texts:
        bench = load_bench(found, "the bench of the proof")
        marked = [item for item in bench.instruments.values() if item.uut]
        try:
            unit = find_uut(uut, bench) if uut else marked[0] if marked else find_uut("", bench)
        except UsageError as missing:
            error = error or missing
            continue
        tables = deepcopy(dict(tomllib.loads(found)))
        for name, instrument in tables["instruments"].items():
            instrument.pop("uut", None)
            if name == unit.name:
                instrument["uut"] = True
        if unit.uut:
            return tables, unit.model
        best = best or (tables, unit.model)
    if best is not None:
        return best
    raise error or UsageError("the procedure has no simulated bench", where=info.id, code="no-bench")
