"""A whole run over the real simulator: what is recorded, in which order, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator.engine import Progress, ReviewDecision, SimulatedOperator, run
from calibrator.evaluation import recompute
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock


def test_the_whole_table_passes_and_recomputes(whole: Any):
    place, outcome = whole
    assert (outcome.exit_code, outcome.verdict, outcome.mode) == (0, "pass", "simulated")
    assert len(place.results()["points"]) == 33
    assert outcome.duration_s > 3600  # the warm-up, in simulated time
    assert outcome.wall_s < outcome.duration_s
    assert place.findings() == ()
    with place.home.open_record(RealClock(), write=False) as record:
        assert recompute(record, record.find_run("last")) == ()


def test_the_first_events_say_what_was_asked_before_anything_is_energised(whole: Any):
    place, _ = whole
    kinds = [event.kind for event in place.events()]
    assert kinds[:6] == [
        "run.opened", "instruments.identified", "references.fixed", "preflight", "guard.started",
        "step.begun",
    ]  # fmt: skip
    opened = place.bodies("run.opened")[0]
    assert (opened["mode"], opened["complete"], opened["seed"], opened["interval"]) == (
        "simulated",
        True,
        3,
        "1y",
    )
    assert (opened["interval_condition"], opened["uut"]["customer"]) == (None, None)
    guard = place.bodies("guard.started")[0]
    assert guard["possible"] is False
    assert "dies with it" in guard["reason"]


def test_sections_that_were_not_in_the_job_have_their_titles_recorded(whole: Any, volts: Any):
    titles = [place.bodies("run.opened")[0]["procedure"]["section_titles"] for place, _ in (whole, volts)]
    assert titles[0] == titles[1]
    assert {section.id for section in load("dmm").sections("keysight_34401a")} == set(titles[1])


def test_limits_of_24_hours_are_asked_about_and_their_condition_is_recorded(laboratory: Any):
    customer = 'uut = true\ncustomer = { name = "Works Ltd", address = "1 Port Road" }'
    bench = laboratory.bench({"uut = true": customer})
    laboratory.run(laboratory.job(("dci",), interval="24h", bench=bench))
    opened = laboratory.bodies("run.opened")[0]
    assert opened["interval_condition"] == {
        "within_h": 24,
        "temperature_c": "1",
        "relative_to": "the calibration standards",
    }
    assert opened["uut"]["customer"] == {"name": "Works Ltd", "address": "1 Port Road"}
    asked = next(b for b in laboratory.bodies("prompt.asked") if b["prompt"] == "interval:24h")
    assert "relative to the calibration standards" in asked["text"]["en"]
    answered = next(b for b in laboratory.bodies("prompt.answered") if b["prompt"] == "interval:24h")
    assert (answered["answer"], answered["how"]) == ("yes", "simulated operator")


def test_every_energising_is_recorded_before_its_readings_and_closed_after(whole: Any):
    place, _ = whole
    on: dict[str, Any] = {}
    for event in place.events():
        if event.kind == "energise":
            assert not on, "energised twice"
            on = dict(event.body)
        elif event.kind == "reading" and event.body["applied"] is not None:
            assert on["point"] == event.body["point"]
            assert float.fromhex(event.body["applied"]) == float(on["value"])
        elif event.kind == "deenergised":
            assert event.body["confirmed"] is True
            on = {}
        elif event.kind in ("step.done", "prompt.asked", "safe"):
            assert not on, f"{event.kind} while energised"
    assert not on


def test_proof_and_acknowledgement_come_before_what_needs_them(whole: Any):
    place, _ = whole
    proved, released, section = set(), set(), ""
    for event in place.events():
        body = event.body
        if event.kind == "prompt.asked" and body["kind"] == "connect":
            section, proved, released = body["prompt"].partition(":")[2], set(), set()
        elif event.kind == "proof":
            assert body["passed"]
            proved.add(body["section"])
        elif event.kind == "prompt.answered" and body["prompt"].startswith("hazard:"):
            released.add(body["prompt"].partition(":")[2])
        elif event.kind == "energise":
            assert body["point"] == f"proof:{section}" or section in proved
            assert body["hazard"] == (body["function"] == "dcv" and abs(float(body["value"])) > 60)
            assert not body["hazard"] or section in released


def test_the_output_is_at_zero_and_looked_at_before_the_leads_move(whole: Any):
    place, _ = whole
    safe = [(e.body["reason"], e.body["sources"]) for e in place.events(kinds={"safe"})]
    assert [reason for reason, _ in safe] == ["before the leads move"] * 6
    assert all(
        source["confirmed"] and source["reported"] == "standby" for _, found in safe for source in found
    )
    units = [found[0]["unit"] for _, found in safe]
    assert units == ["", "", "V", "V", "V", "A"]  # no source stands behind a short and open terminals


def test_the_limits_of_the_source_are_those_of_the_section(whole: Any):
    place, _ = whole
    what = [body["what"]["limits"] for body in place.bodies("configured") if "limits" in body["what"]]
    told = [{unit: float.fromhex(value) for unit, value in limits.items()} for limits in what]
    assert told == [
        {"V": 1000.0, "A": 0.001},  # dcv
        {"V": 1.0, "A": 0.001},  # res4w: neither is needed, so the harmless levels hold
        {"V": 1.0, "A": 0.001},  # res4w-high
        {"V": 1.0, "A": 2.0},  # dci
    ]


def test_the_limits_of_the_source_are_put_back_as_they_were(whole: Any):
    """The 5522A keeps them in non-volatile memory: without that it would refuse the next user's 10 V."""
    place, _ = whole
    told = [body["what"] for body in place.bodies("configured")]
    before = [what["limits_before"] for what in told if "limits_before" in what]
    assert [{unit: [float.fromhex(x) for x in pair] for unit, pair in one.items()} for one in before] == [
        {"V": [-1020.0, 1020.0], "A": [-20.5, 20.5]}
    ]
    assert told[-1] == {"limits_restored": before[0]}
    log = place.home.traffic / place.bodies("run.closed")[0]["traffic"]["file"]
    sent = [line for line in log.read_text(encoding="utf-8").splitlines() if "LIMIT " in line]
    assert "LIMIT 1020 V, -1020 V" in sent[-2]
    assert "LIMIT 20.5 A, -20.5 A" in sent[-1]


