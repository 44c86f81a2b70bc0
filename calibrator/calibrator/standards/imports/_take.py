"""A read certificate held against asset, former certificate and what a person states; then taken whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.standards._asset import AssetFile
from calibrator.standards._certificate import Certificate, CertificateValue
from calibrator.standards.imports import _doubts
from calibrator.standards.imports._fits import check_fit
from calibrator.standards.imports._interpret import Reading, left_out
from calibrator.standards.imports._read import Document

if TYPE_CHECKING:
    from calibrator.standards._register import Asset

__all__ = ["Stated", "Surprise", "asset_file", "check_identity", "elsewhere", "surprises"]


_OLDEST_Y: Final = 10
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)  # xs:date


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says of a certificate: whose it is, until when it is used, which kind its values are."""

    asset: str
    due: date
    kind: str
    model: str = ""  # of an asset that the register does not hold yet
    traceability: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)  # why a surprise is right, by its code
    left_out: tuple[str, ...] = ()
    adjusted: bool | None = None  # at this calibration, so that the values are not as found; None: not said
    correction: str = ""  # why what was stated of the same file before was wrong


@dataclass(frozen=True, slots=True)
class Surprise:
    """Something that a person must look at before the values are used: a sign, a jump, a part left out."""

    # sign, jump, unsound, as-found, difference, repeated, forms, uncertainty, conditions, date, unknown,
    # asset
    code: str
    what: str


def surprises(
    document: Document,
    readings: Sequence[Reading],
    former: Certificate | None,
    today: date | None = None,
    before: Sequence[Reading] = (),
) -> tuple[Surprise, ...]:
    """Return what is surprising (METROLOGY 10): signs, jumps beyond 2 U, faults, parts not understood.

    Also points whose error is not indication minus reference value, values that contradict each other or
    that nobody measures, and values of before an adjustment. `before` are those that the readings follow
    on; they are held against indications and the former certificate too. With `today` also a day of issue
    that no standard in use has: more than ten years ago, or to come.
    """
    found = [
        Surprise(
            "sign",
            f"table {reading.table}: the values called {reading.kind} have, by its indications, the sign of"
            f" {'a correction' if reading.kind == 'error' else 'an error'}",
        )
        for reading in (*readings, *before)
        if reading.sign == "opposite"
    ]
    values = [value for reading in readings for value in reading.values]
    found += _jumps([*values, *(value for reading in before for value in reading.values)], former)
    found += _listed("unsound", "it is not sound in itself", document.unsound)
    found += _listed(
        "as-found", "before an adjustment or a repair, and may hold no longer", _as_found(readings)
    )
    differing = [*_doubts.differences(document, readings)]
    found += _listed("difference", "the values do not follow from the indications beside them", differing)
    found += _listed("repeated", "values at one nominal value differ", [*_doubts.repeated(values)])
    found += _listed("forms", "one quantity is written in two ways", [*_doubts.hybrids(document)])
    odd = [*_doubts.uncertainties(document, readings)]
    found += _listed("uncertainty", "no laboratory states such an uncertainty", odd)
    found += _listed("conditions", "no laboratory calibrates so", [*_doubts.conditions(document)])
    if today is not None:
        found += _age(document, today)
    unknown = (*document.unknown, *left_out(document))
    found += _listed("unknown", f"{len(unknown)} parts are not understood", unknown)
    return tuple(found)


def _listed(code: str, what: str, items: Sequence[str]) -> list[Surprise]:
    listed = "; ".join(items[:5]) + ("; …" if len(items) > 5 else "")
    return [Surprise(code, f"{what}: {listed}")] if items else []


def _as_found(readings: Sequence[Reading]) -> list[str]:
    return [f"line {one.as_found}: table {one.table}" for one in readings if one.as_found]


def elsewhere(
    document: Document, serial: str, stated: Stated, assets: Sequence[Asset], taken: Sequence[Certificate]
) -> tuple[Surprise, ...]:
    """Return where the register holds this instrument or this certificate under another id already."""
    found = []
    numbered = {one.asset for one in taken if (one.number, one.laboratory) == _name(document)}
    numbered |= {one.asset for one in taken if one.file_sha256 == document.sha256}
    for other in assets:
        if other.asset == stated.asset:
            continue
        if other.asset in numbered:
            found.append(f"the certificate {document.number} is that of {other.asset} already")
        elif other.serial == serial and stated.model in ("", other.model):
            found.append(f"{other.asset} is {other.model} serial {serial} already")
    return tuple(_listed("asset", "the register knows it under another id", found))


def _name(document: Document) -> tuple[str, str]:
    return document.number, document.laboratory


def _age(document: Document, today: date) -> list[Surprise]:
    issued = (document.issued or document.ended)[:10]
    oldest = f"{today.year - _OLDEST_Y:04d}{today.isoformat()[4:]}"
    if not issued or oldest <= issued <= (today + timedelta(days=1)).isoformat():
        return []
    far = f"more than {_OLDEST_Y} years ago" if issued < oldest else "a day that has not come"
    return [Surprise("date", f"it says that it was issued on {issued}, {far}")]


def _jumps(values: Sequence[CertificateValue], former: Certificate | None) -> list[Surprise]:
    """Compare with the former certificate: one sign turned, or a change beyond 2 U."""
    if former is None:
        return []
    found = []
    for value in values:
        alike = [old for old in former.values if _key(old) == _key(value)]
        old = min(alike, key=lambda old: abs(old.nominal - value.nominal), default=None)
        if old is None:
            continue
        # a value at a nominal of another quantity has no correction: the values themselves are compared
        now, then = value.correction, old.correction
        if now is None or then is None:
            now, then = value.value, old.value
        name = f"{value.function} at {value.nominal:f} {value.unit}"
        if abs(now - then) > 2 * value.expanded_uncertainty:
            turned = abs(now + then) < abs(now - then) / 4
            what = "has the opposite sign of" if turned else "has jumped by more than 2 U from"
            found.append(
                Surprise(
                    "sign" if turned else "jump",
                    f"{name}: {now:f} {what} {then:f} of {former.number} at {old.nominal:f}",
                )
            )
    return found


