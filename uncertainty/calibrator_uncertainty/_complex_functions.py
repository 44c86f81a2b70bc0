"""Functions of complex uncertain numbers: ufuncs by formula, and numpy functions that are made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._branches import look, note_branch
from calibrator_uncertainty._complex import UncertainComplex, add, binary, divide, multiply, power, subtract
from calibrator_uncertainty._complex_arrays import as_complex, handle, part, solve
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._matrices import matrix_power, product_of_many
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._products import determinant
from calibrator_uncertainty._questions import broadcast, full
from calibrator_uncertainty._refusals import unsupported
from calibrator_uncertainty._types import Numbers, Option
from calibrator_uncertainty._ufunc_methods import SUBSTITUTES, by_method, name_of

__all__ = ["HANDLED", "apply", "exp", "log"]

_ONE = UncertainComplex(1.0, 0.0)
_I = UncertainComplex(0.0, 1.0)


def apply(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Apply a ufunc to complex uncertain numbers.

    Raises:
        NotSupportedError: a function that is not of the table; it would drop the uncertainty.
    """
    if method == "__call__" and not kwargs:
        if ufunc in _BINARY:
            return binary(_BINARY[ufunc], *inputs)
        if ufunc in _UNARY:
            return _UNARY[ufunc](inputs[0])
        if ufunc in _ASKED:
            _look(ufunc, inputs)
            return ufunc(*(as_complex(one).value for one in inputs))
        if ufunc is np.matmul or ufunc in SUBSTITUTES:
            return handle(np.matmul, inputs, {}) if ufunc is np.matmul else SUBSTITUTES[ufunc](*inputs)
    if method == "__call__":
        raise unsupported(name_of(ufunc, method), "an uncertain complex number")
    return by_method(ufunc, method, inputs, kwargs)


def exp(a: UncertainComplex) -> UncertainComplex:
    """Return e to the power of `a`."""
    size = np.exp(a.real)
    return UncertainComplex(size * np.cos(a.imag), size * np.sin(a.imag))


def log(a: UncertainComplex) -> UncertainComplex:
    """Return the principal logarithm."""
    return UncertainComplex(np.log(abs(a)), a.angle)


def sqrt(a: UncertainComplex) -> UncertainComplex:
    """Return the principal root."""
    size, half = np.sqrt(abs(a)), a.angle / 2.0
    return UncertainComplex(size * np.cos(half), size * np.sin(half))


def sin(a: UncertainComplex) -> UncertainComplex:
    """Return the sine."""
    return UncertainComplex(np.sin(a.real) * np.cosh(a.imag), np.cos(a.real) * np.sinh(a.imag))


def cos(a: UncertainComplex) -> UncertainComplex:
    """Return the cosine."""
    return UncertainComplex(np.cos(a.real) * np.cosh(a.imag), -(np.sin(a.real) * np.sinh(a.imag)))


def sinh(a: UncertainComplex) -> UncertainComplex:
    """Return the hyperbolic sine."""
    return UncertainComplex(np.sinh(a.real) * np.cos(a.imag), np.cosh(a.real) * np.sin(a.imag))


def cosh(a: UncertainComplex) -> UncertainComplex:
    """Return the hyperbolic cosine."""
    return UncertainComplex(np.cosh(a.real) * np.cos(a.imag), np.sinh(a.real) * np.sin(a.imag))


def arcsinh(a: UncertainComplex) -> UncertainComplex:
    """Return the principal inverse of the hyperbolic sine."""
    return log(add(a, sqrt(add(multiply(a, a), _ONE))))


def arccosh(a: UncertainComplex) -> UncertainComplex:
    """Return the principal inverse of the hyperbolic cosine."""
    return log(add(a, multiply(sqrt(add(a, _ONE)), sqrt(subtract(a, _ONE)))))


def arctanh(a: UncertainComplex) -> UncertainComplex:
    """Return the principal inverse of the hyperbolic tangent."""
    return multiply(subtract(log(add(_ONE, a)), log(subtract(_ONE, a))), UncertainComplex(0.5, 0.0))


