"""Errors of the simulator itself: noted and logged, while the bench goes on for everybody else."""

from __future__ import annotations

import logging

__all__ = ["Defects"]

_log = logging.getLogger(__name__)
_MOST_KEPT = 20  # a traceback holds what it has seen; the first ones tell the cause


class Defects:
    """What has gone wrong in twins and servers, the oldest first."""

    def __init__(self) -> None:
        self._kept: list[Exception] = []
        self.count = 0

    @property
    def first(self) -> Exception | None:
        """The oldest error; None where there was none."""
        return self._kept[0] if self._kept else None

    @property
    def kept(self) -> tuple[Exception, ...]:
        """The oldest errors, up to 20; `count` is how many there were."""
        return tuple(self._kept)

    def note(self, who: str, error: Exception) -> None:
        """Keep and log an error of a twin or server, named by `who`; the traceback of kept ones only."""
        self.count += 1
        keep = len(self._kept) < _MOST_KEPT
        if keep:
            self._kept.append(error)
        _log.error("a defect of the simulator in %s: %r", who, error, exc_info=error if keep else None)
