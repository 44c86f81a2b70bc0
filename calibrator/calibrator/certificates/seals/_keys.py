"""Keys behind one interface: a PKCS#12 file, or a PKCS#11 token that never gives its key away."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from calibrator._errors import RefusedError
from calibrator.certificates.seals._settings import SealSettings, content_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509 import Certificate

__all__ = ["SealKey", "certificates", "no_extra", "open_key", "refuse_simulated"]


class SealKey(Protocol):
    """A key that signs, with its certificate."""

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key."""
        ...

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificates above it, nearest first; without the root where that is not sent along."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature over SHA-256 of `data`: PKCS#1 v1.5 of an RSA key, DER of an ECDSA key."""
        ...

    def close(self) -> None:
        """End the session of a token."""
        ...


def open_key(settings: SealSettings, passphrase: str) -> SealKey:
    """Open the key that `seal.toml` names.

    Raises:
        RefusedError: code `no-seal-key`, `wrong-passphrase`, `seal-file-missing`, `key-kind`,
            `no-sign-extra`, or `token-failed`.
    """
    if settings.pkcs12 is not None:
        return _pkcs12(settings, passphrase)
    if settings.pkcs11_module is not None:
        return _pkcs11(settings, passphrase)
    raise no_key(settings)


def no_key(settings: SealSettings) -> RefusedError:
    """Return the refusal where `seal.toml` names no key."""
    return RefusedError(
        "there is no key to seal with",
        where=str(settings.path),
        way_out='Write pkcs12 = "laboratory.p12" into seal.toml of the home, or a [pkcs11] table.',
        code="no-seal-key",
    )


def refuse_simulated(content: bytes) -> None:
    """Refuse to seal a simulated document, whoever asks (METROLOGY 8).

    Raises:
        RefusedError: code `simulated-not-sealed`.
    """
    if b"calibrator-certificate:SIM-" in content or b"calibrator_simulated" in content:
        raise simulated()


def simulated() -> RefusedError:
    """Return the refusal to seal what is simulated."""
    return RefusedError(
        "a simulated document is never sealed",
        where="--seal",
        way_out="Leave --seal out; the document says on every page that it is no certificate.",
        code="simulated-not-sealed",
    )


def no_extra(error: ImportError, extra: str = "sign") -> RefusedError:
    """Return the refusal for a package that is not installed."""
    return RefusedError(
        f"the package {error.name} is not installed",
        where=f"extra {extra}",
        way_out=f"Install it: pip install calibrator-lab[{extra}].",
        code="no-sign-extra",
    )


@dataclass(frozen=True, slots=True)
class _FileKey:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: Certificate
    chain: tuple[Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding

        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def close(self) -> None:
        """A file needs no closing."""


def _pkcs12(settings: SealSettings, passphrase: str) -> SealKey:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.hazmat.primitives.serialization import pkcs12
    except ImportError as error:
        raise no_extra(error) from error
    path = settings.pkcs12
    if path is None:
        raise TypeError("no PKCS#12 file is named")
    content = content_of(path, "key file")
    try:
        key, certificate, above = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except ValueError as error:
        raise RefusedError(
            "the key file does not open with this passphrase",
            where=str(path),
            way_out="Type the passphrase again; it is asked for, or taken from CALIBRATOR_SEAL_PASSPHRASE.",
            code="wrong-passphrase",
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or certificate is None:
        raise RefusedError(
            "the key file holds no RSA or ECDSA key with its certificate",
            where=str(path),
            way_out="Export key and certificate together.",
            code="key-kind",
        )
    return _FileKey(key, certificate, (*above, *certificates(settings.chain)))


def certificates(paths: tuple[object, ...]) -> tuple[Certificate, ...]:
    """Return the certificates of PEM or DER files.

    Raises:
        RefusedError: code `not-a-certificate-file` or `seal-file-missing`.
    """
    from pathlib import Path

    from cryptography import x509

    found: list[Certificate] = []
    for path in paths:
        content = content_of(Path(str(path)), "certificate")
        try:
            pem = b"-----BEGIN" in content
            found += (
                x509.load_pem_x509_certificates(content) if pem else [x509.load_der_x509_certificate(content)]
            )
        except ValueError as error:
            raise RefusedError(
                "it is no X.509 certificate",
                where=str(path),
                way_out="Name a file in PEM or DER.",
                code="not-a-certificate-file",
            ) from error
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _TokenKey:
    handle: object  # a PKCS#11 private key
    certificate: Certificate
    chain: tuple[Certificate, ...]
    session: ExitStack

    def sign(self, data: bytes) -> bytes:
        import pkcs11
        from cryptography.hazmat.primitives.asymmetric import rsa

        if isinstance(self.certificate.public_key(), rsa.RSAPublicKey):
            made = self.handle.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)  # type: ignore[attr-defined]
            return bytes(made)
        from hashlib import sha256

        from pkcs11.util.ec import encode_ecdsa_signature

        raw = self.handle.sign(sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)  # type: ignore[attr-defined]
        return bytes(encode_ecdsa_signature(raw))

    def close(self) -> None:
        self.session.close()


def _pkcs11(settings: SealSettings, passphrase: str) -> SealKey:
    try:
        import pkcs11
        from cryptography import x509
    except ImportError as error:
        raise no_extra(error, "pkcs11") from error
    stack = ExitStack()
    try:
        token = pkcs11.lib(str(settings.pkcs11_module)).get_token(token_label=settings.pkcs11_token)
        session = stack.enter_context(token.open(user_pin=passphrase))
        handle = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=settings.pkcs11_label)
        query = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
            pkcs11.Attribute.LABEL: settings.pkcs11_label,
        }
        found = next(iter(session.get_objects(query)))
        certificate = x509.load_der_x509_certificate(bytes(found[pkcs11.Attribute.VALUE]))
    except (pkcs11.PKCS11Error, RuntimeError, StopIteration, ValueError) as error:
        stack.close()
        raise RefusedError(
            f"the token does not give the key: {type(error).__name__} {error}".rstrip(),
            where=f"{settings.path}, [pkcs11]",
            way_out="Look at module, token and label of seal.toml, and at the PIN; both key and certificate"
            " bear the label.",
            code="token-failed",
        ) from error
    return _TokenKey(handle, certificate, certificates(settings.chain), stack)
