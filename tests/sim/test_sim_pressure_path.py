"""The pressure path by its formulas: line, leak, heat, head, play; and a PACE5000 over its socket."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_sim import SIMULATOR, SimBench
from calibrator_sim.nodes._paths import play, remember
from calibrator_sim.nodes.pressure import Line, head_pa

S = 1_000_000_000


def bench_of(seed: int = 3, effects: dict[str, float] | None = None, **node: Any) -> dict[str, Any]:
    return {
        "name": "pressure",
        "instruments": {"pace": {"model": "druck_pace5000", "serial": "SIMPACE01", "options": ["CM2"]}},
        "simulation": {
            "seed": seed,
            "effects": effects or {},
            "nodes": {"line": {"domain": "pressure", "joins": ["pace"], **node}},
        },
    }


@pytest.fixture
def open_pace(client_class: Any) -> Iterator[Callable[..., tuple[SimBench, Any]]]:
    opened: list[Any] = []

    def opener(**keywords: Any) -> tuple[SimBench, Any]:
        bench = SIMULATOR.open(bench_of(**keywords))
        client = client_class(bench.resources["pace"])
        opened.extend((client, bench))
        return bench, client

    yield opener
    for each in opened:
        each.close()


def value(reply: str) -> float:
    return float(reply.split(" ", 1)[1].split(",", maxsplit=1)[0])


def test_a_column_of_nitrogen_weighs_what_the_guide_says() -> None:
    # EURAMET cg-17: 0.1 m of nitrogen at 7 bar gauge are 7.9 Pa
    assert head_pa(700e3, 101_325.0, 0.1, "nitrogen", 293.15) == pytest.approx(7.9, abs=0.05)
    assert head_pa(0.0, 101_325.0, 10.0, "air", 293.15) == 0.0
    assert head_pa(700e3, 101_325.0, -0.1, "nitrogen", 293.15) < 0.0


def test_a_ramp_has_its_rate_and_ends_within_a_few_time_constants() -> None:
    line = Line(2.0)
    line.go(0, 500e3, 50e3, overshoot=False, mode="control")
    assert line.pressure(4 * S) == pytest.approx(200e3)
    slope = line.pressure(5 * S) - line.pressure(4 * S)
    assert slope == pytest.approx(50e3)
    assert line.pressure(8 * S) == pytest.approx(400e3)  # the approach begins one time constant before
    assert 500e3 - line.pressure(28 * S) == pytest.approx(100e3 * math.exp(-10.0), rel=1e-9)
    assert all(line.pressure(t * S) <= 500e3 for t in range(100))


def test_overshoot_is_there_only_where_it_is_allowed() -> None:
    line = Line(2.0)
    line.go(0, 500e3, 50e3, overshoot=True, mode="control")
    assert max(line.pressure(t * S // 10) for t in range(600)) > 500e3 + 100.0
    assert line.pressure(120 * S) == pytest.approx(500e3, abs=0.01)


def test_a_closed_line_leaks_and_cools() -> None:
    leaking = Line(2.0)
    leaking.go(0, 500e3, 1e3, overshoot=False, mode="control")
    leaking.hold(2000 * S, 1e-4, 101_325.0, 0.0)
    assert leaking.pressure(2060 * S) == pytest.approx(500e3 * math.exp(-6e-3), rel=1e-9)
    quick = Line(2.0)
    quick.go(0, 500e3, 100e3, overshoot=False, mode="control")
    quick.hold(14 * S, 0.0, 101_325.0, 1.0)
    closed = quick.pressure(14 * S)
    drop = closed - quick.pressure(100 * S)
    assert 0.001 * 500e3 < drop < 0.01 * 500e3  # 0.1 to 1 % of the step
    assert closed - quick.pressure(24 * S) == pytest.approx(drop * (1 - math.exp(-1)), rel=1e-3)


def test_what_was_compressed_slowly_does_not_cool() -> None:
    slow = Line(2.0)
    slow.go(0, 500e3, 100.0, overshoot=False, mode="control")
    slow.hold(6000 * S, 0.0, 101_325.0, 1.0)
    assert slow.pressure(6000 * S) - slow.pressure(6100 * S) < 5.0


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(0.1, 500.0))
def test_the_turning_points_keep_what_the_play_remembers(path: list[float], width: float) -> None:
    trail = [0.0]
    for pressure in path:
        trail = remember(trail, pressure)
    assert play(trail, width) == pytest.approx(play([0.0, *path], width), abs=1e-9)
    assert -1.0 <= play(trail, width) <= 1.0


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=20))
def test_looking_does_not_change_a_line(moments: list[int]) -> None:
    looked, alone = Line(2.0), Line(2.0)
    for line in (looked, alone):
        line.go(0, 300e3, 2e3, overshoot=True, mode="control")
    for moment in moments:
        looked.pressure(moment * S // 10)
        looked.trail(moment * S // 10)
    assert looked.save() == alone.save()


def test_every_reply_repeats_its_header(open_pace: Callable[..., tuple[SimBench, Any]]) -> None:
    _, pace = open_pace()
    assert pace.query("*IDN?") == "*IDN GE Druck,PACE5000 User Interface,SIMPACE01,02.00.06"
    assert pace.query(":unit:pressure hpa;:UNIT?") == ":UNIT:PRES HPA"
    assert pace.query("SENS:PRES:RANG?") == ':SENS:PRES:RANG "7.00barg"'
    assert pace.query(":SOUR:INL:TIME 99;:SOUR:PRES:INL:TIME?") == ":SOUR:PRES:INL:TIME 99"  # K0472, 4-87
    assert pace.query(":SOUR:PRES:LEV:IMM:AMPL:VENT?") == ":SOUR:PRES:LEV:IMM:AMPL:VENT 0"  # K0472, 4-89
    assert pace.query("FRED;*STB?") == "*STB 0"
    assert pace.query(":SYST:ERR?") == ':SYST:ERR -113,"Undefined header"'
    assert pace.query(":SOUR:PRES 1E9;:SYST:ERR?") == ':SYST:ERR -222,"Data out of range"'
    assert pace.query(":SYST:ERR?") == ':SYST:ERR 0,"No error"'


def test_control_goes_to_the_set_point_by_the_controllers_own_sensor(
    open_pace: Callable[..., tuple[SimBench, Any]],
) -> None:
    bench, pace = open_pace(effects={"noise": 0.0})
    for text in (
        ":UNIT:PRES HPA",
        ":SOUR:PRES:SLEW:MODE LIN",
        ":SOUR:PRES:SLEW 500",
        ":SOUR:PRES:SLEW:OVER 0",
    ):
        pace.write(text)
    pace.write(":SOUR:PRES 5000")
    pace.write(":OUTP:STAT 1")
    assert pace.query(":SENS:PRES:INL?").endswith(", 0")
    bench.clock.sleep(60.0)
    assert pace.query(":SENS:PRES:INL?").endswith(", 1")
    assert value(pace.query(":SENS:PRES?")) == pytest.approx(5000.0, abs=0.001)
    true = bench.truth("line")["gauge_pressure_pa"]
    assert 0.0 < abs(true - 500e3) < 4 * 110.0 / 2  # its error: within four u of the CM2's 1-year figure
    pace.write(":OUTP:STAT 0")
    bench.clock.sleep(60.0)
    assert value(pace.query(":SENS:PRES?")) < 5000.0


def test_a_vent_ends_open_to_the_air(open_pace: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, pace = open_pace()
    for text in (":UNIT:PRES KPA", ":SOUR:PRES:SLEW:MODE LIN", ":SOUR:PRES:SLEW 20", ":SOUR:PRES 300"):
        pace.write(text)
    pace.write(":OUTP:STAT 1")
    bench.clock.sleep(60.0)
    pace.write(":SOUR:VENT 1")
    assert pace.query(":OUTP:STAT?") == ":OUTP:STAT 0"
    bench.clock.sleep(5.0)
    assert pace.query(":SOUR:VENT?").endswith(" 1")
    assert value(pace.query(":SENS:PRES?")) == pytest.approx(200.0, abs=1.0)  # 20 kPa/s, not faster
    bench.clock.sleep(60.0)
    assert pace.query(":SOUR:VENT?").endswith(" 2")
    assert abs(bench.truth("line")["gauge_pressure_pa"]) < 50.0


def test_behind_a_closed_valve_pressure_is_trapped(open_pace: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, pace = open_pace()
    for text in (":UNIT:PRES KPA", ":SOUR:PRES 300", ":OUTP:STAT 1"):
        pace.write(text)
    bench.clock.sleep(60.0)
    pace.write(":OUTP:ISOL:STAT 0")
    pace.write(":SOUR:PRES 100")
    bench.clock.sleep(60.0)
    assert pace.query(":SENS:PRES:INL?").endswith(", 0")
    assert bench.truth("line")["gauge_pressure_pa"] > 290e3
    pace.write(":SOUR:VENT 1")
    bench.clock.sleep(60.0)
    assert pace.query(":SOUR:VENT?").endswith(" 3")  # trapped
    pace.write(":OUTP:ISOL:STAT 1")
    bench.clock.sleep(60.0)
    assert pace.query(":SOUR:VENT?").endswith(" 2")
    assert abs(bench.truth("line")["gauge_pressure_pa"]) < 50.0


def test_a_leak_and_the_air_are_effects(open_pace: Callable[..., tuple[SimBench, Any]]) -> None:
    tight, pace = open_pace(effects={"line_leak": 0.0, "adiabatic": 0.0, "barometer": 0.0})
    for text in (":UNIT:PRES KPA", ":SOUR:PRES 300", ":OUTP:STAT 1"):
        pace.write(text)
    tight.clock.sleep(120.0)
    pace.write(":OUTP:STAT 0")
    first = tight.truth("line")
    tight.clock.sleep(36_000.0)
    assert tight.truth("line") == first
    moving, _ = open_pace()
    air = moving.truth("line")["air_pressure_pa"]
    moving.clock.sleep(3 * 3600.0)
    assert moving.truth("line")["air_pressure_pa"] != pytest.approx(air, abs=1.0)


def test_a_snapshot_in_the_middle_of_a_ramp_goes_on_the_same(
    open_pace: Callable[..., tuple[SimBench, Any]], client_class: Any
) -> None:
    bench, pace = open_pace()
    for text in (":UNIT:PRES KPA", ":SOUR:PRES 300", ":SOUR:PRES:SLEW:MODE LIN", ":SOUR:PRES:SLEW 10"):
        pace.write(text)
    pace.write(":OUTP:STAT 1")
    bench.clock.sleep(7.0)
    held = bench.snapshot()
    bench.clock.sleep(11.0)
    expected = [pace.query(":SENS:PRES?"), pace.query(":SENS:PRES:INL?"), bench.truth("line")]
    with SIMULATOR.open(bench_of()) as other:
        other.restore(held)
        client = client_class(other.resources["pace"])
        other.clock.sleep(11.0)
        assert [client.query(":SENS:PRES?"), client.query(":SENS:PRES:INL?"), other.truth("line")] == expected
        client.close()


def test_two_sources_on_a_node_are_refused() -> None:
    from calibrator_sim import BenchFileError

    bench = bench_of()
    bench["instruments"]["other"] = {"model": "druck_pace5000", "serial": "SIMPACE02"}
    bench["simulation"]["nodes"]["line"]["joins"] = ["pace", "other"]
    with pytest.raises(BenchFileError, match="two sources"):
        SIMULATOR.open(bench)
