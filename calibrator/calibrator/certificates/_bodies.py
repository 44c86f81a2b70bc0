"""Recorded values as types: numbers, days, texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from calibrator._errors import IntegrityError
from calibrator.procedure import Text

__all__ = ["Body", "day", "is_blank", "number", "optional_number", "text"]

Body = Mapping[str, Any]
# what people write where there is nothing to write
_NOTHING: Final = frozenset(
    {"", "0", "n/a", "na", "none", "nil", "unknown", "not known", "无", "不详", "未知", "不明"}
)
_UNSEEN: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # print as a blank, and are letters or signs


def is_blank(value: str | None) -> bool:
    """Say whether a text names nothing: no letter or digit to be seen, or a word that stands for nothing."""
    seen = "".join(" " if letter in _UNSEEN else letter for letter in value or "").strip().lower()
    return seen in _NOTHING or not any(letter.isalnum() for letter in seen)


def number(value: object) -> Decimal:
    """Return a recorded number: decimal text, hex float text or integer.

    Raises:
        IntegrityError: code `not-a-number`; also for NaN and infinities, which no document may show.
    """
    written = str(value)
    try:
        found = Decimal(repr(float.fromhex(written))) if "0x" in written else Decimal(written)
    except (InvalidOperation, ValueError) as error:
        raise _not_a_number(written) from error
    if not found.is_finite():
        raise _not_a_number(written)
    return found


def optional_number(value: object) -> Decimal | None:
    """Return a recorded number, None where there is none."""
    return None if value is None or value == "" else number(value)


def day(value: object) -> date | None:
    """Return a recorded day, None where there is none."""
    return date.fromisoformat(str(value)[:10]) if value else None


def text(body: Body | Text | str) -> Text:
    """Return a recorded bilingual text; English stands in where Chinese is missing."""
    if isinstance(body, Text):
        return body
    if isinstance(body, str):
        return Text(en=body, zh=body)
    return Text(en=str(body["en"]), zh=str(body.get("zh") or body["en"]))


def _not_a_number(written: str) -> IntegrityError:
    return IntegrityError(
        f"the record holds {written!r} where a number must stand",
        way_out="Check the record: calibrator verify.",
        code="not-a-number",
    )
