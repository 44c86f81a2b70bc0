"""The stored text: one for each value, and back without loss."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.record import canonical, event_hash, from_hex, parse_utc, to_hex, utc_text

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(plain_values)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    text.encode("utf-8")  # also with lone surrogates from bytes that were no text


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(body: dict[str, int]) -> None:
    assert canonical(body) == canonical(dict(reversed(body.items())))


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_floats_keep_every_bit(value: float) -> None:
    back = from_hex(json.loads(canonical(value)))
    assert back == value
    assert math.copysign(1.0, back) == math.copysign(1.0, value)


def test_not_a_number_is_kept_as_text() -> None:
    assert math.isnan(from_hex(json.loads(canonical(math.nan))))


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_keep_their_digits(value: Decimal) -> None:
    assert json.loads(canonical(value)) == str(value)


def test_what_is_not_plain_json_has_one_text() -> None:
    class Status(StrEnum):
        SEEN = "seen"

    class Number(Enum):
        TWO = 2

    berlin = timezone(timedelta(hours=1))
    body = {
        "status": Status.SEEN,
        "number": Number.TWO,
        "at": datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=berlin),
        "day": date(2026, 11, 23),
        "pair": (1, 0.1),
        "µ": "Ω",
    }
    assert canonical(body) == (
        '{"at":"2026-11-23T08:00:00.000005Z","day":"2026-11-23","number":2,'
        '"pair":[1,"0x1.999999999999ap-4"],"status":"seen","µ":"Ω"}'
    )


@pytest.mark.parametrize(
    ("value", "place"),
    [({"a": [{"b": object()}]}, r"body\.a\[0\]\.b"), ({1: "x"}, "key 1"), ({"raw": b"x"}, r"body\.raw")],
)
def test_a_value_without_a_text_is_refused_with_its_place(value: object, place: str) -> None:
    with pytest.raises(TypeError, match=place):
        canonical(value)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical({"at": datetime(2026, 11, 23)})  # noqa: DTZ001 - the very case


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back(at: datetime) -> None:
    assert parse_utc(utc_text(at)) == at


def test_the_hash_is_that_of_the_previous_one_a_newline_and_the_text() -> None:
    previous, text = "0" * 64, '{"a":"µ"}'
    assert event_hash(previous, text) == hashlib.sha256((previous + "\n" + text).encode("utf-8")).hexdigest()


def test_hex_is_the_one_of_the_language() -> None:
    assert to_hex(-10.0) == "-0x1.4000000000000p+3"
