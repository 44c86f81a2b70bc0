"""The fixed texts of a document in its language: one line, or two lines in a bilingual document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from calibrator._errors import UsageError
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["DOCUMENT_LANGUAGES", "STATUS_WORDS", "Speaker"]

DOCUMENT_LANGUAGES: Final = ("en", "zh", "both")
# msgids of the catalogue
STATUS_WORDS: Final = {
    "seen": "seen in the maker's document",
    "checked": "checked against printed limits",
    "confirmed": "confirmed in the maker's document by a named person",
    "derived": "derived from other figures",
    "memory_high": "recalled, believed exact, not verified",
    "memory_medium": "recalled, may be off in single digits",
    "memory_low": "recalled, order of magnitude only",
    "artefact": "short or open terminals, no specified value",
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says a text in the languages of a document; Chinese comes first in a bilingual one.

    Example:
        >>> Speaker("both").say("pass")
        ['通过', 'pass']
    """

    language: str

    def __post_init__(self) -> None:
        if self.language not in DOCUMENT_LANGUAGES:
            raise UsageError(
                f"a document cannot be written in {self.language!r}",
                where="--lang",
                way_out=f"Take one of {', '.join(DOCUMENT_LANGUAGES)}.",
                code="unknown-language",
            )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages line by line, as BCP 47 tags of one part."""
        return ("zh", "en") if self.language == "both" else (self.language,)

    def say(self, text: str, /, **values: object) -> list[str]:
        """Return a fixed text in each language, its `{name}` places filled."""
        return self.tell(bilingual(text, **values))

    def tell(self, text: Text) -> list[str]:
        """Return a bilingual text in each language; once only where both are the same."""
        lines = [text.zh if language == "zh" else text.en for language in self.languages]
        return list(dict.fromkeys(lines))

    def line(self, text: str, /, **values: object) -> str:
        """Return a fixed text on one line, for places that hold no more."""
        return " / ".join(self.say(text, **values))
