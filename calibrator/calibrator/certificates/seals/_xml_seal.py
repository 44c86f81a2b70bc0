"""XAdES on a digital calibration certificate: enveloped, over the whole document, default C14N."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from calibrator._errors import UsageError
from calibrator.certificates.dcc._xml import DCC, DS, local, parse, without_signature
from calibrator.certificates.seals._damage import damage
from calibrator.certificates.seals._keys import SealKey, no_extra, refuse_simulated
from calibrator.certificates.seals._report import SealReport
from calibrator.certificates.seals._settings import SealSettings
from calibrator.certificates.seals._timestamp import Stamp, check_stamp, stamp
from calibrator.certificates.seals._trust import context, stale, standing

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from lxml.etree import _Element

__all__ = ["check_xml", "seal_xml"]

XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_N: Final = {"ds": DS, "x": XADES}


@dataclass(frozen=True, slots=True)
class _Duck:
    """Signs as the library asks its own keys to."""

    key: SealKey

    @property
    def key_size(self) -> int:
        return int(self.key.certificate.public_key().key_size)  # type: ignore[union-attr]

    def sign(self, data: bytes, *_: object, **__: object) -> bytes:
        return self.key.sign(data)


def seal_xml(content: bytes, key: SealKey, settings: SealSettings, now: datetime) -> bytes:
    """Return the document with a XAdES signature, and a time stamp where an authority is configured.

    Raises:
        RefusedError: code `no-sign-extra`, `timestamp-failed`.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric import rsa
        from lxml import etree
        from signxml.algorithms import CanonicalizationMethod, SignatureMethod
        from signxml.xades.xades import XAdESSigner
    except ImportError as error:
        raise no_extra(error) from error

    class Signer(XAdESSigner):
        """Takes the time that is handed in."""

        def add_signing_time(self, parent: _Element, sig_root: object, signing_settings: object) -> None:
            """Add the time of sealing."""
            made = etree.SubElement(parent, f"{{{XADES}}}SigningTime")
            made.text = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    is_rsa = isinstance(key.certificate.public_key(), rsa.RSAPublicKey)
    signer = Signer(
        signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm="sha256",
        # exclusive C14N verifies nowhere
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    refuse_simulated(content)
    root = parse(content, "the certificate")
    # the library asks nothing of a key but `sign` and `key_size`
    own: Any = _Duck(key)
    signed = signer.sign(root, key=own, cert=[key.certificate, *key.chain], always_add_key_value=False)
    if settings.timestamp:
        _add_stamp(signed, settings.timestamp)
    return bytes(etree.tostring(signed.getroottree(), xml_declaration=True, encoding="UTF-8"))


def _value_bytes(signature: _Element, way: str = C14N) -> bytes:
    """Return what a time stamp is of: the canonical bytes of the signature value, by the way it names."""
    from lxml import etree

    value, exclusive = signature.find("ds:SignatureValue", _N), "exc-c14n" in way
    if value is None:
        return b""
    return bytes(etree.tostring(value, method="c14n", with_comments=False, exclusive=exclusive))


def _add_stamp(root: _Element, url: str) -> None:
    from hashlib import sha256

    from lxml import etree

    signature = root.find("ds:Signature", _N)
    properties = None if signature is None else signature.find(".//x:QualifyingProperties", _N)
    if signature is None or properties is None:
        raise TypeError("the signature has no qualifying properties")
    token = stamp(url, sha256(_value_bytes(signature)).digest())
    unsigned = etree.SubElement(properties, f"{{{XADES}}}UnsignedProperties")
    inner = etree.SubElement(unsigned, f"{{{XADES}}}UnsignedSignatureProperties")
    made = etree.SubElement(inner, f"{{{XADES}}}SignatureTimeStamp")
    etree.SubElement(made, f"{{{DS}}}CanonicalizationMethod", Algorithm=C14N)
    etree.SubElement(made, f"{{{XADES}}}EncapsulatedTimeStamp").text = base64.b64encode(token).decode()


def check_xml(content: bytes, where: str, settings: SealSettings, now: datetime) -> tuple[SealReport, ...]:
    """Return what the signatures of a document say, none where it has none; offline.

    Only a signature that is a child of the root and is of the whole document counts as one.

    Raises:
        UsageError: no sound XML; code `wrapped-signature` for one that stands elsewhere.
        RefusedError: code `no-sign-extra`.
    """
    root = parse(content, where)
    signatures = root.findall("ds:Signature", _N)
    every = list(root.iter(f"{{{DS}}}Signature"))
    if len(every) != len(signatures) or len(signatures) > 1:
        raise UsageError(
            f"it holds {len(every)} signatures, not one of the whole document",
            where=where,
            way_out="Ask the laboratory for a certificate with one signature.",
            code="wrapped-signature",
        )
    if signatures and _beside(root):
        what = "a comment or an instruction stands outside the certificate itself, where no seal is checked"
        return (SealReport(False, what),)
    return tuple(_report(root, signature, settings, now) for signature in signatures)


def _beside(root: _Element) -> bool:
    """Say whether anything beside the root speaks against the document.

    The library signs the root alone. An instruction may bring a style sheet that shows other figures, and
    canonical XML of a document holds it. Comments are in neither and nothing reads them, and others write
    them there; a document made here has none, so that one was added to it.
    """
    from lxml import etree

    made_here = root.find(f"{{{DCC}}}comment/{{urn:calibrator:dcc}}note") is not None
    kinds = (etree.ProcessingInstruction, etree.Comment) if made_here else (etree.ProcessingInstruction,)
    return any(True for before in (True, False) for _ in root.itersiblings(*kinds, preceding=before))


def _report(root: _Element, signature: _Element, settings: SealSettings, now: datetime) -> SealReport:
    try:
        from cryptography import x509
        from lxml.etree import LxmlError
        from signxml.exceptions import SignXMLException
    except ImportError as error:
        raise no_extra(error) from error
    try:
        encoded = [e.text or "" for e in signature.iterfind("ds:KeyInfo/ds:X509Data/ds:X509Certificate", _N)]
        chain = tuple(x509.load_der_x509_certificate(base64.b64decode(text)) for text in encoded)
        if not chain:
            return SealReport(False, "the signature names no certificate")
        _verify(root, signature, chain[0])
        return _told(signature, chain, settings, now)
    except damage(SignXMLException, LxmlError) as error:
        # a flipped bit may also make the signature itself something that its schema does not know
        return SealReport(False, f"the signature does not agree: {error or type(error).__name__}")


def _verify(root: _Element, signature: _Element, certificate: Certificate) -> None:
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    references = signature.findall("ds:SignedInfo/ds:Reference", _N)
    whole = [r for r in references if r.get("URI") == ""]
    if len(whole) != 1:
        raise ValueError("it is not of the whole document")
    kinds = [t.get("Algorithm", "") for t in whole[0].iterfind("ds:Transforms/ds:Transform", _N)]
    odd = [kind for kind in kinds if "enveloped-signature" not in kind and "c14n" not in kind]
    if odd:
        raise ValueError(f"the transform {odd[0]} may leave parts of the document out")
    config = SignatureConfiguration(
        expect_references=True, location="./", verification_time=certificate.not_valid_before_utc
    )
    found = XMLVerifier().verify(root, x509_cert=certificate, expect_config=config)
    results = found if isinstance(found, list) else [found]
    signed = results[references.index(whole[0])].signed_data
    if _canonical(without_signature(parse(signed, "what was signed"))) != _canonical(without_signature(root)):
        raise ValueError("what was signed is not what stands in the document")


def _canonical(root: _Element) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, method="c14n", exclusive=True, with_comments=False))


