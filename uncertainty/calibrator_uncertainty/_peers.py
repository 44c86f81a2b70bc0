"""From and to the numbers of GTC and of `uncertainties`, for people who own such.

Neither is needed unless a function of this module is called. Whatever is converted in one call stays
correlated among itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._quantity import magnitude_of
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["from_gtc", "from_uncertainties", "to_gtc", "to_uncertainties"]


def from_uncertainties(
    values: Mapping[str, Any], units: Mapping[str, str] | None = None
) -> dict[str, Quantity]:
    """Return numbers of `uncertainties`, or arrays of them, as quantities; dimensionless without a unit."""
    leaves: dict[Any, UncertainArray] = {}

    def one(value: Any) -> UncertainArray:  # noqa: ANN401 - a number of uncertainties, or a plain one
        slopes = value.derivatives.items() if hasattr(value, "derivatives") else ()
        parts = []
        for variable, slope in slopes:
            if variable not in leaves:
                leaves[variable] = UncertainArray.leaf(
                    0.0, float(variable.std_dev), name=str(variable.tag or "")
                )
            parts.append((leaves[variable], float(slope)))
        return _magnitude(float(getattr(value, "nominal_value", value)), parts)

    return {
        name: quantity(_each(value, one), parse_unit((units or {}).get(name, ""), name))
        for name, value in values.items()
    }


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
    ufloat = importlib.import_module("uncertainties").ufloat
    variables: dict[Any, Any] = {}

    def one(magnitude: UncertainArray) -> Any:  # noqa: ANN401 - of the other library
        total: Any = magnitude._value
        for key, info, u, slope in _parts(magnitude):
            if u == 0.0:
                continue
            if key not in variables:
                variables[key] = ufloat(0.0, u, info.name or None)
            total = total + slope * variables[key]
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
    gtc = importlib.import_module("GTC")
    found = {name: getattr(value, "_magnitude", value) for name, value in values.items()}
    errors = _errors_in_gtc(gtc, [part for value in found.values() for part in _real_parts(value)])

    def one(magnitude: UncertainArray) -> Any:  # noqa: ANN401 - of the other library
        total: Any = magnitude._value
        for key, _, _, slope in _parts(magnitude):
            total = total + slope * errors[key]
        return total

    def convert(value: Quantity) -> Any:  # noqa: ANN401 - of the other library
        if not isinstance(getattr(value, "_magnitude", value), UncertainComplex):
            return _elements(value, one)
        real, imag = (_elements(part, one) for part in _real_parts(value._magnitude))
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


def _errors_in_gtc(gtc: Any, magnitudes: Sequence[Any]) -> dict[Any, Any]:  # noqa: ANN401 - GTC itself
    """Return an input of GTC for each elementary error, those of one ensemble made together."""
    known: dict[Any, tuple[Leaf, float]] = {}
    for magnitude in magnitudes:
        for element in _rows(magnitude_of(magnitude)):
            known.update({key: (info, u) for key, info, u, _ in _parts(element)})
    groups: dict[str, list[Any]] = {}
    made: dict[Any, Any] = {}
    for key, (info, u) in known.items():
        if info.group is None:
            made[key] = gtc.ureal(0.0, u, info.dof, label=info.name or None)
        else:
            groups.setdefault(info.group, []).append(key)
    for keys in groups.values():
        spreads = [known[key][1] for key in keys]
        labels = [f"{known[key][0].name} {place}".strip() for place, key in enumerate(keys, 1)]
        each = gtc.multiple_ureal([0.0] * len(keys), spreads, known[keys[0]][0].dof, label_seq=labels)
        made.update(zip(keys, each, strict=True))
    return made


def _rows(magnitude: UncertainArray) -> list[UncertainArray]:
    if not magnitude.shape:
        return [magnitude]
    flat: Any = magnitude.ravel()
    return list(flat)


def _elements(value: Quantity, one: Callable[[UncertainArray], Any]) -> Any:  # noqa: ANN401 - of the other library
    magnitude = magnitude_of(value)
    if not magnitude.shape:
        return one(magnitude)
    found = np.empty(magnitude.size, dtype=object)
    found[:] = [one(element) for element in _rows(magnitude)]
    return found.reshape(magnitude.shape)


def _parts(magnitude: UncertainArray) -> list[tuple[Any, Leaf, float, float]]:
    """Return the elementary errors of a single value: a key, what is known, u and the slope of each."""
    parts: list[tuple[Any, Leaf, float, float]] = []
    for leaf, slope in by_leaf(magnitude):
        info = leaf._leaf
        if info is None:
            continue
        if isinstance(slope, float) and not leaf.shape:
            parts.append((info.uid, info, float(info.u), slope))
            continue
        slopes = np.asarray(slope.todense()).ravel() if hasattr(slope, "todense") else np.ravel(slope)
        spreads = np.broadcast_to(info.u, leaf.shape).ravel()
        parts += [
            ((info.uid, place), info, float(spreads[place]), float(slopes[place]))
            for place in np.flatnonzero(slopes)
        ]
    return [part for part in parts if part[2] > 0.0]


def _magnitude(value: float, parts: list[tuple[UncertainArray, float]]) -> UncertainArray:
    operation = Linear("converted", value, (0.0,) * len(parts), tuple(slope for _, slope in parts))
    return UncertainArray(value, operation, tuple(leaf for leaf, _ in parts))
