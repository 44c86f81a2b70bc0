"""PAdES on the PDF: one certifying signature over the whole file, added as a revision of its own."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from calibrator.certificates.seals._damage import damage
from calibrator.certificates.seals._keys import SealKey, no_extra, refuse_simulated
from calibrator.certificates.seals._report import SealReport
from calibrator.certificates.seals._settings import SealSettings
from calibrator.certificates.seals._timestamp import stamper
from calibrator.certificates.seals._trust import context, stale, standing

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

__all__ = ["check_pdf", "seal_pdf", "unsealed_pdf"]

FIELD = "CalibratorSeal"


def seal_pdf(content: bytes, key: SealKey, settings: SealSettings, *, name: str, reason: str) -> bytes:
    """Return the PDF with a PAdES signature, and a time stamp where an authority is configured.

    Raises:
        RefusedError: code `no-sign-extra`, `timestamp-failed`.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
    except ImportError as error:
        raise no_extra(error) from error

    class Revision(IncrementalPdfFileWriter):
        """Leaves the document's own metadata as it stands.

        The library would write it anew, in a form in which the description of the PDF/UA mark that PDF/A asks
        for is no longer understood.
        """

        def _update_meta(self) -> None:
            """Update nothing: the signature has a time of its own."""

    refuse_simulated(content)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    # PDF/UA wants an unseen field outside the page or hidden, and PDF/A forbids a hidden one
    unseen = fields.InvisSigSettings(box_out_of_bounds=True)
    place = fields.SigFieldSpec(
        FIELD, on_page=-1, invis_sig_settings=unseen, readable_field_name="Seal of the laboratory"
    )
    out = io.BytesIO()
    signers.PdfSigner(
        metadata,
        _signer(key),
        timestamper=stamper(settings.timestamp) if settings.timestamp else None,
        new_field_spec=place,
    ).sign_pdf(Revision(io.BytesIO(content)), output=out)
    return out.getvalue()


def _signer(key: SealKey) -> Signer:
    from asn1crypto import x509 as asn1
    from asn1crypto.algos import SignedDigestAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    def converted(certificate: Certificate) -> asn1.Certificate:
        return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))

    class Sealing(Signer):
        """Lets the key sign, wherever it lies."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(512) if dry_run else key.sign(data)

    is_rsa = isinstance(key.certificate.public_key(), rsa.RSAPublicKey)
    mechanism = SignedDigestAlgorithm({"algorithm": "sha256_rsa" if is_rsa else "sha256_ecdsa"})
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([converted(certificate) for certificate in key.chain])
    return Sealing(
        signing_cert=converted(key.certificate), cert_registry=store, signature_mechanism=mechanism
    )


def check_pdf(content: bytes, settings: SealSettings, now: datetime) -> tuple[SealReport, ...]:
    """Return what the signatures of a PDF say, none where it has none; offline.

    Raises:
        RefusedError: code `no-sign-extra`.
    """
    if b"/ByteRange" not in content:
        return ()
    try:
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.pdf_utils.reader import PdfFileReader
    except ImportError as error:
        raise no_extra(error) from error
    try:
        reader = PdfFileReader(io.BytesIO(content))
        found = tuple(_report(signature, settings, now) for signature in reader.embedded_signatures)
    except damage(PdfError) as error:
        return (SealReport(False, f"the PDF is damaged: {type(error).__name__} {error}".rstrip()),)
    return found or (SealReport(False, "the PDF has lost its signature field"),)


def _report(signature: EmbeddedPdfSignature, settings: SealSettings, now: datetime) -> SealReport:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        status = validate_pdf_signature(signature, signer_validation_context=context(settings, now))
    except (SignatureValidationError, ValueError) as error:
        return SealReport(False, f"the signature does not agree: {error}")
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    above = tuple(x509.load_der_x509_certificate(c.dump()) for c in signature.other_embedded_certs)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    problem = (
        ("" if status.intact and status.valid else "what was sealed is not what stands there")
        or ("" if whole else "something was added after it was sealed")
        or _around(signature)
    )
    stamped = status.timestamp_validity
    if stamped is not None and not (stamped.intact and stamped.valid):
        problem = problem or "the time stamp is not of this signature"
    moment = stamped.timestamp if stamped is not None and stamped.trusted else now
    return SealReport(
        intact=not problem,
        problem=problem,
        by=certificate.subject.rfc4514_string(),
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        sealed_at=status.signer_reported_dt,
        stamped_at=stamped.timestamp if stamped is not None else None,
        stamped_by=stamped.signing_cert.subject.human_friendly if stamped is not None else "",
        standing=standing(certificate, above, settings, moment),
        remark=stale(certificate, settings, moment),
    )


def _around(signature: EmbeddedPdfSignature) -> str:
    """Say what stands in the room of the signature that is neither the signature nor empty, "" for nothing.

    No signature signs these bytes (ISO 32000-1, 12.8.1): the hexadecimal text and zeros behind the signature.
    """
    from asn1crypto import parser

    held, (_, first, second, _) = bytes(signature.pkcs7_content), map(int, signature.byte_range)
    stream = signature.reader.stream
    stream.seek(first)
    written = bytes(stream.read(second - first))
    digits = written.strip(b"\0\t\n\f\r ")
    if digits not in (f"<{held.hex()}>".encode(), f"<{held.hex().upper()}>".encode()):
        return "the text of the signature was altered where it is not signed"
    if held[parser.peek(held) :].strip(b"\0"):
        return "something stands behind the signature, in the room that is left for it"
    return ""


def unsealed_pdf(content: bytes) -> bytes:
    """Return the PDF as it was before it was sealed, byte for byte; the whole file where it was not."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"/ByteRange" not in content:
        return content
    try:
        reader: PdfFileReader = PdfFileReader(io.BytesIO(content))
        if not reader.embedded_signatures or reader.xrefs.total_revisions < 2:
            return content
    except damage(PdfError):
        return content
    # the revision of the seal is everything after the end mark of the one before
    ends = [place + len(b"%%EOF") for place in _places(content, b"%%EOF")]
    return content[: ends[0]] if ends else content


def _places(content: bytes, mark: bytes) -> list[int]:
    found, place = [], content.find(mark)
    while place >= 0:
        found.append(place)
        place = content.find(mark, place + 1)
    return found
