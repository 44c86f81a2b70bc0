"""What each kind of document calls itself and says first: they are different acts (DESIGN 6)."""

from __future__ import annotations

from typing import Final

from calibrator.certificates._legal import Verification, VerifiedItem
from calibrator.certificates._model import Certificate
from calibrator.certificates._statements import Statement, conformity_statement
from calibrator.certificates._words import Speaker
from calibrator.procedure import CLASS, Text

__all__ = [
    "facts_of_kind",
    "item_lines",
    "of_kind",
    "statement_of_kind",
    "states_uncertainty",
    "subtitle",
    "title",
]

# msgids of the catalogue, by kind
_TITLES: Final = {
    "calibration": "Calibration certificate",
    "verification": "Verification certificate",
    "notice": "Notice of verification results",
}
_SIMULATED: Final = {
    "calibration": "Calibration certificate (simulated)",
    "verification": "Verification certificate (simulated)",
    "notice": "Notice of verification results (simulated)",
}
_AMENDED: Final = {
    "calibration": "Amended calibration certificate",
    "verification": "Amended verification certificate",
    "notice": "Amended notice of verification results",
}
_AMENDED_SIMULATED: Final = {
    "calibration": "Amended calibration certificate (simulated)",
    "verification": "Amended verification certificate (simulated)",
    "notice": "Amended notice of verification results (simulated)",
}
# msgids of the catalogue
_OUTCOMES: Final = {
    "pass": "qualified",
    "fail": "not qualified",
    "undetermined": "undetermined",
    "not done": "not done",
}


def title(model: Certificate, speaker: Speaker) -> list[str]:
    """Return the title of the document; that of an amended one says so (ISO/IEC 17025:2017, 7.8.8.2)."""
    if model.amends is not None:
        return speaker.say((_AMENDED_SIMULATED if model.simulated else _AMENDED)[model.kind])
    return speaker.say((_SIMULATED if model.simulated else _TITLES)[model.kind])


def subtitle(model: Certificate, speaker: Speaker) -> list[str]:
    """Return what stands under the title: the specification, or the regulation that was followed."""
    found = model.verification
    if found is None and model.session_check is not None and model.session_check.provisional:
        return []  # it states none: see `_statements`
    if found is None and model.method.interval == CLASS:
        return speaker.say("with statement of conformity to the limits of the accuracy class")
    if found is None:
        return speaker.say("with statement of conformity to the maker's specification")
    if found.regulation is None:
        return []
    regulation = found.regulation
    return speaker.say("by {number}, {title}", number=regulation.number, title=regulation.title)


def states_uncertainty(model: Certificate) -> bool:
    """Say whether U, k, guard band and PFA stand in it: in one of verification only if asked for."""
    return model.verification is None or model.verification.with_uncertainty


def facts_of_kind(model: Certificate, speaker: Speaker) -> list[tuple[list[str], list[str]]]:
    """Return label and lines of authority and validity; nothing for a calibration certificate."""
    found = model.verification
    if found is None:
        return []
    facts = []
    if found.authority is not None:
        facts.append((speaker.say("Authority"), [f"{found.authority.number}", found.authority.by]))
    if model.kind == "verification" and found.valid_until is not None:
        facts.append((speaker.say("Valid until"), [found.valid_until.isoformat()]))
    return facts


def statement_of_kind(model: Certificate, speaker: Speaker) -> Statement:
    """Return the conclusion: of conformity, or that the instrument is qualified or not (合格, 不合格)."""
    found = model.verification
    if found is None:
        return conformity_statement(model, speaker)
    failed = [item for item in found.items if item.outcome == "fail"]
    if model.kind == "notice":
        return Statement(
            "fail",
            speaker.say("Conclusion of the verification: not qualified."),
            [speaker.say("Failed items: {items}.", items=_named(failed))],
        )
    return Statement(
        "pass", speaker.say("Conclusion of the verification: qualified."), [_valid(found, speaker)]
    )


def _valid(found: Verification, speaker: Speaker) -> list[str]:
    if found.valid_until is None:
        return []
    return speaker.say(
        "All items of the regulation pass. Valid until {day}.", day=found.valid_until.isoformat()
    )


def item_lines(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return one line for each item of the regulation with its outcome."""
    found = model.verification
    items = found.items if found is not None else ()
    return [speaker.say("{item}: {outcome}", item=item.title, outcome=_outcome(item)) for item in items]


def _outcome(item: VerifiedItem) -> Text:
    from calibrator.i18n import bilingual

    return bilingual(_OUTCOMES[item.outcome])


def _named(items: list[VerifiedItem]) -> Text:
    return Text("; ".join(item.title.en for item in items), "；".join(item.title.zh for item in items))


# msgids of the catalogue: calibration (校准) and verification (检定) are different acts (METROLOGY 21)
_VERIFIED: Final = {
    "Results": "Results of the verification",
    "Procedure": "Procedure of the verification",
    "Measured": "Verified on",
    "Place": "Place of the verification",
    "Calibrated by": "Verified by",
}


def of_kind(model: Certificate, word: str) -> str:
    """Return the msgid of a word that a document of verification says otherwise."""
    return word if model.verification is None else _VERIFIED[word]