def arcsin(a: UncertainComplex) -> UncertainComplex:
    """Return the principal inverse of the sine."""
    return -multiply(_I, arcsinh(multiply(_I, a)))


def _scaled(function: Callable[..., UncertainComplex], factor: float) -> Callable[..., UncertainComplex]:
    return lambda a: multiply(function(a), UncertainComplex(factor, 0.0))


_BINARY: dict[Any, Callable[..., Any]] = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.true_divide: divide,
    np.power: power,
}
_UNARY: dict[Any, Callable[..., Any]] = {
    np.negative: UncertainComplex.__neg__,
    np.positive: UncertainComplex.__pos__,
    np.conjugate: UncertainComplex.conjugate,
    np.absolute: abs,
    np.square: lambda a: multiply(a, a),
    np.reciprocal: lambda a: divide(_ONE, a),
    np.exp: exp,
    np.exp2: lambda a: exp(multiply(a, UncertainComplex(math.log(2.0), 0.0))),
    np.expm1: lambda a: subtract(exp(a), _ONE),
    np.log: log,
    np.log2: _scaled(log, 1.0 / math.log(2.0)),
    np.log10: _scaled(log, 1.0 / math.log(10.0)),
    np.log1p: lambda a: log(add(a, _ONE)),
    np.sqrt: sqrt,
    np.sin: sin,
    np.cos: cos,
    np.tan: lambda a: divide(sin(a), cos(a)),
    np.sinh: sinh,
    np.cosh: cosh,
    np.tanh: lambda a: divide(sinh(a), cosh(a)),
    np.arcsinh: arcsinh,
    np.arccosh: arccosh,
    np.arctanh: arctanh,
    np.arcsin: arcsin,
    np.arccos: lambda a: subtract(UncertainComplex(math.pi / 2.0, 0.0), arcsin(a)),
    np.arctan: lambda a: -multiply(_I, arctanh(multiply(_I, a))),
}
_ASKED = frozenset({np.equal, np.not_equal, np.isnan, np.isfinite, np.isinf})


def _product(array: Numbers, axis: int | None = None) -> UncertainComplex:
    """Multiply along an axis, one after the other."""
    row: Numbers = np.ravel(array) if axis is None else np.moveaxis(array, axis, 0)
    result = row[0]
    for place in range(1, len(row)):
        result = multiply(result, row[place])
    made: UncertainComplex = result
    return made


def _choose(condition: Numbers, first: Numbers, second: Numbers) -> UncertainComplex:
    one, other = as_complex(first), as_complex(second)
    return UncertainComplex(
        np.where(condition, one.real, other.real), np.where(condition, one.imag, other.imag)
    )


def _select(conditions: Sequence[Any], choices: Sequence[Numbers], default: Numbers = 0.0) -> Numbers:
    found: Numbers = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        found = _choose(condition, choice, found)
    return found


def _append(array: Numbers, values: Numbers, axis: int | None = None) -> Numbers:
    both: list[Numbers] = [as_complex(array), as_complex(values)]
    return np.concatenate([np.ravel(one) for one in both] if axis is None else both, axis=axis or 0)


def _insert(array: Numbers, place: Numbers, values: Numbers, axis: int | None = None) -> UncertainComplex:
    one, new = as_complex(array), as_complex(values)
    return UncertainComplex(
        *(np.insert(part(one, what), place, part(new, what), axis=axis) for what in ("real", "imag"))
    )


def _interpolate(
    x: Numbers, xp: Numbers, fp: Numbers, left: Numbers = None, right: Numbers = None, **kwargs: Option
) -> UncertainComplex:
    table = as_complex(fp)
    more = {"left": left, "right": right, **kwargs}  # refused where they say anything
    return UncertainComplex(*(np.interp(x, xp, part(table, what), **more) for what in ("real", "imag")))


def _sum_products(subscripts: str, *operands: Numbers, optimize: Option = False) -> UncertainComplex:
    each = [as_complex(one) for one in operands]
    if len(each) == 1:
        return UncertainComplex(*(np.einsum(subscripts, part(each[0], what)) for what in ("real", "imag")))
    if len(each) != 2:
        raise NotSupportedError("numpy.einsum of three complex arrays", way_out="Take two at a time.")
    parts = [{what: part(one, what) for what in ("real", "imag")} for one in each]

    def of(first: str, second: str) -> Numbers:
        return np.einsum(subscripts, parts[0][first], parts[1][second])

    return UncertainComplex(of("real", "real") - of("imag", "imag"), of("real", "imag") + of("imag", "real"))


