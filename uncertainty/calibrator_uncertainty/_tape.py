"""The tape: values that remember how they were made.

`UncertainArray` is a float or a float array that knows the operation and the operands it came from. pint
wraps it as the magnitude of a `Quantity` and lets numpy functions through, so that units come from pint and
propagation from here, with neither knowing the other. It never changes after it was made.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import ModelError, NotSupportedError
from calibrator_uncertainty._ops import (
    ABSOLUTE,
    ADD,
    BY_UFUNC,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    POWER,
    SUBTRACT,
    Op,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["UncertainArray", "watch_branches"]

Value: TypeAlias = "float | NDArray[np.float64]"

_sequence = itertools.count()


class _Branches:
    """Notes whether a model looked at a value to decide its way."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen = False


_watching: ContextVar[_Branches | None] = ContextVar("calibrator_uncertainty_branches", default=None)


@contextmanager
def watch_branches() -> Iterator[_Branches]:
    """Tell whether comparisons are made while a model runs: such a trace holds for these values only."""
    branches = _Branches()
    token = _watching.set(branches)
    try:
        yield branches
    finally:
        _watching.reset(token)


class UncertainArray:
    """A value with the memory of how it was made; a leaf has neither operation nor operands."""

    __slots__ = ("__weakref__", "_args", "_op", "_order", "_value")
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]  # equality compares values, as arrays do

    _value: Value
    _op: Op | None
    _args: tuple[Any, ...]

    def __init__(self, value: Value, op: Op | None = None, args: tuple[Any, ...] = ()) -> None:
        self._value = value
        self._op = op
        self._args = args
        self._order = next(_sequence)

    @property
    def value(self) -> Value:
        """The bare estimate, without its uncertainty."""
        _note_branch()
        return self._value

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value; () for a single number."""
        return np.shape(self._value)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return np.ndim(self._value)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.size(self._value))

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Type of the elements."""
        return np.dtype(np.float64)

    def __add__(self, other: object) -> Any:  # noqa: ANN401 - or NotImplemented
        return _apply(ADD, self, other)

    def __radd__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(ADD, other, self)

    def __sub__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(SUBTRACT, self, other)

    def __rsub__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(SUBTRACT, other, self)

    def __mul__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(MULTIPLY, self, other)

    def __rmul__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(MULTIPLY, other, self)

    def __truediv__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(DIVIDE, self, other)

    def __rtruediv__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(DIVIDE, other, self)

    def __pow__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(POWER, self, other)

    def __rpow__(self, other: object) -> Any:  # noqa: ANN401
        return _apply(POWER, other, self)

    def __neg__(self) -> Any:  # noqa: ANN401
        return _apply(NEGATIVE, self)

    def __pos__(self) -> UncertainArray:
        return self

    def __abs__(self) -> Any:  # noqa: ANN401
        return _apply(ABSOLUTE, self)

    def __lt__(self, other: object) -> Any:  # noqa: ANN401 - bool or array of bool
        return _compare(np.less, self, other)

    def __le__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(np.greater, self, other)

    def __ge__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(np.greater_equal, self, other)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(np.equal, self, other)

    def __ne__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(np.not_equal, self, other)

    def __bool__(self) -> bool:
        _note_branch()
        return bool(self._value)

    def __float__(self) -> NoReturn:
        raise _dropped("float()")

    def __int__(self) -> NoReturn:
        raise _dropped("int()")

    def __complex__(self) -> NoReturn:
        raise _dropped("complex()")

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NoReturn:
        raise _dropped("numpy.asarray()")

    def __copy__(self) -> UncertainArray:
        return self

    def __deepcopy__(self, memo: object) -> UncertainArray:
        return self

    def __repr__(self) -> str:
        return f"UncertainArray({self._value!r})"

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: Literal["__call__", "reduce", "reduceat", "accumulate", "outer", "at"],
        *inputs: Any,  # noqa: ANN401 - numpy hands on whatever it was given
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Apply a numpy ufunc and keep the memory of it; what has no derivative here is refused."""
        if method == "__call__" and not _options(kwargs):
            op = BY_UFUNC.get(ufunc)
            if op is not None:
                return _apply(op, *inputs)
            if ufunc in _PLAIN:
                return _compare(ufunc, *inputs)
        raise _unsupported(f"numpy.{ufunc.__name__}{'' if method == '__call__' else '.' + method}")

    def __array_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        """Refuse numpy functions that would lose the memory; supported ones are listed in `_functions`."""
        raise _unsupported(f"numpy.{func.__name__}")


def _options(kwargs: dict[str, Any]) -> bool:
    return any(value is not None and value is not True for value in kwargs.values())


_PLAIN: Final = frozenset(
    {
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
        np.isnan,
        np.isfinite,
        np.isinf,
        np.signbit,
    }
)


def _note_branch() -> None:
    branches = _watching.get()
    if branches is not None:
        branches.seen = True


def _dropped(call: str) -> NotSupportedError:
    return NotSupportedError(
        f"{call} would drop the uncertainty",
        way_out="Ask for .value where the bare estimate is meant.",
        code="drops-uncertainty",
    )


def _unsupported(name: str) -> NotSupportedError:
    return NotSupportedError(
        f"{name} is not supported on an uncertain value",
        way_out="Write it with supported functions, or take .value where the bare estimate is meant.",
        code="not-supported",
    )


def _apply(op: Op, *operands: Any) -> Any:  # noqa: ANN401 - NotImplemented for foreign types
    """Apply `op` to uncertain arrays and numbers; leave every other type to answer for itself."""
    values: list[Any] = []
    args: list[Any] = []
    single = True
    for operand in operands:
        kind = type(operand)
        if kind is UncertainArray:
            value = operand._value
            args.append(operand)
        elif kind is float or kind is int:
            value = float(operand)
            args.append(value)
        else:
            value = _number(operand)
            if value is None:
                return NotImplemented
            args.append(value)
        single = single and type(value) is float
        values.append(value)
    return UncertainArray(compute(op, values, single), op, tuple(args))


def compute(op: Op, values: list[Any], single: bool) -> Any:  # noqa: ANN401 - float or array
    """Compute the value of an operation; single floats by `math`, arrays by numpy."""
    if single:
        try:
            return op.scalar(*values)
        except (ValueError, ZeroDivisionError, OverflowError) as problem:
            shown = ", ".join(f"{value:.6g}" for value in values)
            raise ModelError(
                f"{op.name}({shown}) has no finite value",
                way_out="Check the estimates and the model at this operation.",
                code="not-finite",
            ) from problem
    result = op.ufunc(*values)
    return float(result) if isinstance(result, np.generic) else result


def _number(operand: object) -> Value | None:
    if isinstance(operand, bool | np.bool_):
        return float(operand)
    if isinstance(operand, float | int | np.floating | np.integer):
        return float(operand)
    if isinstance(operand, np.ndarray) and operand.dtype.kind in "fiub":
        return operand.astype(np.float64) if operand.ndim else float(operand)
    return None


def _compare(ufunc: Any, *operands: Any) -> Any:  # noqa: ANN401 - a bare ufunc on bare values
    _note_branch()
    values = [operand._value if isinstance(operand, UncertainArray) else operand for operand in operands]
    if any(_number(value) is None for value in values):
        return NotImplemented
    result = ufunc(*values)
    return bool(result) if isinstance(result, np.bool_) else result
