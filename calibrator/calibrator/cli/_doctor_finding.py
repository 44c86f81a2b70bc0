"""A line of the report that `doctor` gives."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `ok` is None for plain information."""

    topic: str
    what: str
    ok: bool | None = None
    way_out: str = ""
