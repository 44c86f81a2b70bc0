"""`seal.toml` of the home: where the key is, whom we trust, who stamps the time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calibrator._errors import RefusedError
from calibrator.standards._table import Table, read_text

__all__ = ["SealSettings", "load_seal_settings"]


@dataclass(frozen=True, slots=True)
class SealSettings:
    """What `seal.toml` says; paths are absolute."""

    path: Path
    pkcs12: Path | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_label: str = ""
    chain: tuple[Path, ...] = ()  # of the certificate authority, beside what the PKCS#12 file holds
    trust: tuple[Path, ...] = ()  # roots that a signer or a time stamp must lead to
    revoked: tuple[Path, ...] = ()  # certificate revocation lists (CRL)
    timestamp: str = ""  # address of a time-stamping authority (RFC 3161)


def load_seal_settings(path: Path) -> SealSettings:
    """Take `seal.toml`; a missing file gives no key, no trust and no authority.

    Raises:
        ConfigurationError: with file, line and key.
    """
    if not path.exists():
        return SealSettings(path)
    top = Table.parse(read_text(path, "seal file"), str(path))
    top.allow("pkcs12", "pkcs11", "chain", "trust", "revoked", "timestamp")
    token = top.table("pkcs11") if top.has("pkcs11") else None
    if token is not None:
        token.allow("module", "token", "label")
    if token is not None and top.has("pkcs12"):
        way_out = "Keep one of the two."
        raise top.error("pkcs12", "There is a PKCS#12 file and a PKCS#11 token", way_out, "two-keys")
    folder = path.parent
    return SealSettings(
        path,
        folder / top.text("pkcs12") if top.has("pkcs12") else None,
        folder / token.text("module") if token is not None else None,
        token.text("token") if token is not None else "",
        token.text("label") if token is not None else "",
        tuple(folder / name for name in top.texts("chain")),
        tuple(folder / name for name in top.texts("trust")),
        tuple(folder / name for name in top.texts("revoked")),
        top.text("timestamp", ""),
    )


def content_of(path: Path, what: str) -> bytes:
    """Return the bytes of a file that `seal.toml` names.

    Raises:
        RefusedError: code `seal-file-missing`.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(
            f"the {what} cannot be read: {error.strerror or error}",
            where=str(path),
            way_out="Put it where seal.toml says, or correct seal.toml.",
            code="seal-file-missing",
        ) from error
