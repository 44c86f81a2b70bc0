"""Preflight and plan: every point is checked, and what refuses a job says why, where and the way out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import CalibratorError, ConfigurationError, RefusedError, UsageError
from calibrator.engine import Deviation, Job, plan
from calibrator.procedure import Point, Section, load
from calibrator_drivers.clock import RealClock


def codes(refused: Any) -> set[str]:
    return {item.code for item in refused}


def test_the_plan_of_the_default_bench(laboratory: Any):
    made = plan(laboratory.job(None), laboratory.home)
    assert made.refused == ()
    assert (made.mode, made.uut, len(made.points)) == ("simulated", "keysight_34401a", 33)
    gain = [point for point in made.points if point.role]
    assert len(gain) == 17
    # METROLOGY 13: with 1-year figures 6 of the 17 distinct points are below 4:1, and none is refused for it
    assert sum(point.tur < 4 for point in gain if point.tur) == 6
    assert {point.standard for point in gain} == {"SIM-CAL-01"}
    assert [item.code for item in gain[0].refused] == ["is-uut"]
    assert made.duration_s > 3600
    assert [prompt.id for prompt in made.prompts][:3] == ["warm-up", "connect:zero", "connect:zero-open"]
    assert [prompt.id for prompt in made.prompts if prompt.kind == "hazard"] == ["hazard:dcv"]


def test_the_ratio_of_two_specifications_is_kept_apart(laboratory: Any):
    point = next(p for p in plan(laboratory.job(), laboratory.home).points if p.id == "dcv:10V:+10V")
    # 34401A: 0.4 mV (service guide). 5522A, 1 year: 12 ppm of 10 V + 20 µV = 140 µV
    assert point.tar == pytest.approx(0.4e-3 / 0.14e-3, rel=1e-6)
    assert point.tur is not None
    assert point.tur > point.tar  # the maker's 99 % figures are brought to 95 % in U


def test_a_plan_opens_nothing(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from calibrator._home import Home;"
        "from calibrator.engine import Job, plan;"
        f"plan(Job('dmm', '34401A', sim=True), Home.resolve(Path({str(tmp_path / 'home')!r})));"
        "opened = {'calibrator_sim._bench', 'pyvisa_py'} & set(sys.modules);"
        "sys.exit(repr(opened) if opened else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert not (tmp_path / "home" / "record.sqlite").exists()


CERTIFICATE = "key assets.SIM-CAL-01.certificate"
REFUSALS: dict[str, tuple[dict[str, str], str, str]] = {
    "certificate-expired": ({"due = 2027-05-07": "due = 2026-11-22"}, f"{CERTIFICATE}.due", "2026-11-22"),
    "certificate-not-yet": (
        {"issued = 2026-05-07": "issued = 2026-11-24"},
        f"{CERTIFICATE}.issued",
        "doctor",
    ),
    "certificate-too-old": ({"issued = 2026-05-07": "issued = 2023-05-07"}, f"{CERTIFICATE}.issued", "older"),
    "no-wiring": ({"[wirings.volts]": "[wirings.volt]"}, "key wirings.volts", "[wirings.volts]"),
    "above-wiring": (
        {"max_voltage_v = 1000": "max_voltage_v = 999"},
        "key wirings.volts.max_voltage_v; dcv:1000V:+1000V",
        "999 V",
    ),
    "environment-outside": (
        {"[simulation.environment]\ntemperature_c = 23.0": "[simulation.environment]\ntemperature_c = 29.0"},
        "key simulation.environment.temperature_c",
        "28.98",
    ),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_job_is_refused_before_anything_is_opened_in_the_record(code: str, laboratory: Any):
    replaced, place, words = REFUSALS[code]
    bench = laboratory.bench(replaced)
    with pytest.raises(RefusedError) as caught:
        laboratory.run(laboratory.job(bench=bench))
    assert (caught.value.code, caught.value.exit_code) == (code, 4)
    assert words in str(caught.value)
    assert place in caught.value.where
    key = next(iter(replaced.values())).splitlines()[-1]
    lines = bench.read_text(encoding="utf-8").splitlines()
    if code != "no-wiring":  # of what is missing, the place is the table around it
        assert f"{bench}, line {lines.index(key) + 1}, key" in caught.value.where
    assert laboratory.runs() == 0
    assert laboratory.heard == []
    assert list(laboratory.home.traffic.glob("*")) == []


def test_a_certificate_that_ends_during_the_run_is_refused_and_one_of_today_is_not(laboratory: Any):
    """Due days end at the end of the day; the run would be over at 09:00 UTC on the 23rd."""
    today = laboratory.bench({"due = 2027-05-07": "due = 2026-11-23"})
    assert plan(laboratory.job(bench=today), laboratory.home).refused == ()
    laboratory.path.mkdir()
    laboratory.home.lab_file.write_text(
        'name = "L"\ntimezone = "Pacific/Kiritimati"\n', encoding="utf-8"
    )  # UTC+14: there the 23rd ends at 10:00 UTC
    late = laboratory.bench(
        {
            "due = 2027-05-07": "due = 2026-11-23",
            "start = 2026-11-23T08:00:00Z": "start = 2026-11-23T09:30:00Z",
        }
    )
    assert codes(plan(laboratory.job(bench=late), laboratory.home).refused) == {"certificate-expired"}


def test_a_named_deviation_lets_a_refusal_pass_and_is_recorded(laboratory: Any):
    bench = laboratory.bench({"due = 2027-05-07": "due = 2026-11-22"})
    deviation = Deviation("certificate-expired", "sent out on Monday", "A. Person")
    outcome = laboratory.run(laboratory.job(bench=bench, deviations=(deviation,)))
    assert outcome.exit_code == 0
    told = {"code": "certificate-expired", "reason": "sent out on Monday", "by": "A. Person"}
    assert laboratory.bodies("preflight")[0]["deviations"] == [told]


def test_the_same_refusal_at_many_points_is_said_once_with_its_places(laboratory: Any):
    bench = laboratory.bench({"due = 2027-05-07": "due = 2026-11-22"})
    refused = plan(laboratory.job(("dcv", "res4w"), bench=bench), laboratory.home).refused
    assert len(refused) == 1
    assert len(refused[0].points) > 8
    assert refused[0].place.endswith(f"and {len(refused[0].points) - 3} more")


SHORT = 'number = "SIM-CERT-SHORT-001"\nissued = 2026-05-07\ndue = 2027-05-07'


def test_an_artefact_is_a_standard_whose_certificate_must_be_in_force(laboratory: Any):
    bench = laboratory.bench({SHORT: SHORT.replace("2027-05-07", "2026-10-01")})
    with pytest.raises(RefusedError, match=r"SIM-SHORT-01.*due on 2026-10-01") as caught:
        laboratory.run(laboratory.job(("zero",), bench=bench))
    assert (caught.value.code, laboratory.runs()) == ("certificate-expired", 0)
    assert "key assets.SIM-SHORT-01.certificate.due; dcv:0.1V:0V" in caught.value.where
    assert plan(laboratory.job(("dcv",), bench=bench), laboratory.home).refused == ()  # not used there
    passing = Deviation("certificate-expired", "sent out on Monday", "A. Person")
    job = laboratory.job(("zero",), bench=bench, deviations=(passing,))
    assert plan(job, laboratory.home).refused == ()


def test_a_deviation_that_nothing_needs_is_refused(laboratory: Any):
    deviation = Deviation("environment-outside", "because", "A. Person")
    with pytest.raises(RefusedError, match="not needed") as caught:
        laboratory.run(laboratory.job(deviations=(deviation,)))
    assert (caught.value.code, caught.value.where) == ("deviation-not-needed", "--deviation")
    assert laboratory.runs() == 0


@pytest.mark.parametrize(
    ("code", "reason", "by", "found", "hint"),
    [
        ("environment", "because", "P", "unknown-deviation", "environment-outside"),
        ("above-wiring", "because", "P", "unknown-deviation", "certificate-expired"),
        ("certificate-expired", " ", "P", "deviation-incomplete", "CODE=REASON"),
        ("certificate-expired", "because", "", "deviation-incomplete", "--person"),
    ],
)
def test_a_deviation_is_one_that_a_named_person_may_answer_for(
    code: str, reason: str, by: str, found: str, hint: str, laboratory: Any
):
    with pytest.raises(UsageError) as caught:
        plan(laboratory.job(deviations=(Deviation(code, reason, by),)), laboratory.home)
    assert (caught.value.code, caught.value.where) == (found, "--deviation")
    assert hint in caught.value.way_out


def test_a_figure_that_a_budget_needs_may_not_be_missing(laboratory: Any):
    line = 'emf_v = { half_width = 1.0e-6, source = "copper terminals and leads, within 2 K", '
    bench = laboratory.bench({f'{line}status = "memory_high" }}\n': ""})
    refused = plan(laboratory.job(bench=bench), laboratory.home).refused
    assert codes(refused) == {"figure-missing"}
    assert "[wirings.volts]" in refused[0].reason


def test_unknown_names_are_refused_with_the_nearest(laboratory: Any):
    cases: list[tuple[Job, str, str]] = [
        (replace(laboratory.job(), procedure="dmn"), "unknown-procedure", "dmm"),
        (replace(laboratory.job(), uut="34401B"), "unknown-uut", "34401A"),
        (laboratory.job(("dvc",)), "unknown-section", "dcv"),
        (laboratory.job(interval="1yr"), "unknown-interval", "1y"),
        (laboratory.job(rule="guard-band"), "unknown-rule", "guard-band-u"),
        (laboratory.job(sim=False), "no-bench", "--sim"),
    ]
    for job, code, hint in cases:
        with pytest.raises(UsageError) as caught:
            plan(job, laboratory.home)
        assert (caught.value.code, caught.value.exit_code) == (code, 2)
        assert hint in caught.value.way_out


@pytest.mark.parametrize("text", ["34401A", "34401a", "keysight_34401a", "SIM-DMM-01", "meter", "34401"])
def test_the_uut_may_be_named_in_many_ways(text: str, laboratory: Any):
    assert plan(replace(laboratory.job(), uut=text), laboratory.home).uut == "keysight_34401a"


def test_a_part_of_a_name_is_enough_where_one_table_has_it(laboratory: Any):
    """`prove --uut` took a part of a table's name, and `run --uut` did not."""
    job = replace(laboratory.job(), procedure="balance", sections=())
    found = plan(replace(job, uut="quintix"), laboratory.home)
    assert found.uut == "sartorius_quintix224"
    with pytest.raises(UsageError) as several:
        plan(replace(job, uut="class_iii_scale"), laboratory.home)
    assert several.value.code == "uut-ambiguous"
    assert "class_iii_scale_15kg, class_iii_scale_6_15kg" in several.value.what
    other = replace(laboratory.job(bench=laboratory.bench({})), uut="34461")  # a table, but not on this bench
    with pytest.raises(UsageError) as absent:
        plan(other, laboratory.home)
    assert absent.value.code == "unknown-uut"


