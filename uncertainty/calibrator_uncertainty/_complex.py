"""Complex uncertain numbers: real and imaginary part on the tape, so that every correlation is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._refusals import dropped
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["UncertainComplex"]


class UncertainComplex:
    """A complex uncertain number or array; the magnitude of a pint quantity, or alone.

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
    def value(self) -> Numbers:
        """The bare estimate: a complex number or array."""
        real, imag = _bare(self.real), _bare(self.imag)
        return complex(real, imag) if np.ndim(real) == np.ndim(imag) == 0 else real + 1j * imag

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value; () for a single number."""
        return np.broadcast_shapes(np.shape(_bare(self.real)), np.shape(_bare(self.imag)))

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a single uncertain number has no length")
        return self.shape[0]

    def __getitem__(self, key: Option) -> UncertainComplex:
        return self._each(lambda part: part[key])

    def __iter__(self) -> Iterator[UncertainComplex]:
        return (self[place] for place in range(len(self)))

    def sum(self, axis: Option = None) -> UncertainComplex:
        """Sum the elements, with all correlations."""
        return self._each(lambda part: np.sum(part, axis=axis))

    def mean(self, axis: Option = None) -> UncertainComplex:
        """Average the elements, with all correlations."""
        return self._each(lambda part: np.mean(part, axis=axis))

    def _each(self, function: Callable[[Numbers], Numbers]) -> UncertainComplex:
        """Apply a linear function to both parts."""
        shape = self.shape
        parts = (
            part if np.shape(_bare(part)) == shape else part * np.ones(shape)
            for part in (self.real, self.imag)
        )
        return UncertainComplex(*(function(part) for part in parts))

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

    def __eq__(self, other: object) -> Any:  # noqa: ANN401 - bool or array of bool
        lifted = _lift(other)
        return NotImplemented if lifted is None else self.value == lifted.value

    def __complex__(self) -> NoReturn:
        raise NotSupportedError("complex() would drop the uncertainty", way_out="Ask for .value.")

    def __float__(self) -> NoReturn:
        raise dropped("float()")

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NoReturn:
        raise dropped("numpy.asarray()")

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
        from calibrator_uncertainty._complex_arrays import handle

        if func in _PARTS and not kwargs and len(args) == 1:
            return _PARTS[func](args[0])
        return handle(func, args, kwargs)


def _bare(part: Numbers) -> Numbers:
    return part._value if isinstance(part, UncertainArray) else part


def _lift(operand: object) -> UncertainComplex | None:
    if isinstance(operand, UncertainComplex):
        return operand
    if isinstance(operand, UncertainArray):
        return UncertainComplex(operand, 0.0)
    if isinstance(operand, int | float | complex | np.number):
        number = complex(operand)
        return UncertainComplex(number.real, number.imag)
    if isinstance(operand, np.ndarray) and operand.dtype.kind in "fiubc":
        return UncertainComplex(operand.real.astype(float), operand.imag.astype(float))
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
    if (
        exact
        and isinstance(bare, complex)
        and bare.imag == 0.0
        and bare.real == int(bare.real)
        and 0 < abs(bare.real) <= 16
    ):
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
    np.sum: UncertainComplex.sum,
    np.mean: UncertainComplex.mean,
}
