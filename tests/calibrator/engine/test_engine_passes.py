"""As found, adjusted, as left: two result sets of the same points, the first one sealed before the second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import UsageError
from calibrator.engine import Job, StopSignal, run_passes
from calibrator.evaluation import show
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

SAID = {"adjustment": "zero and span", "because": "the gauge read high", "person": "w.li"}
UNITS = '[simulation.units]\ngauge = { error = "outside", adjusted = { error = "inside", width = 0.02 } }\n'


def bench(folder: Path) -> Path:
    """Write the bench of the line with a gauge outside its specification that an adjustment brings back."""
    text = load("lab_line").info.simulated_bench
    assert "[instruments.gauge]" in text
    path = folder / "bench.toml"
    path.write_text(f"{text}\n{UNITS}", encoding="utf-8")
    return path


def job_of(folder: Path, **changes: Any) -> Job:
    return Job("lab_line", **({"uut": "ADT681", "bench": bench(folder), "seed": 3} | SAID | changes))


def test_an_adjustment_acts_on_the_unit_between_the_two_passes(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    found, left = run_passes(job_of(tmp_path), laboratory.home)
    assert (found.exit_code, left.exit_code) == (0, 0)  # the limits of this line are wide
    with laboratory.home.open_record(RealClock(), write=False) as record:
        shown = [show(record, each.run) for each in (found, left)]
        sealed = record.last(found.run, "run.closed")
        begun = next(record.events(left.run, kinds={"run.opened"}))
        assert record.verify() == ()
    assert [each["run"].get("pass", "as-found") for each in shown] == ["as-found", "as-left"]
    assert sealed is not None
    assert begun.body["adjustment"]["head"] == sealed.hash
    assert begun.at >= sealed.at  # on a simulated bench too
    as_found, as_left = map(errors_of, shown)
    assert max(as_left) < 0.2 * max(as_found)


@pytest.mark.slow
def test_what_broke_after_the_adjustment_goes_on_with_the_unit_as_it_is_left(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    stop = StopSignal()
    passed: list[str] = []

    def in_the_second_pass(event: Any) -> None:
        if event.kind == "run.opened":
            passed.append(event.stream)
        if event.kind == "reading" and event.stream == passed[-1] and len(passed) == 2:
            stop.set("SIGINT")

    outcomes = run_passes(job_of(tmp_path), laboratory.home, listeners=[in_the_second_pass], stop=stop)
    assert [each.exit_code for each in outcomes] == [0, 130]
    assert laboratory.resume().exit_code == 0
    unbroken = type(laboratory)(tmp_path / "unbroken")
    assert len(run_passes(job_of(tmp_path), unbroken.home)) == 2
    shown = [place.results() for place in (laboratory, unbroken)]
    assert [each["run"]["pass"] for each in shown] == ["as-left", "as-left"]
    assert errors_of(shown[0]) == errors_of(shown[1])


def errors_of(shown: dict[str, Any]) -> list[float]:
    return [abs(float(point["error"])) for point in shown["points"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"procedure": "lab_block", "uut": "lab_pt100_probe"}, "adjustment-not-permitted"),
        ({"because": " "}, "adjustment-incomplete"),
        ({"after": "0197"}, "passes-after"),
    ],
)
def test_nothing_is_measured_where_no_adjustment_may_follow(
    changes: dict[str, Any], code: str, laboratory: Any, site: list[str]
) -> None:
    given = {"procedure": "lab_line", "uut": "ADT681", "sim": True, "seed": 3} | SAID | changes
    with pytest.raises(UsageError) as caught:
        run_passes(Job(**given), laboratory.home)
    assert caught.value.code == code
    assert laboratory.runs() == 0
