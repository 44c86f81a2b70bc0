"""Session checks of an oscillator, a thermometer, weights and a controller, and of a batch (METROLOGY 24)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import calibrator_procedures
from calibrator._errors import ConfigurationError
from calibrator.engine import Job, Outcome, SimulatedOperator, StopSignal, plan
from calibrator.evaluation import recompute, show
from calibrator.procedure import load
from calibrator.standards import load_bench
from calibrator_drivers.clock import RealClock

ROOM = Path(calibrator_procedures.__file__).parent
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "simulated-session-check.toml"
AC_WINDOW = 'source = "as at +10 V"\nsettle_window = 50e-6'
AC_WIDE = 'source = "as at +10 V"\nsettle_window = 5e-3'
CHECKED = {
    "frequency": ("SIM-UNIT-31", ["SIM-GPSDO-01"]),
    "pressure": ("SIM-GAUGE-31", ["SIM-PRESS-01"]),
    "thermometer": ("SIM-PT100-31", ["SIM-PRT-01", "SIM-READOUT-01", "SIM-DAQ-01"]),
    "balance": ("SIM-BAL-31", ["SIM-WEIGHTS-01"]),
    "calibrator_dc": ("SIM-UNIT-31", ["SIM-3458A-01"]),  # its check standard is a source
}
CONDITIONAL = {"calibrator_dc": 3}  # a 5522A against a 3458A: the ratio is near one
SECOND = """
[instruments.second]
asset = "SIM-GAUGE-02"
model = "additel_681"
serial = "SIMADT0002"
uut = true

[instruments.check]
asset = "SIM-CHK-01"
model = "additel_681"
serial = "SIMADT0900"

[wirings.check]
title = { en = "Check gauge on the manifold", zh = "核查压力表接在管路上" }
from = "pace"
to = "check"
max_pressure_pa = 700000

[assets.SIM-CHK-01]
model = "additel_681"
manufacturer = "Additel"
serial = "SIMADT0900"
role = "check standard"

