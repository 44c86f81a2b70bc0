"""Whole jobs in bath and block by the command line: sockets, engine, record and certificate."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calibrator.cli import main
from calibrator.procedure import load

NAMES = ("thermometer", "dry_block", "thermocouple")
JOB = Path(__file__).parents[1] / "calibrator" / "engine" / "engine_job.py"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Cli = Callable[..., Done]


@pytest.fixture
def calibrator(capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line in this process, with a home; instruments stay behind their sockets."""

    def call(home: Path, *arguments: str) -> Done:
        capsys.readouterr()
        code = main([*arguments, "--home", str(home)])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return call


def shown(calibrator: Cli, home: Path) -> dict[str, Any]:
    done = calibrator(home, "show", "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.timeout(300)
def test_a_thermometer_to_its_certificate(calibrator: Cli, tmp_path: Path) -> None:
    done = calibrator(tmp_path, "run", "thermometer", "--uut", "pt100_class_a", "--sim", "--non-interactive")
    assert done.returncode == 0, done.stdout + done.stderr
    found = shown(calibrator, tmp_path)
    assert [point["id"] for point in found["points"]][-2:] == ["hysteresis:70degC", "return:0degC"]
    up, back = found["points"][2], found["points"][5]
    # the loop of the element shows on the way back, and its budget holds what both visits do not share
    assert 0.003 < abs(float(back["error"])) < 0.03
    assert float(back["U"]) < 0.2 * float(up["U"])
    curve, ratios, reported = found["curves"]
    assert (curve["kind"], curve["names"], ratios["kind"]) == ("curve", ["R_0", "A", "B"], "parameters")
    assert reported["names"][:2] == ["R(0)", "R(100)"]
    assert float(reported["values"][1]) == pytest.approx(138.5055, abs=0.09)
    assert float(curve["values"][0]) == pytest.approx(100.0, abs=0.06)
    assert float(curve["values"][1]) == pytest.approx(3.9083e-3, abs=5e-6)
    done = calibrator(
        tmp_path, "certificate", "--format", "html", "--lang", "en", "--out", str(tmp_path / "page.html")
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for text in ("SIMULATED", "Hysteresis: on the way back less rising", "Callendar-Van Dusen", "M1"):
        assert text in page
    # the thermometer that carries the traceability stands among the standards, with its readout
    assert {point["standard"] for point in found["points"]} == {"SIM-PRT-01"}
    assert {"SIM-CERT-PRT-001", "SIM-CERT-1529-001"} <= set(re.findall(r"SIM-CERT-[\w-]+", page))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lack", ["expired", "none"])
def test_a_standard_thermometer_without_a_certificate_in_force_is_refused(
    calibrator: Cli, tmp_path: Path, name: str, lack: str
) -> None:
    procedure = load(name)
    head, found, rest = procedure.info.simulated_bench.partition('number = "SIM-CERT-PRT')
    assert found
    if lack == "expired":
        rest = rest.replace("issued = 2026-05-07", "issued = 2025-06-01", 1)
        text = head + found + rest.replace("due = 2027-05-07", "due = 2026-06-01", 1)
    else:
        asset = head[: head.index("[assets.SIM-PRT")]
        text = asset + rest[rest.index("[assets.") :]
    file = tmp_path / "bench.toml"
    file.write_text(text, encoding="utf-8")
    model = next(one for one in procedure.models() if f'"{one}"' in procedure.info.simulated_bench)
    done = calibrator(tmp_path / "home", "run", name, "--uut", model, "--bench", str(file))
    assert done.returncode == 4, done.stdout + done.stderr
    wanted = "was due on 2026-06-01" if lack == "expired" else "it has no certificate"
    assert re.search(rf"SIM-PRT-0\d cannot be the standard: .*{wanted}", done.stdout + done.stderr)


@pytest.mark.timeout(300)
def test_places_of_a_block_are_too_near_their_limits_to_say(calibrator: Cli, tmp_path: Path) -> None:
    done = calibrator(
        tmp_path, *("run", "dry_block", "--uut", "fluke_9142", "--sim", "--section", "places", "--seed", "3")
    )
    found = shown(calibrator, tmp_path)
    assert [point["id"].partition(":")[0] for point in found["points"]] == [
        *("axial20mm", "axial40mm", "radial1", "radial2", "loading")
    ]
    # three thermometers take 6 mK away at the span's end, which is the maker's figure: no unit can pass
    loading = found["points"][-1]
    assert float(loading["error"]) == pytest.approx(-0.006, abs=0.003)
    assert loading["verdict"].startswith("conditional")
    assert done.returncode == 3, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_a_thermocouple_outside_its_class_fails(calibrator: Cli, tmp_path: Path) -> None:
    text = load("thermocouple").info.simulated_bench
    drawn = '[simulation.units.thermocouple]\nerror = "drawn"\nwidth = 60.0\n\n[simulation.units.block]'
    file = tmp_path / "bench.toml"
    file.write_text(text.replace("[simulation.units.block]", drawn), encoding="utf-8")
    done = calibrator(
        tmp_path / "home",
        *("run", "thermocouple", "--uut", "tc_k_class_1", "--bench", str(file), "--seed", "4"),
        "--non-interactive",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = {point["id"]: point for point in shown(calibrator, tmp_path / "home")["points"]}
    worst = found["error:400degC"]
    assert worst["verdict"] == "fail"
    assert abs(float(worst["error"])) > 1.6
    assert found["depth:400degC"]["verdict"] == "pass"


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_cycle_begins_again(name: str) -> None:
    procedure = load(name)
    for model in procedure.models():
        sections = procedure.sections(model)
        assert {section.resume for section in sections} == {"section"}


@pytest.mark.parametrize("name", NAMES)
def test_every_unit_has_its_bench_and_every_truth_its_plug(name: str) -> None:
    from calibrator.standards import load_bench
    from calibrator_sim._effects import CATALOGUE
    from calibrator_sim.proofs import find_proof

    procedure = load(name)
    benches = [procedure.info.simulated_bench, *procedure.info.simulated_benches.values()]
    units = {
        item.model for text in benches for item in load_bench(text, "bench").instruments.values() if item.uut
    }
    assert units == set(procedure.models())
    plug = find_proof(name)
    assert plug is not None
    assert {effect.name for effect in CATALOGUE} <= {*plug.EFFECTS, *plug.WITHOUT_A_LINE}


def test_a_base_metal_is_never_measured_downwards() -> None:
    for model in load("thermocouple").models():
        for section in load("thermocouple").sections(model):
            hot = [point.nominal for point in section.points if point.nominal > 50]
            assert hot == sorted(hot)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_killed_comparison_gives_the_results_of_the_unbroken_one(calibrator: Cli, tmp_path: Path) -> None:
    given = {"procedure": "thermometer", "uut": "pt100_class_a", "sim": True, "seed": 5}
    unbroken = calibrator(
        tmp_path / "whole", *("run", "thermometer", "--uut", "pt100_class_a", "--sim", "--seed", "5")
    )
    assert unbroken.returncode in (0, 3), unbroken.stderr
    (tmp_path / "broken").mkdir()
    order = {"home": str(tmp_path / "broken"), "what": "run", "at": "settled hysteresis:70degC"}
    done = subprocess.run(
        [sys.executable, str(JOB), json.dumps({**order, "break": "kill", "job": given})],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "struck\n", done.stderr
    resumed = calibrator(tmp_path / "broken", "resume", "--non-interactive")
    assert resumed.returncode == unbroken.returncode, resumed.stderr
    one, other = shown(calibrator, tmp_path / "whole"), shown(calibrator, tmp_path / "broken")
    # the loop was broken: it began again from its first temperature
    assert [p["id"] for p in one["points"]] == [p["id"] for p in other["points"]]
    assert [p["error"] for p in one["points"]] == [p["error"] for p in other["points"]]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("thermometer", "pt100_class_a"),
        ("thermometer", "pt100_zero_current"),
        ("dry_block", "fluke_9142"),
        *(
            ("thermocouple", f"tc_{kind}_class_{grade}")
            for kind, grade in ("k1", "j2", "n1", "t2", "e1", "s2", "r1", "b3", "k3", "t3")
        ),
    ],
)
def test_sixty_benches_hold_the_bars(name: str, model: str, calibrator: Cli, tmp_path: Path) -> None:
    done = calibrator(tmp_path, "prove", name, "--uut", model, "--runs", "60", "--drawn-runs", "0")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "model", "largest"),
    [
        ("thermometer", "pt100_class_a", 0.022),
        ("thermometer", "pt100_transmitter", 0.023),
        ("thermometer", "pt100_zero_current", 0.022),
        ("dry_block", "fluke_9142", 0.065),
        ("thermocouple", "tc_k_class_2", 0.56),
        ("thermocouple", "tc_t_class_1", 0.55),
        ("thermocouple", "tc_s_class_2", 1.2),
        ("thermocouple", "tc_b_class_3", 1.5),
        ("thermocouple", "tc_t_class_3", 0.76),
    ],
)
def test_a_plan_states_the_expected_uncertainty(
    name: str, model: str, largest: float, tmp_path: Path
) -> None:
    from calibrator._home import Home
    from calibrator.engine import Job, plan

    planned = plan(Job(name, model, sim=True), Home.resolve(tmp_path))
    expected = [point.expected_U for point in planned.points if point.limit]
    assert all(each is not None for each in expected)
    assert 0.5 * largest < max(float(each) for each in expected if each) <= largest


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("procedure", "unit", "asset"),
    [("thermometer", "pt100_class_a", "SIM-PT100-1"), ("thermocouple", "tc_k_class_1", "SIM-TC-1")],
)
def test_eight_at_once_cost_one_soak(
    calibrator: Cli, tmp_path: Path, procedure: str, unit: str, asset: str
) -> None:
    units = [argument for number in range(1, 9) for argument in ("--uut", f"{asset}{number}")]
    done = calibrator(tmp_path / "eight", "run", procedure, *units, "--sim")
    assert done.returncode in (0, 3), done.stderr
    one = calibrator(tmp_path / "one", "run", procedure, "--uut", unit, "--sim")
    assert one.returncode == 0, one.stderr
    assert _minutes(done.stdout) <= 1.3 * _minutes(one.stdout)
    assert done.stdout.count(asset) >= 8


def _minutes(told: str) -> float:
    """Return the longest simulated duration that a run told, in minutes."""
    found = [(int(h), int(m)) for h, m in re.findall(r"simulated (\d+) h (\d+) min", told)]
    return max(60.0 * hours + minutes for hours, minutes in found)
