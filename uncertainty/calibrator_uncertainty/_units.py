"""Units at the edge: pint is imported when the first quantity is made, and the host's registry is used."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from calibrator_uncertainty._errors import UnitsError

__all__ = ["magnitude_in", "parse_unit", "quantity"]


def _registry() -> Any:  # noqa: ANN401 - pint's registry classes are generated
    import pint

    return pint.get_application_registry()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=512)
def _parsed(text: str, registry: Any) -> Any:  # noqa: ANN401
    return registry.Unit(text)


def parse_unit(text: str, where: str = "") -> Any:  # noqa: ANN401 - a pint Unit of the host's registry
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


def quantity(magnitude: Any, unit: Any) -> Any:  # noqa: ANN401
    """Return `magnitude` (float, array or uncertain array) in a parsed unit as a pint quantity."""
    return _registry().Quantity(magnitude, unit)


def magnitude_in(result: Any, unit_text: str, where: str) -> Any:  # noqa: ANN401
    """Return the magnitude of a model's result in `unit_text`.

    A temperature difference that is asked for in degC stays a difference.

    Raises:
        UnitsError: the result has another dimension.
    """
    import pint

    unit = parse_unit(unit_text, where)
    if not hasattr(result, "_REGISTRY"):
        result = quantity(result, parse_unit("", where))
    if _is_difference(result) and not unit._REGISTRY.Quantity(1, unit)._is_multiplicative:
        unit = parse_unit(f"delta_{unit}", where)
    try:
        return result.to(unit)._magnitude
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"the model gives {result.units} where {unit_text or 'a plain number'} is asked for",
            where=where,
            way_out="Check the model and the units of its inputs.",
            code="dimension",
        ) from problem


def _is_difference(result: Any) -> bool:  # noqa: ANN401
    names = list(result._units)
    return len(names) == 1 and str(names[0]).startswith("delta_")
