"""`calibrator standards import`: a digital calibration certificate enters the register."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator._errors import UsageError
from calibrator.cli._persons import known_person
from calibrator.cli._settings import command, settings
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.certificates.seals import SealReport
    from calibrator.standards import Asset, Certificate
    from calibrator.standards.imports import Document, Reading, Surprise

__all__ = ["import_"]

KINDS = ("error", "correction", "reference value")
YES_NO = ("yes", "no")
Say = Callable[[str], str]


@command("import", short_help="Take the values of a standard's digital certificate (DCC).")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--asset", required=True, help="Your id of the standard that it is of.")
@click.option(
    "--due", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day until which you use it."
)
@click.option(
    "--kind", type=click.Choice(KINDS), help="What you state its values to be; it must say the same."
)
@click.option(
    "--function",
    "functions",
    multiple=True,
    metavar="[TABLE=]FUNCTION",
    help="Which function the values are of, such as dcv; for one table, or for all.",
)
@click.option("--model", default="", help="Accuracy table of an asset that is not in the register yet.")
@click.option("--traceability", default="", help="To what it is traceable, where it does not declare it.")
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    metavar="CODE=TEXT",
    help="Why something surprising is right, by the code that the question names.",
)
@click.option(
    "--adjusted",
    type=click.Choice(YES_NO),
    help="Whether it was adjusted at this calibration; without it the former certificate is no history.",
)
@click.option("--person", default="", help="Who enters it (an id of lab.toml).")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    *,
    asset: str,
    due: datetime,
    kind: str | None,
    functions: tuple[str, ...],
    model: str,
    traceability: str,
    reasons: tuple[str, ...],
    adjusted: str | None,
    person: str,
) -> int:
    """Take the certificate FILE of a standard with all its values, exactly as written.

    FILE is a DCC of version 3.1 to 3.3, or a PDF that carries one.

    You state the kind of its values; it must be what the certificate says. Asked about are: a sign or an
    error that does not agree with its indications or its former certificate, a change beyond 2 U, values of
    before an adjustment, values that contradict each other, numbers that nobody measures, dangling
    references, dates out of order, lists of other lengths, an instrument known under another id and parts
    that are not understood. Without a reason nothing is taken. A run then uses the values by the
    certificate route. Where persons of lab.toml have secrets, PERSON is asked for theirs.
    """
    from calibrator.certificates.dcc import read_file
    from calibrator.certificates.seals import check_foreign_seal, load_seal_settings
    from calibrator.cli._access import opened
    from calibrator.cli._sign import entered_by
    from calibrator.standards import Register
    from calibrator.standards.imports import (
        Stated,
        asset_file,
        check_identity,
        dcc_of,
        elsewhere,
        found_before,
        interpret,
        read_dcc,
        surprises,
    )

    chosen = settings(ctx)
    who = known_person(chosen, person)
    whole, seal, now = read_file(file), load_seal_settings(chosen.home.seal_file), RealClock().now()
    outer = check_foreign_seal(whole, str(file), seal, now)  # before anything is taken out of it
    content = dcc_of(whole, str(file))
    document = read_dcc(content, str(file))
    sealed = (check_foreign_seal(content, str(file), seal, now) if content is not whole else None) or outer
    pairs = _pairs(functions, "--function", alone=True)
    readings = interpret(document, pairs, str(file))
    with opened(chosen, write=True) as record:
        register = Register(record)
        known = register.asset(asset)
        base = Stated(asset, due.date(), "", model, traceability)
        serial = check_identity(document, known, base, str(file))
        stated = _kind(document, readings, kind, str(file), chosen.words)
        former = next(
            (c for c in reversed(register.certificates(asset)) if c.number != document.number), None
        )
        before = found_before(document, pairs, str(file)) if former is not None else ()
        surprising = (
            *surprises(document, readings, former, now.date(), before),
            *elsewhere(document, serial, base, register.assets(), register.certificates()),
        )
        stated_reasons = _pairs(reasons, "--reason", alone=False)
        given = _reasons(surprising, stated_reasons, str(file), chosen.words)
        changed = _adjusted(adjusted, document, former, str(file), chosen.words)
        why = stated_reasons.get("correction", "")
        sure = replace(
            base, kind=stated, reasons=given, left_out=document.unknown, adjusted=changed, correction=why
        )
        taken = asset_file(document, readings, sure, known, str(file))
        known_by = entered_by(chosen, register, who, "--person")
        register.add(taken, who, known_by.body)
    _told(ctx, document, readings, known, sealed)
    return 0


def _pairs(given: Sequence[str], option: str, *, alone: bool) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals and alone:
            key, value = "", key
        if not value.strip():
            raise UsageError(f"{text!r} says nothing", where=option, way_out=f"Write {option} KEY=VALUE.")
        found[key.strip()] = value.strip()
    return found


def _kind(document: Document, readings: Sequence[Reading], kind: str | None, where: str, say: Say) -> str:
    """Return the kind that a person states; it must be that of every table."""
    from calibrator.standards.imports import kinds_of

    says = kinds_of(document)
    if kind is None and sys.stdin.isatty() and len(says) == 1:
        count = sum(len(reading.values) for reading in readings)
        question = say("{number}: {count} values; the certificate calls them {kind}. You state")
        told = question.format(number=document.number, count=count, kind=say(says[0]))
        kind = str(click.prompt(told, type=click.Choice(KINDS)))
    if kind is None:
        raise UsageError(
            f"nobody has stated what kind of value the certificate holds; it says: {', '.join(says)}",
            where=where,
            way_out=f"Look into it, then state it: --kind {says[0]!r}.",
            code="kind-not-confirmed",
        )
    if set(says) != {kind}:
        raise UsageError(
            f"the certificate says that its values are {' and '.join(says)}, you state {kind}",
            where=where,
            way_out="Ask the laboratory which it is; the wrong one turns every sign. Nothing was taken.",
            code="kind-differs",
        )
    return kind


def _reasons(found: Sequence[Surprise], given: Mapping[str, str], where: str, say: Say) -> Mapping[str, str]:
    """Return the reasons for what is surprising; without one nothing is taken."""
    reasons: dict[str, str] = {}
    for surprise in found:
        why = given.get(surprise.code) or reasons.get(surprise.code, "")
        if not why and sys.stdin.isatty():
            question = f"{surprise.what}. {say('Why is that right (empty: stop)')}"
            why = str(click.prompt(question, default="")).strip()
        if not why:
            raise UsageError(
                surprise.what,
                where=where,
                way_out=f"Where it is right, say why: --reason {surprise.code}=TEXT. Nothing was taken.",
                code=f"surprising-{surprise.code}",
            )
        reasons[surprise.code] = why
    return reasons


def _adjusted(
    given: str | None, document: Document, former: Certificate | None, where: str, say: Say
) -> bool | None:
    """Return whether the standard was adjusted at this calibration; asked where a history hangs on it."""
    if document.adjusted:
        if given == "no":
            raise UsageError(
                "the certificate says that it was adjusted or repaired, you state that it was not",
                where=f"{where}, line {document.adjusted}",
                way_out="Look into it, then say --adjusted yes. Nothing was taken.",
                code="adjusted-differs",
            )
        return True
    if given is None and former is not None and sys.stdin.isatty():
        question = say("Was it adjusted at this calibration, since {number}").format(number=former.number)
        given = str(click.prompt(question, type=click.Choice(YES_NO)))
    return None if given is None else given == "yes"


def _told(
    ctx: click.Context,
    document: Document,
    readings: Sequence[Reading],
    known: Asset | None,
    sealed: SealReport | None,
) -> None:
    say = settings(ctx).words
    for reading in readings:
        functions = ", ".join(dict.fromkeys(value.function for value in reading.values))
        click.echo(
            f"{reading.table}: {len(reading.values)} × {say(reading.kind)}, {functions}, {reading.unit}"
        )
    new = "" if known else f" ({say('new asset')})"
    by = (
        f"{say('sealed by')} {sealed.by} ({say(sealed.standing)})"
        if sealed is not None
        else say("not sealed")
    )
    click.echo(f"{say('added')}: {document.number}{new}; {by}")
