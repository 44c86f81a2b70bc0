"""The terminal's own fixed texts in English and Chinese; what documents say too comes from `calibrator.i18n`.

The English text is the key. The command at the head of `terminal.po` compiles it after a change.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from pathlib import Path

__all__ = ["words"]

_LOCALES = Path(__file__).with_name("locales")


def words(language: str) -> Callable[[str], str]:
    """Return what puts an English text of the terminal into `language` ("en" or "zh")."""
    if language == "en":
        return _unchanged
    from calibrator.i18n import translator

    terminal = gettext.translation("terminal", _LOCALES, languages=[language])
    documents = translator(language)

    def translate(text: str) -> str:
        found = terminal.gettext(text)
        return documents(text) if found == text else found

    return translate


def _unchanged(text: str) -> str:
    return text
