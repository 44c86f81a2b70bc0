"""One reason why no document may be issued."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Missing"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One reason why no document may be issued: a stable code, a sentence, its source, what to do."""

    code: str
    what: str
    clause: str
    way_out: str
