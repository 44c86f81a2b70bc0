"""RFC 3161 time stamps: asked of the configured authority, and checked."""

from __future__ import annotations

import asyncio
import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from calibrator._errors import RefusedError

if TYPE_CHECKING:
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper
    from pyhanko_certvalidator import ValidationContext

__all__ = ["Stamp", "check_stamp", "stamp", "stamper"]

_TIMEOUT_S: Final = 30.0
_LARGEST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says: when, by whom, and whether it is what it says."""

    at: datetime
    by: str
    intact: bool
    trusted: bool


def stamper(url: str) -> TimeStamper:
    """Return what asks the authority at an address (http or https).

    Raises:
        RefusedError: code `timestamp-address`.
    """
    from pyhanko.sign.timestamps import TimeStamper

    if not url.startswith(("http://", "https://")):
        raise RefusedError(
            f"{url!r} is no address of a time-stamping authority",
            where="seal.toml: timestamp",
            way_out="Write it as http://… or https://….",
            code="timestamp-address",
        )

    class Authority(TimeStamper):
        """Asks one authority over HTTP (RFC 3161, 3.4)."""

        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            return await asyncio.to_thread(_ask, url, req.dump())

    made: TimeStamper = Authority()  # type: ignore[no-untyped-call]
    return made


def _ask(url: str, request: bytes) -> tsp.TimeStampResp:
    from asn1crypto import tsp

    headers = {"Content-Type": "application/timestamp-query"}
    asked = urllib.request.Request(url, data=request, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:
            return tsp.TimeStampResp.load(answer.read(_LARGEST))
    except (urllib.error.URLError, OSError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # an answer that refuses is still an open connection
        raise RefusedError(
            f"the time-stamping authority does not answer: {error}",
            where=url,
            way_out="Try again later, or take timestamp out of seal.toml; nothing was sealed.",
            code="timestamp-failed",
        ) from error


def stamp(url: str, digest: bytes) -> bytes:
    """Return a time stamp token (DER) over a SHA-256 digest.

    Raises:
        RefusedError: code `timestamp-failed` or `timestamp-address`.
    """
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    try:
        token = asyncio.run(stamper(url).async_timestamp(digest, "sha256"))
    except (TimestampRequestError, OSError) as error:
        raise RefusedError(
            f"the time-stamping authority refuses: {error}",
            where=url,
            way_out="Look at its address in seal.toml; nothing was sealed.",
            code="timestamp-failed",
        ) from error
    return bytes(token.dump())


def check_stamp(token: bytes, stamped: bytes, validation: ValidationContext) -> Stamp:
    """Check a token against the bytes that it must be of.

    Raises:
        ValueError: it is no token.
    """
    from asn1crypto import cms
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data

    signed = cms.ContentInfo.load(token)["content"]
    try:
        found = asyncio.run(
            validate_tst_signed_data(signed, validation, lambda name: hashlib.new(name, stamped).digest())
        )
    except SignatureValidationError as error:
        raise ValueError(str(error)) from error
    signer = found["signing_cert"]
    return Stamp(
        at=found["timestamp"],
        by=signer.subject.human_friendly,
        intact=bool(found["intact"] and found["valid"]),
        trusted=bool(found.get("validation_path")),
    )
