"""Exit codes and which one wins where several apply."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["combine_exit_codes"]

_PRECEDENCE = (7, 5, 6, 130, 4, 1, 3, 0)


def combine_exit_codes(codes: Iterable[int]) -> int:
    """Return the code that wins: 7, 5, 6, 130, 4, 1, 3, 0; 0 of nothing, 5 of an unknown code.

    Example:
        >>> combine_exit_codes([1, 130, 0])
        130
    """
    ranks = [_PRECEDENCE.index(code) if code in _PRECEDENCE else 1 for code in codes]
    return _PRECEDENCE[min(ranks, default=len(_PRECEDENCE) - 1)]
