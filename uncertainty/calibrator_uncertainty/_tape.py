"""The tape: values that remember how they were made.

`UncertainArray` is a float or a float array that knows the operation and the operands it came from. pint
wraps it as the magnitude of a `Quantity` and lets numpy functions through, so that units come from pint and
propagation from here, with neither knowing the other. It never changes after it was made.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

import numpy as np

from calibrator_uncertainty._branches import look, note_branch
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._methods import ArrayMethods
from calibrator_uncertainty._nothing import as_text
from calibrator_uncertainty._numbers import as_number, read_only
from calibrator_uncertainty._ops import (
    ABSOLUTE,
    ADD,
    BY_UFUNC,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    PLAIN,
    POWER,
    SUBTRACT,
    Op,
)
from calibrator_uncertainty._refusals import bad_leaf, called, dropped, not_finite, unsupported
from calibrator_uncertainty._types import Numbers, Option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["UncertainArray"]

Value: TypeAlias = "float | NDArray[np.float64]"

_sequence = itertools.count()
_CHECKS = (np.isfinite, np.isnan, np.isinf)  # true or false of every value that there can be


class UncertainArray(ArrayMethods):
    """A value with the memory of how it was made; a leaf has neither operation nor operands.

    Scalars and arrays of any shape. It is the magnitude of a pint quantity, or stands alone where there is no
    unit. `u` and `dof` come from a sweep back over the tape when they are asked for.

    Example:
        >>> x = UncertainArray.leaf(3.0, 0.1)
        >>> (x - x).u, (x * x).u
        (0.0, 0.6000000000000001)
    """

    __slots__ = ("__weakref__", "_args", "_gradient", "_leaf", "_looked", "_op", "_order", "_uid", "_value")
    __array_priority__ = 1000.0
    __hash__ = ArrayMethods.__hash__  # equality compares values, as arrays do

    _value: Value
    _op: Numbers
    _args: tuple[Any, ...]
    _leaf: Leaf | None
    _gradient: Numbers
    _uid: str | None
    _looked: bool  # it was compared outside a model: what comes of it may be one side of a decision

    def __init__(
        self,
        value: Value,
        op: Numbers = None,
        args: tuple[Any, ...] = (),
        leaf: Leaf | None = None,
    ) -> None:
        self._value = value
        self._op = op
        self._args = args
        self._leaf = leaf
        self._gradient = None
        self._uid = None
        self._looked = False
        self._order = next(_sequence)

    @classmethod
    def leaf(
        cls,
        value: float | NDArray[np.float64],
        u: float | NDArray[np.float64],
        dof: float = math.inf,
        **more: Option,
    ) -> UncertainArray:
        """Return an elementary uncertain value; an array has independent elements.

        Raises:
            InputError: negative or infinite u, dof below 1, a value that is not finite, shapes that differ.
        """
        if type(value) is float and type(u) is float:
            if not (math.isfinite(value) and 0.0 <= u < math.inf and dof >= 1.0):
                raise bad_leaf(value, u, dof, more.get("name", ""))
            return cls(value, None, (), Leaf(u, dof, **more))
        number, spread = as_number(value), as_number(u)
        if number is None or spread is None or not (dof >= 1.0) or not np.size(number):
            raise bad_leaf(value, u, dof, more.get("name", ""))
        if not (np.isfinite(number).all() and np.isfinite(spread).all() and np.all(np.asarray(spread) >= 0)):
            raise bad_leaf(value, u, dof, more.get("name", ""))
        shape = np.shape(number)
        if np.shape(spread) not in ((), shape):
            raise bad_leaf(value, u, dof, more.get("name", ""))
        return cls(number, None, (), Leaf(spread, dof, **more))

    @property
    def value(self) -> Value:
        """The bare estimate, without its uncertainty."""
        note_branch()
        if type(self._value) is float:
            return self._value
        shown: Value = read_only(self._value)
        return shown

    @property
    def u(self) -> Value:
        """Standard uncertainty, of the shape of the value."""
        from calibrator_uncertainty._variances import standard_uncertainty

        note_branch()
        found: Value = standard_uncertainty(self)
        return found

    @property
    def dof(self) -> Value:
        """Effective degrees of freedom, of the shape of the value (JCGM 100:2008, G.4.1)."""
        from calibrator_uncertainty._variances import degrees_of_freedom

        note_branch()
        found: Value = degrees_of_freedom(self)
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value; () for a single number."""
        return () if type(self._value) is float else np.shape(self._value)

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

    @property
    def real(self) -> UncertainArray:
        """The value itself."""
        return self

    @property
    def imag(self) -> Value:
        """Zeros."""
        return np.zeros(self.shape) if self.shape else 0.0

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a single uncertain number has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[UncertainArray]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Numbers) -> UncertainArray:
        made: UncertainArray = _functions().getitem(self, key)
        return made

    def __add__(self, other: object) -> Numbers:
        if type(other) is UncertainArray and type(self._value) is float and type(other._value) is float:
            return UncertainArray(self._value + other._value, ADD, (self, other))
        return _apply(ADD, self, other)

    def __radd__(self, other: object) -> Numbers:
        return _apply(ADD, other, self)

    def __sub__(self, other: object) -> Numbers:
        if type(other) is UncertainArray and type(self._value) is float and type(other._value) is float:
            return UncertainArray(self._value - other._value, SUBTRACT, (self, other))
        return _apply(SUBTRACT, self, other)

    def __rsub__(self, other: object) -> Numbers:
        return _apply(SUBTRACT, other, self)

    def __mul__(self, other: object) -> Numbers:
        if type(other) is UncertainArray and type(self._value) is float and type(other._value) is float:
            return UncertainArray(self._value * other._value, MULTIPLY, (self, other))
        return _apply(MULTIPLY, self, other)

    def __rmul__(self, other: object) -> Numbers:
        return _apply(MULTIPLY, other, self)

    def __truediv__(self, other: object) -> Numbers:
        return _apply(DIVIDE, self, other)

    def __rtruediv__(self, other: object) -> Numbers:
        return _apply(DIVIDE, other, self)

    def __pow__(self, other: object) -> Numbers:
        return _apply(POWER, self, other)

    def __rpow__(self, other: object) -> Numbers:
        return _apply(POWER, other, self)

    def __neg__(self) -> Numbers:
        return _apply(NEGATIVE, self)

    def __pos__(self) -> UncertainArray:
        return self

    def __abs__(self) -> Numbers:
        return _apply(ABSOLUTE, self)

    def __lt__(self, other: object) -> Numbers:
        return _compare(np.less, self, other)

    def __le__(self, other: object) -> Numbers:
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: object) -> Numbers:
        return _compare(np.greater, self, other)

    def __ge__(self, other: object) -> Numbers:
        return _compare(np.greater_equal, self, other)

    def __eq__(self, other: object) -> Numbers:
        return _compare(np.equal, self, other)

    def __ne__(self, other: object) -> Numbers:
        return _compare(np.not_equal, self, other)

    def __bool__(self) -> bool:
        look(self)
        return bool(self._value)

    def __float__(self) -> NoReturn:
        raise dropped("float()")

    def __int__(self) -> NoReturn:
        raise dropped("int()")

    def __complex__(self) -> NoReturn:
        raise dropped("complex()")

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NoReturn:
        raise dropped("numpy.asarray()")

    def conjugate(self) -> UncertainArray:
        """Return the value itself: it is real."""
        return self

    def __copy__(self) -> UncertainArray:
        return self

    def __deepcopy__(self, memo: object) -> UncertainArray:
        return self

    def __repr__(self) -> str:
        return f"UncertainArray({self._value!r})"

    def __str__(self) -> str:
        return as_text(self, "")

    def __format__(self, spec: str) -> str:
        return as_text(self, spec)

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: Literal["__call__", "reduce", "reduceat", "accumulate", "outer", "at"],
        *inputs: Option,
        **kwargs: Option,
    ) -> Numbers:
        """Apply a numpy ufunc and keep the memory of it; what has no derivative here is refused."""
        if method == "__call__" and not _options(kwargs):
            op = BY_UFUNC.get(ufunc)
            if op is not None:
                return _apply(op, *inputs)
            if ufunc in PLAIN:
                return _compare(ufunc, *inputs)
            if ufunc is np.matmul:
                return _functions().matmul(*inputs)
        from calibrator_uncertainty._ufunc_methods import SUBSTITUTES, by_method

        _functions()
        if method == "__call__" and ufunc in SUBSTITUTES and not _options(kwargs):
            return SUBSTITUTES[ufunc](*inputs)
        return by_method(ufunc, method, inputs, kwargs)

    def __array_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Numbers:
        """Apply a numpy function listed in `_functions`; every other one would lose the memory."""
        ours = _functions().HANDLED.get(func)
        if ours is None:
            raise unsupported(f"{func.__module__}.{func.__name__}")
        return called(f"numpy.{func.__name__}", ours, args, kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        from calibrator_uncertainty._store import reduce_value

        return reduce_value(self)


def _functions() -> Numbers:
    from calibrator_uncertainty import _functions as module
    from calibrator_uncertainty import _matrices, _questions  # noqa: F401 - they and theirs register

    return module


def _options(kwargs: dict[str, Any]) -> bool:
    return any(value is not None and value is not True for value in kwargs.values())


def _apply(op: Op, *operands: Option) -> Numbers:
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
            value = as_number(operand)
            if value is None:
                return _complex(op, operands)
            args.append(value)
        single = single and type(value) is float
        values.append(value)
    if single:
        return UncertainArray(op.run(values, True), op, tuple(args))
    with np.errstate(all="ignore"):
        result = op.run(values, False)
    if not np.isfinite(result).all():
        raise not_finite(op.name, values, result)
    return UncertainArray(result, op, tuple(args))


def _complex(op: Op, operands: tuple[Any, ...]) -> Numbers:
    """Apply `op` where an operand is a plain complex number or array; any other answers for itself."""
    if not any(np.iscomplexobj(one) for one in operands if isinstance(one, complex | np.ndarray)):
        return NotImplemented
    from calibrator_uncertainty._complex import lift

    lifted = [lift(one) for one in operands]
    return NotImplemented if any(one is None for one in lifted) else op.ufunc(*lifted)


def _compare(ufunc: Numbers, *operands: Option) -> Numbers:
    if ufunc in _CHECKS:
        note_branch()
    else:
        look(*operands)
    values = [operand._value if isinstance(operand, UncertainArray) else operand for operand in operands]
    if any(as_number(value) is None for value in values):
        return NotImplemented
    result = ufunc(*values)
    return bool(result) if isinstance(result, np.bool_) else result
