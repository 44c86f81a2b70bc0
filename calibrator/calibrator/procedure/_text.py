"""A text in the two languages of every document."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people, in English and Chinese."""

    en: str
    zh: str
