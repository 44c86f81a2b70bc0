"""Every way out of a run ends in the safe state, recorded, and can be gone on from."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import UsageError
from calibrator._home import Home
from calibrator.bench import LiveBench
from calibrator.engine import SimulatedOperator, StopSignal, run
from calibrator.procedure import load
from calibrator.record import Event, Record
from calibrator_drivers.clock import Clock


def at_energise(value: str, do: Callable[[], object]) -> Callable[[Event], None]:
    """Return a listener that acts when a level is about to be energised."""

    def listen(event: Event) -> None:
        if event.kind == "energise" and event.body["value"] == value:
            do()

    return listen


def is_safe_at_the_end(laboratory: Any) -> bool:
    """Say whether the last word on every source that was energised is a confirmed standby."""
    last = laboratory.bodies("safe")[-1]
    return all(item["confirmed"] and item["reported"] == "standby" for item in last["sources"])


def nothing_energised_after_the_fault(laboratory: Any) -> bool:
    kinds = [event.kind for event in laboratory.events()]
    return "energise" not in kinds[kinds.index("fault") :]


@pytest.mark.parametrize("value", ["1", "1000"])
def test_a_stop_makes_safe_and_resume_gives_the_unbroken_results(value: str, laboratory: Any, volts: Any):
    stop = StopSignal()
    outcome = laboratory.run(
        laboratory.job(), then=at_energise(value, lambda: stop.set("SIGTERM")), stop=stop
    )
    assert (outcome.exit_code, outcome.code) == (130, "stopped")
    assert laboratory.bodies("run.closed")[-1]["outcome"] == "interrupted"
    assert is_safe_at_the_end(laboratory)
    assert nothing_energised_after_the_fault(laboratory)
    told = [body["what"] for body in laboratory.bodies("configured")]
    before = next(what["limits_before"] for what in told if "limits_before" in what)
    assert told[-1] == {"limits_restored": before}
    assert laboratory.resume().exit_code == 0
    assert laboratory.bodies("configured")[-1]["what"] == {"limits_restored": before}
    assert laboratory.results() == volts[0].results()
    assert laboratory.findings() == ()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"])
def test_a_signal_on_the_main_thread_stops_the_engine_on_its_own(name: str, laboratory: Any):
    number = getattr(signal, name, None)
    if number is None:
        pytest.skip(f"no {name} here")
    outcome = laboratory.run(laboratory.job(), then=at_energise("1000", lambda: signal.raise_signal(number)))
    assert outcome.exit_code == 130
    assert name in outcome.message
    assert is_safe_at_the_end(laboratory)


class AtThePrompt(SimulatedOperator):
    """A person who presses Ctrl-C where an answer is waited for."""

    def ask(self, prompt: Any) -> Any:
        if prompt.id == "hazard:dcv":
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("the signal should have broken the prompt off")
        return super().ask(prompt)


def test_ctrl_c_breaks_a_prompt_off(laboratory: Any):
    outcome = laboratory.run(laboratory.job(), AtThePrompt())
    assert (outcome.exit_code, outcome.code) == (130, "stopped")
    assert not [body for body in laboratory.bodies("energise") if body["hazard"]]
    assert is_safe_at_the_end(laboratory)


def test_a_stop_is_seen_inside_a_long_wait(laboratory: Any):
    stop = StopSignal()
    outcome = run(
        laboratory.job(),
        laboratory.home,
        progress=lambda now: stop.set("SIGINT") if now.doing == "warm-up" and now.done > 600 else None,
        stop=stop,
    )
    assert outcome.exit_code == 130
    assert 600 < outcome.duration_s < 1000
    assert laboratory.bodies("energise") == []


@pytest.mark.parametrize("prompt", ["warm-up", "connect:dcv", "hazard:dcv"])
def test_a_refused_prompt_stops_before_what_it_guards(prompt: str, laboratory: Any, volts: Any):
    outcome = laboratory.run(laboratory.job(), SimulatedOperator(refuses=frozenset({prompt})))
    assert (outcome.exit_code, outcome.code) == (130, "prompt-refused")
    assert prompt in outcome.message
    assert not [body for body in laboratory.bodies("energise") if body["hazard"]]
    assert is_safe_at_the_end(laboratory)
    assert laboratory.resume().exit_code == 0
    assert laboratory.results() == volts[0].results()


def test_wrong_leads_are_found_by_the_harmless_level(laboratory: Any, volts: Any):
    outcome = laboratory.run(laboratory.job(), SimulatedOperator(connects={"dcv": "current"}))
    assert (outcome.exit_code, outcome.code) == (5, "proof-failed")
    assert [body["value"] for body in laboratory.bodies("energise")] == ["1"]
    assert laboratory.bodies("proof")[0]["passed"] is False
    assert is_safe_at_the_end(laboratory)
    assert laboratory.resume().exit_code == 0
    assert laboratory.results() == volts[0].results()


@pytest.mark.parametrize("wiring", ["ohms4w", "ohms4w-normal"])
def test_sense_leads_that_are_still_on_are_found_before_1000_volts(wiring: str, laboratory: Any, volts: Any):
    """HI and LO are right there: 1 V reads 1 V, and those leads bear 200 V."""
    outcome = laboratory.run(laboratory.job(), SimulatedOperator(connects={"dcv": wiring}))
    assert (outcome.exit_code, outcome.code) == (5, "proof-failed")
    assert "do not belong there" in outcome.message
    assert not [body for body in laboratory.bodies("energise") if body["hazard"]]
    assert laboratory.bodies("proof")[0]["passed"] is True
    assert laboratory.bodies("proof")[-1]["passed"] is False
    assert is_safe_at_the_end(laboratory)
    assert laboratory.resume().exit_code == 0
    assert laboratory.results() == volts[0].results()


@pytest.mark.parametrize("wiring", ["open", "volts", "current"])
def test_a_zero_without_the_short_is_found_before_the_first_point(wiring: str, laboratory: Any):
    outcome = laboratory.run(laboratory.job(("zero",)), SimulatedOperator(connects={"zero": wiring}))
    assert (outcome.exit_code, outcome.code) == (5, "proof-failed")
    assert "less than 1 ohm belongs" in outcome.message
    assert laboratory.bodies("reading") == []
    assert laboratory.resume().exit_code == 0


FAULT = """
[[simulation.faults]]
kind = "{kind}"
instrument = "{instrument}"
at_s = {at_s}
{more}
"""


@dataclass(frozen=True)
class Broken:
    kind: str
    instrument: str
    code: str
    more: str = ""


# 3603 s lies behind warm-up and self-test, in the first points of the section.
BREAKS = [
    Broken("closed", "calibrator", "connection-lost"),
    Broken("closed", "meter", "connection-lost"),
    Broken("garbage", "meter", "unexpected-reply"),
    Broken("garbage", "calibrator", "unexpected-reply"),
    Broken("trip", "calibrator", "output-dropped"),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b.kind} {b.instrument}")
def test_a_lost_or_confused_instrument_ends_safe_and_is_never_energised_again(
    broken: Broken, laboratory: Any
):
    more = FAULT.format(kind=broken.kind, instrument=broken.instrument, at_s=3660.0, more=broken.more)
    outcome = laboratory.run(laboratory.job(bench=laboratory.bench(more=more)))
    assert (outcome.exit_code, outcome.code) == (5, broken.code)
    assert laboratory.bodies("run.closed")[-1]["outcome"] == "stopped"
    assert is_safe_at_the_end(laboratory)
    assert nothing_energised_after_the_fault(laboratory)
    assert laboratory.findings() == ()


def test_a_meter_that_never_answers_again_leaves_the_safe_state_unconfirmed(laboratory: Any):
    more = FAULT.format(kind="closed", instrument="meter", at_s=3660.0, more="for_s = 1e9")
    outcome = laboratory.run(laboratory.job(bench=laboratory.bench(more=more)))
    assert (outcome.exit_code, outcome.code) == (7, "not-safe")
    assert "do not touch" in outcome.message
    last = laboratory.bodies("safe")[-1]["sources"][0]
    assert (last["reported"], last["confirmed"], last["indicated"]) == ("standby", False, None)


def test_a_source_that_never_answers_again_leaves_the_safe_state_unconfirmed(laboratory: Any):
    more = FAULT.format(kind="closed", instrument="calibrator", at_s=3660.0, more="for_s = 1e9")
    outcome = laboratory.run(laboratory.job(bench=laboratory.bench(more=more)))
    assert (outcome.exit_code, outcome.code) == (7, "not-safe")
    assert laboratory.bodies("run.closed")[-1]["exit_code"] == 7


class SmallDisk(Home):
    """A home whose disk is full from a wanted event on, by a limit of the real SQLite."""

    def open_record(self, clock: Clock, *, write: bool = True) -> Record:
        record = super().open_record(clock, write=write)

        def fill(event: Event) -> None:
            if event.kind == "energise" and event.body["value"] == "1000":
                driver: Any = record._store._connection.connection.driver_connection
                driver.execute("PRAGMA max_page_count = 1")

        record.subscribe(fill)
        return record


def test_a_full_disk_makes_safe_first_and_loses_nothing(laboratory: Any, volts: Any):
    heard: list[Event] = []
    outcome = run(laboratory.job(), SmallDisk(laboratory.path), listeners=[heard.append])
    assert (outcome.exit_code, outcome.code) == (5, "disk-full")
    assert outcome.message.count("the disk is full") == 1
    stored = laboratory.events()
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
    assert laboratory.findings() == ()
    log = next(laboratory.home.traffic.glob("*.jsonl")).read_text(encoding="utf-8")
    states = [line for line in log.splitlines() if '"STBY' in line or '"OPER\\n' in line]
    assert '"STBY' in states[-1], "the last command about the output is standby"
    assert laboratory.resume().exit_code == 0
    assert laboratory.results() == volts[0].results()


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on a file's size is POSIX")
def test_a_disk_that_takes_neither_record_nor_traffic_keeps_no_standby_back(laboratory: Any, volts: Any):
    job = {"procedure": "dmm", "uut": "34401A", "sim": True, "seed": 3, "sections": ["dcv"]}
    given = {"home": str(laboratory.path), "what": "run", "job": job, "break": "full"}
    helper = Path(__file__).parent / "engine_job.py"
    done = subprocess.run(
        [sys.executable, str(helper), json.dumps(given | {"at": "energise 1000"})],
        capture_output=True,
        text=True,
        check=True,
    )
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["exit_code"] == 5  # not 7: standby was confirmed by the meter, with nothing written
    assert outcome["code"] in ("disk-full", "disk-error", "traffic")
    assert laboratory.resume().exit_code == 0
    assert laboratory.results() == volts[0].results()
    assert laboratory.findings() == ()


def patch_measure(monkeypatch: pytest.MonkeyPatch, measure: Callable[..., None]) -> None:
    monkeypatch.setattr(type(load("dmm")), "measure", measure)


def test_an_error_of_a_procedure_itself_ends_safe(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    real = type(load("dmm")).measure

    def measure(procedure: Any, bench: Any, point: Any) -> None:
        if isinstance(bench, LiveBench) and point.id == "dcv:100V:+100V":
            bench.source.stage(point.function, point.nominal, point.unit)
            with bench.energised():
                raise ZeroDivisionError("a fault in the procedure")
        real(procedure, bench, point)

    patch_measure(monkeypatch, measure)
    outcome = laboratory.run(laboratory.job())
    assert (outcome.exit_code, outcome.code) == (5, "unexpected")
    assert "ZeroDivisionError" in outcome.message
    assert laboratory.bodies("deenergised")[-1]["confirmed"] is True
    assert is_safe_at_the_end(laboratory)


def test_a_procedure_that_cannot_even_be_planned_opens_no_run(
    laboratory: Any, monkeypatch: pytest.MonkeyPatch
):
    def measure(*given: Any) -> None:
        raise KeyError("settle_min_s")

    patch_measure(monkeypatch, measure)
    with pytest.raises(UsageError, match="settle_min_s") as caught:
        laboratory.run(laboratory.job())
    assert caught.value.code == "procedure-broken"
    assert laboratory.runs() == 0


def test_a_point_above_the_section_is_not_even_sent(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    def measure(procedure: Any, bench: Any, point: Any) -> None:
        bench.source.stage("dci", Decimal("0.5"), "A")

    patch_measure(monkeypatch, measure)
    outcome = laboratory.run(laboratory.job())
    assert (outcome.exit_code, outcome.code) == (5, "above-ceiling")
    log = next(laboratory.home.traffic.glob("*.jsonl")).read_text(encoding="utf-8")
    assert "OUT 0.5 A" not in log
