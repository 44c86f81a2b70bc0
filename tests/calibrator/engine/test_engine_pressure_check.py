"""The check of a pressure controller with a check gauge, before the first point and after the last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError
from calibrator.engine import Job, SimulatedOperator, plan
from calibrator.evaluation import recompute
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

GAUGE = """
[instruments.check]
asset = "SIM-CHK-01"
model = "additel_681"
serial = "SIMADT0900"

[wirings.check]
title = { en = "Check gauge on the manifold", zh = "核查压力表接在管路上" }
from = "pace"
to = "check"
max_pressure_pa = 700000

[session_check]
meter = "check"
"""
POINT = """
[[session_check.point]]
wiring = "check"
function = "pressure"
nominal = {nominal}
range = 1000000
settle_min_s = 30.0
settle_window = 50
reference = {reference}
limit = {limit}
status = "checked"
source = "invented for the tests"
"""
LOWER = """
[wirings.lower]
title = { en = "Check gauge far below", zh = "核查压力表在远低处" }
from = "pace"
to = "check"
max_pressure_pa = 700000
heights_m = { check = -100.0 }
"""
ASSET = """
[assets.SIM-CHK-01]
model = "additel_681"
manufacturer = "Additel"
serial = "SIMADT0900"
role = "check standard"

[simulation]"""


def bench(folder: Path, *changes: tuple[str, str], limit: str = "2000", reference: str = "0") -> Path:
    """Write the bench of the line with a check gauge and three points."""
    text = load("lab_line").info.simulated_bench
    points = "".join(
        POINT.format(nominal=nominal, limit=limit, reference=reference)
        for nominal in ("200000", "400000", "600000")
    )
    text = text.replace("[environment]", f"{GAUGE}{points}\n[environment]", 1)
    text = text.replace("\n[simulation]", ASSET, 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def job_on(path: Path) -> Job:
    return Job("lab_line", "SIM-GAUGE-01", bench=path, seed=3)


@pytest.mark.slow  # a batch shows the same in the fast tests
def test_a_controller_is_checked_before_the_first_point_and_after_the_last(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    outcome = laboratory.run(job_on(bench(tmp_path)))
    assert outcome.exit_code == 0, outcome.message
    checked = laboratory.bodies("session.checked")
    assert [(body["phase"], body["passed"]) for body in checked] == [("opening", True), ("closing", True)]
    assert {point["unit"] for body in checked for point in body["points"]} == {"Pa"}
    # the ladder of METROLOGY 3 stands before each phase: a hundredth is read, a tenth holds
    proofs = [body for body in laboratory.bodies("proof") if "check" in body["section"]]
    assert [(body["expect"], body["passed"]) for body in proofs] == [("read", True), ("hold", True)] * 2
    # vented, as the line itself says, before the check gauge comes off
    for body in laboratory.bodies("safe"):
        assert all(source["confirmed"] for source in body["sources"])
    shown = laboratory.results()
    assert (shown["run"]["session_check"]["state"], shown["run"]["session_check"]["unchecked"]) == (
        "passed",
        [],
    )
    with laboratory.home.open_record(RealClock(), write=False) as record:
        assert recompute(record, record.find_run("last"), traffic=laboratory.home.traffic) == ()
        assert record.verify() == ()


def test_a_controller_that_is_off_measures_nothing(laboratory: Any, site: list[str], tmp_path: Path) -> None:
    outcome = laboratory.run(job_on(bench(tmp_path, reference="5000")))
    assert (outcome.exit_code, outcome.code) == (5, "opening-check-failed")
    assert not [body for body in laboratory.bodies("reading") if "check" not in body["point"]]


@pytest.mark.slow
def test_a_closing_check_that_fails_leaves_the_session_provisional(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    """The check gauge hangs a hundred metres lower at the end: 7 kPa of gas at 600 kPa."""
    path = bench(tmp_path, ("[session_check]\n", f"{LOWER}\n[session_check]\n"))
    outcome = laboratory.run(job_on(path), SimulatedOperator(connects={"closing-check:check": "lower"}))
    assert (outcome.exit_code, outcome.code) == (3, "session-provisional"), outcome.message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('role = "check standard"', 'role = "uut"', "check-standard-role"),
        ('to = "check"\nmax_pressure_pa = 700000', 'to = "check"\nmax_pressure_pa = 500000', "above-wiring"),
        ("nominal = 600000", "nominal = 1100000", "check-level"),
        ("due = 2027-05-07", "due = 2026-05-08", "certificate-expired"),
    ],
)
def test_what_stands_against_the_check_refuses_the_job(
    old: str, new: str, code: str, laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    path = bench(tmp_path, (old, new))
    assert code in {item.code for item in plan(job_on(path), laboratory.home).refused}
    if code == "above-wiring":
        with pytest.raises(RefusedError):
            laboratory.run(job_on(path))
        assert laboratory.runs() == 0
