"""A point made of another one's step: no step of its own, the same readings, and the record keeps it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from calibrator.engine._steps import steps_of
from calibrator.procedure import (
    Point,
    PointLimits,
    PointReferences,
    Section,
    Text,
    decode_references,
    encode_references,
)

TEXT = Text("a", "b")
LIMITS = {"1y": PointLimits("1y", Decimal(-1), Decimal(1), "seen", "invented")}


def point(name: str, measured_with: str = "") -> Point:
    zero, one = Decimal(0), Decimal(1)
    return Point(name, "s", "dcv", zero, one, "V", LIMITS, "source", measured_with=measured_with)


SECTION = Section("s", TEXT, "volts", TEXT, (point("up"), point("down"), point("lag", "down")), None)


def test_it_has_no_step_and_its_repeat_is_that_of_the_step_it_is_made_of():
    steps = [step.id for step in steps_of([SECTION], repeats={"s": [("lag",)]})]
    assert [step for step in steps if step.startswith("point:")] == ["point:up", "point:down", "point:down#2"]


def test_the_record_keeps_whose_step_it_is():
    references = PointReferences(point("lag", "down"), LIMITS["1y"], "A", "b", ())
    assert decode_references(encode_references(references)) == references
    plain = replace(references, point=point("up"))
    assert "measured_with" not in encode_references(plain)["point"]
