"""The terminal's own fixed texts in English and Chinese; what documents say too comes from `calibrator.i18n`.

The English text is the key. The command at the head of `terminal.po` compiles it after a change. A sentence
that another room made with values in it ("event 5 of run x") is known by its key "event {seq} of run {run}".
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

__all__ = ["words"]

_LOCALES = Path(__file__).with_name("locales")
_PLACE = re.compile(r"\\{(\w+)\\}")  # of a value, in a key whose other characters are escaped
_NAMED = re.compile(r"\{(\w+)\}")  # the same in a sentence, unescaped
_KEY = "key"  # the name of a value that is the key of a file: it is typed in English
_BLANK = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")

_FORMS = {  # of values whose key would fit other sentences too
    **dict.fromkeys(("n", "m", "first", "last"), r"\d+"),
    "low": r"[-+.\deE]+",
    "time": r"\d{4}-\d\d-\d\dT\S+",
}


def words(language: str) -> Callable[[str], str]:
    """Return what puts an English text of the terminal into `language` ("en" or "zh")."""
    if language == "en":
        return _unchanged
    from calibrator.i18n import translator

    terminal = gettext.translation("terminal", _LOCALES, languages=[language])
    documents = translator(language)

    def known(text: str) -> str:
        if not text:  # the key of the catalogue's own head
            return text
        found = terminal.gettext(text)
        return documents(text) if found == text else found

    def translate(text: str) -> str:
        found = known(text)
        return found if found != text else _with_values(text, language, translate)

    return translate


def _with_values(text: str, language: str, translate: Callable[[str], str]) -> str:
    """Return a sentence with values in it by its key; one that has none comes back as it is.

    A value may be a sentence with values in it as well.
    """
    for key, pattern in _patterns(language):
        found = pattern.fullmatch(text)
        if found is not None:
            values = {
                name: value if name == _KEY else translate(value)
                for name, value in found.groupdict().items()
                if value != text
            }
            return _filled(translate(key), values)
    return text


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Put values into their places; braces of TOML stay, and no blank is left between two signs."""
    return _BLANK.sub("", _NAMED.sub(lambda place: values.get(place[1], place[0]), text))


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the keys with places for values, those with the most words of their own first."""
    with (_LOCALES / language / "LC_MESSAGES" / "terminal.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    keys: Iterable[str] = (key for key in vars(catalogue)["_catalog"] if key and "{" in key)
    ordered = sorted(keys, key=lambda key: (-len(re.sub(r"{\w+}", "", key)), key))
    return tuple((key, re.compile(_pattern(key), re.DOTALL)) for key in ordered)


def _pattern(key: str) -> str:
    named: set[str] = set()

    def place(found: re.Match[str]) -> str:
        if found[1] in named:
            return f"(?P={found[1]})"
        named.add(found[1])
        return f"(?P<{found[1]}>{_FORMS.get(found[1], '.+?')})"

    return _PLACE.sub(place, re.escape(key))


def _unchanged(text: str) -> str:
    return text
