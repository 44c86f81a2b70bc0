"""What departed from the plain procedure, in words: checks let pass, points measured again; why, by whom."""

from __future__ import annotations

from typing import Final

from calibrator.certificates._as_evaluated import versions_text
from calibrator.certificates._bodies import Body
from calibrator.certificates._model import Deviation, Person, ResultSection
from calibrator.certificates._people import person
from calibrator.certificates._sources import Sources
from calibrator.certificates._statements import point_name
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["AGAIN", "AS_EVALUATED", "CHECKS", "deviations", "repeats"]

AGAIN: Final = "measured-again"
AS_EVALUATED: Final = "as-evaluated"

# msgids of the catalogue, by the codes with which the engine refuses
CHECKS: Final = {
    "certificate-expired": "The certificate of a standard was out of date",
    "certificate-too-old": "The certificate of a standard was older than every interval of its specification",
    "certificate-not-yet": "The certificate of a standard was issued after the measurement",
    "certificate-simulated": "The certificate of a standard is a simulated one",
    "certificate-values": "The certificate of a standard states no conformity with its specification",
    "certificate-function": "The certificate of a standard does not cover the function measured",
    "no-certificate": "A standard had no certificate",
    "environment-outside": "Temperature or humidity was outside what the procedure allows",
    "environment-unknown": "Temperature or humidity was not known",
    "sensor-not-readable": "The sensor of the environment was not read by the program",
    "figure-missing": "A figure of a specification was missing",
    "no-proof": "A connection was not proved at a harmless level",
    "test-current": "The test current of the instrument was above what the standard allows",
}


def deviations(sources: Sources) -> tuple[Deviation, ...]:
    """Return the deviations that the run recorded (ISO/IEC 17025:2017, 7.8.2.1 n)."""
    lab = sources.opened["lab"]
    found = tuple(_deviation(body, lab) for body in sources.preflight.get("deviations") or ())
    said = sources.as_evaluated
    if not said:
        return found
    what = bilingual(
        "The results stand as they were evaluated then; this program evaluates otherwise: {versions}",
        versions=versions_text(said),
    )
    by = person(lab, str(said["by"])) if said["by"] else None
    return (*found, Deviation(AS_EVALUATED, what, str(said["reason"]), by))


def _deviation(body: Body | str, lab: Body) -> Deviation:
    if isinstance(body, str):
        return Deviation(code=body, what=_words(body), reason="", by=None)
    code, by = str(body.get("code") or ""), str(body.get("by") or "")
    return Deviation(
        code=code,
        what=_words(code),
        reason=str(body.get("reason") or ""),
        by=person(lab, by) if by else None,
    )


def _words(code: str) -> Text:
    known = CHECKS.get(code)
    return bilingual(known) if known is not None else bilingual("The check {code} was let pass", code=code)


def repeats(sections: tuple[ResultSection, ...]) -> tuple[Deviation, ...]:
    """Return the points that were measured again, those of one section, reason and person together."""
    found: list[Deviation] = []
    for section in sections:
        together: dict[tuple[str, Person | None], list[str]] = {}
        for result in section.results:
            for version in result.versions:
                if version.attempt != result.attempt:
                    together.setdefault((version.reason, version.by), []).append(point_name(result))
        found += [
            Deviation(
                code=AGAIN,
                what=bilingual(
                    "Measured again, {section}: {points}",
                    section=section.title,
                    points="; ".join(dict.fromkeys(names)),
                ),
                reason=reason,
                by=by,
            )
            for (reason, by), names in together.items()
        ]
    return tuple(found)
