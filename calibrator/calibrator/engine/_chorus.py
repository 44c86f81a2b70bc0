"""Several units measured at once: each has a run of its own, and what happens to all is in every one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from calibrator.engine._chronicle import Chronicle

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["Chorus"]


class Chorus(Chronicle):
    """The stream of the first unit, which carries along those of the others.

    The others are written first, so that a step that is done in the first is done in all.
    """

    def __init__(self, record: Record, run: str, others: Sequence[Chronicle]) -> None:
        super().__init__(record, run)
        self.others = tuple(others)
        self._only: int | None = None

    @contextmanager
    def only(self, unit: int) -> Iterator[None]:
        """Write what comes within to the run of one unit; the first is 0."""
        before, self._only = self._only, unit
        try:
            yield
        finally:
            self._only = before

    def emit(self, kind: str, body: Mapping[str, Any]) -> Event:
        """Commit an event in every run, or in that of the one unit that it is of."""
        if self._only is None:
            for other in self.others:
                other.emit(kind, body)
        elif self._only > 0:
            return self.others[self._only - 1].emit(kind, body)
        return super().emit(kind, body)
