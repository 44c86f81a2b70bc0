"""As found, adjusted, as left: two result sets of the same points, the first one sealed before the second."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import Answer, Job, ReviewDecision, StopSignal, resume_passes, run_passes
from calibrator.evaluation import show
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

GAUGE = "SIM-GAUGE-01"
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


def test_a_simulated_unit_is_adjusted_where_its_bench_does_not_say_how(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    job = job_of(tmp_path)
    text = bench(tmp_path).read_text(encoding="utf-8")
    assert UNITS in text
    bench(tmp_path).write_text(
        text.replace(UNITS, '[simulation.units]\ngauge = { error = "outside" }\n'), encoding="utf-8"
    )
    found, left = run_passes(job, laboratory.home)
    with laboratory.home.open_record(RealClock(), write=False) as record:
        as_found, as_left = (errors_of(show(record, each.run)) for each in (found, left))
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


@dataclass
class Adjuster:
    """A person who does what is asked, and says what was adjusted as `says` has it, by prompt."""

    says: dict[str, str]
    asked: list[Any] = field(default_factory=list)

    def ask(self, prompt: Any) -> Answer:
        self.asked.append(prompt)
        plain = "90" if prompt.kind == "warm-up" else "yes"
        return Answer(self.says.get(prompt.id, plain), "w.li")

    def review(self, review: Any) -> ReviewDecision:
        del review
        return ReviewDecision()


def two(folder: Path) -> Path:
    """Write the bench with a second gauge beside the first, each brought back by an adjustment."""
    path = folder / "two.toml"
    text = (
        bench(folder)
        .read_text(encoding="utf-8")
        .replace("max_pressure_pa = 700000", "max_pressure_pa = 700000\nunits = { second = {} }", 1)
    )
    unit = '[instruments.second]\nasset = "SIM-G2"\nmodel = "additel_681"\nserial = "SIMG2"\nuut = true\n'
    adjusted = 'second = { error = "outside", adjusted = { error = "inside", width = 0.02 } }\n'
    path.write_text(text.replace("[environment]", f"{unit}\n[environment]", 1) + adjusted, encoding="utf-8")
    return path


def both_units(folder: Path, **said: Any) -> Job:
    given = {"adjustment": "", "because": ""} | said
    return job_of(folder, uut="SIM-GAUGE-01", further=("SIM-G2",), bench=two(folder), **given)


def test_a_person_is_asked_of_each_unit_what_was_adjusted(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    says = {"adjusted:SIM-GAUGE-01": "zero", "adjusted:SIM-G2": "span", "because": "both read high"}
    person = Adjuster(says)
    found, left = run_passes(both_units(tmp_path), laboratory.home, person)
    assert [item.id for item in person.asked if item.id in says] == list(says)
    question = next(item.text.en for item in person.asked if item.id == "adjusted:SIM-G2")
    assert found.further[0].run in question
    assert len(left.further) == 1
    with laboratory.home.open_record(RealClock(), write=False) as record:
        for before, after, what in zip(
            (found, *found.further), (left, *left.further), ("zero", "span"), strict=True
        ):
            was, then = show(record, before.run), show(record, after.run)
            assert then["run"]["uut"] == was["run"]["uut"]
            said = then["run"]["adjustment"]
            assert (said["after"], said["what"], said["why"]) == (before.run, what, "both read high")
            assert max(errors_of(then)) < 0.2 * max(errors_of(was))
        registered = [e.body["what"] for e in record.events(record.REGISTER, kinds={"adjustment.recorded"})]
    assert registered == ["zero", "span"]


def test_a_unit_that_was_not_adjusted_is_not_measured_again(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    says = {"adjusted:SIM-GAUGE-01": "none", "adjusted:SIM-G2": "span", "because": "it read high"}
    _, left = run_passes(both_units(tmp_path), laboratory.home, Adjuster(says))
    assert left.further == ()
    assert laboratory.results()["run"]["uut"]["asset"] == "SIM-G2"


def test_what_was_found_before_a_break_goes_on_with_what_is_left(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    stop = StopSignal()

    def at_a_reading(event: Any) -> None:
        if event.kind == "reading":
            stop.set("SIGINT")

    (found,) = run_passes(job_of(tmp_path), laboratory.home, listeners=[at_a_reading], stop=stop)
    assert found.exit_code == 130
    again, left = resume_passes(None, laboratory.home)
    assert (again.run, again.exit_code, left.exit_code) == (found.run, 0, 0)
    assert laboratory.results()["run"]["adjustment"]["what"] == SAID["adjustment"]
    with pytest.raises(RefusedError) as caught:
        resume_passes(found.run, laboratory.home)
    assert caught.value.code == "nothing-to-resume"


def test_a_pass_as_left_waits_until_somebody_says_what_was_adjusted(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    job = job_of(tmp_path, adjustment="")
    (found,) = run_passes(job, laboratory.home, Adjuster({f"adjusted:{GAUGE}": "stop"}))
    assert (found.exit_code, found.code) == (0, "as-left-open")
    assert between(laboratory) == [("prompt.asked", found.run, ""), ("prompt.answered", found.run, "stop")]
    with pytest.raises(RefusedError) as caught:
        resume_passes(None, laboratory.home)
    assert caught.value.code == "adjustment-not-said"
    (left,) = resume_passes(None, laboratory.home, Adjuster({f"adjusted:{GAUGE}": "zero"}))
    assert left.exit_code == 0
    said = laboratory.results()["run"]["adjustment"]
    assert (said["after"], said["what"], said["why"]) == (found.run, "zero", SAID["because"])
    assert between(laboratory)[2:] == [
        ("prompt.asked", found.run, ""),
        ("prompt.answered", found.run, "zero"),
    ]
    assert laboratory.findings() == ()


def between(laboratory: Any) -> list[tuple[str, str, str]]:
    """Return what the register holds of the questions between both passes."""
    with laboratory.home.open_record(RealClock(), write=False) as record:
        asked = record.events(record.REGISTER, kinds={"prompt.asked", "prompt.answered"})
        return [(event.kind, event.body["run"], event.body.get("answer", "")) for event in asked]


@pytest.mark.slow  # two whole runs of a balance
def test_a_zero_that_is_set_alone_is_an_adjustment_told_by_as_found_and_as_left(laboratory: Any) -> None:
    """METROLOGY 23: a balance's zero key between two result sets; what was found is sealed before."""
    said = {"adjustment": "zero alone", "because": "it had drifted", "person": "w.li"}
    job = Job("balance", "sartorius_quintix224", sim=True, seed=3, **said)
    found, left = run_passes(job, laboratory.home)
    with laboratory.home.open_record(RealClock(), write=False) as record:
        sealed = record.last(found.run, "run.closed")
        begun = next(record.events(left.run, kinds={"run.opened"}))
        told = show(record, left.run)["run"]
        assert record.verify() == ()
    assert sealed is not None
    adjusted = begun.body["adjustment"]
    assert (adjusted["what"], adjusted["why"], adjusted["by"]) == ("zero alone", "it had drifted", "w.li")
    assert (adjusted["after"], adjusted["head"]) == (found.run, sealed.hash)
    assert begun.at >= sealed.at
    assert (told["pass"], told["adjustment"]["what"]) == ("as-left", "zero alone")
