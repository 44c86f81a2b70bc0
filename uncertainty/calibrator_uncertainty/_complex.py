"""Complex uncertain numbers: real and imaginary part on the tape, so that every correlation is kept."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._quantity import correlated
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._units import parse_unit, quantity

__all__ = ["ComplexUncertainty", "UncertainComplex", "complex_uncertainty", "uncertain_complex"]


class UncertainComplex:
    """A complex uncertain number; the magnitude of a pint quantity, or alone.

    It never changes after it was made. Its uncertainty is a 2 x 2 matrix: `complex_uncertainty` gives it.
    """

    __slots__ = ("imag", "real")
    __array_priority__ = 1001.0
    __hash__ = None  # type: ignore[assignment]  # equality compares values, as arrays do

    real: Numbers
    imag: Numbers

    def __init__(self, real: Numbers, imag: Numbers) -> None:
        object.__setattr__(self, "real", real)
        object.__setattr__(self, "imag", imag)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an uncertain complex number never changes")

    @property
    def value(self) -> complex:
        """The bare estimate."""
        return complex(_bare(self.real), _bare(self.imag))

    @property
    def shape(self) -> tuple[int, ...]:
        """Always (): a single number."""
        return ()

    @property
    def ndim(self) -> int:
        """Always 0."""
        return 0

    @property
    def dtype(self) -> np.dtype[np.complex128]:
        """Type of the estimate."""
        return np.dtype(np.complex128)

    def __add__(self, other: object) -> Any:  # noqa: ANN401 - or NotImplemented
        return _binary(_add, self, other)

    __radd__ = __add__

    def __sub__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_subtract, self, other)

    def __rsub__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_subtract, other, self)

    def __mul__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_divide, self, other)

    def __rtruediv__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_divide, other, self)

    def __pow__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_power, self, other)

    def __rpow__(self, other: object) -> Any:  # noqa: ANN401
        return _binary(_power, other, self)

    def __neg__(self) -> UncertainComplex:
        return UncertainComplex(-self.real, -self.imag)

    def __pos__(self) -> UncertainComplex:
        return self

    def __abs__(self) -> Numbers:
        return np.hypot(self.real, self.imag)

    def __eq__(self, other: object) -> bool:
        lifted = _lift(other)
        return lifted is not None and self.value == lifted.value

    def __complex__(self) -> NoReturn:
        raise NotSupportedError("complex() would drop the uncertainty", way_out="Ask for .value.")

    def __copy__(self) -> UncertainComplex:
        return self

    def __deepcopy__(self, memo: object) -> UncertainComplex:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return UncertainComplex, (self.real, self.imag)

    def __repr__(self) -> str:
        return f"UncertainComplex({self.value!r})"

    def conjugate(self) -> UncertainComplex:
        """Return the complex conjugate."""
        return UncertainComplex(self.real, -self.imag)

    @property
    def angle(self) -> Numbers:
        """Phase in radians, uncertain."""
        return np.arctan2(self.imag, self.real)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Option, **kwargs: Option) -> Any:  # noqa: ANN401
        """Apply a numpy function of the table; any other would drop the uncertainty."""
        if method == "__call__" and not kwargs:
            if ufunc in _BINARY:
                return _binary(_BINARY[ufunc], *inputs)
            if ufunc in _UNARY:
                return _UNARY[ufunc](inputs[0])
        raise NotSupportedError(
            f"numpy.{ufunc.__name__} of an uncertain complex number", code="not-supported"
        )

    def __array_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401
        """Give real, imag and angle; any other function would drop the uncertainty."""
        if func in _PARTS and not kwargs:
            return _PARTS[func](args[0])
        raise NotSupportedError(f"numpy.{func.__name__} of an uncertain complex number", code="not-supported")


def _bare(part: Numbers) -> float:
    return float(part._value if isinstance(part, UncertainArray) else part)


def _lift(operand: object) -> UncertainComplex | None:
    if isinstance(operand, UncertainComplex):
        return operand
    if isinstance(operand, UncertainArray) and not operand.shape:
        return UncertainComplex(operand, 0.0)
    if isinstance(operand, int | float | complex | np.number) or (
        isinstance(operand, np.ndarray) and operand.ndim == 0
    ):
        number = complex(operand)
        return UncertainComplex(number.real, number.imag)
    return None


def _binary(function: Callable[..., Any], one: object, other: object) -> Any:  # noqa: ANN401
    left, right = _lift(one), _lift(other)
    if left is None or right is None:
        return NotImplemented
    return function(left, right)


def _add(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real + b.real, a.imag + b.imag)


def _subtract(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real - b.real, a.imag - b.imag)


def _multiply(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real)


def _divide(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    scale = b.real * b.real + b.imag * b.imag
    return UncertainComplex(
        (a.real * b.real + a.imag * b.imag) / scale, (a.imag * b.real - a.real * b.imag) / scale
    )


def _power(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    bare = b.value
    exact = not isinstance(b.real, UncertainArray) and not isinstance(b.imag, UncertainArray)
    if exact and bare.imag == 0.0 and bare.real == int(bare.real) and 0 < abs(bare.real) <= 16:
        product = a
        for _ in range(abs(int(bare.real)) - 1):
            product = _multiply(product, a)
        return product if bare.real > 0 else _divide(UncertainComplex(1.0, 0.0), product)
    return _exp(_multiply(b, _log(a)))


def _exp(a: UncertainComplex) -> UncertainComplex:
    size = np.exp(a.real)
    return UncertainComplex(size * np.cos(a.imag), size * np.sin(a.imag))


def _log(a: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(np.log(abs(a)), a.angle)


def _sqrt(a: UncertainComplex) -> UncertainComplex:
    size, half = np.sqrt(abs(a)), a.angle / 2.0
    return UncertainComplex(size * np.cos(half), size * np.sin(half))


def _sin(a: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(np.sin(a.real) * np.cosh(a.imag), np.cos(a.real) * np.sinh(a.imag))


def _cos(a: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(np.cos(a.real) * np.cosh(a.imag), -(np.sin(a.real) * np.sinh(a.imag)))


def _sinh(a: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(np.sinh(a.real) * np.cos(a.imag), np.cosh(a.real) * np.sin(a.imag))


def _cosh(a: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(np.cosh(a.real) * np.cos(a.imag), np.sinh(a.real) * np.sin(a.imag))


_BINARY: dict[Any, Callable[..., Any]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.true_divide: _divide,
    np.power: _power,
}
_UNARY: dict[Any, Callable[..., Any]] = {
    np.negative: UncertainComplex.__neg__,
    np.positive: UncertainComplex.__pos__,
    np.conjugate: UncertainComplex.conjugate,
    np.absolute: abs,
    np.square: lambda a: _multiply(a, a),
    np.reciprocal: lambda a: _divide(UncertainComplex(1.0, 0.0), a),
    np.exp: _exp,
    np.log: _log,
    np.sqrt: _sqrt,
    np.sin: _sin,
    np.cos: _cos,
    np.tan: lambda a: _divide(_sin(a), _cos(a)),
    np.sinh: _sinh,
    np.cosh: _cosh,
    np.tanh: lambda a: _divide(_sinh(a), _cosh(a)),
}
_PARTS: dict[Any, Callable[..., Any]] = {
    np.real: lambda a: a.real,
    np.imag: lambda a: a.imag,
    np.angle: lambda a: a.angle,
}


def uncertain_complex(
    name: str,
    estimate: complex,
    u: Any,  # noqa: ANN401 - a number, a pair, or a 2 x 2 matrix
    unit: str,
    *,
    dof: float = math.inf,
    source: str = "",
) -> Quantity:
    """Return a complex quantity; `u` is one number for both parts, a pair, or their 2 x 2 covariance matrix.

    Raises:
        InputError: an estimate that is not finite, or a matrix that cannot be.
    """
    if not cmath.isfinite(estimate):
        raise InputError(f"the estimate of {name} is {estimate}; it must be finite", code="not-finite")
    given = np.asarray(u, dtype=np.float64)
    matrix = given if given.ndim == 2 else np.diag(np.broadcast_to(given, (2,)) ** 2)
    names = [f"{name} real", f"{name} imag"]
    parts = correlated(names, [estimate.real, estimate.imag], matrix, ["", ""], dof=dof, source=source)
    return quantity(UncertainComplex(parts[0]._magnitude, parts[1]._magnitude), parse_unit(unit, name))


@dataclass(frozen=True, slots=True, eq=False)
class ComplexUncertainty:
    """Covariance matrix of (real, imaginary), effective dof, and k of the ellipse of 95 %."""

    matrix: np.ndarray
    dof: float
    k: float
    probability: float


def complex_uncertainty(value: Any, *, probability: float = 0.95) -> ComplexUncertainty:  # noqa: ANN401
    """Return covariance matrix, Willink-Hall effective dof and bivariate coverage factor of a complex value.

    The region is the ellipse (z - ẑ)ᵀ V⁻¹ (z - ẑ) ≤ k², k² = 2ν/(ν-1)·F(2, ν-1). Correlated parts that were
    estimated together count as one term. With ν ≤ 1 there is no finite region and k is infinite.

    Raises:
        NotSupportedError: a value that is not complex.

    Source: R. Willink, B. D. Hall, Metrologia 39 (2002) 361; JCGM 102:2011, 6.5.2.
    """
    magnitude = getattr(value, "_magnitude", value)
    if not isinstance(magnitude, UncertainComplex):
        raise NotSupportedError(f"{value!r} is not an uncertain complex number", code="plain")
    terms = _terms(magnitude)
    total = sum((matrix for matrix, _ in terms), np.zeros((2, 2)))
    dof = _willink_hall(terms, total)
    return ComplexUncertainty(total, dof, _bivariate_factor(dof, probability), probability)


def _terms(value: UncertainComplex) -> list[tuple[np.ndarray, float]]:
    """Return each independent term's covariance matrix and dof."""
    slopes: dict[int, list[Any]] = {}
    for row, part in enumerate((value.real, value.imag)):
        if not isinstance(part, UncertainArray):
            continue
        for leaf, slope in by_leaf(part):
            if leaf._leaf is not None:
                dense = slope.toarray().ravel() if hasattr(slope, "toarray") else np.ravel(slope)
                entry = slopes.setdefault(leaf._leaf.number, [leaf, np.zeros((2, leaf.size))])
                entry[1][row] += dense
    groups: dict[Any, list[Any]] = {}
    for leaf, pair in slopes.values():
        parts = pair * np.ravel(np.broadcast_to(leaf._leaf.u, leaf.shape))
        columns = [parts] if leaf._leaf.group else [parts[:, [i]] for i in range(parts.shape[1])]
        for number, column in enumerate(columns):
            key = leaf._leaf.group or (leaf._leaf.number, number)
            known = groups.setdefault(key, [np.zeros((2, 2)), leaf._leaf.dof])
            known[0] = known[0] + column @ column.T
            known[1] = min(known[1], leaf._leaf.dof)
    return [(matrix, dof) for matrix, dof in groups.values()]


def _willink_hall(terms: list[tuple[np.ndarray, float]], total: np.ndarray) -> float:
    """Match the total variance of the elements of the estimated covariance matrix (Willink & Hall)."""
    weight = math.fsum(_spread(matrix) / dof for matrix, dof in terms if math.isfinite(dof))
    return _spread(total) / weight if weight > 0.0 else math.inf


def _spread(matrix: np.ndarray) -> float:
    v11, v22, v12 = float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 1])
    return 2.0 * v11 * v11 + v11 * v22 + v12 * v12 + 2.0 * v22 * v22


def _bivariate_factor(dof: float, probability: float) -> float:
    from scipy.special import chdtri, fdtri

    if not 0.0 < probability < 1.0:
        raise InputError(
            f"a coverage probability is {probability}; it lies between 0 and 1", code="probability"
        )
    if math.isinf(dof):
        return math.sqrt(float(chdtri(2.0, 1.0 - probability)))
    if dof <= 1.0:
        return math.inf
    return math.sqrt(2.0 * dof / (dof - 1.0) * float(fdtri(2.0, dof - 1.0, probability)))
