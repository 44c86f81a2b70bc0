"""The text that is stored and hashed: sorted JSON, decimals as text, floats as hex."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

__all__ = [
    "GENESIS",
    "canonical",
    "dump",
    "event_hash",
    "from_hex",
    "parse_utc",
    "plain",
    "plain_body",
    "to_hex",
    "utc_text",
]

GENESIS = "0" * 64
"""What stands as the previous hash of a stream's first event."""

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def to_hex(value: float) -> str:
    """Return a float as text that gives back every bit.

    Example:
        >>> to_hex(0.1)
        '0x1.999999999999ap-4'
    """
    return float(value).hex()


def from_hex(text: str) -> float:
    """Return the float that `to_hex` wrote; raises ValueError for other text.

    Example:
        >>> from_hex(to_hex(-1.5e-300)) == -1.5e-300
        True
    """
    return float.fromhex(text)


def utc_text(at: datetime) -> str:
    """Return an aware time as UTC with microseconds and `Z`; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"the time {at} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """Return the aware UTC time that `utc_text` wrote.

    Example:
        >>> parse_utc("2026-11-23T08:00:00.000001Z").microsecond
        1
    """
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def plain(value: object, path: str = "body") -> object:
    """Return `value` as JSON can hold it: decimals as text, floats as hex, dates as ISO text.

    Raises:
        TypeError: for a kind of value that has no one text, with the key path in the message.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:  # most of a record
        return value
    if kind is dict:
        return plain_body(cast("dict[str, object]", value), path)
    if isinstance(value, Enum):
        return plain(value.value, path)
    if isinstance(value, Mapping):
        return plain_body(value, path)
    if isinstance(value, (list, tuple)):
        return [
            item if type(item) in _AS_THEY_ARE else plain(item, f"{path}[{index}]")
            for index, item in enumerate(value)
        ]
    return _scalar(value, path)


def plain_body(body: Mapping[str, object], path: str = "body") -> dict[str, Any]:
    """Return a mapping as JSON can hold it; see `plain`."""
    return {
        key if type(key) is str else _key(key, path): (
            item if type(item) in _AS_THEY_ARE else plain(item, f"{path}.{key}")
        )
        for key, item in body.items()
    }


def _scalar(value: object, path: str) -> str:
    if isinstance(value, float):
        return float(value).hex()
    if isinstance(value, (str, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{path} holds a {type(value).__name__}, which the record has no text for")


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{path} has the key {key!r}; the record takes text keys only")
    return key


def canonical(value: object) -> str:
    """Return the one text of `value`: sorted JSON without spaces, UTF-8 as it is.

    Lone surrogates (bytes of an instrument that were no text) stay escaped, so that nothing is lost.

    Example:
        >>> canonical({"b": Decimal("0.10"), "a": [1, True, None, 0.5]})
        '{"a":[1,true,null,"0x1.0000000000000p-1"],"b":"0.10"}'
    """
    return dump(plain(value))


def dump(value: object) -> str:
    """Return the canonical text of what is plain already."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text


def event_hash(previous: str, text: str) -> str:
    """Return sha256(previous + newline + text) in hex."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
