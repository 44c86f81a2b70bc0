"""What a document says of the check of the standard at both ends of the session (METROLOGY 24)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from calibrator.certificates._bodies import Body, optional_number
from calibrator.certificates._model import Certificate, CheckedPoint, SessionCheck
from calibrator.certificates._numbers import scaled_unit, signed
from calibrator.certificates._words import STATUS_WORDS, Speaker
from calibrator.i18n import bilingual

__all__ = ["check_lines", "check_points", "departure_text", "session_check"]

# msgids of the catalogue
STATES: Final = {
    "passed": "{standards} was checked with {check} before the first point and after the last; "
    "both checks passed.",
    "failed": "{standards} was checked with {check}; a check failed.",
    "not judged": "{standards} was checked with {check}; there are too few recorded checks to judge "
    "every point.",
    "not made": "{standards} was not checked at both ends of the session.",
}
NONE: Final = "No check standard was at the bench, and no check of the standard was made in this session."
BASES: Final = {
    "stated": "stated by the laboratory",
    "history": "made of recorded checks",
}


def session_check(body: Body | None) -> SessionCheck | None:
    """Return the model of the session check of a run's `show --json`, None where there was none."""
    if body is None:
        return None
    phases = {
        name: {p["id"]: p for p in (body[name] or {"points": ()})["points"]}
        for name in ("opening", "closing")
    }

    def departure(phase: str, point: str) -> Decimal | None:
        return optional_number(phases[phase].get(point, {}).get("departure"))

    return SessionCheck(
        asset=str(body["asset"]),
        title=str(body["title"]),
        standards=tuple(str(item) for item in body["standards"]),
        state=str(body["state"]),
        provisional=bool(body["provisional"]),
        unchecked=tuple(str(item) for item in body["unchecked"]),
        points=tuple(
            CheckedPoint(
                id=str(point["id"]),
                unit=str(point["unit"]),
                reference=optional_number(point["reference"]),
                limit=optional_number(point["limit"]),
                basis=str(point["basis"]),
                status=str(point["status"]),
                source=str(point["source"]),
                opening=departure("opening", point["id"]),
                closing=departure("closing", point["id"]),
            )
            for point in body["control"]
        ),
    )


def check_lines(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return the paragraphs on the check of the standard, or that there was none."""
    check, say = model.session_check, speaker.say
    if check is None:
        return [say(NONE)]
    standards, by = ", ".join(check.standards), f"{check.title} ({check.asset})"
    lines = [say(STATES[check.state], standards=standards, check=by)]
    if check.provisional:
        lines.append(
            say(
                "The closing check failed: the session is provisional, and its results do not stand until "
                "the laboratory has found out whether the standard had changed."
            )
        )
    if check.unchecked:
        lines.append(say("Not checked in this session: {standards}.", standards=", ".join(check.unchecked)))
    lines.append(
        say(
            "In control: the deviation that the check standard indicates departs from its reference by no "
            "more than the control limit."
        )
    )
    return lines


def check_points(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return one line for each point of the check."""
    check = model.session_check
    return [] if check is None else [_point(point, speaker) for point in check.points]


def _point(point: CheckedPoint, speaker: Speaker) -> list[str]:
    if point.limit is None:
        return speaker.say(
            "{point}: recorded, no control limit yet ({source}).", point=point.id, source=point.source
        )
    limit, unit = scaled_unit(point.limit, point.unit)
    shown = [departure_text(value, point.limit, point.unit) for value in (point.opening, point.closing)]
    return speaker.say(
        "{point}: departure {opening} before, {closing} after, control limit ±{limit} {unit}; {basis}: "
        "{source} ({status}).",
        point=point.id,
        opening=shown[0],
        closing=shown[1],
        limit=limit,
        unit=unit,
        basis=bilingual(BASES[point.basis]),
        source=point.source,
        status=bilingual(STATUS_WORDS.get(point.status, point.status)),
    )


def departure_text(value: Decimal | None, limit: Decimal, unit: str) -> str:
    """Return a departure in the prefixed unit of its limit, to a hundredth of it."""
    if value is None:
        return "–"
    exponent = _power(limit, unit)
    place = Decimal(1).scaleb(limit.adjusted() - 2)
    return signed(value.quantize(place).scaleb(-exponent))


def _power(limit: Decimal, unit: str) -> int:
    """Return the power of ten of the prefix that `scaled_unit` takes for the limit."""
    digits, _ = scaled_unit(limit, unit)
    return limit.adjusted() - Decimal(digits).adjusted()