def test_a_uut_without_a_point_table_is_refused(laboratory: Any):
    with pytest.raises(UsageError, match="no point table") as caught:
        plan(replace(laboratory.job(), uut="5522A"), laboratory.home)
    assert "keysight_34401a" in caught.value.way_out


def test_a_wrong_key_of_the_bench_file_is_named_with_file_and_line(laboratory: Any):
    bench = laboratory.bench({"[wirings.volts]": "[wirings.volts]\nmax_volts = 5"})
    with pytest.raises(ConfigurationError) as caught:
        laboratory.run(laboratory.job(bench=bench))
    assert "line" in caught.value.where
    assert "max_voltage_v" in caught.value.way_out


def test_what_the_simulator_refuses_is_told_in_its_own_words(laboratory: Any):
    bench = laboratory.bench({"[simulation]\nseed = 1": "[simulation]\nseeds = 1"})
    with pytest.raises(CalibratorError) as caught:
        laboratory.run(laboratory.job(bench=bench, seed=None))
    assert caught.value.exit_code == 2
    line = bench.read_text(encoding="utf-8").splitlines().index("seeds = 1") + 1
    assert caught.value.where == f"{bench}, line {line}, key simulation.seeds"


def test_a_word_that_the_simulator_does_not_know_is_named_with_its_line(laboratory: Any):
    bench = laboratory.bench(more='[[simulation.faults]]\nkind = "identitty"\ninstrument = "calibrator"\n')
    with pytest.raises(CalibratorError) as caught:
        laboratory.run(laboratory.job(bench=bench))
    line = bench.read_text(encoding="utf-8").splitlines().index('kind = "identitty"') + 1
    assert caught.value.where == f"{bench}, line {line}, key simulation.faults[0].kind"