[session_check]
meter = "check"
"""


def text_of(procedure: str) -> str:
    return (ROOM / procedure / "bench-checked.toml").read_text(encoding="utf-8")


def bench_of(folder: Path, procedure: str, *changes: tuple[str, str]) -> Path:
    text = text_of(procedure)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def batch_bench(folder: Path, limit: str = "2000") -> Path:
    """Write the line of two gauges with a check gauge on the same controller."""
    text = load("lab_line").info.simulated_bench
    points = "".join(
        f'[[session_check.point]]\nwiring = "check"\nfunction = "pressure"\nnominal = {nominal}\n'
        f"range = 1000000\nsettle_min_s = 5.0\nsettle_window = 50\nreadings = 2\nreference = 0\n"
        f'limit = {limit}\nstatus = "checked"\nsource = "invented for the tests"\n'
        for nominal in (200000, 400000, 600000)
    )
    text = text.replace("max_pressure_pa = 700000", "max_pressure_pa = 700000\nunits = { second = {} }", 1)
    text = text.replace("[environment]", f"{SECOND}{points}\n[environment]", 1)
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def shown_of(laboratory: Any, outcome: Outcome) -> list[Any]:
    with laboratory.home.open_record(RealClock(), write=False) as record:
        runs = [outcome.run, *(item.run for item in outcome.further)]
        for run in runs:
            assert recompute(record, run, traffic=laboratory.home.traffic) == ()
        assert record.verify() == ()
        return [show(record, run) for run in runs]


@pytest.mark.parametrize("procedure", CHECKED)
def test_a_shipped_bench_checks_its_standard_and_is_asked_for_by_its_own_unit(
    procedure: str, laboratory: Any
) -> None:
    uut, standards = CHECKED[procedure]
    made = plan(Job(procedure, uut, sim=True), laboratory.home)
    assert made.refused == ()
    assert made.session_check is not None
    assert list(made.session_check.standards) == standards
    assert 3 <= len(made.session_check.points) <= 5
    # nobody who names the model gets the longer bench unawares
    model = next(item for item in load_bench(text_of(procedure), "b").instruments.values() if item.uut).model
    assert plan(Job(procedure, model, sim=True), laboratory.home).session_check is None


def test_one_check_of_the_standard_serves_every_unit_of_a_batch(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    job = Job("lab_line", "SIM-GAUGE-01", bench=batch_bench(tmp_path), seed=3, further=("SIM-GAUGE-02",))
    outcome = laboratory.run(job)
    assert (outcome.exit_code, len(outcome.further)) == (0, 1), outcome.message
    shown = shown_of(laboratory, outcome)
    assert [item["run"]["session_check"]["state"] for item in shown] == ["passed", "passed"]
    assert shown[0]["run"]["session_check"] == shown[1]["run"]["session_check"]
    read = []
    for run in (outcome.run, outcome.further[0].run):
        bodies = [event.body for event in laboratory.events(run, kinds={"reading"})]
        read.append([b["value"] for b in bodies if "check:" in b["point"] and b["use"] == "result"])
    assert read[0] == read[1]
    assert len(read[0]) == 2 * 3 * 2  # once for both: two phases, three points, two readings
    # the ladder of METROLOGY 3 stands before each phase: a hundredth is read, a tenth holds
    for run in (outcome.run, outcome.further[0].run):
        bodies = [event.body for event in laboratory.events(run, kinds={"proof"})]
        proofs = [(body["expect"], body["passed"]) for body in bodies if "check" in body["section"]]
        assert proofs == [("read", True), ("hold", True)] * 2


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["opening", "closing"])
def test_a_batch_that_broke_in_its_check_goes_on(
    phase: str, laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    job = Job("lab_line", "SIM-GAUGE-01", bench=batch_bench(tmp_path), seed=3, further=("SIM-GAUGE-02",))
    whole = type(laboratory)(tmp_path / "unbroken")
    unbroken = shown_of(whole, whole.run(job))
    stop = StopSignal()

    def in_the_check(event: Any) -> None:
        if event.kind == "reading" and event.body["point"].startswith(f"{phase}-check:pressure:1000000Pa:+4"):
            stop.set("SIGINT")

    assert laboratory.run(job, then=in_the_check, stop=stop).exit_code == 130
    again = laboratory.resume()
    assert (again.exit_code, len(again.further)) == (0, 1)
    for one, other in zip(shown_of(laboratory, again), unbroken, strict=True):
        assert one["run"]["session_check"] == other["run"]["session_check"]
        assert [point["error"] for point in one["points"]] == [point["error"] for point in other["points"]]


@pytest.mark.slow
def test_a_closing_check_that_fails_leaves_every_unit_of_a_batch_provisional(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    path = batch_bench(tmp_path)
    lower = (
        '[wirings.lower]\ntitle = { en = "far below", zh = "远低处" }\nfrom = "pace"\nto = "check"\n'
        "max_pressure_pa = 700000\nheights_m = { check = -100.0 }\n\n[session_check]\n"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("[session_check]\n", lower, 1), encoding="utf-8")
    job = Job("lab_line", "SIM-GAUGE-01", bench=path, seed=3, further=("SIM-GAUGE-02",))
    outcome = laboratory.run(job, SimulatedOperator(connects={"closing-check:check": "lower"}))
    assert outcome.exit_code == 3
    shown = shown_of(laboratory, outcome)
    assert [item["run"]["session_check"]["provisional"] for item in shown] == [True, True]


@pytest.mark.slow
def test_alternating_volts_are_checked_at_their_frequency(laboratory: Any, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    old = 'function = "dcv"\nnominal = -10\nrange = 10\nreference = 0.0\nlimit = 140e-6'
    new = 'function = "acv"\nnominal = 10\nrange = 10\nfrequency_hz = 1000\nreference = 0.0\nlimit = 10e-3'
    assert old in text
    path = tmp_path / "bench.toml"
    path.write_text(text.replace(f"{old}\n", f"{new}\n").replace(AC_WINDOW, AC_WIDE, 1), encoding="utf-8")
    outcome = laboratory.run(Job("dmm", "SIM-DMM-01", bench=path, sections=("zero-open",)))
    assert outcome.exit_code == 0, outcome.message
    (shown,) = shown_of(laboratory, outcome)
    check = shown["run"]["session_check"]
    assert check["state"] == "passed"
    assert "acv:10V:+10V:1000Hz" in {item["id"] for item in check["control"]}


@pytest.mark.slow
def test_limits_of_recorded_checks_count_a_batch_once(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    path = batch_bench(tmp_path)
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("reference = 0", "limit = ", 'source = "invented', 'status = "checked"'))
    ]
    path.write_text(
        "\n".join(kept).replace('meter = "check"', 'meter = "check"\nbaseline = 4'), encoding="utf-8"
    )
    job = Job("lab_line", "SIM-GAUGE-01", bench=path, seed=3, further=("SIM-GAUGE-02",))
    for number in range(3):
        shown = shown_of(laboratory, laboratory.run(job))[1]
        assert {item["checks"] for item in shown["run"]["session_check"]["control"]} == {number}


@pytest.mark.slow
@pytest.mark.parametrize("procedure", CHECKED)
def test_the_standard_is_in_control_at_both_ends(procedure: str, laboratory: Any) -> None:
    uut, standards = CHECKED[procedure]
    outcome = laboratory.run(Job(procedure, uut, sim=True))
    assert outcome.exit_code == CONDITIONAL.get(procedure, 0), outcome.message
    (shown,) = shown_of(laboratory, outcome)
    check = shown["run"]["session_check"]
    assert (check["state"], check["standards"], check["unchecked"]) == ("passed", standards, [])
    assert {item["id"].partition(":")[0] for item in shown["points"]}.isdisjoint({"opening-check"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("procedure", "change"),
    [
        # the check counter's oscillator is 10 Hz off what it was, an oscillator that sees no satellites
        ("frequency", ("reference = 0.0", "reference = 10.0")),
        (
            "frequency",
            ('joins = ["oscillator"]', 'joins = ["oscillator"]\nantenna = false'),
        ),
        ("thermometer", ("reference = 0.0", "reference = 0.5")),
        # a meter that reads 1 mV more than it did at 10 V of the check calibrator
        ("calibrator_dc", ("reference = 0.0", "reference = -0.001")),
        # a check weight that somebody has exchanged for one of class M1
        (
            "balance",
            (
                'serial = "SIMC200", nominal_g = 200, class = "E2"',
                'serial = "SIMC299", nominal_g = 200, class = "M1"',
            ),
        ),
    ],
)
def test_a_standard_that_is_off_measures_nothing(
    procedure: str, change: tuple[str, str], laboratory: Any, tmp_path: Path
) -> None:
    uut, _ = CHECKED[procedure]
    outcome = laboratory.run(Job(procedure, uut, bench=bench_of(tmp_path, procedure, change)))
    assert (outcome.exit_code, outcome.code) == (5, "opening-check-failed"), outcome.message
    assert all("check:" in body["point"] for body in laboratory.bodies("reading"))


@pytest.mark.parametrize(
    ("procedure", "old", "new", "code"),
    [
        ("frequency", 'role = "check standard"', 'role = "uut"', "check-standard-role"),
        ("thermometer", "nominal = 45", "nominal = 55", "check-level"),
        (
            "thermometer",
            "max_temperature_c = 150\n\n[session",
            "max_temperature_c = 40\n\n[session",
            "above-wiring",
        ),
        ("balance", "due = 2027-05-07", "due = 2026-05-08", "certificate-expired"),
        # a source that is kept for checks must give the value, and the standard's certificate must stand
        ("calibrator_dc", 'model = "fluke_5730a"', 'model = "keysight_34401a"', "no-role"),
        ("calibrator_dc", 'role = "check standard"', 'role = "artefact"', "check-standard-role"),
        ("calibrator_dc", "due = 2027-05-07", "due = 2026-05-08", "certificate-expired"),
        ("calibrator_dc", "nominal = 10\nrange = 10", "nominal = 40\nrange = 100", "check-level"),
    ],
)
def test_what_stands_against_the_check_refuses_the_job(
    procedure: str, old: str, new: str, code: str, laboratory: Any, tmp_path: Path
) -> None:
    path = bench_of(tmp_path, procedure, (old, new))
    refused = plan(Job(procedure, CHECKED[procedure][0], bench=path), laboratory.home).refused
    assert code in {item.code for item in refused}


@pytest.mark.parametrize(
    ("procedure", "old", "new", "code"),
    [
        (
            "thermometer",
            'parts = { standard = "readout", uut = "daq" }\nchannels = { standard = 1, uut = 102 }',
            'parts = { uut = "daq" }\nchannels = { uut = 102 }',
            "check-wiring",
        ),
        ("balance", 'against = "check-c50"', 'against = "check-w50"', "check-wiring"),
        # a wiring on which the check calibrator is not
        ("calibrator_dc", 'wiring = "check-volts"', 'wiring = "volts"', "check-wiring"),
        ("balance", 'empty = "check-empty"', 'empty = "chek-empty"', "unknown-wiring"),
    ],
)
def test_a_comparison_that_compares_nothing_is_refused(procedure: str, old: str, new: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_bench(text_of(procedure).replace(old, new), "bench.toml")
    assert caught.value.code == code
    assert "session_check.point" in caught.value.where
