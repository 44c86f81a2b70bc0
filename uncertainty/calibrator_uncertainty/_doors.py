"""What stands at the doors of public functions: each argument is looked at before the work begins.

`asks` names what an argument has to be; what is something else is refused by the argument's name, in our
words, rather than where numpy or pint stumbles over it.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import numpy as np

from calibrator_uncertainty._asked import one_number, shown
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = [
    "BUDGET",
    "BUDGETS",
    "CALLABLE",
    "COMPLEX_ROW",
    "FIGURE",
    "FIGURES",
    "FINITE",
    "INPUTS",
    "LIMITS",
    "MAPPING",
    "NAMES",
    "NUMBER",
    "POSITIVE",
    "PRIOR",
    "PROBABILITY",
    "REFERENCE",
    "ROW",
    "ROWS",
    "SEVERAL",
    "SPECTRUM",
    "TEXT",
    "TEXTS",
    "WHOLE",
    "asks",
    "each",
    "is_row",
    "optional",
]

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[Any, str], None]


def asks(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that looks at arguments by their names before a function is entered."""

    def door(function: Callable[P, R]) -> Callable[P, R]:
        names = tuple(signature(function).parameters)

        @wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            for name, value in (*zip(names, args, strict=False), *kwargs.items()):
                check = checks.get(name)
                if check is not None:
                    check(value, name)
            return function(*args, **kwargs)

        return asked

    return door


