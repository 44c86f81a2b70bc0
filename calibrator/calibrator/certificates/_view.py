"""The model put into words for one language: what the PDF and the HTML page both lay out.

The view is plain dictionaries, lists and strings, so that a typst template reads it as JSON. A text for
people is a list of lines: one, or in a bilingual document Chinese and English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from calibrator.certificates._adjusted import TITLE, adjustment_texts, found_view
from calibrator.certificates._alongside import CHECKLIST, answered_texts, in_place, permit, told
from calibrator.certificates._change_words import change_text
from calibrator.certificates._days import day_in
from calibrator.certificates._deviations import AGAIN, AS_EVALUATED
from calibrator.certificates._figure_tables import confirmed_table, figure_table
from calibrator.certificates._kind_words import (
    facts_of_kind,
    item_lines,
    of_kind,
    statement_of_kind,
    states_uncertainty,
    subtitle,
    title,
)
from calibrator.certificates._model import SIMULATED, Certificate, Deviation, Person
from calibrator.certificates._repeat_table import reason_text, repeat_table
from calibrator.certificates._session import check_lines, check_points
from calibrator.certificates._statements import (
    VERDICTS,
    decision_rule,
    general_remarks,
    interval_text,
    name_text,
    uncertainty_statement,
)
from calibrator.certificates._tables import result_legend, result_tables, standard_table
from calibrator.certificates._words import Speaker
from calibrator.i18n import bilingual
from calibrator.procedure import CLASS, Text

__all__ = ["View", "span", "view"]

View = Mapping[str, Any]


def view(model: Certificate, language: str) -> View:
    """Return the document's words and tables in "en", "zh" or "both".

    Raises:
        UsageError: code `unknown-language`.
        ConfigurationError: the laboratory's time zone does not exist.
    """
    speaker = Speaker(language)
    say = speaker.say
    return {
        "language": speaker.languages[0],
        "languages": list(speaker.languages),
        "simulated": SIMULATED if model.simulated else "",
        "title": title(model, speaker),
        "subtitle": subtitle(model, speaker),
        "uncertainty": states_uncertainty(model),
        "number": {"label": say("Certificate no."), "value": model.id},
        "laboratory": {"name": model.laboratory.name},
        "page": say("Page {page} of {pages}"),
        "facts": [_left(model, speaker), _right(model, speaker)],
        "statement": _statement(model, speaker),
        "standards": standard_table(model, speaker),
        "sections": result_tables(model, speaker),
        "results_title": say(of_kind(model, "Results")),
        "legend": result_legend(model, speaker),
        "found": found_view(model, speaker),
        "repeats": repeat_table(model, speaker),
        "keywords": list(model.keywords),
        "layout": {
            "paper": {"letter": "us-letter"}.get(model.layout.paper, model.layout.paper),
            "accent": model.layout.accent,
            "footer": model.layout.footer,
            "logo": model.layout.logo,
        },
        "code_alt": speaker.line("QR code: number, run and SHA-256 of the attached certificate.json"),
        "date": _moment(model),
        "digest": f"{model.digest.run}   {model.digest.run_head[:16]}",
        "first_clauses": _first_clauses(model, speaker),
        "clauses": _clauses(model, speaker),
        "confirmed": confirmed_table(model, speaker),
        "figures": figure_table(model, speaker),
        "record": _record(model, speaker),
        "signatures": _signatures(model, speaker),
        "end": say("End of the certificate {id}", id=model.id),
    }


def _fact(label: list[str], *lines: str | list[str], strong: bool = False) -> dict[str, Any]:
    flat = [line for entry in lines for line in (entry if isinstance(entry, list) else [entry])]
    return {"label": label, "lines": [line for line in flat if line], "strong": strong}


def _laboratory(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    laboratory = model.laboratory
    number = laboratory.accreditation
    accredited = speaker.say("Accreditation {number}", number=number) if number else []
    return _fact(speaker.say("Laboratory"), laboratory.name, laboratory.address, accredited)


def _left(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    say, item, customer = speaker.say, model.item, model.customer
    return [
        _laboratory(model, speaker),
        _fact(
            say("Customer"),
            *(
                (customer.name, customer.address)
                if customer and not customer.own
                else say("the laboratory itself")
                if customer
                else say("the laboratory itself (the record names no customer)")
            ),
            strong=True,
        ),
        _fact(say("Instrument"), f"{item.manufacturer} {item.model}".strip(), strong=True),
        _fact(say("Serial number"), item.serial or say("not told by the instrument"), strong=True),
        _fact(say("Asset"), item.asset),
        _fact(say("Firmware"), item.firmware or "–"),
        _fact(say("State"), *_state(model, speaker)),
        *(_prepared(kind, outcome, speaker) for kind, outcome in model.preparation),
    ]


def _state(model: Certificate, speaker: Speaker) -> list[str]:
    """Return as found or as left; what was adjusted before this calibration stands there as affirmed."""
    if model.affirmation is not None and model.pass_ == "as-found":
        return speaker.say(
            "adjusted within 24 h before, as affirmed; nothing was adjusted during calibration"
        )
    return speaker.say(_PASSES[model.pass_]) if model.pass_ in _PASSES else [model.pass_]


# msgids of the catalogue
_PREPARATION = {"self-test": "Self-test", "warm-up": "Warm-up"}
_ENDED = {"passed": "passed", "nothing to be asked": "none: the instrument has no interface"}
_WARMED_UP = re.compile(r"on for (\d+) min, waited (\d+) s")


def _prepared(kind: str, outcome: str, speaker: Speaker) -> dict[str, Any]:
    """Return a step of preparation; an outcome in words that are not known stands as it was recorded."""
    label = speaker.say(_PREPARATION[kind])
    waited = _WARMED_UP.fullmatch(outcome)
    if waited:
        before, after = int(waited[1]), round(int(waited[2]) / 60)
        return _fact(label, speaker.say("{n} min before the first reading", n=before + after))
    told = "passed" if outcome.startswith("passed") else outcome
    return _fact(label, speaker.say(_ENDED[told]) if told in _ENDED else outcome)


# msgids of the catalogue
_PASSES = {
    "as-found": "as found; nothing was adjusted",
    "as-left": "as left, after adjustment",
}


def _right(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    say, method = speaker.say, model.method
    began, ended = local_day(model, model.began_at), local_day(model, model.ended_at)
    return [
        _fact(say(of_kind(model, "Procedure")), speaker.tell(method.title), f"{method.id} {method.version}"),
        _fact(say("Document"), method.document),
        _fact(
            say("Limits"),
            [*say("limits of the accuracy class"), *method.limits_of]
            if method.interval == CLASS
            else speaker.tell(
                bilingual("maker's specification, {interval}", interval=interval_text(method.interval))
            ),
        ),
        _fact(say(of_kind(model, "Measured")), began if began == ended else f"{began} – {ended}"),
        _fact(say("Issued"), local_day(model, model.issued_at)),
        *(_fact(label, *lines, strong=True) for label, lines in facts_of_kind(model, speaker)),
        _fact(say(of_kind(model, "Place")), *_place(model, speaker)),
        _fact(say("Environment"), *_environment(model, speaker)),
    ]


def _place(model: Certificate, speaker: Speaker) -> list[str]:
    """Return where the work was done; in place it names the permit (METROLOGY 7)."""
    say, number = speaker.say, permit(model)
    if not in_place(model):  # lab.toml, as it was recorded, names no other place than its address
        return [model.laboratory.place] if model.laboratory.place else say("at the laboratory")
    place = told(model, "place") or model.laboratory.place or speaker.line("in place, at the instrument")
    return [
        place,
        *(say("work permit {number}", number=number) if number else say("no work permit recorded")),
    ]


def _environment(model: Certificate, speaker: Speaker) -> list[str]:
    conditions = model.conditions
    if conditions.temperature_low_c is None:
        return speaker.say("not recorded")
    how = [speaker.line(_HOW[word]) if word in _HOW else word for word in conditions.how]
    lines = [span(conditions.temperature_low_c, conditions.temperature_high_c, "°C")]
    if conditions.humidity_low_rh is not None:
        lines.append(span(conditions.humidity_low_rh, conditions.humidity_high_rh, "% RH"))
    notes = "; ".join(how if model.simulated else [*how, *conditions.sensors])
    return [", ".join(lines), *([f"({notes})"] if notes else [])]


# msgids of the catalogue: how a temperature came into the record; a typed one is marked (METROLOGY 18)
_HOW = {"measured": "measured", "typed": "typed in by a person", "simulated": "simulated"}


def span(low: Decimal, high: Decimal | None, unit: str) -> str:
    """Return a range of surroundings as a document prints it."""
    first, last = f"{low:.1f}", f"{low if high is None else high:.1f}"
    return f"{first} {unit}" if first == last else f"{first} – {last} {unit}"


def local_day(model: Certificate, moment: datetime) -> str:
    """Return the day of a moment in the laboratory's time zone, as ISO 8601 writes it."""
    return day_in(model.laboratory.timezone, moment).isoformat()


