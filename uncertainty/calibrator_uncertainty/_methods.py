"""Methods that numpy arrays have, by the functions of the same name; and operators that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._refusals import dropped, unsupported
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["ArrayMethods", "SharedMethods", "changed"]


class SharedMethods:
    """What real and complex arrays share: places of elements, and what cannot be."""

    __slots__ = ()

    @property
    def T(self) -> Numbers:
        """The transposed array."""
        return np.transpose(self)  # type: ignore[call-overload]

    def squeeze(self, axis: Option = None) -> Numbers:
        """Return the array without axes of one element."""
        return np.squeeze(self, axis=axis)  # type: ignore[call-overload]

    def swapaxes(self, one: int, other: int) -> Numbers:
        """Exchange two axes."""
        return np.swapaxes(self, one, other)  # type: ignore[call-overload]

    def diagonal(self, *more: Option) -> Numbers:
        """Return the diagonal of a matrix."""
        return np.diagonal(self, *more)  # type: ignore[call-overload]

    def trace(self, *more: Option) -> Numbers:
        """Sum the diagonal of a matrix."""
        return np.trace(self, *more)  # type: ignore[call-overload]

    def dot(self, other: Option) -> Numbers:
        """Return the product with another array."""
        return np.dot(self, other)  # type: ignore[call-overload]

    def conj(self) -> Numbers:
        """Return the complex conjugate."""
        return np.conjugate(self)  # type: ignore[call-overload]

    def copy(self, *more: Option, **options: Option) -> Numbers:
        """Return the array itself: it never changes."""
        return self

    @property
    def flat(self) -> Numbers:
        """The elements, one after the other."""
        return iter(np.ravel(self))  # type: ignore[call-overload]

    def tolist(self) -> NoReturn:
        """Refuse: plain numbers would drop the uncertainty."""
        raise dropped("tolist()")

    def item(self, *place: Option) -> NoReturn:
        """Refuse: a plain number would drop the uncertainty."""
        raise dropped("item()")

    def astype(self, dtype: Option, **options: Option) -> Numbers:
        """Return the array itself where `dtype` is its own; any other would drop the uncertainty."""
        if np.dtype(dtype) == self.dtype:  # type: ignore[attr-defined]
            return self
        raise dropped(f"astype({np.dtype(dtype)})")

    def cumprod(self, axis: Option = None) -> Numbers:
        """Return running products."""
        return np.cumprod(self, axis=axis)  # type: ignore[call-overload]

    def compress(self, condition: Option, axis: Option = None) -> Numbers:
        """Pick elements by a mask."""
        return np.compress(condition, self, axis=axis)  # type: ignore[call-overload]

    def round(self, *more: Option, **options: Option) -> NoReturn:
        """Refuse: results are rounded when they are written."""
        raise unsupported("numpy.round")

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise NotSupportedError(
            "round() of an uncertain value",
            way_out="Write it with rounding.round_result or express, or round .value.",
        )

    def __hash__(self) -> NoReturn:
        """Refuse: what compares by values, as arrays do, is no key."""
        raise NotSupportedError(
            "an uncertain value as a key or in a set",
            way_out="Key it by its name, or keep rows of (name, value).",
            code="hash",
        )

    def as_integer_ratio(self) -> NoReturn:
        """Refuse: Python's statistics and fractions ask for an exact ratio."""
        raise NotSupportedError(
            "an exact ratio, as statistics and fractions ask for, would drop the uncertainty",
            way_out="Use numpy.mean, numpy.std or type_a().",
            code="drops-uncertainty",
        )

    def __trunc__(self) -> NoReturn:
        raise dropped("math.trunc()")

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise changed()