def optional(check: Check) -> Check:
    """Return a check that lets None through too."""

    def checked(value: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
        if value is not None:
            check(value, what)

    return checked


def _refused(value: Any, what: str, wanted: str, way_out: str = "") -> InputError:  # noqa: ANN401
    return InputError(f"{what} is {shown(value)}; it is {wanted}", way_out=way_out, code="argument")


def TEXT(value: Any, what: str) -> None:  # noqa: ANN401 - reads as the kind it asks for
    """Refuse what is no text."""
    if not isinstance(value, str):
        raise _refused(value, what, "a text")


def NUMBER(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no single real number, or is NaN."""
    if not getattr(value, "dimensionless", True) or math.isnan(
        one_number(getattr(value, "_magnitude", value), what)
    ):
        raise _refused(value, what, "a number without a unit")


def POSITIVE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no positive number."""
    NUMBER(value, what)
    if not value > 0:
        raise _refused(value, what, "positive")


def PROBABILITY(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what lies not between 0 and 1."""
    NUMBER(value, what)
    if not 0.0 < value < 1.0:
        raise _refused(value, what, "between 0 and 1")


def WHOLE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise _refused(value, what, "a whole number")


def CALLABLE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what cannot be called."""
    if not callable(value):
        raise _refused(value, what, "a function")


def MAPPING(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what has no names, or names that are no texts."""
    if not isinstance(value, Mapping):
        raise _refused(value, what, "a mapping", 'Give values by name: {"A": value, "B": value}.')
    for name in value:
        TEXT(name, f"a name in {what}")


def FIGURE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no single figure, plain or with a unit, exact or uncertain."""
    bare = getattr(value, "_magnitude", value)
    if not (isinstance(bare, UncertainArray) and not bare.shape):
        one_number(bare, what)


def FINITE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no single finite figure."""
    FIGURE(value, what)
    bare = getattr(value, "_magnitude", value)
    if not isinstance(bare, UncertainArray) and not math.isfinite(bare):
        raise _refused(value, what, "finite")


def FIGURES(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no figure or table of figures, plain or with units, exact or uncertain."""
    if 0 in _shape(value, what, False):
        raise _refused(value, what, "one figure or more")


def ROW(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row or table of figures."""
    shape = _shape(value, what, False)
    if not shape or 0 in shape:
        raise _refused(value, what, "a row of figures")


def COMPLEX_ROW(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row or table of figures, which may be complex."""
    shape = _shape(value, what, True)
    if not shape or 0 in shape:
        raise _refused(value, what, "a row of figures")


def ROWS(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row of rows of figures; the rows may differ in length."""
    for number, row in enumerate(_row(value, what)):
        if not _shape(row, f"row {number} of {what}", False):
            raise _refused(row, f"row {number} of {what}", "a row of figures")


def _shape(value: Numbers, what: str, with_complex: bool) -> tuple[int, ...]:
    bare = getattr(value, "_magnitude", value)
    if isinstance(bare, UncertainArray) or (isinstance(bare, np.ndarray) and bare.dtype.kind in "fiub"):
        return tuple(bare.shape)
    if isinstance(bare, list | tuple | range) or (isinstance(bare, np.ndarray) and bare.ndim):
        kinds = set(map(type, bare))
        inner = {()} if kinds <= {float, int} else {_shape(one, what, with_complex) for one in bare}
        if len(inner) > 1:
            raise _refused(value, what, "a table whose rows have one length")
        return (len(bare), *next(iter(inner), ()))
    if hasattr(bare, "__array__") and not isinstance(bare, np.generic | np.ndarray):  # a column of pandas
        return _shape(np.asarray(bare), what, with_complex)
    if not (with_complex and isinstance(bare, complex | np.complexfloating)):
        one_number(bare, what)
    return ()


def is_row(value: Any) -> bool:  # noqa: ANN401 - whatever was given
    """Tell whether a value can be gone through one by one."""
    bare = getattr(value, "_magnitude", value)
    if isinstance(bare, str | bytes | Mapping) or getattr(bare, "ndim", 1) == 0:
        return False
    return isinstance(bare, Iterable)


def _row(value: Any, what: str) -> Iterable[Any]:  # noqa: ANN401 - whatever was given
    if not is_row(value):
        raise _refused(value, what, "a row", "Give a list.")
    row: Iterable[Any] = value
    return row


def PRIOR(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no prior of true values."""
    if isinstance(value, type) or not (hasattr(value, "masses") and hasattr(value, "probability")):
        raise _refused(value, what, "a prior", "Make it with normal_prior(), uniform_prior(), ...")


def TEXTS(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row of texts."""
    if not is_row(value):
        raise _refused(value, what, "a row of texts", "Give a list.")
    if isinstance(value, Sequence | np.ndarray):
        for one in value:
            TEXT(one, f"one of {what}")


def NAMES(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row of names, such as inputs in their place."""
    if is_row(value) and all(isinstance(one, str) for one in value):
        return
    raise _refused(
        value,
        what,
        "a row of names",
        'Names, estimates, covariance and units are given apart: ["a", "b"], [1.0, 2.0], [[...], [...]], '
        '["V", "V"]; inputs are correlated by Budget(correlations={("a", "b"): 0.5}).',
    )


def _of(home: str, kind: str, way_out: str) -> Check:
    def checked(value: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
        wanted = getattr(importlib.import_module(f"calibrator_uncertainty.{home}"), kind)
        if not isinstance(value, wanted):
            raise _refused(value, what, f"a {kind}", way_out)

    return checked


def each(check: Check) -> Check:
    """Return a check of every one of a row."""

    def checked(value: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
        _row(value, what)
        if isinstance(value, Sequence | np.ndarray):  # what is read but once is left as it is
            for place, one in enumerate(value):
                check(one, f"{what}[{place}]")

    return checked


def SEVERAL(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is no row."""
    _row(value, what)


def REFERENCE(value: Any, what: str) -> None:  # noqa: ANN401
    """Refuse what is neither a consensus nor a figure."""
    if not hasattr(value, "reference"):
        FIGURE(value, what)


BUDGET = _of("_budget", "Budget", "Make it with Budget(model, inputs, unit=...).")
BUDGETS = each(BUDGET)
INPUTS = each(_of("_inputs", "Input", "Make it with normal(), type_a(), ..."))
LIMITS = _of(
    "risk._limits", "Limits", "Make it with Limits(lower, upper) or Limits.around(nominal, half_width)."
)
SPECTRUM = _of("timeseries._spectrum", "Spectrum", "Make it with spectrum(), mean_response() or Spectrum().")
