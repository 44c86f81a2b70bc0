"""Whether a model looked at values: then its trace holds for these values only."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_watched", "note_branch", "note_check", "watch_branches"]


class _Branches:
    """Notes whether a model looked at a value to decide its way."""

    __slots__ = ("checked", "seen")

    def __init__(self) -> None:
        self.seen = False
        self.checked = False


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


def is_watched() -> bool:
    """Tell whether a model is being traced, to be run again elsewhere."""
    return _watching.get() is not None


def note_branch() -> None:
    branches = _watching.get()
    if branches is not None:
        branches.seen = True


def note_check() -> None:
    """Note that a model looked whether its estimates lie in a range: others must be looked at too."""
    branches = _watching.get()
    if branches is not None:
        branches.checked = True
