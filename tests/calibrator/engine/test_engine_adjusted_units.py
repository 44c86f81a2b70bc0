"""Shipped procedures whose unit is adjusted: as found sealed, adjusted, as left (METROLOGY 23)."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import build, render
from calibrator.engine import Job, run_passes
from calibrator.evaluation import show
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

WHY: dict[str, Any] = {"because": "the customer asked for it", "person": "w.li"}
UNITS = [
    ("frequency", "keysight_53131a", "time base"),
    pytest.param("frequency", "keysight_33220a", "time base", marks=pytest.mark.slow),
    pytest.param("dry_block", "fluke_9142", "display offset", marks=pytest.mark.slow),
    pytest.param("thermometer", "pt100_transmitter", "lower and upper trim", marks=pytest.mark.slow),
    pytest.param("pressure", "transmitter_4_20ma", "zero and span", marks=pytest.mark.slow),
]


def moved(shown: dict[str, Any]) -> float:
    """Return the largest error of indication, in its limits; no adjustment acts on other properties."""
    kept = ("hysteresis", "axial", "radial", "loading", "stability")
    own = [
        abs(float(point["error"])) / float(point["limit"])
        for point in shown["points"]
        if not point["id"].startswith(kept)
    ]
    return max(own)


@pytest.mark.parametrize(("procedure", "unit", "what"), UNITS)
def test_what_is_adjusted_moves_and_the_certificate_names_what_was_found(
    procedure: str, unit: str, what: str, laboratory: Any
) -> None:
    job = Job(procedure, unit, sim=True, seed=3, adjustment=what, **WHY)
    found, left = run_passes(job, laboratory.home)
    with laboratory.home.open_record(RealClock(), write=False) as record:
        was, then = (show(record, each.run) for each in (found, left))
        sealed = record.last(found.run, "run.closed")
        begun = next(record.events(left.run, kinds={"run.opened"}))
        page = render(build(record, left.run), "html", "both").decode("utf-8")
        assert record.verify() == ()
    assert (was["run"].get("pass", "as-found"), then["run"]["pass"]) == ("as-found", "as-left")
    assert sealed is not None
    assert begun.body["adjustment"]["head"] == sealed.hash
    assert begun.at >= sealed.at
    assert [point["id"] for point in was["points"]] == [point["id"] for point in then["points"]]
    assert moved(then) < 0.6 * moved(was)
    for said in (found.run, sealed.hash, f"Adjusted: {what}.", f"调整内容：{what}。", WHY["because"]):
        assert said in page, said


@pytest.mark.parametrize(
    ("procedure", "permitted", "not_permitted"),
    [
        ("thermometer", {"pt100_transmitter"}, {"pt100_class_a", "pt100_class_b", "pt100_its90"}),
        ("frequency", {"keysight_53230a", "keysight_33500b"}, set()),
        ("dry_block", {"fluke_9142", "fluke_9143"}, set()),
        ("thermocouple", set(), {"tc_k_class_1", "tc_b_class_2"}),
    ],
)
def test_the_head_of_a_unit_says_what_may_be_adjusted(
    procedure: str, permitted: set[str], not_permitted: set[str]
) -> None:
    info = load(procedure).info
    for unit in permitted | not_permitted:
        text = info.of(unit).adjustment
        assert (text is not None) == (unit in permitted), unit
        assert text is None or (text.en and text.zh)


def test_a_platinum_thermometer_is_not_adjusted(laboratory: Any) -> None:
    job = Job("thermometer", "pt100_class_a", sim=True, adjustment="coefficients", **WHY)
    with pytest.raises(UsageError) as caught:
        run_passes(job, laboratory.home)
    assert caught.value.code == "adjustment-not-permitted"
    assert "pt100_class_a" in str(caught.value)
    assert laboratory.runs() == 0
