"""References stand in the record as text and come back bit by bit."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    Point,
    PointLimits,
    PointReferences,
    decode_references,
    encode_references,
)

texts = st.text(max_size=20)
floats = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e12", max_value="1e12")
settings = st.dictionaries(texts, texts | st.integers() | floats | st.booleans(), max_size=5)
contributions = st.builds(
    Contribution, texts, floats, floats, texts, floats, texts, texts, texts, texts, texts
)
limits = st.builds(PointLimits, texts, decimals, decimals, texts, texts, texts)


@of_hypothesis(max_examples=25)
@given(
    limits,
    settings,
    decimals,
    decimals,
    st.lists(contributions, max_size=4),
    st.lists(texts, min_size=6, max_size=6),
)
def test_references_survive_the_record(
    given_limits: PointLimits,
    given_settings: dict[str, str | int | float | bool],
    nominal: Decimal,
    range_: Decimal,
    figures: list[Contribution],
    names: list[str],
) -> None:
    point = Point(
        *names[:3], nominal, range_, names[3], {given_limits.interval: given_limits}, names[4], given_settings
    )
    references = PointReferences(point, given_limits, names[5], names[0], tuple(figures))
    text = json.dumps(encode_references(references))
    back = decode_references(json.loads(text))
    assert back == references
    assert encode_references(back) == encode_references(references)
    assert [type(value) for value in back.point.settings.values()] == [
        type(v) for v in given_settings.values()
    ]
