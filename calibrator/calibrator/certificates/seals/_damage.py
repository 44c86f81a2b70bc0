"""What readers of others raise over a damaged file, none of which may come through as an error of ours."""

from __future__ import annotations

import struct
import zlib
from typing import Final

__all__ = ["damage"]

_STUMBLES: Final[tuple[type[Exception], ...]] = (
    # a number without digits is an ArithmeticError
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, ArithmeticError),
    *(AssertionError, NotImplementedError, OSError, struct.error, zlib.error),
)


def damage(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return all of them, those over a damaged certificate included, and `more`."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    return (
        *more,
        *_STUMBLES,
        *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
        *(x509.ExtensionNotFound, x509.AttributeNotFound, InvalidSignature, UnsupportedAlgorithm),
    )
