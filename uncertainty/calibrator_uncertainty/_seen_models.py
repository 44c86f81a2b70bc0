"""Models that were run before: a function that can only do arithmetic need not be run with units again.

A trace is kept for a function whose code holds nothing but straight-line arithmetic, numpy's ufuncs and plain
numbers: no comparison, no jump, no method, no store beyond its own names. What such a function gives follows
from its code, the units of its inputs and the numbers and functions that its names stand for; each of these
is looked up again and must be the same object. Every other model is run anew for each budget.
"""

from __future__ import annotations

import dis
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import parse_unit

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._running import Traced

__all__ = ["traced"]

_MOST = 256
# Of Python 3.11 to 3.14; what stands not here is not known to be arithmetic.
_PLAIN = frozenset({
    "RESUME", "CACHE", "NOP", "PUSH_NULL", "COPY_FREE_VARS", "LOAD_CONST", "LOAD_SMALL_INT",
    "LOAD_FAST", "LOAD_FAST_BORROW", "STORE_FAST", "LOAD_FAST_LOAD_FAST",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST_LOAD_FAST", "STORE_FAST_STORE_FAST", "BINARY_OP",
    "UNARY_NEGATIVE", "PRECALL", "CALL", "RETURN_VALUE", "RETURN_CONST", "COPY", "SWAP", "LOAD_DEREF",
})  # fmt: skip
_GLOBAL, _ATTRIBUTE = frozenset({"LOAD_GLOBAL"}), frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_OF_MODULES = (np, math)


@dataclass(frozen=True, slots=True, eq=False)
class _Code:
    """What a function's code looks up, where it is nothing but arithmetic."""

    code: CodeType  # held, so that no other code gets its identity
    names: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(slots=True, eq=False)  # not frozen: that would triple the cost of making one
class _Kept:
    """A trace with all that it rests on."""

    code: CodeType
    rests_on: tuple[Any, ...]
    found: Traced


_NAME_AND_UNIT = operator.attrgetter("name", "unit")
_codes: dict[int, tuple[CodeType, _Code | None]] = {}
_kept: dict[Any, _Kept] = {}


def traced(budget: Budget, run: Callable[[Budget], Traced]) -> Traced:
    """Return the trace of a model that was run before on the same units, else `run` it."""
    model: Any = budget.model
    code = _code_of(model) if type(model) is FunctionType else None
    if code is None:
        return run(budget)
    registry = parse_unit(budget.unit, budget.name)._REGISTRY
    rests_on = (*_looked_up(model, code), *_settings(registry))
    key = (id(code.code), budget.unit, *map(_NAME_AND_UNIT, budget.inputs))
    known = _kept.get(key)
    if known is not None and _same(known.rests_on, rests_on):
        return known.found
    found = run(budget)
    lasting = found.first is not None and not (found.branches or found.checked)
    if lasting and not registry._active_ctx and all(map(_is_fixed, _looked_up(model, code))):
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[key] = _Kept(code.code, rests_on, found)
    return found


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _settings(registry: Quantity) -> tuple[Any, ...]:
    """Return what pint's arithmetic and conversions depend on beside units."""
    return (
        registry,
        registry._cache,
        registry.autoconvert_offset_to_baseunit,
        registry.auto_reduce_dimensions,
        registry.autoconvert_to_preferred,
    )


def _code_of(model: FunctionType) -> _Code | None:
    code = model.__code__
    known = _codes.get(id(code))
    if known is None:
        if len(_codes) >= _MOST:
            _codes.clear()
        known = _codes[id(code)] = (code, _examined(code))
    if model.__defaults__ or model.__kwdefaults__:
        return None
    return known[1]


def _examined(code: CodeType) -> _Code | None:
    """Return what a code looks up, None where it holds more than straight-line arithmetic."""
    names, attributes = [], []
    for one in dis.get_instructions(code):
        if one.opname in _GLOBAL:
            names.append(str(one.argval))
        elif one.opname in _ATTRIBUTE:
            attributes.append(str(one.argval))
            if not any(hasattr(module, attributes[-1]) for module in _OF_MODULES):
                return None  # a method of a quantity
        elif one.opname not in _PLAIN:
            return None
    return _Code(code, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(attributes)))


_MISSING = object()


def _looked_up(model: Any, code: _Code) -> tuple[Any, ...]:  # noqa: ANN401 - a function
    """Return what the names of a model stand for now."""
    if not (code.names or code.attributes or model.__closure__):
        return ()
    around, built_in = model.__globals__, model.__builtins__
    found = [around.get(name, built_in.get(name, _MISSING)) for name in code.names]
    found += [getattr(module, name, None) for name in code.attributes for module in _OF_MODULES]
    for cell in model.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # a name that has no value yet
            found.append(_MISSING)
    return tuple(found)


def _is_fixed(value: Any) -> bool:  # noqa: ANN401 - whatever a name stands for
    """Tell whether a value never changes and does nothing but arithmetic."""
    if value is None or type(value) in (float, int) or isinstance(value, np.ufunc):
        return True
    if value is abs or any(value is module for module in _OF_MODULES):
        return True
    return isinstance(value, BuiltinFunctionType) and value.__module__ == "math"