def test_the_closing_event_names_traffic_and_what_was_not_tested(whole: Any, volts: Any):
    place, outcome = whole
    closing = place.bodies("run.closed")[0]
    log = place.home.traffic / closing["traffic"]["file"]
    assert log.stat().st_size == closing["traffic"]["bytes"]
    assert (closing["outcome"], closing["not_tested"]) == ("completed", [])
    assert closing["head"] == place.events()[-2].hash
    partial = volts[0].bodies("run.closed")[0]
    assert len(partial["not_tested"]) == 33 - 6
    assert volts[0].bodies("run.opened")[0]["complete"] is False
    assert outcome.duration_s == float.fromhex(closing["duration_s"])


def test_readings_carry_what_they_were_taken_with(volts: Any):
    place, _ = volts
    settings = load("dmm").sections("keysight_34401a")[2].points[0].settings
    readings = place.bodies("reading")
    uses = ["discard"] * int(settings["discard"]) + ["result"] * int(settings["readings"])
    first = [body for body in readings if body["point"] == "dcv:0.1V:+0.1V"]
    assert [body["use"] for body in first] == uses
    assert [body["index"] for body in first] == list(range(1, len(uses) + 1))
    log = (place.home.traffic / place.bodies("run.closed")[0]["traffic"]["file"]).read_bytes()
    line = log[readings[0]["traffic"] :].partition(b"\n")[0]
    assert readings[0]["raw"].strip().encode() in line or b"READ?" in line
    assert readings[0]["asset"] == "SIM-DMM-01"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_results_and_another_seed_others(laboratory: Any, volts: Any):
    laboratory.run(laboratory.job(sections=("dcv",)))
    assert laboratory.results() == volts[0].results()
    laboratory.run(laboratory.job(sections=("dcv",), seed=4))
    ours, theirs = laboratory.results()["points"], volts[0].results()["points"]
    assert all(a["readings"] != b["readings"] for a, b in zip(ours, theirs, strict=True))


