"""What pint makes of two units, asked once: the factor between summands, the unit of a product or a power.

pint looks up every unit anew at each operation, which costs ten times the operation on an uncertain number.
Kept is what pint itself said, for plain units alone, and only as long as the registry keeps its own cache: a
context that redefines units has another one. Where a host lets pint reduce or prefer units, pint is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import Scale, scale_of

__all__ = ["factor_between", "is_bare", "unit_of_power", "unit_of_product"]

_MOST = 4096  # pairs; a program that makes more has units without end
_Known = dict[Any, tuple[Any, Any]]  # by units: the registry's cache and what was found
_factors: _Known = {}
_products: _Known = {}
_powers: _Known = {}


def is_bare(units: Quantity) -> bool:
    """Tell whether units are none at all, which percent and radians are not."""
    return not units._d


def factor_between(quantity_class: Quantity, mine: Quantity, theirs: Quantity) -> float | None:
    """Return what `theirs` is multiplied by to add to `mine`; None where pint is to be asked."""
    registry = quantity_class._REGISTRY
    found = _factors.get((mine, theirs))
    if found is None or found[0] is not registry._cache:
        found = _keep(_factors, (mine, theirs), registry, _factor(registry, mine, theirs))
    known: float | None = found[1]
    return known


def unit_of_product(
    quantity_class: Quantity, mine: Quantity, theirs: Quantity, operation: Callable[..., Any]
) -> Quantity | None:
    """Return the units of a product or quotient (`theirs` None for a number); None where pint is asked."""
    registry = quantity_class._REGISTRY
    if registry.auto_reduce_dimensions or registry.autoconvert_to_preferred:
        return None
    key = (operation, mine, theirs)
    found = _products.get(key)
    if found is None or found[0] is not registry._cache:
        found = _keep(_products, key, registry, _product(registry, mine, theirs, operation))
    return found[1]


def unit_of_power(quantity_class: Quantity, mine: Quantity, exponent: float) -> Quantity | None:
    """Return the units of a power by an exact number; None where pint is asked."""
    registry = quantity_class._REGISTRY
    key = (mine, type(exponent), exponent)
    found = _powers.get(key)
    if found is None or found[0] is not registry._cache:
        plain = _is_plain(registry, mine) and exponent not in (0, 1)
        found = _keep(_powers, key, registry, mine**exponent if plain else None)
    return found[1]


def _keep(known: _Known, key: object, registry: Quantity, value: object) -> tuple[Any, Any]:
    if len(known) >= _MOST:
        known.clear()
    known[key] = kept = (registry._cache, value)
    return kept


def _is_plain(registry: Quantity, units: Quantity) -> bool:
    """Tell whether units have neither a zero of their own nor are differences, which pint treats apart."""
    if any(str(name).startswith("delta_") for name in units):
        return False
    return scale_of(registry.Quantity(1.0, units)) is Scale.PLAIN


def _factor(registry: Quantity, mine: Quantity, theirs: Quantity) -> float | None:
    if not (_is_plain(registry, mine) and _is_plain(registry, theirs)):
        return None
    one = registry.Quantity(1.0, theirs)
    if one.dimensionality != registry.Quantity(1.0, mine).dimensionality:
        return None  # pint says which units do not add
    factor = one.to(mine)._magnitude
    return factor if type(factor) is float else None


def _product(
    registry: Quantity, mine: Quantity, theirs: Quantity, operation: Callable[..., Any]
) -> Quantity | None:
    if not _is_plain(registry, mine) or not (theirs is None or _is_plain(registry, theirs)):
        return None
    if theirs is None:
        return mine
    return operation(mine, theirs)
