"""The temperature path: blocks that ramp, settle and cool, and a soak of hours that is cheap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import open_instrument
from calibrator_drivers.fluke import Fluke7341, Fluke9142
from calibrator_sim import SIMULATOR, SimBench
from calibrator_sim.nodes.thermal import Block, BlockModel

S = 1_000_000_000
MODEL = BlockModel(5.4, 7.9, 1.9, 60.0, 0.6, 2400.0)


def bench_of(
    model: str = "fluke_9142", effects: dict[str, float] | None = None, start: str = "2026-11-23T08:00:00Z"
) -> dict[str, Any]:
    return {
        "name": "thermal",
        "instruments": {"well": {"model": model, "serial": "SIM914201"}},
        "simulation": {
            "seed": 4,
            "start": start,
            "effects": effects or {},
            "nodes": {"block": {"domain": "thermal", "joins": ["well"]}},
        },
    }


@pytest.fixture
def opened(client_class: Any) -> Iterator[Callable[..., tuple[SimBench, Any]]]:
    held: list[Any] = []

    def opener(**keywords: Any) -> tuple[SimBench, Any]:
        bench = SIMULATOR.open(bench_of(**keywords))
        client = client_class(bench.resources["well"])
        held.extend((client, bench))
        return bench, client

    yield opener
    for each in held:
        each.close()


def number(client: Any, query: str) -> float:
    return float(client.query(query))


def test_a_block_ramps_overshoots_a_little_and_settles() -> None:
    block = Block(MODEL, 23.0)
    block.go(0, 150.0, None)
    minutes = [block.level(t * 60 * S) for t in range(61)]
    assert minutes[10] == pytest.approx(23.0 + 54.0)  # 5.4 K/min
    assert 150.2 < max(block.level(t * S) for t in range(3600)) < 150.7
    assert abs(minutes[40] - 150.0) < 0.01  # 23 min for the way, and its stabilisation
    assert minutes[25] > 149.0


def test_with_its_heater_off_it_cools_as_long_as_it_is_hot() -> None:
    block = Block(MODEL, 23.0)
    block.go(0, 150.0, None)
    block.off(7200 * S)
    assert block.level((7200 + 2400) * S) == pytest.approx(23.0 + 127.0 / math.e, abs=0.1)
    assert block.level((7200 + 600) * S) > 100.0


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=20))
def test_looking_does_not_change_a_block(moments: list[int]) -> None:
    looked, alone = Block(MODEL, 23.0), Block(MODEL, 23.0)
    for block in (looked, alone):
        block.go(0, 120.0, 3.0)
    for moment in moments:
        looked.level(moment * S)
        looked.trail(moment * S)
    assert looked.save() == alone.save()


def test_a_wells_words(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, well = opened()
    assert well.query("*IDN?").rstrip("\r") == "FLUKE,9142,SIM914201,1.10"
    well.write("SOUR:SPO 100.0000")
    assert well.query("sour:spo?").rstrip("\r") == "100.0000"
    assert well.query("OUTP:STAT?").rstrip("\r") == "0"
    well.write("SOUR:SPO 200")
    assert well.query("SYST:ERR?").rstrip("\r") == '-222,"Data out of range"'
    well.write("FRED 1")
    assert well.query("SYST:ERR?").rstrip("\r") == '-113,"Undefined header"'
    well.write("SOUR:STAB:LIM 0.02")
    well.write("OUTP:STAT 1")
    assert well.query("SOUR:STAB:TEST?").rstrip("\r") == "0"
    bench.clock.sleep(3600.0)
    assert well.query("SOUR:STAB:TEST?").rstrip("\r") == "1"
    assert number(well, "SOUR:SENS:DATA?") == pytest.approx(100.0, abs=0.02)


def test_its_display_is_off_by_its_error_and_no_more(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    quiet = {"noise": 0.0, "hysteresis": 0.0}
    bench, well = opened(effects=quiet)
    well.write("SOUR:SPO 100")
    well.write("OUTP:STAT 1")
    bench.clock.sleep(7200.0)
    truth = bench.truth("block")["block_c"]
    expected = bench.true_error("well", "block_display", 150.0, truth)
    assert number(well, "SOUR:SENS:DATA?") - truth == pytest.approx(expected, abs=0.001)
    assert 0.0 < abs(expected) < 0.4
    bench, well = opened(effects={**quiet, "standard_error": 0.0})
    well.write("SOUR:SPO 100")
    well.write("OUTP:STAT 1")
    bench.clock.sleep(7200.0)
    assert bench.truth("block")["block_c"] == pytest.approx(100.0, abs=0.001)


def test_the_cut_out_acts_at_its_moment_whoever_looks(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    levels = []
    for looks in (1, 50):
        bench, well = opened()
        for text in ("SOUR:PROT:SCUT:LEV 80", "SOUR:SPO 120", "OUTP:STAT 1"):
            well.write(text)
        for _ in range(looks):
            bench.clock.sleep(3600.0 / looks)
            well.query("SOUR:SENS:DATA?")
        bench.clock.sleep(3600.0 - bench.clock.monotonic_ns() / 1e9 + 100.0)
        assert well.query("SOUR:PROT:TRIP?;:OUTP:STAT?").rstrip("\r") == "1;0"
        bench.clock.sleep(4000.0 - bench.clock.monotonic_ns() / 1e9)
        levels.append(bench.truth("block")["block_c"])
    assert levels[0] == pytest.approx(levels[1], abs=1e-9)
    assert levels[0] < 80.0


def test_a_soak_of_hours_with_its_driver() -> None:
    results = []
    for _ in range(2):
        with SIMULATOR.open(bench_of()) as bench:
            well = open_instrument("fluke_9142", bench.resources["well"], clock=bench.clock)
            assert isinstance(well, Fluke9142)
            well.identify()
            well.reset()
            well.set_stability(0.02)
            readings = []
            for celsius in (-25.0, 25.0, 75.0, 120.0, 150.0, 23.0):
                well.stage_temperature(celsius)
                well.operate()
                well.wait_settled(7200.0)
                readings.append(well.temperature_c())
            assert bench.clock.monotonic_ns() / 1e9 > 2.0 * 3600.0
            well.stage_temperature(150.0)
            well.operate()
            well.wait_settled(7200.0)
            well.make_safe()
            assert not well.touchable()
            bench.clock.sleep(2400.0 * math.log(127.0 / 26.0))
            assert well.touchable()
            well.close()
            results.append(readings)
    assert results[0] == results[1]


def test_a_bath_with_its_driver() -> None:
    with SIMULATOR.open(bench_of("fluke_7341")) as bench:
        bath = open_instrument("fluke_7341", bench.resources["well"], clock=bench.clock)
        assert isinstance(bath, Fluke7341)
        assert bath.identify().serial == "SIM914201"
        bath.stage_temperature(90.0)
        bath.operate()
        bath.wait_settled(4 * 3600.0)
        assert bench.truth("block")["block_c"] == pytest.approx(90.0, abs=1.0)
        assert bath.state().settled
        bath.make_safe()
        assert not bath.touchable()
        bench.clock.sleep(2 * 3600.0)
        assert bath.touchable()
        bath.close()


def test_a_snapshot_in_the_middle_of_a_ramp(
    opened: Callable[..., tuple[SimBench, Any]], client_class: Any
) -> None:
    for model, words in (
        ("fluke_9142", ("SOUR:SPO 100", "OUTP:STAT 1")),
        ("fluke_7341", ("s=100", "c=150")),
    ):
        bench, well = opened(model=model)
        for word in words:
            well.write(word)
        bench.clock.sleep(300.0)
        held = bench.snapshot()
        bench.clock.sleep(600.0)
        expected = bench.truth("block")
        with SIMULATOR.open(bench_of(model)) as other:
            other.restore(held)
            other.clock.sleep(600.0)
            assert other.truth("block") == expected