def test_a_unit_outside_its_specification_fails_and_is_named(laboratory: Any):
    outside = 'error = "outside"\noutside = ["dcv:10V"]'
    bench = laboratory.bench({'error = "inside"': outside})
    outcome = laboratory.run(laboratory.job(bench=bench))
    assert (outcome.exit_code, outcome.verdict) == (1, "fail")
    assert "dcv:10V:+10V" in outcome.message
    flags = laboratory.bodies("review")[0]["flags"]
    assert {"point": "dcv:10V:+10V", "why": "failed"} in flags


def test_a_repeat_keeps_every_version_and_counts_because_of_its_reason(laboratory: Any, volts: Any):
    operator = SimulatedOperator(repeats={"dcv": ("dcv:0.1V:+0.1V",)})
    outcome = laboratory.run(laboratory.job(), operator)
    assert outcome.exit_code == 0
    steps = [body["step"] for body in laboratory.bodies("step.done")]
    assert steps[-4:] == ["review:dcv", "point:dcv:0.1V:+0.1V#2", "review:dcv#2", "close:dcv"]
    gone = laboratory.bodies("readings.discarded")
    assert len(gone) == 1
    assert gone[0]["reason"] == "asked of the simulated operator (simulated operator)"
    point = next(p for p in laboratory.results()["points"] if p["id"] == "dcv:0.1V:+0.1V")
    before = next(p for p in volts[0].results()["points"] if p["id"] == "dcv:0.1V:+0.1V")
    assert (point["attempt"], point["attempts"]) == (2, 2)
    assert point["readings"] != before["readings"]
    before_that, after_it = (len(place.bodies("reading")) for place in (volts[0], laboratory))
    assert after_it == before_that + len(gone[0]["seqs"])


class _NoReason(SimulatedOperator):
    def review(self, review: Any) -> ReviewDecision:
        return ReviewDecision(("dcv:1V:+1V",), "", "P")


def test_a_repeat_without_a_reason_is_refused(laboratory: Any):
    outcome = laboratory.run(laboratory.job(), _NoReason())
    assert (outcome.exit_code, outcome.code) == (5, "reason-missing")
    assert laboratory.bodies("readings.discarded") == []


def test_a_point_that_does_not_settle_is_flagged_and_leaves_the_run_undetermined(laboratory: Any):
    bench = laboratory.bench(more="[simulation.effects]\nnoise = 2000.0\n")
    outcome = laboratory.run(laboratory.job(("zero-open",), bench=bench))
    blocks = laboratory.bodies("settled")
    assert [block["criterion_met"] for block in blocks].count(False) > 0
    flags = laboratory.bodies("review")[0]["flags"]
    assert {flag["why"] for flag in flags} >= {"unsettled"}
    assert (outcome.exit_code, outcome.verdict) == (3, "undetermined")
    assert {fault["code"] for fault in laboratory.bodies("fault")} == {"not-settled"}
    assert laboratory.bodies("run.closed")[0]["outcome"] == "completed"


def test_progress_tells_what_happens_and_a_failing_listener_harms_nothing(laboratory: Any):
    seen: list[Progress] = []

    def broken(event: object) -> None:
        raise ValueError("a listener's own fault")

    outcome = run(laboratory.job(("zero-open",)), laboratory.home, listeners=[broken], progress=seen.append)
    assert outcome.exit_code == 0
    assert {item.doing for item in seen} == {"warm-up", "self-test", "settle", "read"}
    waits = [item for item in seen if item.doing == "warm-up"]
    assert all(0 <= item.done <= item.total == 3600.0 for item in waits)


def test_the_24_hour_limits_ask_first(laboratory: Any):
    laboratory.run(laboratory.job(("zero-open",), interval="24h"))
    assert laboratory.bodies("prompt.asked")[0]["prompt"] == "interval:24h"
    assert laboratory.results()["points"][0]["interval"] == "24h"