def _moment(model: Certificate) -> dict[str, int]:
    """Return the moment of issue for the file's own date, in UTC."""
    at = model.issued_at.astimezone(UTC)
    return {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _statement(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    statement = statement_of_kind(model, speaker)
    counts = model.conformity.counts
    return {
        "title": speaker.say("Statement of conformity" if model.verification is None else "Conclusion"),
        "kind": statement.kind,
        "headline": statement.headline,
        "lines": statement.lines,
        "counts": [
            {
                "label": speaker.say(verdict),
                "count": str(counts.get(verdict, 0)),
                "kind": verdict.replace(" ", "-"),
            }
            for verdict in VERDICTS
            if counts.get(verdict, 0) or verdict in ("pass", "fail")
        ],
    }


def _first_clauses(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    """Return what must stand on the page of the statement of conformity: what it leaves out, and its rule.

    In a bilingual document the page has no room for the rule; it follows the results there.
    """
    items = item_lines(model, speaker)
    clauses = [
        *_amendment(model, speaker),
        *_adjustment(model, speaker),
        *([_clause(speaker.say("Items of the regulation"), [], items)] if items else []),
        _clause(speaker.say("Not tested"), [_not_tested(model, speaker)]),
    ]
    return clauses if speaker.language == "both" else [*clauses, _rule(model, speaker)]


def _amendment(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    """Return which certificate this one replaces, why, and what was changed (ISO/IEC 17025:2017, 7.8.8)."""
    amends, say = model.amends, speaker.say
    if amends is None:
        return []
    told = say(
        "This certificate replaces {former} (SHA-256 {hash}). Reason: {reason}. Decided by: {by}.",
        former=amends.former,
        hash=amends.former_sha256,
        reason=amends.reason.rstrip(".。"),
        by=name_text(amends.by) if amends.by is not None else "–",
    )
    changes = [say("Changed: {change}", change=change_text(change)) for change in amends.changes]
    return [_clause(say("Amended certificate"), [told], changes)]


def _adjustment(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    """Return what was adjusted before an as-left run, by whom and why (METROLOGY 23)."""
    if model.adjustment is None:
        return []
    return [_clause(speaker.tell(TITLE), [speaker.tell(text) for text in adjustment_texts(model)])]


def _rule(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    return _clause(speaker.say("Decision rule"), decision_rule(model, speaker))


def _not_tested(model: Certificate, speaker: Speaker) -> list[str]:
    if not model.not_tested:
        return speaker.say("The record names nothing that was left out.")
    en = "; ".join(text.en for text in model.not_tested) + "."
    zh = "；".join(text.zh for text in model.not_tested) + "。"
    return speaker.tell(Text(en=en, zh=zh))


def _clauses(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    say = speaker.say
    deviations = [_deviation(deviation, speaker) for deviation in model.deviations]
    return [
        *([_rule(model, speaker)] if speaker.language == "both" else []),
        *(
            [_clause(say("Measurement uncertainty"), uncertainty_statement(model, speaker))]
            if states_uncertainty(model)
            else []
        ),
        *(
            [_clause(speaker.tell(CHECKLIST), [], [speaker.tell(text) for text in answered_texts(model)])]
            if model.checklist
            else []
        ),
        _clause(say("Check of the standard"), check_lines(model, speaker), check_points(model, speaker)),
        _clause(say("Deviations from the procedure"), [] if deviations else [say("none")], deviations),
        _clause(say("Remarks"), [], general_remarks(model, speaker)),
    ]


def _deviation(deviation: Deviation, speaker: Speaker) -> list[str]:
    values: dict[str, object] = {
        "what": deviation.what,
        "reason": reason_text(deviation.reason.rstrip(".。")),
        "by": name_text(deviation.by) if deviation.by is not None else "–",
    }
    if deviation.code in (AGAIN, AS_EVALUATED):
        return speaker.say("{what}. Reason: {reason}. Decided by: {by}.", **values)
    return speaker.say("{what}. Reason: {reason}. Let pass by: {by}.", **values)


def _clause(
    title: list[str], paragraphs: list[list[str]], items: list[list[str]] | None = None
) -> dict[str, Any]:
    return {"title": title, "paragraphs": paragraphs, "items": items or []}


def _record(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    say, digest = speaker.say, model.digest
    return {
        "title": say("Record"),
        "facts": [
            _fact(say("Run"), digest.run),
            _fact(say("Head of the run"), f"{digest.run_count}: {digest.run_head}"),
            _fact(
                say("Head of the register"),
                f"{digest.register_count}: {digest.register_head}" if digest.register_head else "–",
            ),
            _fact(say("Procedure files (SHA-256)"), model.method.content_hash or "–"),
            _fact(say("Software"), ", ".join(f"{name} {version}" for name, version in model.versions)),
        ],
    }


def _signatures(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    say = speaker.say

    def names(people: tuple[Person, ...]) -> str:
        return ", ".join(" / ".join(speaker.tell(name_text(person))) for person in people) or "–"

    def entry(label: list[str], people: tuple[Person, ...], *moments: datetime) -> dict[str, Any]:
        days = [] if model.simulated else sorted({local_day(model, moment) for moment in moments})
        return {"label": label, "name": names(people), "day": ", ".join(days)}

    checks = model.checked_by or ()
    checkers = entry(say("Checked by"), tuple(check.by for check in checks), *(check.at for check in checks))
    authorised = (model.issued_at,) if model.authorised_by else ()
    return {
        "people": [
            entry(say(of_kind(model, "Calibrated by")), model.performed_by, model.ended_at),
            *([] if model.simulated else [checkers]),
            entry(say("Authorised by"), model.authorised_by, *authorised),
        ],
        "line": [] if model.simulated else say("Signature"),
        "note": say("A simulated run cannot be signed.") if model.simulated else [],
    }
