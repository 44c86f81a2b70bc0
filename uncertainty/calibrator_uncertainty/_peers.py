"""From and to the numbers of GTC and of `uncertainties`, for people who own such.

Neither is needed unless a function of this module is called. A number that is converted twice, or there and
back, is the same number: whatever is correlated stays so, in one call or in several.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import by_name, one_number
from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._quantity import magnitude_of
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._twins import foreign_of, ours_of, tie
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["from_gtc", "from_uncertainties", "to_gtc", "to_uncertainties"]


def from_uncertainties(
    values: Mapping[str, Any], units: Mapping[str, str] | None = None
) -> dict[str, Quantity]:
    """Return numbers of `uncertainties`, or arrays of them, as quantities; dimensionless without a unit."""

    def one(value: Any) -> UncertainArray:  # noqa: ANN401 - a number of uncertainties, or a plain one
        slopes = value.derivatives.items() if hasattr(value, "derivatives") else ()
        parts = [term for variable, slope in slopes for term in _of_variable(variable, float(slope))]
        return _magnitude(one_number(getattr(value, "nominal_value", value), "a number to convert"), parts)

    by_name(values, "what is converted")
    return {
        name: quantity(_each(value, one), parse_unit((units or {}).get(name, ""), name))
        for name, value in values.items()
    }


def _of_variable(variable: Any, slope: float) -> list[tuple[UncertainArray, float]]:  # noqa: ANN401 - of uncertainties
    """Return the error of ours that a variable of `uncertainties` is, and its slope."""
    spread = float(variable.std_dev)
    if spread == 0.0 or slope == 0.0:
        return []
    leaf = ours_of("uncertainties", id(variable))  # the variable is kept, so that its id is its own
    if leaf is None:
        leaf = UncertainArray.leaf(0.0, spread, name=str(variable.tag or ""))
        tie("uncertainties", id(variable), variable, leaf)
    return [(leaf, slope * spread / float(leaf.u))]


def _each(value: Any, one: Callable[[Any], UncertainArray]) -> Numbers:  # noqa: ANN401 - a number or an array
    if not isinstance(value, np.ndarray):
        return one(value)
    row: Any = [one(element) for element in value.ravel()]
    return np.reshape(np.stack(row), value.shape)


def to_uncertainties(values: Mapping[str, Quantity]) -> dict[str, Any]:
    """Return quantities as numbers of `uncertainties` (arrays as arrays of them), in their present units.

    Raises:
        NotSupportedError: a complex quantity, which that library does not know.
    """
    by_name(values, "what is converted")
    ufloat = importlib.import_module("uncertainties").ufloat

    def one(magnitude: UncertainArray) -> Any:  # noqa: ANN401 - of the other library
        total: Any = magnitude._value
        for part in _parts(magnitude):
            variable = foreign_of("uncertainties", part.leaf, part.place)
            if variable is None:
                variable = ufloat(0.0, part.u, part.info.name or None)
                tie("uncertainties", id(variable), variable, part.leaf, part.place)
            if variable.std_dev > 0.0:  # it may have been changed since
                total = total + part.slope * part.u / variable.std_dev * (variable - variable.nominal_value)
        return total

    for name, value in values.items():
        if isinstance(getattr(value, "_magnitude", value), UncertainComplex):
            raise NotSupportedError(
                f"{name} is complex, which uncertainties does not know",
                way_out="Convert its parts: numpy.real(q) and numpy.imag(q).",
                code="complex",
            )
    return {name: _elements(value, one) for name, value in values.items()}


def from_gtc(values: Mapping[str, Any], units: Mapping[str, str] | None = None) -> dict[str, Quantity]:
    """Return real and complex numbers of GTC as uncertain quantities, with their degrees of freedom.

    Inputs that are correlated in GTC, or belong to one ensemble, stay so; where such inputs differ in degrees
    of freedom the smallest stands for all.

    Raises:
        NotSupportedError: something that is no uncertain number of GTC.
    """
    from calibrator_uncertainty._gtc import inputs_of, parts_of

    by_name(values, "what is converted")
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
    """Return quantities as numbers of GTC, in their present units; arrays as arrays of them.

    What was estimated together becomes an ensemble of GTC with its degrees of freedom. A complex quantity is
    put together from real ones: its value and covariance are kept, its degrees of freedom are as far as GTC
    can tell them.
    """
    by_name(values, "what is converted")
    gtc = importlib.import_module("GTC")
    found = {name: getattr(value, "_magnitude", value) for name, value in values.items()}
    _into_gtc(gtc, [part for value in found.values() for part in _real_parts(value)])

    def one(magnitude: UncertainArray) -> Any:  # noqa: ANN401 - of the other library
        total: Any = magnitude._value
        for part in _parts(magnitude):
            total = total + part.slope * foreign_of("GTC", part.leaf, part.place)
        return total

    def convert(value: Quantity) -> Any:  # noqa: ANN401 - of the other library
        if not isinstance(getattr(value, "_magnitude", value), UncertainComplex):
            return _elements(value, one)
        real, imag = (_elements(part, one, whole=False) for part in _real_parts(value._magnitude))
        return real + 1j * imag

    return {name: convert(value) for name, value in values.items()}


def _real_parts(magnitude: Numbers) -> list[Any]:
    """Return the parts of a complex magnitude in one shape, exact ones too; a real one as it is."""
    if not isinstance(magnitude, UncertainComplex):
        return [magnitude]
    found: list[Any] = []
    for part in (magnitude.real, magnitude.imag):
        wide: Any = np.broadcast_to(part, magnitude.shape) if magnitude.shape else part
        found.append(wide if isinstance(wide, UncertainArray) else UncertainArray(np.array(wide)[()]))
    return found


def _into_gtc(gtc: Any, magnitudes: Sequence[Any]) -> None:  # noqa: ANN401 - GTC itself
    """Give each elementary error an input of GTC, those of one ensemble together."""
    groups: dict[str, dict[Any, _Part]] = {}
    for magnitude in magnitudes:
        for part in (one for element in _rows(magnitude_of(magnitude)) for one in _parts(element)):
            if foreign_of("GTC", part.leaf, part.place) is not None:
                continue
            if part.info.group is None:
                _tie_gtc(gtc.ureal(0.0, part.u, part.info.dof, label=part.info.name or None), part)
            else:
                groups.setdefault(part.info.group, {})[part.info.uid, part.place] = part
    for parts in (list(group.values()) for group in groups.values()):
        spreads = [part.u for part in parts]
        labels = [f"{part.info.name} {place}".strip() for place, part in enumerate(parts, 1)]
        each = gtc.multiple_ureal([0.0] * len(parts), spreads, parts[0].info.dof, label_seq=labels)
        for number, part in zip(each, parts, strict=True):
            _tie_gtc(number, part)


def _tie_gtc(number: Any, part: _Part) -> None:  # noqa: ANN401 - of GTC
    node = next(node for side in (number._u_components, number._d_components) for node, _ in side.items())
    tie("GTC", node.uid, number, part.leaf, part.place)


def _rows(magnitude: UncertainArray) -> list[UncertainArray]:
    if not magnitude.shape:
        return [magnitude]
    flat: Any = magnitude.ravel()
    return list(flat)


def _elements(
    value: Quantity,
    one: Callable[[UncertainArray], Any],
    *,
    whole: bool = True,
) -> Any:  # noqa: ANN401 - of the other library
    """Convert each element; a part of a complex value may be flat while the other is not."""
    magnitude = magnitude_of(value)
    if whole:
        refuse_where_flat(magnitude, restored=False)
    if not magnitude.shape:
        return one(magnitude)
    found = np.empty(magnitude.size, dtype=object)
    found[:] = [one(element) for element in _rows(magnitude)]
    return found.reshape(magnitude.shape)


@dataclass(frozen=True, slots=True)
class _Part:
    """One elementary error of a single value: where it is, its u, and how the value moves with it."""

    leaf: UncertainArray
    place: int | None
    info: Leaf
    u: float
    slope: float


def _parts(magnitude: UncertainArray) -> list[_Part]:
    """Return the elementary errors of a single value that have a u."""
    parts: list[_Part] = []
    for leaf, slope in by_leaf(magnitude):
        info = leaf._leaf
        if info is None:
            continue
        if isinstance(slope, float) and not leaf.shape:
            parts.append(_Part(leaf, None, info, float(info.u), slope))
            continue
        slopes = np.asarray(slope.todense()).ravel() if hasattr(slope, "todense") else np.ravel(slope)
        spreads = np.broadcast_to(info.u, leaf.shape).ravel()
        parts += [
            _Part(leaf, int(place), info, float(spreads[place]), float(slopes[place]))
            for place in np.flatnonzero(slopes)
        ]
    return [part for part in parts if part.u > 0.0]


def _magnitude(value: float, parts: list[tuple[UncertainArray, float]]) -> UncertainArray:
    origins = tuple(leaf._value for leaf, _ in parts)
    single = len(parts) == 1 and math.isclose(parts[0][1], 1.0, rel_tol=1e-12)  # an input of that library
    lost = "" if single else "unknown"  # how the value was made is not told
    operation = Linear("converted", value, origins, tuple(slope for _, slope in parts), lost)
    return UncertainArray(value, operation, tuple(leaf for leaf, _ in parts))
