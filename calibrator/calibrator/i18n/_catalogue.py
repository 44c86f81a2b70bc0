"""Catalogues are read once, when a text in that language is first asked for."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from calibrator._errors import UsageError
from calibrator.procedure._types import Text

__all__ = ["LANGUAGES", "bilingual", "translator"]

LANGUAGES: Final = ("en", "zh")
_LOCALES: Final = Path(__file__).parent / "locales"
_DOMAIN: Final = "calibrator"


def translator(language: str) -> Callable[[str], str]:
    """Return the function that puts an English fixed text into `language` ("en" or "zh").

    A text that the catalogue lacks comes back in English.

    Raises:
        UsageError: code `unknown-language`, when there is no such language.

    Example:
        >>> translator("zh")("pass")
        '通过'
    """
    if language == "en":
        return _unchanged
    if language not in LANGUAGES:
        raise UsageError(
            f"there is no language {language!r}",
            where="--lang",
            way_out=f"Take one of {', '.join(LANGUAGES)}.",
            code="unknown-language",
        )
    return _catalogue(language).gettext


def bilingual(text: str, /, **values: object) -> Text:
    """Return an English fixed text in both languages, with `{name}` places filled from `values`.

    A value that is a `Text` fills each language with its own.
    """

    def fill(language: str) -> str:
        own = {k: getattr(v, language) if isinstance(v, Text) else v for k, v in values.items()}
        template = translator(language)(text)
        return template.format(**own) if own else template

    return Text(en=fill("en"), zh=fill("zh"))


def _unchanged(text: str) -> str:
    return text


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(_DOMAIN, _LOCALES, languages=[language])
