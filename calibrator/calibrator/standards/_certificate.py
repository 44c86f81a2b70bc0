"""Calibration certificates of standards: their file, their validity, their event."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from calibrator.standards._table import Table

__all__ = [
    "Certificate",
    "CertificateValue",
    "certificate_body",
    "certificate_from_body",
    "parse_certificate",
    "with_document",
]

KINDS = ("specification conformity", "values")
VALUE_KINDS = ("error", "correction", "reference value")
_CERTIFICATE_KEYS = (
    "number",
    "issued",
    "due",
    "laboratory",
    "accreditation",
    "traceability",
    "kind",
    "functions",
    "temperature_c",
    "environment",
    "document",
    "simulated",
    "adjusted",
    "correction",
    "value",
)


_ICE = Decimal("273.15")  # K, at 0 degC

# What this product prints on every simulated document (METROLOGY 8) and writes into its data.
_SIMULATED = (
    rb"SIMULATED",
    rb"calibrator-certificate:SIM-",  # keyword of a PDF, whose text is compressed
    rb'"mode"\s*:\s*"simulated"',
    rb'"simulated"\s*:\s*true',
)


@dataclass(frozen=True, slots=True)
class CertificateValue:
    """One value of a certificate, with what kind of value it is (METROLOGY 10)."""

    function: str
    nominal: Decimal
    unit: str
    range_high: Decimal | None
    frequency_hz: Decimal
    kind: str  # "error", "correction", "reference value"
    value: Decimal
    expanded_uncertainty: Decimal
    coverage_factor: Decimal
    written: str = (
        ""  # value, unit, form of the uncertainty and the uncertainty, as an imported file has them
    )
    nominal_unit: str = ""  # where the nominal value is of another quantity, such as a temperature

    @property
    def correction(self) -> Decimal | None:
        """What is added to the nominal value or the indication; None where that has no meaning."""
        if self.kind == "error":
            return -self.value
        if self.kind == "correction":
            return self.value
        if not self.nominal_unit:
            return self.value - self.nominal
        if {self.unit, self.nominal_unit} != {"K", "degC"}:
            return None
        return self.value - self.nominal + (_ICE if self.unit == "degC" else -_ICE)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The calibration certificate of an asset; due dates are the laboratory's own (METROLOGY 10)."""

    asset: str
    number: str
    issued: date
    due: date
    laboratory: str
    accreditation: str
    traceability: str
    kind: str  # "specification conformity" or "values"
    functions: tuple[str, ...]  # where conformity is shown; empty: every function of the specification
    temperature_c: float | None  # of the calibration
    environment: str
    file_sha256: str  # of the file that it was taken from
    document: str  # the certificate itself, "" where no file was named
    document_sha256: str
    simulated: bool
    values: tuple[CertificateValue, ...] = ()
    imported: str = ""  # everything that an imported file says, as it is written (JSON)
    correction: str = ""  # why a recorded certificate of this number is entered again with other content
    adjusted: bool | None = None  # at this calibration, so that its values are not as found; None: not said

    @property
    def calibrated(self) -> date:
        """The end of the calibration, from which drift counts; the day of issue where it is not known."""
        if not self.imported:
            return self.issued
        ended = str(json.loads(self.imported).get("calibrated", ["", ""])[1])
        try:
            return min(date.fromisoformat(ended[:10]), self.issued)
        except ValueError:
            return self.issued

    def covers(self, function: str) -> bool:
        """Say whether the certificate shows conformity for a function (METROLOGY 10)."""
        return not self.functions or function in self.functions

    def ends_at(self, timezone: tzinfo) -> datetime:
        """Return the end of the due day in the laboratory's time zone (the first moment after it)."""
        following = self.due + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=timezone)

    def valid_at(self, moment: datetime, timezone: tzinfo) -> bool:
        """Say whether the certificate is in force at an aware `moment`."""
        begin = datetime(self.issued.year, self.issued.month, self.issued.day, tzinfo=timezone)
        return begin <= moment < self.ends_at(timezone)


def parse_certificate(table: Table, asset: str, serial: str, digest: str) -> Certificate:
    """Take a `[certificate]` table."""
    table.allow(*_CERTIFICATE_KEYS)
    issued, due = table.day("issued"), table.day("due")
    if due < issued:
        what = f"The certificate is due on {due}, before it was issued on {issued}"
        raise table.error("due", what, "Correct one of the two dates.", "due-before-issued")
    kind = table.choice("kind", KINDS)
    values = tuple(_value(item) for item in table.tables("value"))
    if kind == "values" and not values:
        way_out = 'Add a [[certificate.value]] table for each, or write kind = "specification conformity".'
        raise table.error("kind", "The certificate states values, but none is given", way_out, "no-values")
    number = table.text("number")
    marked = serial.upper().startswith("SIM") or number.upper().startswith("SIM-")
    simulated = table.flag("simulated") or marked
    return Certificate(
        asset,
        number,
        issued,
        due,
        table.text("laboratory"),
        table.text("accreditation", ""),
        table.text("traceability"),
        kind,
        table.texts("functions"),
        table.optional_number("temperature_c", low=-50.0, high=100.0),
        table.text("environment", ""),
        digest,
        table.text("document", ""),
        "",
        simulated,
        values,
        correction=table.text("correction", ""),
        adjusted=table.flag("adjusted") if table.has("adjusted") else None,
    )


