"""Every version of the points that were measured more than once (METROLOGY 23)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from calibrator.certificates._model import Certificate, Person, Result, Version
from calibrator.certificates._numbers import printed
from calibrator.certificates._statements import name_text, point_name
from calibrator.certificates._tables import NO_NUMBER_WORDS
from calibrator.certificates._words import Speaker
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["REASONS", "reason_text", "repeat_table"]

# msgids of the catalogue: what the program itself gives as a reason; a person's stands as it was written
REASONS: Final = ("the run broke before the step was done",)

Table = dict[str, Any]


def repeat_table(model: Certificate, speaker: Speaker) -> Table:
    """Return all measurements of repeated points: error, U, verdict, and why one does not count."""
    say = speaker.say
    return {
        "title": say("Points measured again"),
        "note": say(
            "Every measurement of these points stands here. The first counts unless it was set aside for the "
            "reason given."
        ),
        "columns": [
            say("Point"),
            say("No."),
            say("Error E"),
            ["U"],
            say("Verdict"),
            say("Reason for setting it aside"),
            say("Decided by"),
        ],
        "rows": [_row(result, version, speaker) for result in model.results for version in result.versions],
    }


def _row(result: Result, version: Version, speaker: Speaker) -> list[list[str]]:
    say = speaker.say
    counts = version.attempt == result.attempt
    as_then = replace(result, error=version.error, expanded_uncertainty=version.expanded_uncertainty)
    row = printed(as_then)
    return [
        [point_name(result)],
        [str(version.attempt)],
        [f"{row.error} {row.error_unit}"] if version.error is not None else _without(version, speaker),
        [f"{row.expanded_uncertainty} {row.error_unit}"] if version.error is not None else ["–"],
        say(version.verdict) if version.verdict else ["–"],
        say("none: this measurement counts") if counts else speaker.tell(reason_text(version.reason)),
        _who(version.by, speaker),
    ]


def _without(version: Version, speaker: Speaker) -> list[str]:
    return speaker.say(NO_NUMBER_WORDS.get(version.no_number, NO_NUMBER_WORDS["no-number"]))


def reason_text(reason: str) -> Text:
    """Return a reason as it was written, or in both languages where the program gave it."""
    return bilingual(reason) if reason in REASONS else Text(reason or "–", reason or "–")


def _who(by: Person | None, speaker: Speaker) -> list[str]:
    return speaker.tell(name_text(by)) if by is not None else ["–"]
