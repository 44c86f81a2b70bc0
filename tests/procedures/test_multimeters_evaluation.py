"""Alternating, counted, two-wire and typed quantities of the multimeters: worked and published figures."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator import proof
from calibrator.procedure import Contribution, Point, PointObservations, PointReferences, Reading, load
from calibrator_drivers.accuracy import State, load_table
from calibrator_procedures.dmm import _model
from calibrator_procedures.dmm._budget import budget_of
from calibrator_uncertainty import BudgetResult

AT = datetime(2026, 11, 23, tzinfo=UTC)
UNITS = (
    ("multimeter_ac", "keysight_34401a"),
    *(("dmm", model) for model in ("keysight_34461a", "fluke_8846a", "fluke_87v", "fluke_179")),
)


def points_of(procedure: str, model: str) -> dict[str, Point]:
    return {point.id: point for section in load(procedure).sections(model) for point in section.points}


POINTS = {unit: points_of(*unit) for unit in UNITS}
AC, BENCH, HAND = POINTS[UNITS[0]], POINTS[UNITS[1]], POINTS["dmm", "fluke_87v"]


def figure(kind: str, estimate: float, half_width: float, unit: str, k: float = 0.0) -> Contribution:
    treat_as = "normal_k" if k else "limit_rectangular"
    return Contribution(kind, estimate, half_width, unit, k, treat_as, "seen", "by hand")


def evaluated(
    point: Point, figures: tuple[Contribution, ...], values: list[float], applied: float
) -> BudgetResult:
    references = PointReferences(point, point.limits["1y"], "A", "standard", figures)
    readings = tuple(Reading(repr(value), value, AT, seq) for seq, value in enumerate(values))
    observed = PointObservations(point.id, 1, applied, readings, 23.0, 45.0)
    return budget_of(references, observed).evaluate(policy="p95")


def lines(result: BudgetResult) -> Mapping[str, float]:
    return {line.name: abs(line.contribution) for line in result.lines}


def test_the_hand_held_meter_of_ea_4_02() -> None:
    """EA-4/02 M:2022, example S9: 100 V, a resolution of 0.1 V; E = 0.10 V, U = 0.05 V with k = 1.65."""
    # u(V_S) = 1 mV of the certificate and 6.4 mV of drift and the rest, in one figure of the standard
    standard = math.hypot(0.001, 0.011 / math.sqrt(3))
    nothing = [
        figure(kind, 0.0, 0.0, unit) for kind, unit in (("source_resistance", "ohm"), ("leads", "ohm"))
    ]
    figures = (
        figure("standard", 0.0, standard, "V", 1.0),
        *nothing,
        figure("loading", 1e-7, 0.0, "S"),
        figure("emf", 0.0, 0.0, "V"),
        figure("resolution", 0.0, 0.05, "V"),
    )
    result = evaluated(HAND["dcv:600V:+330V"], figures, [100.1] * 5, 100.0)
    assert result.value == pytest.approx(0.10, abs=1e-9)
    assert result.u == pytest.approx(0.030, abs=5e-4)
    assert result.k == pytest.approx(1.65, abs=0.02)
    assert round(result.U, 2) == 0.05


def test_a_sine_loaded_by_conductance_and_capacitance_by_hand() -> None:
    # 0.1 V at 50 kHz: |1 + 50.1 ohm (1e-6 S + j 2 pi 50 kHz 200 pF)| = 1 + 50.1e-6 + (3.1479e-3)^2 / 2
    figures = (
        figure("standard", 0.0, 43e-6, "V", 2.58),
        figure("source_resistance", 50.0, 0.0, "ohm"),
        figure("leads", 0.1, 0.1, "ohm"),
        figure("input_conductance", 1e-6, 2e-8, "S"),
        figure("capacitance", 200e-12, 100e-12, "F"),
        figure("frequency", 50e3, 0.0, "Hz"),
        figure("resolution", 0.0, 5e-8, "V"),
    )
    result = evaluated(AC["acv:0.1V:+0.1V:50000Hz"], figures, [0.10002] * 5, 0.1)
    x = 2 * math.pi * 50e3 * 200e-12 * 50.1
    assert result.value == pytest.approx(0.10002 - 0.1 / math.hypot(1 + 50.1e-6, x), abs=1e-15)
    found = lines(result)
    assert found["standard"] == pytest.approx(43e-6 / 2.58, rel=1e-4)
    # d/dC of 0.1 V x^2/2: 0.1 x^2/C, times half of C over sqrt 3
    assert found["capacitance"] == pytest.approx(0.1 * x**2 * 0.5 / math.sqrt(3), rel=1e-3)
    assert found["input_conductance"] == pytest.approx(0.1 * 50.1 * 2e-8 / math.sqrt(3), rel=1e-3)
    assert found["indication"] == pytest.approx(1e-7 / math.sqrt(12), rel=1e-9)


def test_both_leads_of_a_two_wire_resistance_by_hand() -> None:
    figures = (
        figure("standard", 0.0, 0.048, "ohm", 2.58),
        figure("leakage", 5e-13, 5e-13, "S"),
        figure("leads", 0.1, 0.1, "ohm"),
        figure("emf", 0.0, 1e-6, "V"),
        figure("test_current", 1e-3, 0.0, "A"),
        figure("resolution", 0.0, 5e-6, "ohm"),
    )
    result = evaluated(AC["res2w:1000ohm:+1000ohm"], figures, [1000.13, 1000.13, 1000.13], 1000.0)
    assert result.value == pytest.approx(0.03, abs=1e-6)  # 0.13 less the leads; leakage takes 0.5 uohm
    found = lines(result)
    assert found["leads"] == pytest.approx(0.1 / math.sqrt(3), rel=1e-9)
    assert found["emf"] == pytest.approx(1e-3 / math.sqrt(3), rel=1e-9)


def test_a_counted_frequency_by_hand() -> None:
    figures = (figure("standard", 0.0, 0.225, "Hz", 2.58), figure("resolution", 0.0, 0.005, "Hz"))
    result = evaluated(AC["freq:300000Hz:+90000Hz"], figures, [90001.2, 90001.3], 90000.0)
    assert result.value == pytest.approx(1.25)
    assert lines(result)["standard"] == pytest.approx(0.225 / 2.58)


VALUES = st.floats(0.01, 1000.0)
OHMS = st.floats(0.0, 100.0)


@given(VALUES, st.floats(-1.0, 1.0), OHMS, st.floats(10.0, 3e5))
def test_a_sine_without_resistance_is_not_loaded(volts: float, off: float, ohms: float, hertz: float) -> None:
    free: dict[str, float] = {"source_resistance": 0.0, "leads": 0.0, "input_conductance": 1e-6}
    shared = {"indication": volts + off, "applied": volts, "standard": 0.0, "frequency": hertz}
    bare = _model.alternating_voltage_error(**shared, **free, capacitance=2e-10)
    assert bare == pytest.approx(off, abs=1e-9 * volts)
    loaded = _model.alternating_voltage_error(**shared, **free | {"leads": ohms}, capacitance=2e-10)
    assert loaded >= bare  # less arrives, so that the same indication is further above it


@given(st.floats(1.0, 1e8), OHMS)
def test_two_wires_are_four_and_the_leads(ohms: float, leads: float) -> None:
    shared = {"indication": ohms, "applied": ohms, "standard": 0.0, "leakage": 5e-13, "emf": 1e-7}
    two = _model.two_wire_error(**shared, leads=leads, test_current=1e-5)
    assert two == pytest.approx(_model.resistance_error(**shared, test_current=1e-5) - leads, abs=1e-6 * ohms)


@pytest.mark.parametrize("unit", UNITS, ids=" ".join)
def test_every_limit_is_that_of_the_accuracy_table(unit: tuple[str, str]) -> None:
    """Calculated again from coefficients; without Null two wires have the maker's 0.2 ohm."""
    table = load_table(unit[1])
    for point in POINTS[unit].values():
        amplitude = float(point.settings.get("amplitude_v", 1.0))
        state = State(23.0, calibration_temperature_c=23.0, nulled=False, input_level_v=amplitude)
        for interval, limits in point.limits.items():
            found = table.limit(
                point.function,
                float(point.nominal),
                range_high=float(point.range),
                frequency_hz=float(point.settings.get("frequency_hz", 0.0)),
                interval=interval,
                state=state,
            )
            assert float(limits.upper or 0) == pytest.approx(found.half_width, rel=2e-5), point.id
            assert limits.status == str(found.status) or limits.status in ("derived", "memory_medium")
            assert str(found.status).startswith("memory") <= limits.status.startswith("memory"), point.id


