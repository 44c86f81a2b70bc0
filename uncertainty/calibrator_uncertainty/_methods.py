"""Methods that numpy arrays have, by the functions of the same name; and operators that cannot be."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["ArrayMethods"]


class ArrayMethods:
    """What `UncertainArray` shares with numpy arrays beyond arithmetic."""

    __slots__ = ()

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

    def __floordiv__(self, other: object) -> NoReturn:
        raise _stepped("//")

    __rfloordiv__ = __floordiv__

    def __mod__(self, other: object) -> NoReturn:
        raise _stepped("%")

    __rmod__ = __mod__

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise NotSupportedError(
            "round() of an uncertain value",
            way_out="Write it with rounding.round_result or express, or round .value.",
        )

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise NotSupportedError(
            "an uncertain array never changes",
            way_out="Choose elements with numpy.where, or join parts with numpy.concatenate.",
        )


def _stepped(operator: str) -> NotSupportedError:
    return NotSupportedError(
        f"{operator} of an uncertain value jumps, and has no slope there",
        way_out="Use / and take the whole part of .value.",
    )
