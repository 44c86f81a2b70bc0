"""A person's secret, by which the program knows again who signs; lab.toml holds its hash alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

__all__ = ["is_secret_hash", "secret_hash", "secret_id", "secret_matches"]

_FORM: Final = re.compile(r"scrypt\$([0-9a-f]{32})\$([0-9a-f]{64})")


def secret_hash(secret: str) -> str:
    """Return the text of a secret for lab.toml: scrypt (RFC 7914) with a salt of its own."""
    salt = secrets.token_bytes(16)  # from the system: whoever could repeat it could prepare tables
    return f"scrypt${salt.hex()}${_derived(secret, salt).hex()}"


def is_secret_hash(text: str) -> bool:
    """Say whether a text is what `secret_hash` gives."""
    return _FORM.fullmatch(text) is not None


def secret_id(text: str) -> str:
    """Return a name of a hash of lab.toml, for the record: another hash has another, and it tells no secret.

    Example:
        >>> secret_id("scrypt$00$11")
        '5dcc346095718f27'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def secret_matches(secret: str, text: str) -> bool:
    """Say whether a secret is that of a hash."""
    found = _FORM.fullmatch(text)
    if found is None:
        return False
    return hmac.compare_digest(_derived(secret, bytes.fromhex(found[1])), bytes.fromhex(found[2]))


def _derived(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
