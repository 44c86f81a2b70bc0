"""Issuing a sealed document: issued as it is, sealed, recorded."""

from __future__ import annotations

import hashlib
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator.certificates._issue import issue
from calibrator.certificates._place import check_place, staged, written
from calibrator.certificates._readback import read_back
from calibrator.certificates.seals._keys import no_key, open_key, refuse_simulated, simulated
from calibrator.certificates.seals._pdf_seal import seal_pdf
from calibrator.certificates.seals._settings import SealSettings
from calibrator.certificates.seals._trust import check_key
from calibrator.certificates.seals._xml_seal import seal_xml
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.certificates._amend import Amending
    from calibrator.certificates.seals._keys import SealKey
    from calibrator.record import Record

__all__ = ["check_sealable", "issue_sealed"]

SEALABLE = ("pdf", "dcc")


def check_sealable(record: Record, run: str, format: str, settings: SealSettings) -> None:
    """Refuse what can never be sealed before anything is issued or anybody asked for a passphrase.

    Raises:
        UsageError: code `not-sealable`, a form other than PDF and DCC.
        RefusedError: a simulated run (`simulated-not-sealed`), or no key (`no-seal-key`).
    """
    if format not in SEALABLE:
        raise UsageError(
            f"a {format.upper()} file cannot be sealed",
            where="--seal",
            way_out="Seal the PDF (PAdES) or the DCC (XAdES).",
            code="not-sealable",
        )
    first = next(iter(record.events(run, kinds={"run.opened"})), None)
    if first is not None and first.body.get("mode") != "live":
        raise simulated()
    if settings.pkcs12 is None and settings.pkcs11_module is None:
        raise no_key(settings)


def issue_sealed(
    record: Record,
    run: str,
    format: str,
    language: str,
    out: Path | None,
    *,
    certificates: Path,
    settings: SealSettings,
    passphrase: str,
    clock: Clock | None = None,
    authorised_by: str | None = None,
    kind: str = "calibration",
    with_uncertainty: bool = False,
    amending: Amending | None = None,
    customer: str | None = None,
    as_evaluated: str | None = None,
) -> Path:
    """Issue the document of a run, write it sealed beside the plain one, and record `certificate.sealed`.

    The plain document stays where `issue` puts it: it renders again to the same bytes, a sealed one never.

    Raises:
        UsageError: code `not-sealable`, a form other than PDF and DCC; else see `issue`.
        RefusedError: no key, a wrong passphrase, a key that was revoked or is not in force, a simulated
            document, no time stamp.
    """
    check_sealable(record, run, format, settings)
    if out is not None:
        check_place(out, format)
    own = clock or RealClock()
    key = open_key(settings, passphrase)
    made: list[bytes] = []

    def seal(content: bytes) -> None:
        refuse_simulated(content)
        made.append(_seal(content, format, key, settings, own))

    try:
        check_key(key, settings, own.now())
        plain = issue(
            record,
            run,
            format,
            language,
            certificates=certificates,
            clock=own,
            authorised_by=authorised_by,
            kind=kind,
            with_uncertainty=with_uncertainty,
            amending=amending,
            customer=customer,
            as_evaluated=as_evaluated,
            before=seal,  # a time stamp that fails must not leave an issued document that nobody sealed
        )
    finally:
        key.close()
    content, sealed = plain.read_bytes(), made[0]
    path = out or plain.with_name(f"{plain.stem}-sealed{plain.suffix}")
    path = path if out is not None else _free(path)
    partial = staged(path, sealed)
    _record_seal(record, read_back(plain).id, run, key, sealed, content, own, format, language, path.name)
    if partial is not None:
        written(partial, path)
    return path


def _seal(content: bytes, format: str, key: SealKey, settings: SealSettings, clock: Clock) -> bytes:
    if format == "dcc":
        return seal_xml(content, key, settings, clock.now())
    name = key.certificate.subject.rfc4514_string()
    return seal_pdf(content, key, settings, name=name, reason="Certificate")


def _free(path: Path) -> Path:
    """Return the first name that is free: sealing again gives other bytes, and nothing is overwritten."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def _record_seal(  # noqa: PLR0917 - what the event holds
    record: Record,
    number: str,
    run: str,
    key: SealKey,
    sealed: bytes,
    plain: bytes,
    clock: Clock,
    format: str,
    language: str,
    file: str,
) -> None:
    from cryptography.hazmat.primitives.hashes import SHA256

    record.append(
        run,
        "certificate.sealed",
        {
            "id": number,
            "format": format,
            "language": language,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "unsealed_sha256": hashlib.sha256(plain).hexdigest(),
            "by": key.certificate.subject.rfc4514_string(),
            "fingerprint": key.certificate.fingerprint(SHA256()).hex(),
            "file": file,
            "at": clock.now().astimezone(UTC).isoformat(),
        },
    )
