"""Whom a certificate leads to, and whether it was revoked: from the files at hand, never over the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from calibrator._errors import RefusedError
from calibrator.certificates.seals._keys import SealKey, certificates, no_extra
from calibrator.certificates.seals._settings import SealSettings, content_of

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import Certificate, CertificateRevocationList
    from pyhanko_certvalidator import ValidationContext

__all__ = ["check_key", "context", "quietly", "stale", "standing"]


@contextmanager
def quietly() -> Iterator[None]:
    """Keep to ourselves what the library logs of a chain that leads nowhere: the report says it."""
    logger = logging.getLogger("pyhanko")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def context(settings: SealSettings, moment: datetime) -> ValidationContext:
    """Return what chains are held against: the roots and revocation lists of seal.toml, at a moment.

    Raises:
        RefusedError: a file of seal.toml cannot be read.
    """
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko_certvalidator import ValidationContext

    roots = [asn1.Certificate.load(c.public_bytes(Encoding.DER)) for c in certificates(settings.trust)]
    others = [asn1.Certificate.load(c.public_bytes(Encoding.DER)) for c in certificates(settings.chain)]
    return ValidationContext(
        trust_roots=roots,
        other_certs=others,
        crls=[_crl(content_of(path, "revocation list")) for path in settings.revoked],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        best_signature_time=moment,
    )


def _crl(content: bytes) -> bytes:
    from asn1crypto import pem

    return bytes(pem.unarmor(content)[2]) if pem.detect(content) else content


def standing(
    certificate: Certificate, above: tuple[Certificate, ...], settings: SealSettings, moment: datetime
) -> str:
    """Say how a certificate stands: `trusted`, `unknown` (no root to hold it against), or what is wrong."""
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

    if is_revoked(certificate, settings):
        return "revoked"
    if not settings.trust:
        return "unknown"
    validator = CertificateValidator(
        asn1.Certificate.load(certificate.public_bytes(Encoding.DER)),
        [asn1.Certificate.load(c.public_bytes(Encoding.DER)) for c in above],
        validation_context=context(settings, moment),
    )
    try:
        asyncio.run(validator.async_validate_path())
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        return f"not trusted: {error}"
    return "trusted"


def is_revoked(certificate: Certificate, settings: SealSettings) -> bool:
    """Say whether a revocation list of seal.toml names the certificate, whoever signed the list.

    Raises:
        RefusedError: code `not-a-revocation-list`.
    """
    return any(
        found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        for _, found in _lists_of(certificate, settings)
    )


def stale(certificate: Certificate, settings: SealSettings, moment: datetime) -> str:
    """Return which revocation list of the signer's authority was out of date at a moment, or nothing.

    A newer list of the same authority stands for an older one (RFC 5280, 5.1.2.5).
    """
    found = [(path, list_.next_update_utc) for path, list_ in _lists_of(certificate, settings)]
    if not found or any(until is None or until >= moment for _, until in found):
        return ""
    path, until = max(found, key=lambda pair: str(pair[1]))
    return (
        f"the revocation list {path.name} was to be replaced by {until:%Y-%m-%d}; whether the key was "
        "revoked since then is not known"
    )


def _lists_of(
    certificate: Certificate, settings: SealSettings
) -> Iterator[tuple[Path, CertificateRevocationList]]:
    from cryptography import x509

    for path in settings.revoked:
        try:
            found = x509.load_der_x509_crl(_crl(content_of(path, "revocation list")))
        except ValueError as error:
            raise RefusedError(
                "it is no certificate revocation list",
                where=str(path),
                way_out="Name a CRL in PEM or DER.",
                code="not-a-revocation-list",
            ) from error
        if found.issuer == certificate.issuer:
            yield path, found


def check_key(key: SealKey, settings: SealSettings, now: datetime) -> None:
    """Refuse a key that may not sign: revoked, not in force, or leading to no root of seal.toml.

    Raises:
        RefusedError: code `key-revoked`, `key-expired`, `revocation-list-stale`, `key-not-trusted`, or
            `no-sign-extra`.
    """
    certificate = key.certificate
    name = certificate.subject.rfc4514_string()

    def refused(what: str, code: str) -> RefusedError:
        return RefusedError(
            f"the key of {name} {what}",
            where=str(settings.path),
            way_out="Seal with a key that is in force; nothing was sealed.",
            code=code,
        )

    try:
        if is_revoked(certificate, settings):
            raise refused("was revoked", "key-revoked")
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise refused("is not in force", "key-expired")
        outdated = stale(certificate, settings, now)
        if outdated:
            raise RefusedError(
                f"the key of {name} cannot be looked up: {outdated}",
                where=str(settings.path),
                way_out="Fetch the authority's present list and name it under revoked; nothing was sealed.",
                code="revocation-list-stale",
            )
        found = standing(certificate, key.chain, settings, now)
    except ImportError as error:
        raise no_extra(error) from error
    if found not in ("trusted", "unknown"):
        raise refused(f"is {found}", "key-not-trusted")
