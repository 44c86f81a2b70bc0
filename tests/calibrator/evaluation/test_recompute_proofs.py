"""A proof of a connection says of itself what its applied and indicated values give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator.evaluation import recompute
from calibrator.procedure import Section

Make = Callable[..., Any]


def proved(run: Any, level: Any, section: str, applied: float | None, indicated: float, passed: bool) -> Any:
    """Record a proof at a level; return the differences that are found in it."""
    run.append(
        "proof",
        section=section,
        function=level.function,
        expect=level.expect,
        applied=applied,
        indicated=indicated,
        unit=level.unit,
        passed=passed,
    )
    return [item for item in recompute(run.record, run.run) if item.field.startswith("proof")]


@pytest.mark.parametrize(
    ("indicated", "holds"), [(1.0, True), (1.005, True), (0.0, False), (-1.0, False), (math.inf, False)]
)
@pytest.mark.parametrize("said", [True, False])
def test_a_level_is_read_within_its_tolerance_or_not(
    hand_run: Make, sections: dict[str, Section], indicated: float, holds: bool, said: bool
) -> None:
    level = sections["dcv"].proof
    assert level is not None
    found = proved(hand_run("dcv"), level, "dcv", 1.0, indicated, said)
    assert bool(found) == (said != holds)
    if found:
        words = {True: "passed", False: "not passed"}
        assert (found[0].recorded, found[0].recomputed) == (words[said], words[holds])
        assert found[0].field.endswith(" dcv")


def test_leads_that_must_not_be_there_are_judged_again(hand_run: Make, sections: dict[str, Section]) -> None:
    levels = [(name, level) for name, section in sections.items() for level in section.lead_checks]
    assert {level.expect for _, level in levels} == {"not-read", "below"}
    for name, level in levels:
        value = float(level.value)
        applied = value if level.expect == "not-read" else None
        good, bad = (math.inf, value) if applied is not None else (0.0, math.inf)
        run = hand_run(name)
        assert proved(run, level, name, applied, good, True) == []
        assert proved(run, level, name, applied, bad, False) == []
        assert len(proved(run, level, name, applied, bad, True)) == 1, (name, level)
