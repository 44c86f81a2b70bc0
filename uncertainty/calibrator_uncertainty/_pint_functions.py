"""numpy functions on quantities of ours that pint does not know: with their units, or refused in our words.

pint answers numpy for its quantities and knows nothing of our magnitudes. What it does not know ends in
numpy's "no implementation found", which names no way out. `teach` sets our answer before that one: for
quantities whose magnitude is ours, and for no others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import UnitsError
from calibrator_uncertainty._methods import changed
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._pint_dimensions import told_at, told_of_scale
from calibrator_uncertainty._pint_scales import function_on_scale, ufunc_on_scale
from calibrator_uncertainty._refusals import dropped, unsupported
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._ufunc_methods import SUBSTITUTES, by_method, name_of
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["teach"]

Rule = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


def teach(quantity_class: Quantity) -> bool:
    """Let pint's quantities ask us about numpy functions where their magnitude is ours; once."""
    if getattr(quantity_class, "_asks_for_uncertainty", False):
        return False
    functions, ufuncs = quantity_class.__array_function__, quantity_class.__array_ufunc__

    def array_function(
        self: Quantity, func: Callable[..., Any], types: Option, args: Option, kwargs: Option
    ) -> Numbers:
        if not _ours_among(args) and not _ours_among(kwargs.values()):
            return functions(self, func, types, args, kwargs)
        found = function_on_scale(func, args, kwargs)
        if found is not NotImplemented:
            return found
        rule = _RULES.get(func)
        if rule is not None:
            return rule(func, args, kwargs)
        if func is np.cumprod and not getattr(args[0] if args else None, "dimensionless", True):
            raise UnitsError(
                f"running products of {_first_unit(args)} have each another unit",
                way_out="Divide by one of its own unit first: numpy.cumprod(q / Q(1, q.units)).",
                code="dimension",
            )
        with told_at(f"numpy.{func.__name__}"):
            found = functions(self, func, types, args, kwargs)
        if found is NotImplemented:
            raise unsupported(f"{func.__module__}.{func.__name__}")
        return found

    def array_ufunc(
        self: Quantity, ufunc: np.ufunc, method: str, *inputs: Option, **kwargs: Option
    ) -> Numbers:
        if method == "__call__" and _ours_among(inputs):
            found = ufunc_on_scale(ufunc, inputs, kwargs)
            if found is not NotImplemented:
                return found
        if not (_ours_among(inputs) or _ours_among(kwargs.values())):
            return ufuncs(self, ufunc, method, *inputs, **kwargs)
        called = f"numpy.{name_of(ufunc, method).removeprefix('numpy.')}"
        with told_at(called), told_of_scale(called, _first_unit(inputs)):
            found = ufuncs(self, ufunc, method, *inputs, **kwargs)
        if found is not NotImplemented:
            return found
        if method != "__call__":
            return by_method(ufunc, method, inputs, kwargs)
        if ufunc in SUBSTITUTES and not kwargs:
            return SUBSTITUTES[ufunc](*inputs)
        raise unsupported(name_of(ufunc, method))

    quantity_class.__array_function__ = array_function
    quantity_class.__array_ufunc__ = array_ufunc
    for name, call in (("__float__", "float()"), ("__int__", "int()"), ("__complex__", "complex()")):
        _guard(quantity_class, name, lambda self, *args, call=call: dropped(call))
    for name in ("__setitem__", "fill"):
        _guard(quantity_class, name, lambda self, *args: changed())
    _guard(quantity_class, "__trunc__", lambda self, *args: dropped("math.trunc()"))
    _guard_exponents(quantity_class)
    quantity_class._asks_for_uncertainty = True
    return True


def _guard(quantity_class: Quantity, name: str, error: Callable[..., Exception]) -> None:
    """Let a method refuse quantities of ours, and do for others what it did."""
    known = getattr(quantity_class, name, None)

    def guarded(self: Quantity, *args: Option) -> Numbers:
        if type(self._magnitude) in _KINDS:
            raise error(self, *args)
        if args and type(getattr(args[-1], "_magnitude", args[-1])) in _KINDS:  # a plain array cannot hold it
            raise dropped("numpy.asarray()")
        if known is None:
            raise TypeError(f"type {type(self).__name__} doesn't define {name} method")
        return known(self, *args)

    setattr(quantity_class, name, guarded)


