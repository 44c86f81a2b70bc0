"""Never "repeat until pass" (METROLOGY 23): what a repeat needs."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator._errors import RunError
from calibrator.engine import Review, ReviewDecision, SimulatedOperator
from calibrator.engine._review import check_repeat
from calibrator.evidence import all_cells, as_text, explain, find_document
from calibrator.standards import Lab, Person
from calibrator_drivers.clock import RealClock

LAB = Lab(persons=(Person("t", "Tech", ("technician",)), Person("r", "Rev", ("technician", "reviewer"))))


@pytest.mark.parametrize("reason", ["", "x", "again", "a b", "..", "重测"])
def test_a_reason_says_something(reason: str):
    with pytest.raises(RunError) as caught:
        check_repeat(ReviewDecision(("p",), reason, "t"), 1, "dcv", LAB, "t")
    assert (caught.value.code, caught.value.where) == ("reason-missing", "review of dcv")


@pytest.mark.parametrize("reason", ["lead loose", "disturbance by the crane", "导线松动了"])
def test_one_repeat_needs_no_second_person(reason: str):
    check_repeat(ReviewDecision(("p",), reason, ""), 1, "dcv", LAB, "t")


@pytest.mark.parametrize(("by", "person", "may"), [("r", "t", True), ("Rev", "t", True), ("r", "r", False),
                                                   ("Rev", "r", False), ("t", "r", False), ("zz", "t", False),
                                                   ("", "t", False)])  # fmt: skip
def test_a_second_repeat_needs_another_person_who_may(by: str, person: str, may: bool):
    decision = ReviewDecision(("p",), "contact was dirty", by)
    if may:
        check_repeat(decision, 2, "dcv", LAB, person)
        return
    with pytest.raises(RunError) as caught:
        check_repeat(decision, 2, "dcv", LAB, person)
    assert caught.value.code == "repeat-needs-second-person"


def explained(laboratory: Any, mark: str) -> dict[str, str]:
    """Return the walks of all cells whose name holds a mark, as text."""
    with laboratory.home.open_record(RealClock(), write=False) as record:
        document = find_document(record, "last")
        names = [name for name in all_cells(record, document) if mark in name]
        return {name: as_text(explain(record, document, name, laboratory.home.traffic)) for name in names}


class Insistent(SimulatedOperator):
    """One who repeats until it passes."""

    def review(self, review: Review) -> ReviewDecision:
        return ReviewDecision(review.points[:1], "contact was dirty", "simulated operator")


def test_nobody_repeats_until_it_passes(laboratory: Any):
    outcome = laboratory.run(laboratory.job(("dci",)), Insistent())
    assert (outcome.exit_code, outcome.code) == (5, "repeat-needs-second-person")
    attempts = {body["attempt"] for body in laboratory.bodies("reading")}
    assert attempts == {1, 2}
    assert laboratory.resume().exit_code == 0
    cells = explained(laboratory, "#")
    point = laboratory.bodies("review")[0]["repeat"][0]
    assert {f"{point}/{name}#{n}" for name in ("error", "U", "verdict") for n in (1, 2)} <= cells.keys()
    for n in (1, 2):
        text = cells[f"{point}/error#{n}"]
        assert f"measurement {n} of {point}" in text
        assert text.count("bytes on the wire") == 20
    assert "set aside: contact was dirty (simulated operator)" in cells[f"{point}/error#1"]
