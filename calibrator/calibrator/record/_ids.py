"""Ids of runs: UUIDv7, made at the station, so that records of many stations merge."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

__all__ = ["uuid7"]


def uuid7(at: datetime) -> str:
    """Return a UUIDv7 of the time `at`: 48 bits of Unix milliseconds, 74 random bits (RFC 9562, 5.7).

    Example:
        >>> from datetime import UTC, datetime
        >>> uuid7(datetime(2026, 11, 23, tzinfo=UTC))[:15]
        '01a205b3-d000-7'
    """
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    # Not a result's randomness: ids only have to differ, so they come from the system, not from a seed.
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))
