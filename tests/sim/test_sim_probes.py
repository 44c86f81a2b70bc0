"""Probes and their truth: standards known by a certificate, thermocouples by their place, the past."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from calibrator_drivers import open_instrument
from calibrator_sim import SIMULATOR
from calibrator_sim.nodes.thermal import Block, BlockModel

S = 1_000_000_000
KNOWN = {"certificate_k": 0.004, "drift_k": 0.003, "self_heating_k": 0.001}


def bench_of(seed: int, probes: dict[str, Any], effects: dict[str, float] | None = None) -> dict[str, Any]:
    return {
        "name": "probes",
        "instruments": {
            "bath": {"model": "fluke_7341", "serial": "SIM734101"},
            "daq": {"model": "fluke_1586a", "serial": "SIM158601"},
            "prt": {"model": "pt100_class_a", "serial": "SIMPRT01"},
        },
        "wirings": {"bath": {"from": "bath", "to": "prt", "parts": {"uut": "daq"}}},
        "simulation": {
            "seed": seed,
            "effects": effects or {},
            "nodes": {
                "well": {"domain": "thermal", "wiring": "bath", "joins": ["bath", *probes], "probes": probes}
            },
        },
    }


def test_a_node_stands_in_the_place_of_the_wiring_that_it_names() -> None:
    with SIMULATOR.open(bench_of(1, {"daq:101": {"serial": "SIMA"}})) as bench:
        readout = open_instrument("fluke_1586a", bench.resources["daq"], clock=bench.clock)
        readout.configure_temperature(101, probe="pt100")
        assert readout.read().overload
        bench.connect("bath")
        assert readout.read().value == pytest.approx(23.0, abs=0.5)
        readout.close()


def test_a_known_standard_is_off_by_what_its_certificate_says() -> None:
    probes = {"daq:101": {"serial": "SIMS", "known": KNOWN}}
    off = []
    for seed in range(60):
        with SIMULATOR.open(bench_of(seed, probes)) as bench:
            bench.connect("bath")
            off.append(bench.truth("well")["daq_101_error_k"])
    u = (0.004**2 + (0.003**2 + 0.001**2) / 3.0) ** 0.5
    assert statistics.fmean(x * x for x in off) ** 0.5 == pytest.approx(u, rel=0.35)
    with SIMULATOR.open(bench_of(1, probes, {"standard_error": 0.0, "self_heating": 0.0})) as bench:
        bench.connect("bath")
        assert bench.truth("well")["daq_101_error_k"] == pytest.approx(0.0, abs=1e-6)


def test_a_thermocouple_moved_to_another_depth_is_off_by_another_amount() -> None:
    shown = []
    for depth in (150.0, 100.0, 150.0):
        probe = {"serial": "SIMK", "kind": "K", "depth_mm": depth}
        quiet = {"noise": 0.0, "immersion": 0.0, "gradient": 0.0}
        with SIMULATOR.open(bench_of(3, {"daq:101": probe}, quiet)) as bench:
            bench.connect("bath")
            bath = open_instrument("fluke_7341", bench.resources["bath"], clock=bench.clock)
            readout = open_instrument("fluke_1586a", bench.resources["daq"], clock=bench.clock)
            bath.stage_temperature(150.0)
            bath.operate()
            bench.clock.sleep(5 * 3600.0)
            readout.configure_temperature(101, probe="K")
            shown.append(readout.read().value)
            error = bench.truth("well")["daq_101_error_k"]
            assert abs(error) <= 0.15
            bath.make_safe()
            readout.close()
            bath.close()
    assert shown[0] == shown[2]
    assert 1e-4 < abs(shown[0] - shown[1]) < 2 * 5e-4 * 130.0


def test_the_past_of_a_block_may_be_asked_for_after_its_changes() -> None:
    block = Block(BlockModel(5.4, 7.9, 1.9, 60.0, 0.6, 2400.0), 23.0)
    block.go(0, 100.0, None)
    then = block.level(3000 * S), block.trail(3000 * S)
    block.go(7200 * S, 20.0, None)
    block.off(14000 * S)
    assert (block.level(3000 * S), block.trail(3000 * S)) == then
    other = Block(block.model, 23.0)
    other.load(block.save())
    assert (other.level(3000 * S), other.save()) == (then[0], block.save())