def _guard_exponents(quantity_class: Quantity) -> None:
    """Refuse an uncertain exponent of a unit: the unit of the result would be uncertain."""
    power = quantity_class.__pow__

    def guarded(self: Quantity, exponent: Numbers) -> Numbers:
        uncertain = type(getattr(exponent, "_magnitude", exponent)) in _KINDS
        if uncertain and not self.dimensionless:
            raise UnitsError(
                f"an uncertain exponent of a quantity in {self.units}",
                way_out="Divide by a quantity of that unit first; the exponent of a unit is exact.",
                code="exponent",
            )
        return power(self, exponent)

    quantity_class.__pow__ = guarded


_KINDS = (UncertainArray, UncertainComplex)


def _ours_among(operands: Any) -> bool:  # noqa: ANN401 - whatever numpy was given
    for one in operands:
        kind = type(one)
        if kind is list or kind is tuple:
            if _ours_among(one):
                return True
        elif kind in _KINDS or type(getattr(one, "_magnitude", None)) in _KINDS:
            return True
    return False


def _first_unit(operands: Any) -> Quantity:  # noqa: ANN401
    for one in operands:
        found = _first_unit(one) if isinstance(one, list | tuple) else getattr(one, "units", None)
        if found is not None:
            return found
    return None


def _figures(operand: Numbers, unit: Quantity, where: str, strict: bool) -> Numbers:
    """Return an operand in `unit`; a plain number is taken as it is unless the unit makes that ambiguous."""
    import pint

    if isinstance(operand, list | tuple):
        return type(operand)(_figures(one, unit, where, strict) for one in operand)
    if hasattr(operand, "_magnitude"):
        try:
            return operand.to(unit)._magnitude
        except pint.errors.DimensionalityError as problem:
            raise UnitsError(
                f"{where} of {unit} and {operand.units}", way_out="Use one dimension.", code="dimension"
            ) from problem
    if strict and not unit.dimensionless and not (isinstance(operand, float | int) and operand == 0):
        raise UnitsError(
            f"{where} of {unit} and a plain number", way_out="Give the number its unit.", code="dimension"
        )
    return operand


def _wrapped(result: Numbers, unit: Quantity) -> Numbers:
    if isinstance(result, list | tuple):
        return type(result)(_wrapped(one, unit) for one in result)
    return quantity(result, unit)


def _bare(operand: Numbers) -> Numbers:
    if isinstance(operand, list | tuple):
        return type(operand)(_bare(one) for one in operand)
    return getattr(operand, "_magnitude", operand)


