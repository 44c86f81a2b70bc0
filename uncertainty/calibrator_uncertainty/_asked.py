"""What callers hand in, refused by name where it cannot be: numbers, rows of numbers, generators, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import InputError, UnitsError

__all__ = ["by_name", "check_generator", "check_whole", "numbers", "one_number", "row_of_numbers", "shown"]


def by_name(values: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
    """Refuse what is no mapping by name.

    Raises:
        InputError: a single value, or a row of them.
    """
    if not isinstance(values, Mapping):
        raise InputError(
            f"{what} is {shown(values)}, which has no names",
            way_out='Give values by name: {"A": value, "B": value}.',
            code="no-names",
        )


def one_number(value: Any, what: str) -> float:  # noqa: ANN401 - whatever was given
    """Return a single real number as a float.

    Raises:
        InputError: a complex number, an array, a text, nothing.
    """
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:  # told below
            value = f"a whole number of {value.bit_length()} bits"
    several = isinstance(value, list | tuple) or (not isinstance(value, str) and np.ndim(value) > 0)
    if not several and not isinstance(value, str | bytes | bool | np.bool_ | complex | np.complexfloating):
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            pass
    way_out = "Give one real number."
    if isinstance(value, complex | np.complexfloating):
        way_out = "Complex quantities are made with uncertain_complex()."
    elif several:
        way_out = "Give one number; arrays of quantities are made with array()."
    raise InputError(f"{what} is {shown(value)}, which is no real number", way_out=way_out, code="number")


def numbers(values: Any, what: str) -> np.ndarray:  # noqa: ANN401 - whatever was given
    """Return real numbers of any shape.

    Raises:
        InputError: complex numbers, texts, rows of different length.
        UnitsError: quantities that are not dimensionless.
    """
    values = _without_unit(values, what)
    try:
        found = np.asarray(values)
        if found.dtype.kind in "fiub" or found.dtype == object:
            return found.astype(np.float64)
    except (TypeError, ValueError):  # told below
        pass
    raise InputError(
        f"{what} is {shown(values)}, which are no real numbers",
        way_out="Give numbers, or quantities of pint; complex ones are made with complex_array().",
        code="number",
    )


def row_of_numbers(values: Any, what: str) -> np.ndarray:  # noqa: ANN401 - whatever was given
    """Return a row of real numbers.

    Raises:
        InputError: a single number, a table, rows of different length, complex numbers, texts.
        UnitsError: quantities that are not dimensionless.
    """
    values = _without_unit(values, what)
    found: Any = None
    row: Any = None
    try:
        found = np.asarray(values)
        row = found.astype(np.float64) if found.dtype.kind in "fiub" or found.dtype == object else None
    except (TypeError, ValueError):  # rows of different length, or no numbers
        row = None
    if row is not None and row.ndim == 1:
        return np.asarray(row)
    shape = (
        f"has the shape {found.shape}"
        if found is not None and found.ndim != 1
        else "is no row of real numbers"
    )
    raise InputError(
        f"{what} {shape}",
        way_out="Give a plain list of numbers; groups of readings are for pooled_deviation() and anova().",
        code="readings",
    )


def _without_unit(values: Any, what: str) -> Any:  # noqa: ANN401 - whatever was given
    """Return plain numbers, dimensionless quantities among them; numpy would take the unit off any other."""
    if not _any_quantity(values):
        return values
    from calibrator_uncertainty._units import figures_in

    try:
        return figures_in(values, "", what)
    except UnitsError as problem:
        raise UnitsError(
            f"{what} has a unit where plain numbers are asked for: {problem.what}",
            way_out="Give figures: quantity.m_as(unit).",
            code="unit",
        ) from problem


def _any_quantity(values: Any) -> bool:  # noqa: ANN401 - whatever was given
    if isinstance(values, list | tuple) or (isinstance(values, np.ndarray) and values.dtype == object):
        return any(type(one) is not float and _any_quantity(one) for one in list(values))
    return hasattr(values, "_REGISTRY")


def check_generator(rng: Any) -> None:  # noqa: ANN401 - whatever was given
    """Refuse what is no generator of numpy.

    Raises:
        InputError: a seed, nothing, or numpy's old RandomState.
    """
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"rng is {shown(rng)}, which is no generator",
            way_out="Give numpy.random.default_rng(seed), or Generator(SFC64(seed)), which is faster.",
            code="rng",
        )


def check_whole(number: Any, what: str, least: int) -> None:  # noqa: ANN401 - whatever was given
    """Refuse what is no whole number from `least` on.

    Raises:
        InputError: a fraction, a text, too few.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise InputError(f"{what} is {shown(number)}; it is a whole number, {least} or more", code="whole")


def shown(value: Any) -> str:  # noqa: ANN401 - whatever was given
    """Return a value as a refusal shows it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