def _key(value: CertificateValue) -> tuple[str, str, str, Decimal | None, Decimal]:
    return value.function, value.nominal_unit, value.unit, value.range_high, value.frequency_hz


def check_identity(document: Document, asset: Asset | None, stated: Stated, where: str) -> str:
    """Return the serial that the certificate gives its item, which must be that of the asset.

    Raises:
        UsageError: code `simulated-standard`, `other-instrument`, `no-serial` or `model-needed`.
    """
    serials = [value for issuer, value in document.identifications if issuer == "manufacturer"]
    if document.simulated:
        raise UsageError(
            f"the certificate {document.number} is of a simulated run",
            where=where,
            way_out="A simulated certificate makes nothing traceable; nothing was taken.",
            code="simulated-standard",
        )
    if asset is None:
        if not stated.model:
            raise UsageError(
                f"the register holds no asset {stated.asset!r}",
                where="--asset",
                way_out="Name its accuracy table with --model, or add the asset first.",
                code="model-needed",
            )
        if not serials:
            raise UsageError(
                "the certificate gives its item no serial number of the manufacturer",
                where=where,
                way_out="Add the asset first: calibrator standards add FILE.toml.",
                code="no-serial",
            )
        return serials[0]
    if asset.serial not in [value for _, value in document.identifications]:
        told = ", ".join(value for _, value in document.identifications) or "none"
        raise UsageError(
            f"the certificate is of another instrument: {asset.asset} has the serial {asset.serial},"
            f" the certificate names {told}",
            where=where,
            way_out="Name the asset that it belongs to; nothing was taken.",
            code="other-instrument",
        )
    return asset.serial


def asset_file(
    document: Document, readings: Sequence[Reading], stated: Stated, asset: Asset | None, where: str
) -> AssetFile:
    """Return what the register takes: the asset and its certificate of values, with all that was written.

    Raises:
        UsageError: see `check_identity`; also `no-traceability`, `no-date`, `due-before-issued`,
            `function-of-instrument`, `unit-of-function`.
    """
    serial = check_identity(document, asset, stated, where)
    traceability = stated.traceability or document.traceability
    if not traceability:
        raise UsageError(
            "the certificate does not declare to what it is traceable",
            where=where,
            way_out="Say it with --traceability TEXT, as its accreditation or its cover says.",
            code="no-traceability",
        )
    issued = _day(document, where)
    if stated.due < issued:
        raise UsageError(
            f"the certificate is due on {stated.due}, before it was issued on {issued}",
            where="--due",
            way_out="Name the day until which you use it.",
            code="due-before-issued",
        )
    values = tuple(value for reading in readings for value in reading.values)
    model = asset.model if asset is not None else stated.model
    check_fit(values, model, stated.asset, where)
    certificate = Certificate(
        asset=stated.asset,
        number=document.number,
        issued=issued,
        due=stated.due,
        laboratory=document.laboratory,
        accreditation="",
        traceability=traceability,
        kind="values",
        functions=tuple(dict.fromkeys(value.function for value in values)),
        temperature_c=_temperature(document),
        environment="",
        file_sha256=document.sha256,
        document=where.replace("\\", "/").rpartition("/")[2],
        document_sha256=document.sha256,
        simulated=False,
        values=values,
        imported=_as_written(document, stated),
        correction=stated.correction,
        adjusted=stated.adjusted,
    )
    return AssetFile(
        asset=stated.asset,
        model=model,
        manufacturer=asset.manufacturer if asset is not None else document.manufacturer,
        serial=serial,
        options=asset.options if asset is not None else (),
        role=asset.role if asset is not None else "standard",
        note=asset.note if asset is not None else "",
        certificate=certificate,
        file=where,
        sha256=document.sha256,
        customer=asset.customer if asset is not None else None,
    )


def _day(document: Document, where: str) -> date:
    """Return the day of issue; of a certificate that does not say it, the end of its measurements."""
    try:
        for written in _dates(document):
            if written and not _DATE.fullmatch(written):
                raise ValueError(written)
        return date.fromisoformat((document.issued or document.ended)[:10])
    except ValueError as error:
        raise UsageError(
            f"it has no date that is one: {' '.join(filter(None, _dates(document))) or 'none'}",
            where=where,
            way_out="Ask the laboratory for a sound certificate; nothing was taken.",
            code="no-date",
        ) from error


def _dates(document: Document) -> tuple[str, str, str]:
    return document.begun, document.ended, document.issued


def _temperature(document: Document) -> float | None:
    """Return the middle of the ambient temperatures that it states, None where it states none."""
    found = [degrees for _, degrees in _doubts.temperatures(document)]
    return float(sum(found, Decimal(0)) / len(found)) if found else None


def _as_written(document: Document, stated: Stated) -> str:
    """Return every quantity of the document as it is written, and what a person stated, as JSON text."""
    body = {
        "version": document.version,
        "calibrated": [document.begun, document.ended],
        "kind_confirmed": stated.kind,
        "reasons": dict(stated.reasons),
        "unsound": list(document.unsound),
        "left_out": [*stated.left_out, *left_out(document)],
        "quantities": [asdict(quantity) for quantity in document.quantities],
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
