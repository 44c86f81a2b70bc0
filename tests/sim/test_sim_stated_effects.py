"""Effects that a bench file states: what acts on one kind of thing, and what a person does against it."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from calibrator_sim import SIMULATOR
from calibrator_sim._effects import CATALOGUE
from calibrator_sim._errors import BenchFileError

OFF = dict.fromkeys((effect.name for effect in CATALOGUE), 0.0)
YEAR_S = 31_557_600.0


def opened(effect: str, nodes: dict[str, Any], size: float = 1.0, **models: str) -> Any:
    """Open a bench on which one effect acts."""
    named = {name: {"model": model, "serial": f"SIM{name}"} for name, model in models.items()}
    simulation = {"seed": 2, "nodes": nodes, "effects": {**OFF, effect: size}}
    return SIMULATOR.open_in_process({"name": "b", "instruments": named, "simulation": simulation})


def test_a_second_look_at_a_pressure_is_behind_the_tapping() -> None:
    line = {"line": {"domain": "pressure", "joins": ["pace", "gauge"]}}
    with opened("friction", line, 40.0, pace="druck_pace5000", gauge="pointer_gauge") as bench:
        pace, gauge = (bench.pipes[name]() for name in ("pace", "gauge"))
        for said in (":UNIT:PRES KPA", ":SOUR:PRES:SLEW 50", ":OUTP:STAT 1"):
            pace.feed(f"{said}\n".encode())
        shown = []
        for kpa in (300, 600, 300):
            pace.feed(f":SOUR:PRES {kpa}\n".encode())
            bench.clock.sleep(120.0)
            looks = ("LOOK bar", "AGAIN bar", "LOOK bar", "LOOK bar")
            shown.append([float(gauge.feed(f"{look}\r\n".encode())) for look in looks])
    for looks, true in zip(shown, (3.0, 6.0, 3.0), strict=True):
        assert looks[0] == looks[1]  # a second look at a surprising number is before the tapping
        assert looks[2:] == [true, true]
    assert shown[0][0] < 3.0 < shown[2][0]  # short of where it comes from below, and from above


def test_a_pt100_drifts_with_the_years() -> None:
    probes = {"daq:101": {"serial": "SIMA", "drift_k_per_year": 0.5}}
    well = {"domain": "thermal", "joins": ["daq:101"], "probes": probes, "temperature_c": 0.0}
    with opened("drift", {"well": well}, daq="fluke_1586a") as bench:
        daq = bench.pipes["daq"]()
        seen = []
        for _ in range(3):
            daq.feed(b"CONF:TEMP:FRTD PT100_385,(@101)\n")
            seen.append(float(daq.feed(b"READ?\n")))
            bench.clock.sleep(YEAR_S)
    first, second = seen[1] - seen[0], seen[2] - seen[1]
    assert 0.01 < abs(first) <= 0.5
    assert second == pytest.approx(first, rel=0.05)


@pytest.mark.parametrize(
    ("probe", "key"),
    [({"kind": "K", "drift_k_per_year": 0.1}, "drift_k_per_year"), ({"ordered_k": 3.0}, "ordered_k")],
)
def test_a_figure_of_another_kind_of_probe_is_refused(probe: dict[str, Any], key: str) -> None:
    well = {"domain": "thermal", "joins": ["daq:101"], "probes": {"daq:101": {"serial": "SIMA", **probe}}}
    with pytest.raises(BenchFileError, match=key):
        opened("drift", {"well": well}, daq="fluke_1586a")


def test_early_and_late_pulses_are_all_counted() -> None:
    """Every pulse comes once: no count goes back, and none is lost over an hour."""
    named = {"meter": {"model": "eastron_sdm630", "serial": "SIM1"}}
    line = {"line": {"domain": "power", "joins": ["meter"]}}
    counts = {}
    for jitter in (0.0, 0.5):
        simulation = {"seed": 2, "nodes": line, "units": {"meter": {"pulse_jitter_s": jitter}}}
        with SIMULATOR.open_in_process(
            {"name": "b", "instruments": named, "simulation": simulation}
        ) as bench:
            meter = bench._network.devices["meter"]
            counts[jitter] = [meter.pulses(round(at * 1e8)) for at in range(36_000)]
    assert counts[0.0] != counts[0.5]
    assert counts[0.5] == sorted(counts[0.5])
    assert abs(counts[0.5][-1] - counts[0.0][-1]) <= 1


@pytest.mark.parametrize(("nplc", "bandwidth"), [(1, 25.0), (10, 2.5)])
def test_the_thermal_noise_of_a_source_is_that_of_its_resistance_and_the_bandwidth(
    nplc: int, bandwidth: float
) -> None:
    node = {"domain": "electrical", "joins": ["dmm"], "terminals": "normal-input", "voltage_v": 0.0}
    with opened("johnson", {"n": {**node, "source_ohm": 1e6}}, 100.0, dmm="keysight_34401a") as bench:
        meter = bench.pipes["dmm"]()
        meter.feed(f"CONF:VOLT:DC 0.1;:VOLT:NPLC {nplc};:TRIG:COUN 400\n".encode())
        values = [float(value) for value in meter.feed(b"READ?\n").split(b",")]
    expected = 100.0 * math.sqrt(4.0 * 1.380649e-23 * 296.15 * 1e6 * bandwidth)
    assert len(values) == 400
    assert statistics.pstdev(values) == pytest.approx(expected, rel=0.12)  # 1 / sqrt(800), three times


def test_what_insulation_takes_makes_a_high_resistance_read_low_and_goes_with_a_second() -> None:
    node = {"domain": "electrical", "joins": ["dmm"], "resistance_ohm": 1e8, "absorption": 0.001}
    with opened("absorption", {"n": node}, dmm="keysight_34401a") as bench:
        meter = bench.pipes["dmm"]()
        meter.feed(b"CONF:RES 1E8;:RES:NPLC 1;:TRIG:DEL 0\n")
        low = []
        for _ in range(3):
            low.append(1e8 - float(meter.feed(b"READ?\n")))
            bench.clock.sleep(1.0)
    assert 0.5e5 < low[0] < 1e5
    assert low[1] / low[0] == pytest.approx(math.exp(-1.0), rel=0.1)
    assert low[2] / low[1] == pytest.approx(math.exp(-1.0), rel=0.1)


def test_a_balance_shows_more_after_a_larger_load_than_after_a_smaller_one() -> None:
    steps = {"half": [100], "whole": [100, 100], "half again": [100]}
    wirings = {
        name: {
            "joins": ["balance"],
            "domain": "mass",
            "weights": [_weight_of(g, i) for i, g in enumerate(lying)],
        }
        for name, lying in steps.items()
    }
    named = {"balance": {"model": "mettler_xs205du", "serial": "SIMB"}}
    simulation = {
        "seed": 2,
        "effects": {**OFF, "hysteresis": 1.0},
        "units": {"balance": {"hysteresis_g": 0.1}},
    }
    tables = {"name": "b", "instruments": named, "wirings": wirings, "simulation": simulation}
    with SIMULATOR.open_in_process(tables) as bench:
        balance, shown = bench.pipes["balance"](), []
        for name in steps:
            bench.connect(name)
            bench.clock.sleep(60.0)
            shown.append(float(balance.feed(b"SI\r\n").split()[2]))
    share = 100.0 / 220.0
    assert shown[2] - shown[0] == pytest.approx(0.1 * 4.0 * share * (1.0 - share), abs=1e-4)


def _weight_of(grams: float, number: int) -> dict[str, Any]:
    return {"serial": f"SIMW{number}", "nominal_g": grams, "density": 7950}