def _moved(*places: int) -> Rule:
    """Return the rule of functions that move elements of the operands at `places`: the unit stays."""

    def rule(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
        unit = _first_unit((*args, *kwargs.values()))
        where = f"numpy.{func.__name__}"
        given = [
            _figures(one, unit, where, strict=place in places) if place in places else _bare(one)
            for place, one in enumerate(args)
        ]
        return _wrapped(func(*given, **{key: _bare(value) for key, value in kwargs.items()}), unit)

    return rule


def _apart(operand: Numbers, where: str) -> tuple[Numbers, Quantity]:
    """Return figures and unit of a factor."""
    unit = _first_unit([operand])
    return (operand, 1) if unit is None else (_figures(operand, unit, where, strict=True), unit)


def _product(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Multiply two operands: so do the units."""
    where = f"numpy.{func.__name__}"
    (left, one), (right, other) = _apart(args[0], where), _apart(args[1], where)
    return _wrapped(func(left, right, *args[2:], **kwargs), one * other)


def _averaged(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Average with weights, whose unit cancels; the values may be plain numbers."""
    figures, unit = _apart(args[0], "numpy.average")
    found = func(figures, *map(_bare, args[1:]), **{key: _bare(value) for key, value in kwargs.items()})
    return _wrapped(found, parse_unit("") if isinstance(unit, int) else unit)


def _chain(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Multiply a list of matrices."""
    parts = [_apart(one, f"numpy.{func.__name__}") for one in args[0]]
    return _wrapped(func([figures for figures, _ in parts]), math.prod(unit for _, unit in parts))


def _summed(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Sum within one operand; temperatures in degC do not add, which pint says."""
    unit = args[0].units
    return _wrapped(func(_bare(args[0]), *args[1:], **kwargs), (1 * unit + 1 * unit).units)


def _power_of_unit(exponent: Callable[[tuple[Any, ...]], int]) -> Rule:
    def rule(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
        return _wrapped(func(*(_bare(one) for one in args), **kwargs), args[0].units ** exponent(args))

    return rule


def _angle(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    degrees = bool(kwargs.get("deg", args[1] if len(args) > 1 else False))
    return quantity(func(_bare(args[0])), args[0]._REGISTRY.radian).to("degree" if degrees else "radian")


def _polynomial(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Evaluate by Horner's rule with units, which have to fit power by power."""
    coefficients, x = args
    result: Numbers = coefficients[0]
    for place in range(1, len(coefficients)):
        result = result * x + coefficients[place]
    return result if len(coefficients) > 1 else result * np.ones(np.shape(x))


def _pieces(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Compute piecewise; each function sees a quantity, and all give one dimension."""
    x, conditions, functions = args[:3]
    more = args[3:]
    units: list[Quantity] = []

    def figure(found: Numbers) -> Numbers:
        if not units:
            units.append(getattr(found, "units", (x / x).units))
        return _figures(found, units[0], "the pieces of numpy.piecewise", strict=True)

    def of(function: Numbers) -> Numbers:
        if not callable(function):
            return figure(function)
        return lambda piece: figure(function(_wrapped(piece, x.units), *more, **kwargs))

    return _wrapped(func(_bare(x), conditions, [of(one) for one in functions]), units[0])


def _asked(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Answer a question to the figures, in one unit where there are two operands."""
    unit = _first_unit(args)
    return func(
        *(_figures(one, unit, f"numpy.{func.__name__}", strict=len(args) > 1) for one in args), **kwargs
    )


def _each(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Broadcast, or make a grid; each operand keeps its unit."""
    found = func(*(_bare(one) for one in args), **kwargs)
    return tuple(
        quantity(each, one.units) if hasattr(one, "units") else each
        for each, one in zip(found, args, strict=True)
    )


def _columns(args: tuple[Any, ...]) -> int:
    return int(args[0].shape[-1])


def _by_dispatch(function: Callable[..., Any]) -> Rule:
    """Return the rule of a function that another one, which pint knows, can stand for."""
    return lambda func, args, kwargs: function(*args, **kwargs)


_MOVES_FIRST = named(
    "fliplr", "flipud", "repeat", "take", "split", "array_split", "hsplit", "vsplit", "dsplit", "unstack",
    "diagflat", "take_along_axis", "matrix_transpose", "real", "imag", "real_if_close", "linalg.diagonal",
    "linalg.matrix_transpose", "fft.fftshift", "fft.ifftshift", "lib.stride_tricks.sliding_window_view",
    "astype", "atleast_3d", "copy",
)  # fmt: skip
_PRODUCTS = named(
    "kron", "convolve", "correlate", "polymul", "linalg.matmul", "linalg.outer", "linalg.cross",
    "linalg.vecdot", "linalg.tensordot", "outer", "inner", "vdot", "tensordot", "cross",
)  # fmt: skip
_QUESTIONS = (np.array_equal, np.array_equiv, np.iscomplexobj, np.isrealobj, np.isposinf, np.isneginf)
_RULES: dict[Callable[..., Any], Rule] = {
    **dict.fromkeys(_MOVES_FIRST, _moved(0)),
    **dict.fromkeys(_PRODUCTS, _product),
    **dict.fromkeys(_QUESTIONS, _asked),
    **dict.fromkeys(named("trace", "linalg.trace", "cumulative_sum", "diag", "tril", "triu"), _summed),
    **dict.fromkeys(
        named("cumulative_prod"), _by_dispatch(lambda row, *, axis=0: np.cumprod(row, axis=axis))
    ),
    np.broadcast_arrays: _each,
    np.meshgrid: _each,
    np.extract: _moved(1),
    np.compress: _moved(1),
    np.choose: _moved(1),
    np.select: _moved(1, 2),
    np.append: _moved(0, 1),
    np.insert: _moved(0, 2),
    np.block: _moved(0),
    np.linalg.multi_dot: _chain,
    np.linalg.det: _power_of_unit(_columns),
    np.linalg.inv: _power_of_unit(lambda args: -1),
    np.linalg.pinv: _power_of_unit(lambda args: -1),
    np.linalg.matrix_power: _power_of_unit(lambda args: int(args[1])),
    np.angle: _angle,
    np.average: _averaged,
    np.polyval: _polynomial,
    np.piecewise: _pieces,
}
