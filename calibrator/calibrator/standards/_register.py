"""Assets, certificates and confirmations over the record's register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from calibrator._errors import ConfigurationError
from calibrator.standards._certificate import Certificate, certificate_body, certificate_from_body
from calibrator.standards._confirmation import Confirmation, confirmation_body, confirmation_from_body
from calibrator.standards._instrument import Customer
from calibrator.standards._lines import place_of

if TYPE_CHECKING:
    from calibrator.record import Event, Record
    from calibrator.standards._asset import AssetFile

__all__ = ["Asset", "Register"]

_ASK = "Ask the laboratory which of the two holds."  # of a digital certificate, which nobody here corrects
# Somewhere on Earth it is already this much later by the calendar.
EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Asset:
    """A physical instrument or artefact of the laboratory, as last recorded."""

    asset: str
    model: str
    manufacturer: str
    serial: str
    options: tuple[str, ...]
    role: str  # "standard", "uut", "artefact", "sensor", "check standard"
    note: str
    customer: Customer | None = None
    certificate: Certificate | None = None  # the newest by date of issue


class Register:
    """The laboratory's assets; each change is an event of the register stream."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def add(
        self, file: AssetFile, person: str, known_by: Mapping[str, str] | None = None
    ) -> tuple[Event, ...]:
        """Record an asset and its certificate, as the file of `standards add` has them.

        What is recorded already is not recorded again. `known_by` is how the person was known: "identified",
        and "secret" with the id of the hash of their secret.

        Raises:
            ConfigurationError: the asset or certificate is simulated (METROLOGY 8), the asset's id belongs
                to another instrument, the certificate is of a day to come, or its number is recorded with
                other content and no `correction` says why.
            StorageError: the record cannot be written.
        """
        self._check(file)
        written, who = [], {"person": person, **(known_by or {})}
        body = _asset_body(file) | {"file_sha256": file.sha256} | who
        known = self.asset(file.asset)
        if known is None or replace(known, certificate=None) != _asset(body):
            written.append(self._record.append("register", "asset.added", body))
        certificate = file.certificate
        if certificate is not None and not self._recorded(file, certificate):
            details = certificate_body(certificate) | who
            written.append(self._record.append("register", "certificate.added", details))
        return tuple(written)

    def last_secret(self, person: str) -> str:
        """Return the id of the hash by which a person was known who last changed the register, or ""."""
        events = list(self._record.events("register", kinds={"asset.added", "certificate.added"}))
        own = (event.body for event in reversed(events) if event.body.get("person") == person)
        return next((str(body["secret"]) for body in own if body.get("secret")), "")

    def _recorded(self, file: AssetFile, certificate: Certificate) -> bool:
        """Say whether the certificate is recorded as it is; the file around it may have changed."""
        before = next((c for c in self.certificates(file.asset) if c.number == certificate.number), None)
        return before is not None and _content(before) == _content(certificate)

    def _check_certificate(self, file: AssetFile, certificate: Certificate) -> None:
        if certificate.issued > (self._record.now() + EARLIEST_ZONE).date():
            raise ConfigurationError(
                f"The certificate {certificate.number} is issued on {certificate.issued}, a day to come",
                where=place_of(file.text, file.file, "certificate.issued"),
                way_out="Correct the date, or the clock of this machine; nothing was recorded.",
                code="issued-in-future",
            )
        known = {item.number: item for item in self.certificates(file.asset)}
        before = known.get(certificate.number)
        if before is None or _content(before) == _content(certificate):
            return
        # of a digital certificate only what is stated here of it can have been wrong
        ours = bool(file.text) or before.file_sha256 == certificate.file_sha256
        if not (ours and certificate.correction):
            way_out = f"A new certificate has a number of its own. {_wrong(file, ours=ours)}"
            raise ConfigurationError(
                f"The certificate {certificate.number} of {file.asset} is recorded with another"
                f" {_difference(before, certificate)}",
                where=place_of(file.text, file.file, "certificate.number"),
                way_out=f"{way_out} Nothing was recorded.",
                code="certificate-differs",
            )

    def _check(self, file: AssetFile) -> None:
        if file.certificate is not None:
            self._check_certificate(file, file.certificate)
        if file.simulated:
            raise ConfigurationError(
                f'The asset "{file.asset}" or its certificate is simulated',
                where=file.file,
                way_out="Simulated assets stand in [assets] of a simulated bench file; nothing was recorded.",
                code="simulated-standard",
            )
        known = self.asset(file.asset)
        if known is not None and (known.model, known.serial) != (file.model, file.serial):
            raise ConfigurationError(
                f'The asset "{file.asset}" is {known.model} serial {known.serial} in the register, '
                f"not {file.model} serial {file.serial}",
                where=f"{file.file}, key asset",
                way_out="Give another instrument an id of its own; nothing was recorded.",
                code="asset-differs",
            )

    def assets(self) -> tuple[Asset, ...]:
        """Return all assets by id, each with its newest certificate."""
        newest = {item.asset: item for item in self.certificates()}
        bodies = (json.loads(body) for body in self._record.asset_bodies())
        return tuple(replace(_asset(body), certificate=newest.get(body["asset"])) for body in bodies)

    def asset(self, asset: str) -> Asset | None:
        """Return an asset by id, None where there is none."""
        return next((item for item in self.assets() if item.asset == asset), None)

    def certificates(self, asset: str | None = None) -> tuple[Certificate, ...]:
        """Return the certificates of an asset, or of all, the oldest first."""
        bodies = (json.loads(body) for body in self._record.certificate_bodies(asset))
        return tuple(certificate_from_body(body) for body in bodies)

    def certificate_for(self, asset: str, on_date: date) -> Certificate | None:
        """Return the newest certificate of an asset issued by `on_date`, whether it is still in force or not.

        `Certificate.valid_at` says whether it is.
        """
        issued = [item for item in self.certificates(asset) if item.issued <= on_date]
        return issued[-1] if issued else None

    def confirm(self, confirmation: Confirmation) -> Event:
        """Record that a named person has held a figure against its document (METROLOGY 9)."""
        return self._record.append("register", "figure.confirmed", confirmation_body(confirmation))

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return the recorded confirmations, the oldest first."""
        events = self._record.events("register", kinds={"figure.confirmed"})
        return tuple(confirmation_from_body(event.body) for event in events)


def _content(certificate: Certificate) -> Certificate:
    """Return what a certificate says, whatever file it was taken from."""
    return replace(certificate, file_sha256="", correction="")


def _wrong(file: AssetFile, *, ours: bool) -> str:
    """Return the way out of an entry that may have been wrong."""
    if not ours:
        return _ASK
    how = 'correction = "…" under [certificate]' if file.text else "--reason correction=TEXT"
    return f"Where the entry was wrong, say why: {how}."


def _difference(before: Certificate, now: Certificate) -> str:
    """Return the first key that differs, with what was recorded."""
    old, new = certificate_body(_content(before)), certificate_body(_content(now))
    key = next(key for key in {**old, **new} if old.get(key) != new.get(key))
    told = old.get(key) if key != "imported" else None
    return f"{key} ({told})" if isinstance(told, (str, date)) else key


def _asset_body(file: AssetFile) -> dict[str, Any]:
    return {
        "asset": file.asset,
        "model": file.model,
        "manufacturer": file.manufacturer,
        "serial": file.serial,
        "options": list(file.options),
        "role": file.role,
        "note": file.note,
        "customer": None if file.customer is None else file.customer.as_body(),
    }


def _asset(body: Mapping[str, Any]) -> Asset:
    return Asset(
        str(body["asset"]),
        str(body["model"]),
        str(body["manufacturer"]),
        str(body["serial"]),
        tuple(body["options"]),
        str(body["role"]),
        str(body["note"]),
        Customer(**body["customer"]) if body.get("customer") else None,
    )
