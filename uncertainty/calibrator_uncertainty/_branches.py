"""Whether a model looked at values: then its trace holds for these values only."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any, Self

__all__ = ["is_watched", "look", "note_branch", "note_check", "watch_branches"]


class watch_branches:  # noqa: N801 - used as a function; a generator would cost twice as much
    """Tell whether comparisons are made while a model runs: such a trace holds for these values only."""

    __slots__ = ("_token", "checked", "seen")

    _token: Token[watch_branches | None]

    def __init__(self) -> None:
        self.seen = False
        self.checked = False

    def __enter__(self) -> Self:
        self._token = _watching.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watching.reset(self._token)


_watching: ContextVar[watch_branches | None] = ContextVar("calibrator_uncertainty_branches", default=None)


def is_watched() -> bool:
    """Tell whether a model is being traced, to be run again elsewhere."""
    return _watching.get() is not None


def note_branch() -> None:
    branches = _watching.get()
    if branches is not None:
        branches.seen = True


def look(*values: Any) -> None:  # noqa: ANN401 - uncertain arrays and what is compared with them
    """Note that values were compared: inside a model for its trace, else on them and all they are made of.

    What was compared may have decided which formula follows, and the tape holds one side of it only. All that
    it is made of is marked too: `a if a - b > limit else b` gives a value that is older than the comparison.
    """
    if _watching.get() is not None:
        note_branch()
        return
    waiting = [one for one in values if getattr(one, "_looked", None) is False]
    while waiting:  # a value that is marked has its whole past marked: nothing is walked twice
        node = waiting.pop()
        if not node._looked:
            node._looked = True
            waiting += [one for one in node._args if getattr(one, "_looked", None) is False]


def note_check() -> None:
    """Note that a model looked whether its estimates lie in a range: others must be looked at too."""
    branches = _watching.get()
    if branches is not None:
        branches.checked = True