class ArrayMethods(SharedMethods):
    """What `UncertainArray` shares with numpy arrays beyond arithmetic."""

    __slots__ = ()

    def __matmul__(self, other: object) -> Numbers:
        return np.matmul(self, other)  # type: ignore[call-overload]

    def __rmatmul__(self, other: object) -> Numbers:
        return np.matmul(other, self)  # type: ignore[call-overload]

    def reshape(self, *shape: Option) -> Numbers:
        """Return the same elements in another shape."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)  # type: ignore[call-overload]

    def ravel(self, order: str = "C") -> Numbers:
        """Return the elements in one row."""
        return np.ravel(self, **({} if order == "C" else {"order": order}))  # type: ignore[call-overload]

    flatten = ravel

    def transpose(self, *axes: Option) -> Numbers:
        """Return the array with its axes in another order."""
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)  # type: ignore[call-overload]

    def sum(self, axis: Option = None, **more: Option) -> Numbers:
        """Sum the elements, with all correlations."""
        return np.sum(self, axis=axis, **more)  # type: ignore[call-overload]

    def mean(self, axis: Option = None, **more: Option) -> Numbers:
        """Average the elements, with all correlations."""
        return np.mean(self, axis=axis, **more)  # type: ignore[call-overload]

    def max(self, axis: Option = None, **more: Option) -> Numbers:
        """Return the element with the largest value."""
        return np.max(self, axis=axis, **more)  # type: ignore[call-overload]

    def min(self, axis: Option = None, **more: Option) -> Numbers:
        """Return the element with the smallest value."""
        return np.min(self, axis=axis, **more)  # type: ignore[call-overload]

    def std(self, axis: Option = None, **more: Option) -> Numbers:
        """Return the standard deviation of the elements, as a function of them."""
        return np.std(self, axis=axis, **more)  # type: ignore[call-overload]

    def var(self, axis: Option = None, **more: Option) -> Numbers:
        """Return the variance of the elements, as a function of them."""
        return np.var(self, axis=axis, **more)  # type: ignore[call-overload]

    def prod(self, axis: Option = None, **more: Option) -> Numbers:
        """Multiply the elements."""
        return np.prod(self, axis=axis, **more)  # type: ignore[call-overload]

    def cumsum(self, axis: Option = None, **more: Option) -> Numbers:
        """Return running sums."""
        return np.cumsum(self, axis=axis, **more)  # type: ignore[call-overload]

    def clip(self, low: Option = None, high: Option = None, **more: Option) -> Numbers:
        """Hold the values between two limits."""
        return np.clip(self, low, high, **more)  # type: ignore[call-overload]

    def take(self, indices: Option, axis: Option = None, **more: Option) -> Numbers:
        """Pick elements by their places."""
        return np.take(self, indices, axis=axis, **more)  # type: ignore[call-overload]

    def repeat(self, count: Option, axis: Option = None) -> Numbers:
        """Repeat elements."""
        return np.repeat(self, count, axis=axis)  # type: ignore[call-overload]

    def ptp(self, axis: Option = None, **more: Option) -> Numbers:
        """Return the largest less the smallest value."""
        return np.ptp(self, axis=axis, **more)  # type: ignore[call-overload]

    def __floordiv__(self, other: object) -> NoReturn:
        raise _stepped("//")

    __rfloordiv__ = __floordiv__

    def __mod__(self, other: object) -> NoReturn:
        raise _stepped("%")

    __rmod__ = __mod__

    def __divmod__(self, other: object) -> NoReturn:
        raise _stepped("divmod()")

    __rdivmod__ = __divmod__


def _refused(name: str) -> Callable[..., NoReturn]:
    def method(self: SharedMethods, *args: Option, **kwargs: Option) -> NoReturn:
        raise unsupported(f"numpy.{name}")

    method.__doc__ = f"Refuse numpy's {name}, and say what to call."
    return method


def _dropping(name: str) -> Callable[..., NoReturn]:
    def method(self: SharedMethods, *args: Option, **kwargs: Option) -> NoReturn:
        raise dropped(f"{name}()")

    method.__doc__ = f"Refuse numpy's {name}: plain numbers would drop the uncertainty."
    return method


def _changing(name: str) -> Callable[..., NoReturn]:
    def method(self: SharedMethods, *args: Option, **kwargs: Option) -> NoReturn:
        raise changed()

    method.__doc__ = f"Refuse numpy's {name}, which changes an array in place."
    return method


for _name in ("fill", "sort", "resize", "setfield", "setflags"):
    setattr(SharedMethods, _name, _changing(_name))
for _name in ("dump", "dumps", "tobytes", "tofile", "view", "getfield", "byteswap"):
    setattr(SharedMethods, _name, _dropping(_name))
for _name in (
    "argmax",
    "argmin",
    "argsort",
    "searchsorted",
    "nonzero",
    "all",
    "any",
    "put",
    "partition",
    "argpartition",
):
    setattr(SharedMethods, _name, _refused(_name))


def changed() -> NotSupportedError:
    """Return the error of an assignment to an element."""
    return NotSupportedError(
        "an uncertain array never changes",
        way_out="Choose elements with numpy.where, or join parts with numpy.concatenate.",
        code="read-only",
    )


def _stepped(operator: str) -> NotSupportedError:
    return NotSupportedError(
        f"{operator} of an uncertain value jumps, and has no slope there",
        way_out="Use / and take the whole part of .value.",
    )
