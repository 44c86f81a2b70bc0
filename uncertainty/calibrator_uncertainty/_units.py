"""Units at the edge: pint is imported when the first quantity is made, and the host's registry is used."""

from __future__ import annotations

from functools import lru_cache

from calibrator_uncertainty._errors import UnitsError
from calibrator_uncertainty._types import Quantity

__all__ = ["difference_unit", "magnitude_in", "parse_unit", "quantity"]


def _registry() -> Quantity:
    import pint

    return pint.get_application_registry()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=512)
def _parsed(text: str, registry: Quantity) -> Quantity:
    return registry.Unit(text)


def parse_unit(text: str, where: str = "") -> Quantity:
    """Return the unit that `text` names; an empty text is dimensionless.

    Raises:
        UnitsError: pint does not know it.
    """
    from tokenize import TokenError

    import pint

    registry = _registry()
    try:
        return _parsed(text or "dimensionless", registry.get() if hasattr(registry, "get") else registry)
    except (pint.errors.PintError, AttributeError, TokenError, SyntaxError, ValueError, TypeError) as problem:
        raise UnitsError(
            f"the unit {text!r} is unknown",
            where=where,
            way_out="Write it as pint does: V, mV, ohm, degC, V/ohm.",
            code="unknown-unit",
        ) from problem


def quantity(magnitude: Quantity, unit: Quantity) -> Quantity:
    """Return `magnitude` (float, array or uncertain array) in a parsed unit as a pint quantity."""
    return _registry().Quantity(magnitude, unit)


def magnitude_in(result: Quantity, unit_text: str, where: str) -> Quantity:
    """Return the magnitude of a model's result in `unit_text`.

    A temperature difference that is asked for in degC stays a difference.

    Raises:
        UnitsError: the result has another dimension.
    """
    import pint

    unit = parse_unit(unit_text, where)
    if not hasattr(result, "_REGISTRY"):
        result = quantity(result, parse_unit("", where))
    if _is_difference(result):
        unit = difference_unit(unit)
    try:
        return result.to(unit)._magnitude
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"the model gives {result.units} where {unit_text or 'a plain number'} is asked for",
            where=where,
            way_out="Check the model and the units of its inputs.",
            code="dimension",
        ) from problem


def difference_unit(unit: Quantity) -> Quantity:
    """Return the unit of a difference: delta_degC for degC, any other unit as it is."""
    if unit._REGISTRY.Quantity(1, unit)._is_multiplicative:
        return unit
    return parse_unit(f"delta_{unit}")


def _is_difference(result: Quantity) -> bool:
    names = list(result._units)
    return len(names) == 1 and str(names[0]).startswith("delta_")
