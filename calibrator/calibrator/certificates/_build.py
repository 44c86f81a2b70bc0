"""From recorded bodies to the certificate model; pure but for the reading of the record."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.certificates._adjusted import adjustment_of, as_found_of
from calibrator.certificates._alongside import answered, equipment
from calibrator.certificates._amended import amended
from calibrator.certificates._bodies import Body, day, number, optional_number, text
from calibrator.certificates._checked import checked
from calibrator.certificates._class import class_sources
from calibrator.certificates._customer import customer_of
from calibrator.certificates._days import day_in
from calibrator.certificates._deviations import deviations, repeats
from calibrator.certificates._figures import confirmed_figures, unverified_figures
from calibrator.certificates._left_out import left_out
from calibrator.certificates._model import (
    Affirmation,
    Certificate,
    Conditions,
    Conformity,
    Digest,
    Item,
    Laboratory,
    Layout,
    Method,
    Standard,
)
from calibrator.certificates._people import authorised, person
from calibrator.certificates._regulation import PREFIXES, kind_of, verification_of
from calibrator.certificates._results import result_sections
from calibrator.certificates._session import session_check
from calibrator.certificates._sources import Sources, gather
from calibrator.procedure import CLASS

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["assemble", "build"]


def build(
    record: Record,
    run: str,
    *,
    issued_at: datetime | None = None,
    authorised_by: str | None = None,
    kind: str = "calibration",
    with_uncertainty: bool = False,
) -> Certificate:
    """Return the certificate model of a run, whatever its state; `gate` says whether it may be issued.

    A certificate that was issued before keeps its date. Else a simulated run is dated by its bench's own
    clock (its end), a live one by `issued_at`, or its end where that is None. One that was issued keeps
    who authorised it, too. `kind` is calibration, verification or notice; U stands in a document of
    verification only `with_uncertainty`.

    Raises:
        UsageError: `authorised_by` may not authorise it: see `authorised`.
    """
    return assemble(
        gather(record, run),
        issued_at=issued_at,
        authorised_by=authorised_by,
        kind=kind,
        with_uncertainty=with_uncertainty,
    )


def assemble(
    sources: Sources,
    *,
    issued_at: datetime | None = None,
    authorised_by: str | None = None,
    kind: str = "calibration",
    with_uncertainty: bool = False,
) -> Certificate:
    """Return the model of gathered bodies; the same bodies give the same model."""
    named = kind_of(kind)
    opened, procedure = sources.opened, sources.opened["procedure"]
    simulated = _simulated(sources)
    number = current_number(sources, kind)
    before = next((body for body in sources.issued if body.get("id") == number), None)
    sections = result_sections(sources)
    model = Certificate(
        id=certificate_id(sources, kind),
        simulated=simulated,
        outcome=str(sources.closed["outcome"]) if sources.closed else "open",
        pass_=str(opened.get("pass", "as-found")),
        issued_at=_dated(sources, before, issued_at, simulated=simulated),
        began_at=sources.began_at,
        ended_at=sources.ended_at,
        laboratory=_laboratory(opened["lab"]),
        customer=customer_of(sources),
        performed_by=tuple(person(opened["lab"], name) for name in sources.people),
        authorised_by=authorised(opened["lab"], authorised_by, before, simulated=simulated),
        checked_by=None if simulated else checked(sources.checks, opened["lab"], sources.issued, number),
        item=_item(sources),
        method=_method(_interval(sources), procedure, class_sources(sources.references)),
        conditions=_conditions(sources.environments),
        affirmation=_affirmation(sources),
        preparation=sources.preparation,
        standards=tuple(_standard(sources, body) for body in sources.references.get("standards", ())),
        sections=sections,
        conformity=_conformity(sources),
        not_tested=left_out(sources),
        deviations=(*deviations(sources), *repeats(sections)),
        unverified=unverified_figures(sources.references),
        confirmed=confirmed_figures(sources.references, opened["lab"]),
        session_check=session_check(sources.summary.get("session_check")),
        adjustment=adjustment_of(opened),
        as_found=as_found_of(assemble(sources.found) if sources.found is not None else None),
        equipment=equipment(sources),
        checklist=answered(sources),
        digest=Digest(
            run=sources.run,
            run_count=sources.stamp.count,
            run_head=sources.stamp.head,
            register_count=sources.register.count,
            register_head=sources.register.head,
        ),
        versions=tuple(sorted((str(k), str(v)) for k, v in opened.get("versions", {}).items())),
    )
    model = replace(
        model,
        layout=_layout(opened["lab"].get("layout") or {}),
        kind=named,
        verification=verification_of(sources, sections, kind, with_uncertainty=with_uncertainty),
    )
    return amended(model, sources.amendments, opened["lab"])


def _layout(body: Body) -> Layout:
    plain = Layout()
    return Layout(
        *(str(body.get(key) or getattr(plain, key)) for key in ("paper", "accent", "footer", "logo"))
    )


def current_number(sources: Sources, kind: str = "calibration") -> str:
    """Return the number of the certificate that counts now: that of its last amendment, or its own."""
    own = certificate_id(sources, kind)
    later = [str(body["id"]) for body in sources.amendments if str(body["id"]).startswith(f"{own}-A")]
    return later[-1] if later else own


def certificate_id(sources: Sources, kind: str = "calibration") -> str:
    """Return the certificate's number: day of the measurement and eight digits from the run's closing head.

    It follows from the record alone, so that a station without a network never gives a number twice, and a
    run that was closed again with other results never keeps its number. The day is that of the laboratory's
    time zone; one that was issued keeps its number, also where an earlier version took the day of UTC.
    """
    digest = hashlib.sha256(f"{sources.run}\n{sources.stamp.head}".encode()).hexdigest()[:8].upper()
    prefix = PREFIXES[kind]
    if _simulated(sources):
        prefix = "SIM" if kind == "calibration" else f"SIM-{prefix}"
    given = re.compile(rf"{prefix}-\d{{8}}-{digest}")
    issued = (str(body.get("id")) for body in sources.issued)
    before = next((number for number in issued if given.fullmatch(number)), None)
    ended = day_in(str(sources.opened["lab"].get("timezone") or "UTC"), sources.ended_at)
    return before or f"{prefix}-{ended:%Y%m%d}-{digest}"


def _simulated(sources: Sources) -> bool:
    """Say whether the run is simulated: by its mode, or by one serial that begins with SIM (METROLOGY 8)."""
    named = [sources.opened["uut"], *sources.identified.get("instruments", ())]
    named += sources.references.get("standards", ())
    return sources.opened["mode"] != "live" or any(
        str(body.get("serial") or "").strip().upper().startswith("SIM") for body in named
    )


def _dated(sources: Sources, before: Body | None, issued_at: datetime | None, *, simulated: bool) -> datetime:
    if before is not None and before.get("issued_at"):
        return datetime.fromisoformat(str(before["issued_at"]))
    if simulated or issued_at is None:
        return sources.ended_at
    return max(issued_at, sources.ended_at)


def _laboratory(lab: Body) -> Laboratory:
    lines = (line.strip() for line in str(lab.get("address", "")).splitlines())
    return Laboratory(
        name=str(lab.get("name", "")),
        address=", ".join(line for line in lines if line),
        place=str(lab.get("place", "")),
        timezone=str(lab.get("timezone", "UTC")),
        accreditation=str(lab.get("accreditation", "")),
        country=str(lab.get("country", "")),
    )


def _affirmation(sources: Sources) -> Affirmation | None:
    answer = sources.affirmation
    if answer is None:
        return None
    return Affirmation(by=person(sources.opened["lab"], str(answer["by"])), how=str(answer["how"]))


def _item(sources: Sources) -> Item:
    uut = sources.opened["uut"]
    seen = _instrument(sources, str(uut["asset"]))
    return Item(
        manufacturer=str(uut.get("manufacturer") or ""),
        model=str(uut["model"]),
        serial=str(uut.get("serial") or ""),
        asset=str(uut["asset"]),
        firmware=str(uut.get("firmware") or seen.get("firmware") or ""),
        identity=str(uut.get("identity") or seen.get("identity") or ""),
    )


def _instrument(sources: Sources, asset: str) -> Body:
    listed = sources.identified.get("instruments", ())
    return next((body for body in listed if body.get("asset") == asset), {})


def _interval(sources: Sources) -> str:
    """Return which column of the specification the limits are; that of a class holds for every interval."""
    bodies = sources.references.get("points", ())
    limits = {
        str(body["limits"]["interval"]) for body in bodies if not body["point"].get("supporting", False)
    }
    return CLASS if limits == {CLASS} else str(sources.opened["interval"])


def _method(interval: str, procedure: Body, limits_of: tuple[str, ...]) -> Method:
    return Method(
        id=str(procedure["id"]),
        version=str(procedure["version"]),
        title=text(procedure["title"]),
        document=str(procedure["document"]),
        document_status=str(procedure.get("document_status", "")),
        content_hash=str(procedure.get("hash", "")),
        approved=bool(procedure.get("approved", False)),
        interval=interval,
        regulations=tuple(str(item["number"]) for item in procedure.get("regulations", ())),
        unverified=tuple(str(i["number"]) for i in procedure.get("regulations", ()) if i["unverified"]),
        differs=tuple(
            text(one)
            for i in procedure.get("regulations", ())
            for one in (*([i["judged"]] if "judged" in i else []), *i.get("differs", ()))
        ),
        limits_of=limits_of if interval == CLASS else (),
    )


def _conditions(bodies: tuple[Body, ...]) -> Conditions:
    def span(key: str) -> tuple[Decimal | None, Decimal | None]:
        found = [number(body[key]) for body in bodies if body.get(key) is not None]
        return (min(found), max(found)) if found else (None, None)

    temperature, humidity = span("temperature_c"), span("humidity_rh")
    return Conditions(
        temperature_low_c=temperature[0],
        temperature_high_c=temperature[1],
        humidity_low_rh=humidity[0],
        humidity_high_rh=humidity[1],
        how=_distinct(bodies, "how"),
        sensors=_distinct(bodies, "sensor"),
    )


def _distinct(bodies: tuple[Body, ...], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(body[key]) for body in bodies if body.get(key)))


def _standard(sources: Sources, body: Body) -> Standard:
    asset, serial = str(body["asset"]), str(body.get("serial") or "")
    return Standard(
        asset=asset,
        model=_title(sources, asset, serial) or _named(str(body.get("model") or "")),
        serial=serial,
        certificate=str(body.get("certificate") or ""),
        issued=day(body.get("issued")),
        due=day(body.get("due")),
        by=str(body.get("by") or ""),
        traceability=str(body.get("traceability") or ""),
        route=str(body.get("route") or ""),
        interval=str(body.get("interval") or ""),
        file_hash=str(body.get("hash") or ""),
    )


def _named(model: str) -> str:
    """Return the name of an instrument by its table's id; a model in other words stands as it is."""
    from calibrator.certificates._origins import instrument_name

    return instrument_name(model) if re.fullmatch(r"[a-z]+_[a-z0-9_]+", model) else model


def _title(sources: Sources, asset: str, serial: str) -> str:
    """Return the name under which the points were referred to a standard, such as "Fluke 5522A"."""
    points = sources.references.get("points", ())
    title = next((str(p["standard_title"]) for p in points if p.get("standard_asset") == asset), "")
    return title.removesuffix(f", {serial}")


def _conformity(sources: Sources) -> Conformity:
    verdicts = [str(point["verdict"]) for point in sources.points]
    counts = {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}
    untested = sources.closed.get("not_tested") if sources.closed else None
    joint = sources.summary.get("joint") or {}
    offers = [
        item for item in sources.opened.get("rule_offers", ()) if item["rule"] == sources.opened["rule"]
    ]
    offer: Body = offers[0] if offers else {}
    return Conformity(
        rule=str(sources.opened["rule"]),
        policy=str(sources.opened.get("policy", "p95")),
        counts=counts,
        complete=bool(sources.opened.get("complete")) and sources.closed is not None and not untested,
        all_pass=bool(verdicts) and set(verdicts) == {"pass"},
        joint_probability=optional_number(joint.get("probability")),
        rule_source=str(offer.get("source", "")),
        rule_status=str(offer.get("status", "")),
        adjusted=sources.opened.get("adjusted"),
    )
