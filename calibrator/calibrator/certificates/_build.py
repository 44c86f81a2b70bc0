"""From recorded bodies to the certificate model; pure but for the reading of the record."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.certificates._bodies import Body, day, number, optional_number, text
from calibrator.certificates._figures import unverified_figures
from calibrator.certificates._model import (
    Certificate,
    Conditions,
    Conformity,
    Customer,
    Deviation,
    Digest,
    Item,
    Laboratory,
    Method,
    Person,
    Standard,
)
from calibrator.certificates._numbers import MINUS, scaled_unit
from calibrator.certificates._results import FUNCTION_TITLES, result_sections
from calibrator.certificates._sources import Sources, gather
from calibrator.i18n import bilingual
from calibrator.procedure import Text

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["assemble", "build"]

_QUANTITY = re.compile(r"([+-]?)(\d+(?:\.\d+)?)([A-Za-z]+)")
AUTHORISING_ROLES = frozenset({"signatory", "technical manager"})  # of lab.toml


def build(record: Record, run: str, *, issued_at: datetime | None = None) -> Certificate:
    """Return the certificate model of a run, whatever its state; `gate` says whether it may be issued.

    A certificate that was issued before keeps its date. Else a simulated run is dated by its bench's own
    clock (its end), a live one by `issued_at`, or its end where that is None.
    """
    return assemble(gather(record, run), issued_at=issued_at)


def assemble(sources: Sources, *, issued_at: datetime | None = None) -> Certificate:
    """Return the model of gathered bodies; the same bodies give the same model."""
    opened, procedure = sources.opened, sources.opened["procedure"]
    simulated = _simulated(sources)
    sections = result_sections(sources)
    return Certificate(
        id=certificate_id(sources),
        simulated=simulated,
        outcome=str(sources.closed["outcome"]) if sources.closed else "open",
        pass_=str(opened.get("pass", "as-found")),
        issued_at=_dated(sources, issued_at, simulated=simulated),
        began_at=sources.began_at,
        ended_at=sources.ended_at,
        laboratory=_laboratory(opened["lab"]),
        customer=_customer(opened["uut"].get("customer")),
        performed_by=tuple(_person(opened["lab"], name) for name in sources.people),
        authorised_by=_authorised(opened["lab"]),
        item=_item(sources),
        method=_method(opened, procedure),
        conditions=_conditions(sources.environments),
        preparation=sources.preparation,
        standards=tuple(_standard(sources, body) for body in sources.references.get("standards", ())),
        sections=sections,
        conformity=_conformity(sources),
        not_tested=_not_tested(sources),
        deviations=tuple(_deviation(body) for body in sources.preflight.get("deviations") or ()),
        unverified=unverified_figures(sources.references),
        digest=Digest(
            run=sources.run,
            run_count=sources.stamp.count,
            run_head=sources.stamp.head,
            register_count=sources.register.count,
            register_head=sources.register.head,
        ),
        versions=tuple(sorted((str(k), str(v)) for k, v in opened.get("versions", {}).items())),
    )


def certificate_id(sources: Sources) -> str:
    """Return the certificate's number: day of the measurement and eight digits from the run's closing head.

    It follows from the record alone, so that a station without a network never gives a number twice, and a
    run that was closed again with other results never keeps its number.
    """
    digest = hashlib.sha256(f"{sources.run}\n{sources.stamp.head}".encode()).hexdigest()
    kind = "SIM" if _simulated(sources) else "CAL"
    return f"{kind}-{sources.ended_at:%Y%m%d}-{digest[:8].upper()}"


def _simulated(sources: Sources) -> bool:
    """Say whether the run is simulated: by its mode, or by one serial that begins with SIM (METROLOGY 8)."""
    named = [sources.opened["uut"], *sources.identified.get("instruments", ())]
    named += sources.references.get("standards", ())
    return sources.opened["mode"] != "live" or any(
        str(body.get("serial") or "").startswith("SIM") for body in named
    )


def _dated(sources: Sources, issued_at: datetime | None, *, simulated: bool) -> datetime:
    number = certificate_id(sources)
    for body in sources.issued:
        if body.get("id") == number and body.get("issued_at"):
            return datetime.fromisoformat(str(body["issued_at"]))
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
    )


def _customer(body: Body | None) -> Customer | None:
    return Customer(name=str(body["name"]), address=str(body.get("address", ""))) if body else None


def _person(lab: Body, who: str) -> Person:
    for entry in lab.get("persons", ()):
        if who in (entry.get("id"), entry.get("name")):
            return Person(str(entry["id"]), str(entry["name"]), ", ".join(map(str, entry.get("roles", ()))))
    return Person(who, who, "")


def _authorised(lab: Body) -> tuple[Person, ...]:
    return tuple(
        _person(lab, str(entry["id"]))
        for entry in lab.get("persons", ())
        if AUTHORISING_ROLES & {str(role) for role in entry.get("roles", ())}
    )


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


def _method(opened: Body, procedure: Body) -> Method:
    return Method(
        id=str(procedure["id"]),
        version=str(procedure["version"]),
        title=text(procedure["title"]),
        document=str(procedure["document"]),
        document_status=str(procedure.get("document_status", "")),
        content_hash=str(procedure.get("hash", "")),
        approved=bool(procedure.get("approved", False)),
        interval=str(opened["interval"]),
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
        model=_title(sources, asset, serial) or str(body.get("model") or ""),
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
    return Conformity(
        rule=str(sources.opened["rule"]),
        policy=str(sources.opened.get("policy", "p95")),
        counts=counts,
        complete=bool(sources.opened.get("complete")) and sources.closed is not None and not untested,
        all_pass=bool(verdicts) and set(verdicts) == {"pass"},
        joint_probability=optional_number(joint.get("probability")),
    )


def _not_tested(sources: Sources) -> tuple[Text, ...]:
    """Return what the procedure never tests and what this run left out (METROLOGY 22)."""
    always = tuple(text(body) for body in sources.opened["procedure"].get("not_tested") or ())
    titles = sources.opened["procedure"].get("section_titles") or {}
    named: list[Text] = []
    points: dict[str, list[str]] = {}
    for item in map(str, (sources.closed or {}).get("not_tested") or ()):
        if item in titles:
            named.append(text(titles[item]))
        else:
            function, _, place = item.partition(":")
            points.setdefault(function, []).append(place or item)
    return (*always, *named, *(_left_out(function, places) for function, places in points.items()))


def _left_out(function: str, places: list[str]) -> Text:
    """Return the points of a function that have no result, by the range and value in their ids."""
    title = FUNCTION_TITLES.get(function)
    named = ", ".join(_place(place) for place in places)
    return bilingual("{function} at {points}", function=bilingual(title) if title else function, points=named)


def _place(place: str) -> str:
    span, _, nominal = place.partition(":")
    return f"{_spelled(nominal)} ({_spelled(span)})" if nominal else _spelled(place)


def _spelled(quantity: str) -> str:
    """Return "+100 kΩ" for "+100000ohm"; what is no quantity stays as it is."""
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        return quantity
    sign, value, unit = found.groups()
    digits, prefixed = scaled_unit(Decimal(value), unit)
    sign = "" if unit == "ohm" else sign.replace("-", MINUS)
    return f"{sign}{digits} {prefixed}"


def _deviation(body: Body | str) -> Deviation:
    if isinstance(body, str):
        return Deviation(what=body, reason="", by="")
    return Deviation(
        what=str(body.get("what") or body.get("code") or ""),
        reason=str(body.get("reason") or ""),
        by=str(body.get("by") or ""),
    )
