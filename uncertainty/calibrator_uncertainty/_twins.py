"""Which error of another library is which of ours, so that what is converted twice is still one number.

An entry lives as long as our error does, and keeps the other library's number alive for that time.
"""

from __future__ import annotations

import weakref
from typing import Any, TypeAlias

from calibrator_uncertainty._tape import UncertainArray

__all__ = ["Key", "foreign_of", "ours_of", "tie"]

Key: TypeAlias = tuple[Any, ...]  # the library, and what it calls the number
Place: TypeAlias = int | None  # of an element in an array of errors

_ours: dict[Key, tuple[Any, weakref.ref[UncertainArray], Place]] = {}
_foreign: dict[Key, Any] = {}


def tie(library: str, key: Any, number: Any, leaf: UncertainArray, place: Place = None) -> None:  # noqa: ANN401 - of the other library
    """Remember that one error of ours and a number of `library`, which it calls `key`, are the same."""
    theirs, mine = (library, key), (library, _uid(leaf), place)
    _ours[theirs] = (number, weakref.ref(leaf), place)
    _foreign[mine] = number
    weakref.finalize(leaf, _forget, theirs, mine).atexit = False


def _forget(theirs: Key, mine: Key) -> None:
    _ours.pop(theirs, None)
    _foreign.pop(mine, None)


def ours_of(library: str, key: Any) -> UncertainArray | None:  # noqa: ANN401 - of the other library
    """Return our error for a number of `library`, an element where it is one of an array."""
    found = _ours.get((library, key))
    leaf = None if found is None else found[1]()
    if found is None or leaf is None or found[2] is None:
        return leaf
    element: Any = leaf.ravel()
    return element[found[2]]  # type: ignore[no-any-return]


def foreign_of(library: str, leaf: UncertainArray, place: Place = None) -> Any:  # noqa: ANN401 - of the other library
    """Return the number of `library` that is an error of ours, or None."""
    return _foreign.get((library, _uid(leaf), place))


def _uid(leaf: UncertainArray) -> str:
    return "" if leaf._leaf is None else leaf._leaf.uid
