"""Checks of plain arguments that need neither numpy nor pint, for what is imported before them."""

from __future__ import annotations

from typing import Any

from calibrator_uncertainty._errors import InputError

__all__ = ["as_float", "check_digits", "check_row", "check_text"]


def as_float(value: Any, what: str) -> float:  # noqa: ANN401 - whatever was given
    """Return a single real number as a float.

    Raises:
        InputError: a text, nothing, several numbers, a complex number.
    """
    if type(value) is float:
        return value
    from calibrator_uncertainty._asked import one_number

    return one_number(value, what)


def check_digits(digits: Any) -> None:  # noqa: ANN401 - whatever was given
    """Refuse a number of digits that is no whole number.

    Raises:
        InputError: anything else.
    """
    if isinstance(digits, bool) or not hasattr(digits, "__index__") or getattr(digits, "ndim", None):
        raise InputError(f"digits is {digits!r}; it is a whole number, 1 or more", code="digits")


def check_row(values: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
    """Refuse what is no row.

    Raises:
        InputError: a single value, a text, nothing.
    """
    if (
        isinstance(values, str)
        or hasattr(values, "_magnitude")
        or not hasattr(values, "__len__")
        or not hasattr(values, "__iter__")
    ):
        raise InputError(f"{what} are {values!r}; they are a list", code="argument")


def check_text(text: Any, what: str) -> None:  # noqa: ANN401 - whatever was given
    """Refuse what is no text.

    Raises:
        InputError: anything else.
    """
    if not isinstance(text, str):
        raise InputError(f"{what} is {text!r}; it is a text", code="argument")
