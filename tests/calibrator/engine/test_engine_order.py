"""Random order of points: drawn from the seed, recorded, bound by hazards, leads and cycles."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calibrator._errors import UsageError
from calibrator.bench import PlannedActions
from calibrator.engine._order import drawn_order, in_order, order_of
from calibrator.procedure import Point, Section, Text

NOTHING = Text("", "")


def section_of(*values: str, **changes: Any) -> Section:
    points = tuple(
        Point(f"p{value}", "s", "dcv", Decimal(value), Decimal(1000), "V", {}, "source") for value in values
    )
    return replace(Section("s", NOTHING, "volts", NOTHING, points, None, order="random"), **changes)


def test_the_order_is_that_of_its_seed_and_comes_back_from_the_record() -> None:
    section = section_of(*map(str, range(1, 21)))
    drawn = drawn_order([section], {}, "7")
    assert drawn == drawn_order([section], {}, "7") != drawn_order([section], {}, "8")
    assert drawn[0].points != section.points
    assert {point.id for point in drawn[0].points} == {point.id for point in section.points}
    assert in_order([section], order_of(drawn)) == drawn
    plain = replace(section, order="table")
    assert drawn_order([plain], {}, "7") == (plain,)
    assert order_of([plain]) == {}


def test_what_is_measured_with_a_point_stays_with_it() -> None:
    section = section_of("1", "2", "3")
    beside = replace(section.points[0], id="beside", measured_with="p1")
    drawn = drawn_order([replace(section, points=(*section.points, beside))], {}, "3")[0]
    names = [point.id for point in drawn.points]
    assert names.index("beside") == names.index("p1") + 1


@pytest.mark.parametrize(
    ("section", "actions"),
    [
        (section_of("10", "100"), {}),
        (section_of("1", "2", resume="cycle"), {}),
        (section_of("1", "2"), {"p2": PlannedActions(connects=["other"])}),
    ],
)
def test_no_order_is_drawn_across_a_hazard_a_cycle_or_a_change_of_leads(section: Any, actions: Any) -> None:
    with pytest.raises(UsageError) as caught:
        drawn_order([section], actions, "1")
    assert caught.value.code == "order-not-free"
