"""Arrays of complex uncertain numbers: made, moved, joined, multiplied and solved, part by part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._bivariate import uncertain_complex
from calibrator_uncertainty._complex import UncertainComplex, lift
from calibrator_uncertainty._doors import COMPLEX_ROW, FIGURES, NUMBER, asks
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._refusals import called, unsupported
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["as_complex", "complex_array", "handle", "part", "solve"]

# Functions that are linear in their first operand, so that each part goes its own way.
_LINEAR = frozenset(
    {
        np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
        np.flip, np.fliplr, np.flipud, np.rot90, np.broadcast_to, np.roll, np.repeat, np.tile, np.take,
        np.diagonal, np.diag, np.diagflat, np.tril, np.triu, np.delete, np.resize, np.atleast_1d,
        np.atleast_2d, np.atleast_3d, np.copy, np.take_along_axis, np.cumsum, np.diff, np.ediff1d, np.trace,
        np.sum, np.mean, np.average, np.gradient,
        *named("trapezoid", "trapz", "matrix_transpose", "cumulative_sum", "linalg.trace", "linalg.diagonal",
               "linalg.matrix_transpose", "fft.fftshift", "fft.ifftshift"),
    }
)  # fmt: skip
_SPLITS = frozenset({np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit, *named("unstack")})
_JOINS = frozenset(
    {np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack, *named("concat")}
)
_PRODUCTS = frozenset(
    {
        np.dot, np.outer, np.inner, np.kron, np.convolve, np.tensordot, np.matmul, np.cross,
        *named("linalg.matmul", "linalg.outer", "linalg.cross", "linalg.tensordot", "polymul"),
    }
)  # fmt: skip


@asks(estimates=COMPLEX_ROW, u=FIGURES, dof=NUMBER)
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
    try:
        values = np.asarray(estimates, dtype=np.complex128)
    except (TypeError, ValueError) as problem:
        raise InputError(
            f"the estimates of {name} are {estimates!r}, which are no numbers", code="number"
        ) from problem
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
            UncertainArray.leaf(given.copy(), wide, name=f"{name} {what}", source=source)
            for given, what in ((values.real, "real"), (values.imag, "imag"))
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
    if func in _LINEAR:
        one = as_complex(args[0])
        return UncertainComplex(*(func(part(one, what), *args[1:], **kwargs) for what in ("real", "imag")))
    if func in _SPLITS:
        one = as_complex(args[0])
        parts = (func(part(one, what), *args[1:], **kwargs) for what in ("real", "imag"))
        return [UncertainComplex(real, imag) for real, imag in zip(*parts, strict=True)]
    if func in _JOINS:
        return _join(func, args[0], *args[1:], **kwargs)
    if func in _PRODUCTS:
        return _product(func, as_complex(args[0]), as_complex(args[1]), *args[2:], **kwargs)
    from calibrator_uncertainty._complex_functions import HANDLED

    ours = HANDLED.get(func)
    if ours is None:
        raise unsupported(f"{func.__module__}.{func.__name__}", "an uncertain complex number")
    return called(f"numpy.{func.__name__}", ours, args, kwargs)


def as_complex(operand: object) -> UncertainComplex:
    """Return an operand as a complex value; lists of plain numbers are taken."""
    found = lift(np.asarray(operand) if isinstance(operand, list | tuple) else operand)
    if found is None:
        raise NotSupportedError(f"{operand!r} is no complex number", code="not-supported")
    return found


def part(one: UncertainComplex, what: str) -> Numbers:
    """Return a part in the shape of the whole; an exact part may be a single number."""
    found = getattr(one, what)
    return found if np.shape(found) == one.shape else np.broadcast_to(found, one.shape)


def _join(
    func: Callable[..., Any], operands: Sequence[Any], *args: Option, **kwargs: Option
) -> UncertainComplex:
    each = [as_complex(operand) for operand in operands]
    real, imag = ([part(one, what) for one in each] for what in ("real", "imag"))
    return UncertainComplex(func(real, *args, **kwargs), func(imag, *args, **kwargs))


def _product(
    func: Callable[..., Any], a: UncertainComplex, b: UncertainComplex, *args: Option, **kwargs: Option
) -> UncertainComplex:
    a_real, a_imag, b_real, b_imag = part(a, "real"), part(a, "imag"), part(b, "real"), part(b, "imag")
    return UncertainComplex(
        func(a_real, b_real, *args, **kwargs) - func(a_imag, b_imag, *args, **kwargs),
        func(a_real, b_imag, *args, **kwargs) + func(a_imag, b_real, *args, **kwargs),
    )


def solve(matrix: UncertainComplex, right: UncertainComplex) -> UncertainComplex:
    """Solve (A + iB)(x + iy) = c + id as [[A, -B], [B, A]] [x; y] = [c; d]."""
    real, imag = part(matrix, "real"), part(matrix, "imag")
    count = matrix.shape[0]
    rows = [np.concatenate([real, -imag], axis=1), np.concatenate([imag, real], axis=1)]
    found = np.linalg.solve(
        np.concatenate(rows, axis=0), np.concatenate([part(right, "real"), part(right, "imag")], axis=0)
    )
    return UncertainComplex(found[:count], found[count:])