def _value(table: Table) -> CertificateValue:
    table.allow("function", "nominal", "unit", "range_high", "frequency_hz", "kind", "value", "U", "k")
    return CertificateValue(
        table.text("function"),
        table.decimal("nominal"),
        table.text("unit"),
        table.decimal("range_high", above=0.0) if table.has("range_high") else None,
        table.decimal("frequency_hz", Decimal(0), low=0.0),
        table.choice("kind", VALUE_KINDS),
        table.decimal("value"),
        table.decimal("U", above=0.0),
        table.decimal("k", above=0.0),
    )


def with_document(table: Table, certificate: Certificate, folder: Path) -> Certificate:
    """Add the hash of the document, which must be there and not a simulated one."""
    path = folder / certificate.document
    try:
        content = path.read_bytes()
    except OSError as error:
        raise table.error(
            "document",
            f'The document "{certificate.document}" cannot be read: {error.strerror or error}',
            "Put it beside this file, or take the key away.",
            "no-such-file",
        ) from error
    if any(re.search(mark, content) for mark in _SIMULATED):
        what = f'The document "{certificate.document}" is marked as simulated'
        way_out = "A simulated document is no certificate; nothing was recorded."
        raise table.error("document", what, way_out, "simulated-standard")
    return replace(certificate, document_sha256=hashlib.sha256(content).hexdigest())


def certificate_from_body(body: Mapping[str, Any]) -> Certificate:
    """Return the certificate of a recorded `certificate.added`."""
    return Certificate(
        str(body["asset"]),
        str(body["number"]),
        date.fromisoformat(body["issued"]),
        date.fromisoformat(body["due"]),
        str(body["laboratory"]),
        str(body["accreditation"]),
        str(body["traceability"]),
        str(body["kind"]),
        tuple(body["functions"]),
        None if body["temperature_c"] is None else float(Decimal(body["temperature_c"])),
        str(body["environment"]),
        str(body["file_sha256"]),
        str(body["document"]),
        str(body["document_sha256"]),
        bool(body["simulated"]),
        tuple(_value_from_body(item) for item in body["values"]),
        str(body.get("imported", "")),
        str(body.get("correction", "")),
        None if body.get("adjusted") is None else bool(body["adjusted"]),
    )


def certificate_body(certificate: Certificate) -> dict[str, Any]:
    """Return a certificate as an event holds it: every number a decimal as text."""
    degrees = certificate.temperature_c
    return {
        "asset": certificate.asset,
        "number": certificate.number,
        "issued": certificate.issued,
        "due": certificate.due,
        "laboratory": certificate.laboratory,
        "accreditation": certificate.accreditation,
        "traceability": certificate.traceability,
        "kind": certificate.kind,
        "functions": certificate.functions,
        "temperature_c": None if degrees is None else repr(degrees),
        "environment": certificate.environment,
        "file_sha256": certificate.file_sha256,
        "document": certificate.document,
        "document_sha256": certificate.document_sha256,
        "simulated": certificate.simulated,
        "values": [_value_body(value) for value in certificate.values],
        **({"imported": certificate.imported} if certificate.imported else {}),
        "correction": certificate.correction,
        **({} if certificate.adjusted is None else {"adjusted": certificate.adjusted}),
    }


def _value_body(value: CertificateValue) -> dict[str, Any]:
    written = {"written": value.written} if value.written else {}
    other = {"nominal_unit": value.nominal_unit} if value.nominal_unit else {}
    return {
        **written,
        **other,
        "function": value.function,
        "nominal": value.nominal,
        "unit": value.unit,
        "range_high": value.range_high,
        "frequency_hz": value.frequency_hz,
        "kind": value.kind,
        "value": value.value,
        "U": value.expanded_uncertainty,
        "k": value.coverage_factor,
    }


def _value_from_body(body: Mapping[str, Any]) -> CertificateValue:
    high = body["range_high"]
    return CertificateValue(
        str(body["function"]),
        Decimal(body["nominal"]),
        str(body["unit"]),
        None if high is None else Decimal(high),
        Decimal(body["frequency_hz"]),
        str(body["kind"]),
        Decimal(body["value"]),
        Decimal(body["U"]),
        Decimal(body["k"]),
        str(body.get("written", "")),
        str(body.get("nominal_unit", "")),
    )
