"""Content that no program wrote: rows that a damaged disk or a stranger's editor left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from calibrator._errors import IntegrityError

__all__ = ["damage_named", "damaged"]

# What reading such rows as ours ends in: a NULL where text must stand, a number that is none, a missing key.
_ENDINGS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


@contextmanager
def damage_named(place: str) -> Iterator[None]:
    """Say of a record that cannot be read as one that it is damaged.

    Raises:
        IntegrityError: code `record-damaged`.
    """
    try:
        yield
    except _ENDINGS as error:
        raise damaged(place, f" ({type(error).__name__}: {error})") from error


def damaged(place: str, how: str = "") -> IntegrityError:
    """Return the error that says so."""
    return IntegrityError(
        f"The record's file is damaged{how}",
        where=place,
        way_out="Keep the file as it is and bring back the last backup of this folder.",
        code="record-damaged",
    )
