"""From and to the numbers of GTC and of `uncertainties`, for people who own such.

Neither is needed unless a function of this module is called. Whatever is converted in one call stays
correlated among itself.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["from_gtc", "from_uncertainties", "to_gtc", "to_uncertainties"]


def from_uncertainties(
    values: Mapping[str, Any], units: Mapping[str, str] | None = None
) -> dict[str, Quantity]:
    """Return numbers of `uncertainties` as uncertain quantities, dimensionless without a unit."""
    leaves: dict[Any, UncertainArray] = {}
    found = {}
    for name, value in values.items():
        slopes = value.derivatives.items() if hasattr(value, "derivatives") else ()
        parts = []
        for variable, slope in slopes:
            if variable not in leaves:
                leaves[variable] = UncertainArray.leaf(
                    0.0, float(variable.std_dev), name=str(variable.tag or "")
                )
            parts.append((leaves[variable], float(slope)))
        found[name] = _quantity(name, float(getattr(value, "nominal_value", value)), parts, units)
    return found


def to_uncertainties(values: Mapping[str, Quantity]) -> dict[str, Any]:
    """Return scalar quantities as numbers of `uncertainties`, in their present units."""
    ufloat = importlib.import_module("uncertainties").ufloat
    variables: dict[int, Any] = {}
    found = {}
    for name, value in values.items():
        magnitude, parts = _parts(name, value)
        total = magnitude
        for leaf, info, slope in parts:
            if info.u == 0.0:
                continue
            if id(leaf) not in variables:
                variables[id(leaf)] = ufloat(0.0, info.u, info.name or None)
            total = total + slope * variables[id(leaf)]
        found[name] = total
    return found


def from_gtc(values: Mapping[str, Any], units: Mapping[str, str] | None = None) -> dict[str, Quantity]:
    """Return real numbers of GTC as uncertain quantities, with their degrees of freedom.

    Raises:
        NotSupportedError: a complex number, or inputs that were correlated in GTC.
    """
    leaves: dict[Any, UncertainArray] = {}
    found = {}
    for name, value in values.items():
        if not hasattr(value, "_u_components") or len(value._d_components):
            raise NotSupportedError(
                f"{name} is complex or has inputs that were correlated in GTC",
                way_out="Make such inputs with correlated() or uncertain_complex().",
                code="gtc",
            )
        parts = []
        for node, part in value._u_components.items():
            if node not in leaves:
                shape = Normal() if math.isinf(node.df) else StudentT(float(node.df))
                label = str(node.label or "")
                leaves[node] = UncertainArray.leaf(
                    0.0, float(node.u), float(node.df), name=label, shape=shape
                )
            parts.append((leaves[node], float(part) / float(node.u) if node.u else 0.0))
        found[name] = _quantity(name, float(value.x), parts, units)
    return found


def to_gtc(values: Mapping[str, Quantity]) -> dict[str, Any]:
    """Return scalar quantities as real numbers of GTC, in their present units.

    Raises:
        NotSupportedError: quantities of readings taken together, which GTC keeps in its own way.
    """
    ureal = importlib.import_module("GTC").ureal
    made: dict[int, Any] = {}
    found = {}
    for name, value in values.items():
        total, parts = _parts(name, value)
        for leaf, info, slope in parts:
            if info.group is not None:
                raise NotSupportedError(
                    f"{name} is made of an ensemble", way_out="Make it anew in GTC.", code="gtc"
                )
            if id(leaf) not in made:
                made[id(leaf)] = ureal(0.0, info.u, info.dof, label=info.name or None)
            total = total + slope * made[id(leaf)]
        found[name] = total
    return found


def _parts(name: str, value: Quantity) -> tuple[Any, list[tuple[UncertainArray, Leaf, float]]]:
    from calibrator_uncertainty._quantity import magnitude_of

    magnitude = magnitude_of(value)
    parts = []
    for leaf, slope in by_leaf(magnitude):
        if leaf._leaf is None:
            continue
        if magnitude.shape or leaf.shape or not isinstance(slope, float):
            raise NotSupportedError(
                f"{name} is made of arrays", way_out="Convert it element by element.", code="array"
            )
        parts.append((leaf, leaf._leaf, slope))
    return magnitude._value, parts


def _quantity(
    name: str, value: float, parts: list[tuple[UncertainArray, float]], units: Mapping[str, str] | None
) -> Quantity:
    operation = Linear("converted", value, (0.0,) * len(parts), tuple(slope for _, slope in parts))
    magnitude = UncertainArray(value, operation, tuple(leaf for leaf, _ in parts))
    return quantity(magnitude, parse_unit((units or {}).get(name, ""), name))