def _length(array: UncertainComplex, ord: Numbers = None, axis: Numbers = None) -> Numbers:
    if ord not in (None, 2, "fro") or (ord == 2 and axis is None and array.ndim > 1):
        return np.linalg.norm(abs(array), ord, axis)
    return np.sqrt(np.sum(np.square(array.real) + np.square(array.imag), axis=axis))


def _vector_length(array: Numbers, *, axis: Numbers = None, ord: Numbers = 2) -> Numbers:
    return np.linalg.norm(abs(np.ravel(array) if axis is None else array), ord, axis)


def _polynomial(coefficients: Numbers, x: Numbers) -> Numbers:
    result: Numbers = as_complex(coefficients[0]) + 0.0 * as_complex(x)
    for place in range(1, np.shape(coefficients)[0]):
        result = result * x + coefficients[place]
    return result


def _inverse(array: Numbers) -> Numbers:
    return np.linalg.solve(array, np.eye(array.shape[0]))


def _solved(matrix: Numbers, right: Numbers) -> UncertainComplex:
    return solve(as_complex(matrix), as_complex(right))


def _spaced(start: Numbers, stop: Numbers, num: int = 50, endpoint: bool = True) -> Numbers:
    share = np.linspace(0.0, 1.0, num, endpoint=endpoint)
    return as_complex(start) * (1.0 - share) + as_complex(stop) * share


def _look(function: Callable[..., Any], inputs: Sequence[Any]) -> None:
    """Note that complex values were compared; isnan and its like do not look."""
    note_branch()
    if function not in (np.isfinite, np.isnan, np.isinf):
        look(*(part for one in inputs for part in (as_complex(one).real, as_complex(one).imag)))


def _compared(function: Callable[..., Any]) -> Callable[..., Any]:
    def ask(one: Numbers, other: Numbers, **kwargs: Option) -> Numbers:
        _look(function, (one, other))
        return function(as_complex(one).value, as_complex(other).value, **kwargs)

    return ask


HANDLED: dict[Any, Callable[..., Any]] = {
    np.real: lambda a: a.real,
    np.imag: lambda a: a.imag,
    np.angle: lambda a, deg=False: a.angle * (180.0 / math.pi) if deg else a.angle,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
    np.iscomplexobj: lambda a: True,
    np.isrealobj: lambda a: False,
    np.zeros_like: lambda a, **kwargs: np.zeros(a.shape),
    np.empty_like: lambda a, **kwargs: np.zeros(a.shape),
    np.ones_like: lambda a, **kwargs: np.ones(a.shape),
    np.nan_to_num: lambda a, **kwargs: a,
    np.broadcast_arrays: broadcast,
    np.full_like: full,
    np.prod: _product,
    np.where: _choose,
    np.select: _select,
    np.append: _append,
    np.insert: _insert,
    np.interp: _interpolate,
    np.einsum: _sum_products,
    np.vdot: lambda a, b: np.sum(np.conjugate(np.ravel(as_complex(a))) * np.ravel(as_complex(b))),
    np.polyval: _polynomial,
    np.linspace: _spaced,
    np.linalg.solve: _solved,
    np.linalg.inv: _inverse,
    np.linalg.det: determinant,
    np.linalg.norm: _length,
    np.linalg.matrix_power: matrix_power,
    np.linalg.multi_dot: product_of_many,
    np.isclose: _compared(np.isclose),
    np.allclose: _compared(np.allclose),
    np.array_equal: _compared(np.array_equal),
    np.array_equiv: _compared(np.array_equiv),
    **dict.fromkeys(named("linalg.vector_norm"), _vector_length),
    **dict.fromkeys(named("linalg.vecdot"), lambda a, b: np.sum(np.conjugate(as_complex(a)) * b, axis=-1)),
}
