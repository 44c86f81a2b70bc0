"""Assets and their certificates: what `calibrator standards add FILE.toml` takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from calibrator.standards._certificate import Certificate, parse_certificate, with_document
from calibrator.standards._instrument import BenchInstrument, Customer, parse_customer
from calibrator.standards._table import Table, read_text

__all__ = ["AssetFile", "parse_asset_file", "parse_bench_asset"]

ROLES = ("standard", "uut", "artefact", "sensor", "check standard")
_ASSET_KEYS = (
    *("asset", "model", "manufacturer", "serial", "options", "role", "note", "customer", "certificate"),
)


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A physical instrument or artefact, with its certificate where it has one."""

    asset: str
    model: str
    manufacturer: str
    serial: str
    options: tuple[str, ...]
    role: str  # one of ROLES
    note: str
    certificate: Certificate | None
    file: str
    sha256: str  # of the file
    customer: Customer | None = None
    text: str = field(default="", repr=False, compare=False)  # of the file, to say where a key stands

    @property
    def simulated(self) -> bool:
        """Whether the unit or its certificate is simulated (METROLOGY 8)."""
        certificate = self.certificate
        return self.serial.startswith("SIM") or (certificate is not None and certificate.simulated)


def parse_asset_file(path: Path) -> AssetFile:
    """Take a file for `standards add`: an asset of the laboratory, never a simulated one.

    Raises:
        ConfigurationError: with file, line and key; code `simulated-standard` for what is simulated.
    """
    text = read_text(path, "asset file")
    table = Table.parse(text, str(path))
    table.allow(*_ASSET_KEYS)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    found = _asset(table, table.text("asset"), table.text("model"), table.text("serial"), digest)
    _refuse_simulated(table, found)
    if found.certificate is not None and found.certificate.document:
        certificate = with_document(table.table("certificate"), found.certificate, path.parent)
        return replace(found, certificate=certificate)
    return found


def parse_bench_asset(name: str, table: Table, instrument: BenchInstrument | None) -> AssetFile:
    """Take an `[assets.NAME]` table of a simulated bench, whose instrument must agree."""
    table.allow(*(key for key in _ASSET_KEYS if key != "asset"))
    if instrument is None:
        way_out = "Give the asset's id to an instrument of this bench, or take the table away."
        raise table.error(
            None, f'No instrument of this bench is the asset "{name}"', way_out, "unknown-asset"
        )
    for key, value in (("model", instrument.model), ("serial", instrument.serial)):
        if value and table.text(key, value) != value:
            what = f'The asset "{name}" has another {key} than its instrument "{instrument.name}" ({value})'
            raise table.error(key, what, "Write the same in both places.", "asset-differs")
    model, serial = table.text("model", instrument.model), table.text("serial", instrument.serial)
    digest = hashlib.sha256(table.file.text.encode("utf-8")).hexdigest()
    return _asset(table, name, model, serial, digest)


def _asset(table: Table, name: str, model: str, serial: str, digest: str) -> AssetFile:
    certificate = None
    if table.has("certificate"):
        certificate = parse_certificate(table.table("certificate"), name, serial, digest)
    role = table.choice("role", ROLES)
    if role in ("standard", "sensor") and certificate is None:
        raise table.error(
            "certificate",
            f'The {role} "{name}" has no certificate',
            "Add a [certificate] table with number, issued, due, laboratory and traceability.",
            "no-certificate",
        )
    return AssetFile(
        name,
        model,
        table.text("manufacturer"),
        serial,
        table.texts("options"),
        role,
        table.text("note", ""),
        certificate,
        table.file.name,
        digest,
        parse_customer(table),
        table.file.text,
    )


def _refuse_simulated(table: Table, found: AssetFile) -> None:
    """A simulated document is no certificate of a live bench's standard (METROLOGY 8)."""
    way_out = "Simulated assets stand in [assets] of a simulated bench file; nothing was recorded."
    if found.serial.startswith("SIM"):
        what = f'The serial "{found.serial}" is that of a simulated unit'
        raise table.error("serial", what, way_out, "simulated-standard")
    if found.certificate is not None and found.certificate.simulated:
        what = f'The certificate "{found.certificate.number}" is simulated'
        inner = table.table("certificate")
        key = "simulated" if inner.flag("simulated") else "number"
        raise inner.error(key, what, way_out, "simulated-standard")
