"""The rule of the session check: control limits, verdict of a phase, what `verify` sees (METROLOGY 24)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator.evaluation import (
    check_point_id,
    control_limits,
    is_check,
    judged_check,
    provisional,
    session_check,
)
from calibrator.evaluation._session_check import session_check_differences
from calibrator.record import canonical


@dataclass
class Told:
    """An event as the record gives it back: every number a text."""

    kind: str
    body: Mapping[str, Any]
    seq: int = 0


@dataclass
class Session:
    """Events of a run with a check of one point, in order."""

    reference: float | None = 1e-5
    limit: float | None = 2e-5
    history: Sequence[float] = ()
    events: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        point = {
            "id": "p",
            "wiring": "w",
            "function": "dcv",
            "unit": "V",
            "least": 1e-6,
            "reference": self.reference,
            "limit": self.limit,
            "basis": "history" if self.history else "stated" if self.limit is not None else "collecting",
            "status": "checked",
            "source": "chart",
            "history": [{"run": str(i), "value": value.hex()} for i, value in enumerate(self.history)],
        }
        head = {"asset": "CHK", "title": "Check", "standards": ["CAL"], "baseline": 4, "points": [point]}
        self.tell("references.fixed", {"points": [], "session_check": head})

    def tell(self, kind: str, body: Mapping[str, Any]) -> None:
        import json

        self.events.append(Told(kind, json.loads(canonical(body)), len(self.events) + 1))

    def read(self, phase: str, *values: float, applied: float = 10.0, overload: bool = False) -> None:
        for value in values:
            body = {"point": check_point_id(phase, "p"), "use": "result", "overload": overload}
            self.tell("reading", body | {"value": value, "applied": applied})

    def judge(self, phase: str) -> bool | None:
        body = judged_check(cast("Any", self.events), phase)
        assert body is not None
        self.tell("session.checked", body)
        return cast("bool | None", body["passed"])

    def differences(self) -> list[str]:
        return [str(item) for item in session_check_differences(cast("Any", self.events))]


def test_limits_of_four_checks_are_those_of_one_more_by_students_t() -> None:
    # mean 2, s = sqrt(2/3), t(99.73 %, 3) = 9.2187 (JCGM 100:2008, table G.2: 9.22), times sqrt(1 + 1/4)
    reference, limit = control_limits([1.0, 2.0, 3.0, 2.0], 0.0)
    assert reference == 2.0
    assert limit == pytest.approx(9.22 * math.sqrt(2 / 3) * math.sqrt(1.25), rel=1e-3)


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=12), st.floats(1e-9, 1.0))
def test_limits_hold_every_check_they_are_made_of_and_are_never_below_the_resolution(
    values: list[float], least: float
) -> None:
    reference, limit = control_limits(values, least)
    assert limit >= least
    assert all(abs(value - reference) <= limit * (1 + 1e-9) for value in values)


@pytest.mark.parametrize(
    ("mean", "passed"),
    [(10.00001, True), (10.00003, True), (10.000031, False), (9.99999, True), (9.999989, False)],
)
def test_a_point_is_in_control_within_the_limit_of_its_reference(mean: float, passed: bool) -> None:
    session = Session(limit=2.00000001e-5)
    session.read("opening", mean - 1e-6, mean + 1e-6)
    assert session.judge("opening") is passed


def test_a_point_over_the_range_or_without_readings_is_out_of_control() -> None:
    session = Session()
    assert session.judge("opening") is False
    session.read("closing", math.inf, overload=True)
    assert session.judge("closing") is False
    assert provisional(cast("Any", session.events))


def test_readings_that_were_discarded_do_not_count() -> None:
    session = Session()
    session.read("opening", 11.0)
    session.tell("readings.discarded", {"point": "opening-check:p", "seqs": [2]})
    session.read("opening", 10.00001)
    assert session.judge("opening") is True


def test_without_limits_a_check_is_recorded_and_not_judged() -> None:
    session = Session(None, None)
    session.read("opening", 10.5)
    assert session.judge("opening") is None
    session.read("closing", 10.5)
    session.judge("closing")
    shown = session_check(cast("Any", session.events))
    assert shown is not None
    assert (shown["state"], shown["provisional"]) == ("not judged", False)
    assert Decimal(shown["opening"]["points"][0]["deviation"]) == Decimal("0.5")


def test_only_a_failed_closing_check_makes_the_session_provisional() -> None:
    session = Session()
    session.read("opening", 11.0)
    session.judge("opening")
    assert not provisional(cast("Any", session.events))
    session.read("closing", 11.0)
    session.judge("closing")
    shown = session_check(cast("Any", session.events))
    assert shown is not None
    assert (shown["state"], shown["provisional"]) == ("failed", True)


def test_standards_that_no_wiring_of_the_check_leads_to_are_named() -> None:
    session = Session()
    routes = {"CAL": "specification", "CAL-2": "specification", "SHORT": "artefact"}
    rows = [{"asset": asset, "route": route} for asset, route in routes.items()]
    session.tell("references.fixed", session.events[0].body | {"standards": rows})
    shown = session_check(cast("Any", session.events))
    assert shown is not None
    assert (shown["unchecked"], shown["state"]) == (["CAL-2"], "not made")


def test_a_run_without_a_check_standard_says_nothing_of_one() -> None:
    events = [Told("references.fixed", {"points": []})]  # also one that was recorded before there were checks
    assert session_check(cast("Any", events)) is None
    assert judged_check(cast("Any", events), "opening") is None
    assert list(session_check_differences(cast("Any", events))) == []


def test_what_was_judged_otherwise_than_its_readings_say_is_a_difference() -> None:
    session = Session()
    session.read("opening", 11.0)
    session.judge("opening")
    assert session.differences() == []
    forged = session.events[-1].body
    forged["passed"] = True
    assert session.differences() == ["opening check: recorded passed, recomputed failed"]
    forged["points"][0]["deviation"] = (0.5).hex()
    assert any("deviation" in text for text in session.differences())


def test_limits_that_do_not_follow_from_their_history_are_a_difference() -> None:
    values = [1e-5, 2e-5, 3e-5, 2e-5]
    reference, limit = control_limits(values, 1e-6)
    assert Session(reference, limit, values).differences() == []
    (difference,) = Session(reference, 2 * limit, values).differences()
    assert difference.startswith("check p limit")


@pytest.mark.parametrize(
    ("name", "of_a_check"),
    [
        ("opening-check:volts", True),
        ("proof:closing-check:volts", True),
        ("dcv:10V:+10V", False),
        ("", False),
    ],
)
def test_what_belongs_to_a_check_is_told_by_its_name(name: str, of_a_check: bool) -> None:
    assert is_check(name) is of_a_check
