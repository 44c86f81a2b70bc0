"""The administrative data of a digital calibration certificate, from the certificate model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.certificates._alongside import in_place
from calibrator.certificates._model import Certificate, Person
from calibrator.certificates._statements import name_text
from calibrator.certificates._view import local_day
from calibrator.certificates.dcc._declarations import statements
from calibrator.certificates.dcc._words import definition
from calibrator.certificates.dcc._xml import Writer
from calibrator.procedure import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["administrative", "define_ref_types"]

NOWHERE = "ZZ"  # ISO 3166-1, reserved for the user: a simulated laboratory stands in no country


def administrative(model: Certificate, parent: _Element, write: Writer) -> _Element:
    """Add the administrative data: software, core data, item, laboratory, persons, customer, statements."""
    data = write.add(parent, "administrativeData")
    _software(model, data, write)
    _core(model, data, write)
    _items(model, data, write)
    _laboratory(model, data, write)
    _persons(model, data, write)
    _customer(model, data, write)
    statements(model, data, write)
    return data


def define_ref_types(data: _Element, write: Writer) -> None:
    """Define the refTypes of our own that the document uses, where the schema wants them."""
    if not write.own:
        return
    namespace, link, release = definition()
    made = write.add(data, "refTypeDefinitions")
    data.remove(made)
    data.insert(1, made)
    for part in write.own.values():
        one = write.add(made, "refTypeDefinition")
        write.texts(one, "name", part.name)
        write.add(one, "namespace", namespace)
        write.add(one, "link", link)
        write.add(one, "release", release)
        write.add(one, "value", part.ref)


def country(model: Certificate) -> str:
    """Return the country of the laboratory; that of a simulated one is nowhere."""
    return model.laboratory.country or NOWHERE


def _software(model: Certificate, data: _Element, write: Writer) -> None:
    listed = write.add(data, "dccSoftware")
    for name, release in model.versions or (("calibrator", "–"),):
        one = write.add(listed, "software")
        write.plain(one, "name", name)
        write.add(one, "release", release or "–")
        write.add(one, "type", "application" if name == "calibrator" else "library")


def _core(model: Certificate, data: _Element, write: Writer) -> None:
    core = write.add(data, "coreData")
    write.add(core, "countryCodeISO3166_1", country(model))
    for language in write.languages:
        write.add(core, "usedLangCodeISO639_1", language)
    for language in write.languages:
        write.add(core, "mandatoryLangCodeISO639_1", language)
    write.add(core, "uniqueIdentifier", model.id)
    identified = write.add(core, "identifications")
    _identification(identified, write, "calibrationLaboratory", model.digest.run, Text("Run", "运行"))
    write.add(core, "beginPerformanceDate", local_day(model, model.began_at))
    write.add(core, "endPerformanceDate", local_day(model, model.ended_at))
    write.add(
        core,
        "performanceLocation",
        "customer" if in_place(model) else "other" if model.laboratory.place else "laboratory",
    )
    write.add(core, "issueDate", local_day(model, model.issued_at))
    if model.amends is not None:
        changed = write.add(core, "reportAmendedSubstituted")
        write.add(changed, "typeOfChange", "amended")
        write.add(changed, "replacedUniqueIdentifier", model.amends.former)
        previous = write.add(core, "previousReport")
        write.texts(previous, "referral", Text("Certificate that this one replaces", "被本证书替代的证书"))
        write.add(previous, "referralID", model.amends.former)
        write.add(previous, "procedure", "SHA-256")
        write.add(previous, "value", model.amends.former_sha256)


def _identification(parent: _Element, write: Writer, issuer: str, value: str, name: Text) -> None:
    one = write.add(parent, "identification")
    write.add(one, "issuer", issuer)
    write.add(one, "value", value)
    write.texts(one, "name", name)


def _items(model: Certificate, data: _Element, write: Writer) -> None:
    item = model.item
    one = write.add(write.add(data, "items"), "item")
    write.plain(one, "name", f"{item.manufacturer} {item.model}")
    if model.customer is not None and not model.customer.own:
        _contact(write.add(one, "owner"), write, model.customer.name, model.customer.address, "")
    if item.firmware:
        software = write.add(write.add(one, "installedSoftwares"), "software")
        write.texts(software, "name", Text("Firmware", "固件"))
        write.add(software, "release", item.firmware)
        write.add(software, "type", "firmware")
    if item.manufacturer:
        write.plain(write.add(one, "manufacturer"), "name", item.manufacturer)
    if item.model:
        write.add(one, "model", item.model)
    known = write.add(one, "identifications")
    serial = Text("Serial number", "出厂编号")
    if item.serial:
        _identification(known, write, "manufacturer", item.serial, serial)
    asset = Text("Asset", "资产编号")
    _identification(known, write, "calibrationLaboratory", item.asset or "–", asset)


def _laboratory(model: Certificate, data: _Element, write: Writer) -> None:
    own = write.add(data, "calibrationLaboratory")
    if model.laboratory.accreditation:
        write.add(own, "calibrationLaboratoryCode", model.laboratory.accreditation)
    contact = write.add(own, "contact")
    _contact(contact, write, model.laboratory.name, model.laboratory.address, country(model))


def _contact(parent: _Element, write: Writer, name: str, address: str, country_code: str) -> None:
    write.plain(parent, "name", name)
    location = write.add(parent, "location")
    if country_code:
        write.add(location, "countryCode", country_code)
    if address or not country_code:
        write.plain(location, "further", address)


def _persons(model: Certificate, data: _Element, write: Writer) -> None:
    listed = write.add(data, "respPersons")
    authorised = [(person, "authoriser", True) for person in model.authorised_by]
    for person, role, main in [
        *authorised,
        *((check.by, "checker", False) for check in model.checked_by or ()),
        *((person, "calibrated", False) for person in model.performed_by),
    ]:
        _person(listed, write, person, role, main=main)
    if len(listed) == 0:  # a simulated run needs nobody; the schema wants a name
        one = write.add(listed, "respPerson")
        write.texts(write.add(one, "person"), "name", Text("nobody is named", "未指明人员"))


def _person(listed: _Element, write: Writer, person: Person, role: str, *, main: bool) -> None:
    one = write.add(listed, "respPerson")
    write.texts(write.add(one, "person"), "name", name_text(person))
    write.add(one, "role", role)
    if main:
        write.add(one, "mainSigner", "true")


def _customer(model: Certificate, data: _Element, write: Writer) -> None:
    own, customer = write.add(data, "customer"), model.customer
    if customer is not None and not customer.own:
        _contact(own, write, customer.name, customer.address, "")
    else:
        _contact(own, write, model.laboratory.name, model.laboratory.address, country(model))