def test_a_home_that_another_process_writes_in_refuses_the_job(laboratory: Any):
    with laboratory.home.open_record(RealClock()), pytest.raises(RefusedError) as caught:
        laboratory.run(laboratory.job())
    assert (caught.value.code, caught.value.exit_code) == ("home-in-use", 4)


def test_an_answer_that_nobody_understands_is_refused_before_a_run_is_opened(laboratory: Any, tmp_path: Path):
    answers = tmp_path / "answers.toml"
    answers.write_text('[answers]\n"*" = "yes"\n"warm-up" = "lots"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="lots") as caught:
        laboratory.run(laboratory.job(answers=answers, interactive=False))
    assert caught.value.where == f"{answers}, line 3, key answers.warm-up"
    assert laboratory.runs() == 0


def edit_points(monkeypatch: pytest.MonkeyPatch, edit: Callable[[Section], Section]) -> None:
    kind: Any = type(load("dmm"))
    real = kind.sections
    monkeypatch.setattr(
        kind, "sections", lambda procedure, model: tuple(edit(s) for s in real(procedure, model))
    )


def test_a_point_beyond_the_standards_range(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    def beyond(section: Section) -> Section:
        points = (replace(section.points[-1], nominal=Decimal(2000)),)
        return replace(section, points=points) if section.id == "dcv" else section

    edit_points(monkeypatch, beyond)
    wide = laboratory.bench({"max_voltage_v = 1000": "max_voltage_v = 3000"})
    refused = plan(laboratory.job(("dcv",), bench=wide), laboratory.home).refused
    assert "out-of-range" in codes(refused)
    assert "2000" in refused[0].reason


def without(point: Point, key: str) -> Point:
    return replace(point, settings={name: value for name, value in point.settings.items() if name != key})


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda s: replace(s, proof=None), "no-proof"),
        (lambda s: replace(s, proof=replace(s.proof, value=Decimal(10))), "proof-too-large"),
        (
            lambda s: replace(s, lead_checks=(replace(s.lead_checks[0], value=Decimal(10_000)),)),
            "proof-too-large",
        ),
        (lambda s: replace(s, points=(replace(s.points[0], limits={}),)), "no-limit"),
        (lambda s: replace(s, points=(without(s.points[0], "input_conductance_s"),)), "figure-missing"),
    ],
)
def test_a_table_that_would_not_be_safe_or_complete(
    edit: Any, code: str, laboratory: Any, monkeypatch: pytest.MonkeyPatch
):
    edit_points(monkeypatch, lambda s: edit(s) if s.id == "dcv" else s)
    assert code in codes(plan(laboratory.job(), laboratory.home).refused)


