"""The PACE5000's driver and the simulated one, over a real socket: a pressure from staging to vent."""

from __future__ import annotations

import pytest

from calibrator_drivers import open_instrument
from calibrator_drivers.druck import DruckPACE5000
from calibrator_sim import SIMULATOR, SimBench

BENCH = {
    "name": "pressure",
    "instruments": {"pace": {"model": "druck_pace5000", "serial": "SIMPACE01", "options": ["CM2"]}},
    "simulation": {"seed": 3, "nodes": {"line": {"domain": "pressure", "joins": ["pace"]}}},
}


def opened(bench: SimBench) -> DruckPACE5000:
    pace = open_instrument("druck_pace5000", bench.resources["pace"], clock=bench.clock)
    assert isinstance(pace, DruckPACE5000)
    return pace


def test_a_pressure_is_controlled_held_and_vented() -> None:
    with SIMULATOR.open(BENCH) as bench:
        pace = opened(bench)
        assert pace.identify().serial == "SIMPACE01"
        pace.reset()
        pace.configure_pressure(700e3, absolute=False)
        pace.set_slew(20e3)
        pace.set_in_limits(0.01, 5.0)
        pace.set_limits(pressure_pa=600e3)
        pace.stage_pressure(500e3)
        pace.operate()
        pace.wait_settled(300.0)
        assert pace.read().value == pytest.approx(500e3, abs=100.0)
        state = pace.state()
        assert (state.operating, state.settled, state.range_high) == (True, True, 700e3)
        pace.standby()
        assert bench.truth("line")["gauge_pressure_pa"] > 490e3
        guard = opened(bench)  # on a session of its own, with nothing known
        before = bench.clock.monotonic_ns()
        guard.make_safe()
        assert (bench.clock.monotonic_ns() - before) / 1e9 > 480e3 / 20e3  # not faster than the slew rate
        assert abs(bench.truth("line")["gauge_pressure_pa"]) < 1000.0
        assert not guard.state().operating
        guard.close()
        pace.close()