def _told(
    signature: _Element, chain: tuple[Certificate, ...], settings: SealSettings, now: datetime
) -> SealReport:
    from cryptography.hazmat.primitives.hashes import SHA256

    said = signature.findtext(".//x:SignedSignatureProperties/x:SigningTime", namespaces=_N)
    sealed_at = None if not said else datetime.fromisoformat(said.strip())
    found = _stamp(signature, settings, now)
    known: dict[str, Any] = {
        "by": chain[0].subject.rfc4514_string(),
        "fingerprint": chain[0].fingerprint(SHA256()).hex(),
        "sealed_at": sealed_at,
    }
    if found is not None and not found.intact:
        return SealReport(False, "the time stamp is not of this signature", **known)
    if found is not None:
        known |= {"stamped_at": found.at, "stamped_by": found.by}
    trusted_at = found.at if found is not None and found.trusted else now
    known["remark"] = stale(chain[0], settings, trusted_at)
    return SealReport(True, standing=standing(chain[0], chain[1:], settings, trusted_at), **known)


def _stamp(signature: _Element, settings: SealSettings, now: datetime) -> Stamp | None:
    made = signature.find(".//x:SignatureTimeStamp", _N)
    token = None if made is None else made.findtext("x:EncapsulatedTimeStamp", namespaces=_N)
    if made is None or not token:
        return None
    method = made.find("ds:CanonicalizationMethod", _N)
    stamped = _value_bytes(signature, C14N if method is None else method.get("Algorithm", C14N))
    try:
        return check_stamp(base64.b64decode(token), stamped, context(settings, now))
    except (ValueError, binascii.Error):
        return Stamp(now, "", intact=False, trusted=False)


def has_seal(content: bytes, where: str) -> bool:
    """Say whether a document carries a signature at all."""
    return any(local(element) == "Signature" for element in parse(content, where).iter(f"{{{DS}}}*"))