def test_the_1000_v_point_of_a_34461a_has_its_adder() -> None:
    # 45 ppm of 1000 V, 10 ppm of range, and 20 uV a volt above 500 V (METROLOGY 11)
    assert BENCH["dcv:1000V:+1000V"].limits["1y"].upper == Decimal("0.065")


@pytest.mark.parametrize("model", load("dmm").models())
def test_each_unit_has_its_own_head_and_bench(model: str) -> None:
    info = load("dmm").info
    own = info.of(model)
    assert (own is info) == (model == "keysight_34401a")
    assert own is info or (own.document != info.document and own.not_tested != info.not_tested)
    assert own is info or f'model = "{model}"' in info.simulated_benches[model]
    assert own.budget_kind == ("guideline" if model in ("fluke_87v", "fluke_179") else "model")


class Written:
    """A bench that writes down what it is asked to do."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []

    @property
    def source(self) -> Written:
        return self

    @property
    def uut(self) -> Written:
        return self

    def stage(self, *asked: object, **settings: object) -> None:
        self.done.append(("stage", (*asked, settings)))

    def configure(self, *asked: object, **settings: object) -> None:
        self.done.append(("configure", (*asked, settings)))

    @contextmanager
    def energised(self) -> Iterator[None]:
        self.done.append(("operate", None))
        yield
        self.done.append(("standby", None))

    def settle(self, **settings: object) -> None:
        self.done.append(("settle", settings))

    def wait(self, seconds: float) -> None:
        self.done.append(("wait", seconds))

    def read(self, count: int, *, discard: int = 0) -> None:
        self.done.append(("read", (count, discard)))


def test_source_and_meter_are_told_frequency_gate_and_amplitude() -> None:
    bench = Written()
    load("multimeter_ac").measure(bench, AC["acv:10V:+10V:20000Hz"])  # type: ignore[arg-type]
    assert bench.done[0][1][-1]["frequency_hz"] == 20000.0
    assert bench.done[1] == ("stage", ("acv", Decimal(10), "V", {"wires": 2, "frequency_hz": 20000.0}))
    bench = Written()
    load("multimeter_ac").measure(bench, AC["freq:300000Hz:+90Hz"])  # type: ignore[arg-type]
    configured = bench.done[0][1]
    assert configured[:2] == ("freq", Decimal(90))  # what is expected, not the row's range
    assert (configured[-1]["gate_s"], configured[-1]["amplitude_v"]) == (1.0, 0.02)


def test_nobody_types_what_only_shows_that_a_display_stands_still() -> None:
    bench = Written()
    load("dmm").measure(bench, HAND["dcv:6V:+3.3V"])  # type: ignore[arg-type]
    assert [name for name, _ in bench.done] == ["configure", "stage", "operate", "wait", "read", "standby"]
    assert ("read", (5, 0)) in bench.done


def calibrator(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "calibrator", *arguments],
        env={**os.environ, "CALIBRATOR_HOME": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=290,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_typed_meter_from_its_display_to_its_certificate(tmp_path: Path) -> None:
    sections = ("--section", "acv", "--section", "aci")
    done = calibrator(tmp_path, "run", "dmm", "--uut", "87V", "--sim", "--non-interactive", *sections)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        point["id"]: point for point in json.loads(calibrator(tmp_path, "show", "--json").stdout)["points"]
    }
    assert len(found) == 12
    sine = found["acv:60V:+33V:20000Hz"]
    assert abs(float(sine["error"])) < float(sine["upper_limit"])
    page = tmp_path / "page.html"
    done = calibrator(tmp_path, "certificate", "--format", "html", "--lang", "en", "--out", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    for words in ("SIMULATED", "hand-held multimeter", "60 V, 20 kHz", "10 A jack", "not verified"):
        assert words in text


def found(procedure: str, uut: str, runs: int) -> proof.Summary:
    return proof.prove(proof.Order(procedure, uut=uut, runs=runs, seed=7, drawn_runs=0, repeat_every=0))


def test_alternating_quantities_keep_what_their_uncertainty_promises() -> None:
    summary = found("multimeter_ac", "keysight_34401a", 3)
    assert proof.missed(summary) == ()
    assert summary.overall.points == 3 * 20
    assert summary.model_off < 1e-6
    assert not summary.effects.unexplained


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=" ".join)
def test_fifty_runs_of_each_multimeter_meet_the_bars(unit: tuple[str, str]) -> None:
    summary = found(*unit, 50)
    assert proof.missed(summary) == ()
    assert summary.overall.coverage.value >= 0.94


@pytest.mark.parametrize("model", ["fluke_87v", "fluke_179"])
def test_a_connection_is_proved_within_1_percent_unless_a_unit_outside_its_limits_reads_more(
    model: str,
) -> None:
    """METROLOGY 3: 1 %, and three to four times the unit's limit where its display cannot tell that."""
    table = load_table(model)
    levels = [section.proof for section in load("dmm").sections(model) if section.proof is not None]
    assert len(levels) == 6
    for level in levels:
        hertz = float(level.settings.get("frequency_hz", 0.0))
        value, high = float(level.value), float(level.range)
        limit = table.limit(level.function, value, range_high=high, frequency_hz=hertz, interval="1y")
        three = 3.0 * limit.half_width / value
        assert three < level.tolerance
        assert level.tolerance == 0.01 or level.tolerance < max(0.0101, 1.3 * three)
