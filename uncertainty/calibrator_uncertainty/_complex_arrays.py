"""Arrays of complex uncertain numbers: made, moved, joined, multiplied and solved, part by part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._bivariate import uncertain_complex
from calibrator_uncertainty._complex import UncertainComplex, _lift
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["complex_array", "handle"]

_MOVES = frozenset(
    {
        np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.flip,
        np.broadcast_to, np.roll, np.repeat, np.tile, np.take, np.diagonal, np.cumsum, np.diff, np.trace,
        np.sum, np.mean,
    }
)  # fmt: skip
_JOINS = frozenset({np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack})
_PRODUCTS = frozenset({np.dot, np.outer, np.inner, np.kron, np.convolve, np.tensordot})


def complex_array(
    name: str, estimates: Numbers, u: Numbers, unit: str, *, dof: float = math.inf, source: str = ""
) -> Quantity:
    """Return an array of independent complex quantities, of any shape.

    Args:
        name: of the array; its elements have a number behind it.
        estimates: complex numbers, in `unit`.
        u: of both parts: one number, one for each element, or a 2 x 2 covariance matrix for each element.
        unit: of the estimates.
        dof: of each element.
        source: where they come from.

    Raises:
        InputError: shapes that differ, a negative or infinite u, a matrix that cannot be.
    """
    values = np.asarray(estimates, dtype=np.complex128)
    spreads = np.asarray(u, dtype=np.float64)
    matrices = spreads.ndim == values.ndim + 2 and spreads.shape == (*values.shape, 2, 2)
    if not matrices and spreads.shape not in ((), values.shape):
        raise InputError(
            f"u of {name} has shape {spreads.shape}, its estimates {values.shape}",
            way_out="Give one u, one for each element, or a 2 x 2 matrix for each.",
            code="shape",
        )
    if not matrices and math.isinf(dof):
        wide = np.broadcast_to(spreads, values.shape)
        parts = [
            UncertainArray.leaf(part.copy(), wide, name=f"{name} {what}", source=source)
            for part, what in ((values.real, "real"), (values.imag, "imag"))
        ]
        return quantity(UncertainComplex(*parts), parse_unit(unit, name))
    each = spreads.reshape(-1, 2, 2) if matrices else np.broadcast_to(spreads, values.shape).ravel()
    made = [
        uncertain_complex(f"{name}[{place}]", complex(value), own, "", dof=dof, source=source)._magnitude
        for place, (value, own) in enumerate(zip(values.ravel(), each, strict=True))
    ]
    row = _join(np.stack, made)
    shaped = UncertainComplex(np.reshape(row.real, values.shape), np.reshape(row.imag, values.shape))
    return quantity(shaped, parse_unit(unit, name))


def handle(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
    """Apply a function of numpy to complex uncertain arrays.

    Raises:
        NotSupportedError: a function that is not among them; it would drop the uncertainty.
    """
    if func in _MOVES:
        one = _complex(args[0])
        return UncertainComplex(
            func(_part(one, "real"), *args[1:], **kwargs), func(_part(one, "imag"), *args[1:], **kwargs)
        )
    if func in _JOINS:
        return _join(func, args[0], *args[1:], **kwargs)
    if func in _PRODUCTS:
        return _product(func, _complex(args[0]), _complex(args[1]), *args[2:], **kwargs)
    if func is np.linalg.solve:
        return _solve(_complex(args[0]), _complex(args[1]))
    if func is np.linalg.inv:
        return _solve(_complex(args[0]), _complex(np.eye(args[0].shape[0])))
    raise NotSupportedError(f"numpy.{func.__name__} of an uncertain complex number", code="not-supported")


def _complex(operand: object) -> UncertainComplex:
    found = _lift(np.asarray(operand) if isinstance(operand, list | tuple) else operand)
    if found is None:
        raise NotSupportedError(f"{operand!r} is no complex number", code="not-supported")
    return found


def _part(one: UncertainComplex, what: str) -> Numbers:
    """Return a part in the shape of the whole; an exact part may be a single number."""
    part = getattr(one, what)
    return part if np.shape(part) == one.shape else np.broadcast_to(part, one.shape)


def _join(
    func: Callable[..., Any], operands: Sequence[Any], *args: Option, **kwargs: Option
) -> UncertainComplex:
    each = [_complex(operand) for operand in operands]
    real, imag = ([_part(one, what) for one in each] for what in ("real", "imag"))
    return UncertainComplex(func(real, *args, **kwargs), func(imag, *args, **kwargs))


def _product(
    func: Callable[..., Any], a: UncertainComplex, b: UncertainComplex, *args: Option, **kwargs: Option
) -> UncertainComplex:
    a_real, a_imag, b_real, b_imag = _part(a, "real"), _part(a, "imag"), _part(b, "real"), _part(b, "imag")
    return UncertainComplex(
        func(a_real, b_real, *args, **kwargs) - func(a_imag, b_imag, *args, **kwargs),
        func(a_real, b_imag, *args, **kwargs) + func(a_imag, b_real, *args, **kwargs),
    )


def _solve(matrix: UncertainComplex, right: UncertainComplex) -> UncertainComplex:
    """Solve (A + iB)(x + iy) = c + id as [[A, -B], [B, A]] [x; y] = [c; d]."""
    real, imag = _part(matrix, "real"), _part(matrix, "imag")
    count = matrix.shape[0]
    rows = [np.concatenate([real, -imag], axis=1), np.concatenate([imag, real], axis=1)]
    found = np.linalg.solve(
        np.concatenate(rows, axis=0), np.concatenate([_part(right, "real"), _part(right, "imag")], axis=0)
    )
    return UncertainComplex(found[:count], found[count:])