def test_a_unit_that_does_not_fit_its_function(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    edit_points(
        monkeypatch,
        lambda s: replace(s, points=(replace(s.points[0], unit="A"),)) if s.id == "dcv" else s,
    )
    with pytest.raises(UsageError, match="does not fit") as caught:
        plan(laboratory.job(), laboratory.home)
    assert caught.value.code == "unit-mismatch"


def test_the_meters_test_current_is_held_against_the_source(laboratory: Any, monkeypatch: pytest.MonkeyPatch):
    """On its 10 Mohm range a 34401A drives 500 nA; a 5522A allows 1 µA to 50 µA at 200 kohm."""

    def small(section: Section) -> Section:
        point = replace(section.points[0], nominal=Decimal(200_000), range=Decimal(10_000_000))
        return replace(section, points=(point,)) if section.id == "res4w-high" else section

    assert plan(laboratory.job(("res4w-high",)), laboratory.home).refused == ()
    edit_points(monkeypatch, small)
    made = plan(laboratory.job(("res4w-high",)), laboratory.home)
    assert codes(made.refused) == {"test-current"}
    assert "5e-07 A" in made.refused[0].reason


FAULT = '[[simulation.faults]]\nkind = "identity"\ninstrument = "calibrator"\ntext = "{text}"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FLUKE,5520A,SIM5522001,1.0+1.3+2.0+*", "wrong-identity"),
        ("FLUKE,5522A,SIM5522009,1.0+1.3+2.0+*", "wrong-serial"),
    ],
)
def test_another_instrument_at_the_address_is_refused(text: str, code: str, laboratory: Any):
    bench = laboratory.bench(more=FAULT.format(text=text))
    with pytest.raises(RefusedError) as caught:
        laboratory.run(laboratory.job(bench=bench))
    assert caught.value.code == code
    assert "instruments.calibrator" in caught.value.where
    assert laboratory.runs() == 0


def test_an_address_where_nothing_answers(laboratory: Any):
    lines = {f'serial = "{s}"\n': f'serial = "{s}"\nresource = "TCPIP0::127.0.0.1::{port}::SOCKET"\n'
             for s, port in (("SIM5522001", 9), ("SIM34401001", 10))}  # fmt: skip
    text = laboratory.bench().read_text(encoding="utf-8")
    for old, new in lines.items():
        text = text.replace(old, new, 1)
    bench = laboratory.bench()
    bench.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match="::9::SOCKET") as caught:
        laboratory.run(laboratory.job(bench=bench, seed=None))
    assert caught.value.code == "connect-failed"
    with pytest.raises(UsageError, match="seed"):
        laboratory.run(laboratory.job(bench=bench))
