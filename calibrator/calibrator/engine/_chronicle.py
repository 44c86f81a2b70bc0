"""A run's stream as the engine writes it: committed first, kept in memory for evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calibrator._errors import StorageError

if TYPE_CHECKING:
    from calibrator.record import Event, Record

TURNS = frozenset({"step.begun", "step.done", "review", "resumed"})

__all__ = ["Chronicle"]


class Chronicle:
    """Appends to one run; `events` holds all of it, also what was there before a resume.

    `turns` holds those by which the next step is found.
    """

    def __init__(self, record: Record, run: str) -> None:
        self.record = record
        self.run = run
        self.events: list[Event] = list(record.events(run))
        self.turns: list[Event] = [event for event in self.events if event.kind in TURNS]

    def emit(self, kind: str, body: Mapping[str, Any]) -> Event:
        """Commit one event; raises `StorageError` when it cannot be stored."""
        event = self.record.append(self.run, kind, body)
        self.events.append(event)
        if kind in TURNS:
            self.turns.append(event)
        return event

    def try_emit(self, kind: str, body: Mapping[str, Any]) -> StorageError | None:
        """Commit one event on the way to the safe state, where a full disk must not stop anything."""
        try:
            self.emit(kind, body)
        except StorageError as error:
            return error
        return None

    def last(self, kind: str) -> Event | None:
        """Return the newest event of a kind, None where there is none."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    def head(self) -> str:
        """Return the hash of the last event."""
        return self.events[-1].hash if self.events else ""
