"""Results of another version that a named person lets stand: what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from calibrator.certificates._bodies import Body

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["KIND", "standing"]

KIND: Final = "results.as-evaluated"
"""The event by which a named person lets the recorded results of a run stand, though they differ today."""


def standing(events: Iterable[Event], head: str) -> Body:
    """Return the last `results.as-evaluated` that speaks of the closing of this hash; empty for none."""
    found = [event.body for event in events if event.kind == KIND and event.body.get("head") == head]
    return found[-1] if found else {}
