"""The gate: what must be there before a document may be issued (METROLOGY 21).

Every kind needs what ISO/IEC 17025 asks for; the kinds of a verification need their regulation as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from calibrator.certificates._bodies import is_blank
from calibrator.certificates._days import day_in
from calibrator.certificates._gate_items import items_of_the_work
from calibrator.certificates._gate_kinds import gate_of_verification
from calibrator.certificates._missing import Missing
from calibrator.certificates._model import Certificate, Person
from calibrator.certificates._people import GIVE_A_ROLE, named
from calibrator.certificates._reasons import left_by_rule

__all__ = ["Missing", "gate"]

_NAMED_AT_MOST: Final = 5
_UNNAMED: Final = frozenset({"Unnamed laboratory"})  # what a home without a lab.toml says


def gate(model: Certificate, may_authorise: tuple[Person, ...] | None = None) -> tuple[Missing, ...]:
    """Return what stands between this model and a document, empty where it may be issued.

    `may_authorise` are the persons whose role allows it, to name them where nobody has authorised it; None
    where that is not known.
    A simulated run only has to be complete in itself, since its document says on every page that it is no
    certificate; a live one needs all that ISO/IEC 17025:2017, 7.8.2, 7.8.4 and 7.8.6 and METROLOGY 9 and
    21 ask for.
    """
    found = [*_finished(model), *gate_of_verification(model)]
    if not model.simulated:
        found += [*_who(model, may_authorise), *_item(model), *_limits(model)]
        found += [*_traceability(model), *_figures(model), *_session(model), *items_of_the_work(model)]
    return tuple(found)


def _finished(model: Certificate) -> Iterator[Missing]:
    check = model.session_check
    over = check is not None and check.state == "failed" and not check.provisional
    if over:
        yield Missing(
            "opening-check-failed",
            f"the run {model.digest.run} is over: the opening check of the standard failed",
            "METROLOGY 24",
            "See to the standard, then begin a new run.",
        )
        return
    if model.outcome != "completed":
        yield Missing(
            "run-not-completed",
            f"the run {model.digest.run} is {model.outcome}, not completed",
            "METROLOGY 22",
            f"Finish it first: calibrator resume {model.digest.run}.",
        )
    if not model.results:
        yield Missing(
            "no-results",
            "the run has no results",
            "ISO/IEC 17025:2017, 7.8.2.1 m",
            "Measure at least one section: calibrator run.",
        )


def _who(model: Certificate, may_authorise: tuple[Person, ...] | None) -> Iterator[Missing]:
    laboratory = model.laboratory
    if laboratory.name in _UNNAMED or is_blank(laboratory.name) or is_blank(laboratory.address):
        yield Missing(
            "no-laboratory",
            "the laboratory has no name or no address",
            "ISO/IEC 17025:2017, 7.8.2.1 b",
            "Write name and address into lab.toml before the run; the run keeps what it recorded.",
        )
    yield from _customer(model)
    if not model.performed_by:
        yield Missing(
            "no-person",
            "nobody is named who did the calibration",
            "ISO/IEC 17025:2017, 7.5.1",
            "Name the person: in lab.toml, and with --person when running.",
        )
    if not model.authorised_by:
        yield _not_authorised(may_authorise)


def _customer(model: Certificate) -> Iterator[Missing]:
    customer, clause = model.customer, "ISO/IEC 17025:2017, 7.8.2.1 e"
    if customer is None:
        yield Missing(
            "no-customer",
            "the record neither names a customer nor says that the instrument is the laboratory's own",
            clause,
            'Say it at the first issue, --customer "NAME; ADDRESS" or --customer own; for the next runs '
            "write customer = { name = …, address = … } or { own = true } into the asset or bench file.",
        )
    elif not customer.own and is_blank(customer.name):
        yield Missing(
            "no-customer",
            "the customer has no name",
            clause,
            "Write name and address into the asset file before the run, or { own = true }.",
        )
    elif not customer.own and is_blank(customer.address):
        yield Missing(
            "no-contact",
            f"the customer {customer.name} has no address",
            clause,
            "Write it into the asset file before the run.",
        )


def _not_authorised(may: tuple[Person, ...] | None) -> Missing:
    clause = "ISO/IEC 17025:2017, 7.8.2.1 o"
    if may is not None and not may:
        return Missing(
            "no-authority", "nobody in the run's lab.toml may authorise certificates", clause, GIVE_A_ROLE
        )
    who = f": {named(may)}" if may else ""
    return Missing(
        "not-authorised",
        "nobody has authorised it",
        clause,
        f"Name who does, a signatory or technical manager of lab.toml, with --authorised-by ID{who}.",
    )


def _item(model: Certificate) -> Iterator[Missing]:
    if is_blank(model.item.serial):
        yield Missing(
            "no-serial",
            f"the instrument {model.item.asset} has no serial number in the record",
            "ISO/IEC 17025:2017, 7.8.2.1 g",
            "Write the serial number from its plate into the bench file.",
        )
    if model.conditions.temperature_low_c is None:
        yield Missing(
            "no-environment",
            "no temperature was recorded",
            "ISO/IEC 17025:2017, 7.8.4.1 b",
            "Give the bench file an [environment] with a sensor or a typed temperature.",
        )


def _limits(model: Certificate) -> Iterator[Missing]:
    if model.method.interval == "24h" and model.affirmation is None:
        yield Missing(
            "no-affirmation",
            "nobody affirmed that the instrument was adjusted within 24 h, at this temperature",
            "METROLOGY 12",
            "Measure against other limits: calibrator run --interval 90d, or 1y.",
        )


def _traceability(model: Certificate) -> Iterator[Missing]:
    if any(deviation.code == "certificate-simulated" for deviation in model.deviations):
        yield Missing(
            "simulated-standard",
            "the certificate of a standard is a simulated one, and no reason makes it traceable",
            "METROLOGY 8",
            "Add its real certificate and measure again: calibrator standards add FILE.toml.",
        )
    for standard in model.standards:
        # a short or open terminals realise zero by themselves; weights or a thermometer do not
        if standard.route == "artefact" and not standard.certificate:
            continue
        told = (standard.certificate, standard.by, standard.traceability)
        if standard.issued is None or any(map(is_blank, told)):
            yield Missing(
                "no-traceability",
                f"the certificate of {standard.asset} lacks number, day, laboratory or traceability",
                "ISO/IEC 17025:2017, 7.8.4.1 c",
                "Add its certificate: calibrator standards add FILE.toml.",
            )
    yield from _in_force(model)
    if not model.digest.register_head:
        yield Missing(
            "no-register",
            "the register holds no end of this run",
            "DESIGN, Record",
            "Check the record: calibrator verify.",
        )


def _in_force(model: Certificate) -> Iterator[Missing]:
    """Name each certificate of a standard that was not in force on the days of the work.

    The engine refuses it before the run; a recorded, named deviation lets it pass, and prints itself.
    """
    zone = model.laboratory.timezone
    began, ended = day_in(zone, model.began_at), day_in(zone, model.ended_at)
    let_pass = {deviation.code for deviation in model.deviations}
    for standard in model.standards:
        issued, due = standard.issued, standard.due
        if issued is not None and issued > began and "certificate-not-yet" not in let_pass:
            yield Missing(
                "standard-not-yet",
                f"the certificate of {standard.asset} is issued on {issued}, after the work began on {began}",
                "ISO/IEC 17025:2017, 6.4.4",
                "Look at the clock of the machine and at the certificate, then measure again.",
            )
        if due is not None and due < ended and "certificate-expired" not in let_pass:
            yield Missing(
                "standard-expired",
                f"the certificate of {standard.asset} was due on {due}, before the work ended on {ended}",
                "ISO/IEC 17025:2017, 6.4.4",
                "Measure again with a standard that is in force.",
            )


def _session(model: Certificate) -> Iterator[Missing]:
    check = model.session_check
    if check is not None and check.provisional:
        yield Missing(
            "session-provisional",
            f"the closing check of {', '.join(check.standards)} with {check.asset} failed, so that the "
            "session is provisional",
            "METROLOGY 24",
            "Find out whether the standard has changed, then measure again: calibrator run.",
        )


def _figures(model: Certificate) -> Iterator[Missing]:
    """Name each figure that leaves a verdict undetermined, and what a person must enter (METROLOGY 9)."""
    undetermined = {
        result.id
        for result in model.results
        if result.verdict == "undetermined"
        and not left_by_rule(result, simulated=model.simulated)  # 待定 by the rule itself is a result
    }
    named: set[str] = set()
    for figure in model.unverified:
        points = [point for point in figure.points if point in undetermined]
        if figure.kind == "other" or not points:
            continue
        named.update(points)
        yield Missing(
            "figure-not-verified",
            f"the {figure.kind} figure from {figure.source!r} is {figure.status}, so that "
            f"{len(points)} points are undetermined ({_some(points)})",
            "METROLOGY 9",
            "A named person must confirm it against the maker's document with document, page and date "
            "([[confirmation]] in lab.toml), and the points be measured again.",
        )
    if undetermined - named:
        yield Missing(
            "undetermined",
            f"{len(undetermined - named)} points are undetermined ({_some(sorted(undetermined - named))})",
            "METROLOGY 9",
            "See why: calibrator show RUN. Points that did not settle are measured again by calibrator run.",
        )


def _some(points: list[str]) -> str:
    rest = len(points) - _NAMED_AT_MOST
    return ", ".join(points[:_NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
