"""From and to the numbers of GTC and of `uncertainties`, for people who own such.

Neither is needed unless a function of this module is called. Whatever is converted in one call stays
correlated among itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._leaves import Leaf
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
    """Return real and complex numbers of GTC as uncertain quantities, with their degrees of freedom.

    Inputs that are correlated in GTC, or belong to one ensemble, stay so; where such inputs differ in degrees
    of freedom the smallest stands for all.

    Raises:
        NotSupportedError: something that is no uncertain number of GTC.
    """
    from calibrator_uncertainty._gtc import inputs_of, parts_of

    nodes = inputs_of(values)
    found = {}
    for name, value in values.items():
        parts = [
            _magnitude(float(part.x), [term for node, c in pairs for term in nodes(node, c)])
            for part, pairs in parts_of(name, value)
        ]
        magnitude = parts[0] if len(parts) == 1 else UncertainComplex(*parts)
        found[name] = quantity(magnitude, parse_unit((units or {}).get(name, ""), name))
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
    return quantity(_magnitude(value, parts), parse_unit((units or {}).get(name, ""), name))


def _magnitude(value: float, parts: list[tuple[UncertainArray, float]]) -> UncertainArray:
    operation = Linear("converted", value, (0.0,) * len(parts), tuple(slope for _, slope in parts))
    return UncertainArray(value, operation, tuple(leaf for leaf, _ in parts))
