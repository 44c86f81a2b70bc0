"""What a database must do for a record beside keeping tables; one module for each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import Connection

from calibrator._errors import CalibratorError

__all__ = ["Backend"]


class Backend(Protocol):
    """One kind of database."""

    shared: bool  # stations beside this one write to the same tables
    station: str  # who this station is there, "" where the database belongs to one home

    def protect(self, connection: Connection) -> None:
        """Make the event table append-only."""
        ...

    def unprotected(self, connection: Connection) -> Iterator[str]:
        """Yield the names of the triggers that are not as `protect` made them."""
        ...

    def foreign(self, connection: Connection) -> Iterator[str]:
        """Yield what stands on our tables, or in place of one, that `protect` did not make."""
        ...

    def take_turn(self, connection: Connection, what: str) -> None:
        """Let no other station at `what` until this transaction ends."""
        ...

    def hold(self, connection: Connection, run: str) -> None:
        """Keep the right to write a run until the connection closes.

        Raises:
            RefusedError: code `run-in-use`, another process holds it.
        """
        ...

    def held_elsewhere(self, connection: Connection, run: str) -> bool:
        """Say whether another process holds a run."""
        ...

    def error(self, error: Exception, place: str) -> CalibratorError:
        """Return what is wrong with the database at `place` in the technician's words."""
        ...
