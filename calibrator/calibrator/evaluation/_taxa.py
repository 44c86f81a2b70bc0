"""The taxon of a result: what it is on the laboratory's side, by the NCSLI MII measurand taxonomy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["known_taxa", "own_taxa", "recorded_taxa", "taxon_of", "with_taxa"]


def taxon_of(references: Mapping[str, Any], uut_roles: Iterable[str] = ()) -> str | None:
    """Return the taxon of a point's result, None of a function that the table does not have.

    Args:
        references: the point as `references.fixed` holds it.
        uut_roles: the roles that the instrument under test fills in the procedure.

    Example:
        >>> taxon_of({"point": {"function": "dcv", "standard": "source"}}, ["MeasureVoltageDC"])
        'Source.Voltage.DC'
        >>> taxon_of({"point": {"function": "temperature", "standard": "artefact"}}, ["SourceTemperature"])
        'Measure.Temperature'
    """
    sources = any(role.removeprefix("X.").startswith("Source") for role in uut_roles)
    uut = "Source" if sources else "Measure"
    tables = _tables()
    side = next(row["side"] for row in tables["side"] if _fits(row, references, uut))
    found = (row["taxon"] for row in tables[side] if _fits(row, references, uut))
    return next(found, None)


def with_taxa(fixed: Mapping[str, Any], uut_roles: Iterable[str]) -> dict[str, Any]:
    """Return the body of `references.fixed` with the taxon of each point that has a result."""
    roles = tuple(uut_roles)
    points = [
        body if body["point"].get("supporting") else {**body, "taxon": taxon_of(body, roles)}
        for body in fixed["points"]
    ]
    return {**fixed, "points": points}


def recorded_taxa(references: Mapping[str, Any]) -> dict[str, str]:
    """Return the taxon of each point in the body of `references.fixed`; a run of before has none."""
    return {
        str(body["point"]["id"]): str(body["taxon"])
        for body in references.get("points", ())
        if body.get("taxon")
    }


def own_taxa() -> dict[str, str]:
    """Return the taxa that are not of MII, each with the reason."""
    return dict(_tables()["own"])


def known_taxa() -> frozenset[str]:
    """Return every taxon that a result of this program can have."""
    return frozenset(row["taxon"] for side in ("source", "measure") for row in _tables()[side])


def _fits(row: Mapping[str, str], references: Mapping[str, Any], uut: str) -> bool:
    point = references["point"]
    if row.get("uut", uut) != uut:
        return False
    if any(row.get(key, point.get(key)) != point.get(key) for key in ("function", "standard")):
        return False
    held = (point.get("settings") or {}).get(row.get("setting"))
    if "setting" in row and (held is None or str(held) != row.get("value", str(held))):
        return False
    figures = {item["kind"] for item in references.get("contributions") or ()}
    return "figure" not in row or row["figure"] in figures


@cache
def _tables() -> dict[str, Any]:
    text = files("calibrator.evaluation").joinpath("taxa.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
