"""Measuring equipment with its certificates, and the conditions of the measurement."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.certificates._model import Certificate, Conditions, Standard
from calibrator.certificates.dcc._numbers_of import real
from calibrator.certificates.dcc._words import part, unit_of
from calibrator.certificates.dcc._xml import Writer
from calibrator.procedure import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["conditions", "equipment"]


def equipment(model: Certificate, parent: _Element, write: Writer) -> list[str]:
    """Add the standards, each with its certificate as a reference with a hash, and return their ids."""
    if not model.standards and not model.equipment:
        return []
    listed = write.add(parent, "measuringEquipments")
    ids = [f"standard-{number}" for number in range(1, len(model.standards) + 1)]
    for name, standard in zip(ids, model.standards, strict=True):
        _standard(standard, name, listed, write, simulated=model.simulated)
    for number, item in enumerate(model.equipment, start=len(ids) + 1):
        beside = Standard(
            item.asset, item.model, item.serial, item.certificate, None, None, "", "", "auxiliary", "", ""
        )
        ids.append(f"standard-{number}")
        _standard(beside, ids[-1], listed, write, simulated=model.simulated)
    return ids


def _standard(standard: Standard, name: str, listed: _Element, write: Writer, *, simulated: bool) -> None:
    one = write.add(listed, "measuringEquipment", part=part("standard"), id=name)
    write.plain(one, "name", standard.model or standard.asset)
    route = f"{standard.route}, {standard.interval}" if standard.interval else standard.route
    write.texts(one, "description", Text(f"Route: {route or '–'}.", f"使用方式：{route or '–'}。"))
    if standard.certificate and standard.file_hash:
        known = write.add(one, "certificate")
        by, issued = standard.by or "–", standard.issued or "–"
        write.texts(known, "referral", Text(f"Certificate of {by}, {issued}", f"{by}出具的证书，{issued}"))
        write.add(known, "referralID", standard.certificate)
        write.add(known, "procedure", "SHA-256")
        write.add(known, "value", standard.file_hash)
        if standard.traceability:
            write.texts(known, "description", standard.traceability)
        write.add(known, "traceable", "false" if simulated else "true")
    identified = write.add(one, "identifications")
    for issuer, value in (("manufacturer", standard.serial), ("calibrationLaboratory", standard.asset)):
        if value:
            entry = write.add(identified, "identification")
            write.add(entry, "issuer", issuer)
            write.add(entry, "value", value)
    if standard.certificate and not standard.file_hash:
        entry = write.add(identified, "identification", part=part("unhashed"))
        write.add(entry, "issuer", "other")
        write.add(entry, "value", standard.certificate)
        write.texts(entry, "name", part("unhashed").name)
    if len(identified) == 0:
        one.remove(identified)


def conditions(seen: Conditions, parent: _Element, write: Writer, *, status: str) -> None:
    """Add temperature and humidity over the results, and whether those of before or after an adjustment.

    Where nothing was adjusted there is no before either: a reader would ask for the values after it.
    """
    spans = (
        ("temperature", "degC", seen.temperature_low_c, seen.temperature_high_c),
        ("humidity", "%", seen.humidity_low_rh, seen.humidity_high_rh),
    )
    if all(low is None for _, _, low, _ in spans):
        return
    listed = write.add(parent, "influenceConditions")
    told = ", ".join([*seen.how, *seen.sensors]) or "–"
    for name, unit, low, high in spans:
        if low is None:
            continue
        one = write.add(listed, "influenceCondition", part=part(name))
        write.texts(one, "name", part(name).name)
        write.texts(one, "description", told)
        if status:
            write.add(one, "status", status)
        data = write.add(one, "data")
        _bound(f"{name}_low", unit, low, data, write)
        _bound(f"{name}_high", unit, low if high is None else high, data, write)


def _bound(name: str, unit: str, value: Decimal, data: _Element, write: Writer) -> None:
    known = part(name)
    one = write.add(data, "quantity", part=known)
    write.texts(one, "name", known.name)
    real(one, write, value, unit_of(unit))
