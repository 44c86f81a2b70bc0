"""Complex uncertain numbers: real and imaginary part on the tape, so that every correlation is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from calibrator_uncertainty._branches import look
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._methods import SharedMethods
from calibrator_uncertainty._refusals import dropped
from calibrator_uncertainty._rounding import show
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["UncertainComplex", "add", "binary", "divide", "lift", "multiply", "power", "subtract"]


class UncertainComplex(SharedMethods):
    """A complex uncertain number or array; the magnitude of a pint quantity, or alone.

    It never changes after it was made. Its uncertainty is a 2 x 2 matrix: `complex_uncertainty` gives it.
    """

    __slots__ = ("imag", "real")
    __array_priority__ = 1001.0
    __hash__ = SharedMethods.__hash__  # equality compares values, as arrays do

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
    def _value(self) -> Numbers:
        return self.value

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

    def sum(self, axis: Option = None, **more: Option) -> UncertainComplex:
        """Sum the elements, with all correlations."""
        return self._each(lambda part: np.sum(part, axis=axis, **more))

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
        return binary(add, self, other)

    __radd__ = __add__

    def __sub__(self, other: object) -> Any:  # noqa: ANN401
        return binary(subtract, self, other)

    def __rsub__(self, other: object) -> Any:  # noqa: ANN401
        return binary(subtract, other, self)

    def __mul__(self, other: object) -> Any:  # noqa: ANN401
        return binary(multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Any:  # noqa: ANN401
        return binary(divide, self, other)

    def __rtruediv__(self, other: object) -> Any:  # noqa: ANN401
        return binary(divide, other, self)

    def __pow__(self, other: object) -> Any:  # noqa: ANN401
        return binary(power, self, other)

    def __rpow__(self, other: object) -> Any:  # noqa: ANN401
        return binary(power, other, self)

    def __matmul__(self, other: object) -> Any:  # noqa: ANN401
        return np.matmul(self, other)  # type: ignore[call-overload]

    def __rmatmul__(self, other: object) -> Any:  # noqa: ANN401
        return np.matmul(other, self)  # type: ignore[call-overload]

    def __neg__(self) -> UncertainComplex:
        return UncertainComplex(-self.real, -self.imag)

    def __pos__(self) -> UncertainComplex:
        return self

    def __abs__(self) -> Numbers:
        return np.hypot(self.real, self.imag)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401 - bool or array of bool
        lifted = lift(other)
        return NotImplemented if lifted is None else _seen(self) == _seen(lifted)

    def __ne__(self, other: object) -> Any:  # noqa: ANN401 - bool or array of bool
        lifted = lift(other)
        return NotImplemented if lifted is None else _seen(self) != _seen(lifted)

    def __bool__(self) -> bool:
        """Tell whether the estimate is not 0; arrays are asked with any() or all()."""
        return bool(self.value != 0)

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

    def reshape(self, *shape: Option) -> UncertainComplex:
        """Return the same elements in another shape."""
        return self._each(lambda part: np.reshape(part, shape[0] if len(shape) == 1 else shape))

    def ravel(self, order: Option = "C") -> UncertainComplex:
        """Return the elements in one row."""
        return self._each(lambda part: np.ravel(part, **({} if order == "C" else {"order": order})))

    def __str__(self) -> str:
        return format(self)

    def __format__(self, spec: str) -> str:
        real, imag = (
            format(part, spec) if isinstance(part, UncertainArray) else _plainly(part, spec)
            for part in (self.real, self.imag)
        )
        return f"({real}) + ({imag})j"

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
        from calibrator_uncertainty._complex_functions import apply

        return apply(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401
        """Apply a numpy function of the tables; any other would drop the uncertainty."""
        from calibrator_uncertainty._complex_arrays import handle

        return handle(func, args, kwargs)


def _plainly(part: Numbers, spec: str) -> str:
    """Return a part that is exact."""
    return show(_bare(part), 0.0, spec) if np.ndim(part) == 0 else str(part)


def _bare(part: Numbers) -> Numbers:
    return part._value if isinstance(part, UncertainArray) else part


def _seen(one: UncertainComplex) -> Numbers:
    """Return the bare value of a number that is compared."""
    look(one.real, one.imag)
    return one.value


def lift(operand: object) -> UncertainComplex | None:
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


def binary(function: Callable[..., Any], one: object, other: object) -> Any:  # noqa: ANN401
    left, right = lift(one), lift(other)
    if left is None or right is None:
        return NotImplemented
    return function(left, right)


def add(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real + b.real, a.imag + b.imag)


def subtract(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real - b.real, a.imag - b.imag)


def multiply(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    return UncertainComplex(a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real)


def divide(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
    scale = b.real * b.real + b.imag * b.imag
    return UncertainComplex(
        (a.real * b.real + a.imag * b.imag) / scale, (a.imag * b.real - a.real * b.imag) / scale
    )


def power(a: UncertainComplex, b: UncertainComplex) -> UncertainComplex:
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
            product = multiply(product, a)
        return product if bare.real > 0 else divide(UncertainComplex(1.0, 0.0), product)
    from calibrator_uncertainty._complex_functions import exp, log

    return exp(multiply(b, log(a)))
