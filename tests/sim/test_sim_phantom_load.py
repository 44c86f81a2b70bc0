"""A 5522A as a phantom load: volts and amperes at once, for a power meter and an energy meter."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, open_instrument
from calibrator_sim import SIMULATOR, SimBench

BENCH: dict[str, Any] = {
    "name": "phantom load",
    "instruments": {
        "calibrator": {"model": "fluke_5522a", "serial": "SIM5522001"},
        "wt": {"model": "yokogawa_wt310", "serial": "SIMWT01"},
        "meter": {"model": "eastron_sdm630", "serial": "SIM63000042"},
    },
    "simulation": {
        "seed": 11,
        "nodes": {"line": {"domain": "power", "joins": ["calibrator", "wt", "meter"]}},
    },
}


def opened(bench: SimBench, *names: str) -> tuple[Any, ...]:
    models = BENCH["instruments"]
    return tuple(
        open_instrument(models[name]["model"], bench.resources[name], clock=bench.clock) for name in names
    )


@pytest.mark.parametrize(("factor", "leading"), [(1.0, False), (0.5, False), (0.8, True)])
def test_a_power_meter_sees_what_the_calibrator_gives(factor: float, leading: bool) -> None:
    with SIMULATOR.open(BENCH) as bench:
        source, wt = opened(bench, "calibrator", "wt")
        wt.reset()
        wt.configure_power_ac(230.0, 5.0, update_s=1.0)
        source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=factor, leading=leading)
        assert bench.truth("line")["active_w"] == 0.0
        source.operate()
        source.wait_settled(10.0)
        bench.clock.sleep(5.0)
        truth = bench.truth("line")
        assert truth["voltage_v"] == pytest.approx(230.0, rel=1e-3)
        assert truth["voltage_v"] != 230.0  # its own error is there
        assert truth["active_w"] == pytest.approx(230.0 * 5.0 * factor, rel=3e-3)
        found = wt.read_power()
        assert found.active_w == pytest.approx(truth["active_w"], rel=0.01)
        assert found.current_a == pytest.approx(truth["current_a"], rel=0.01)
        assert found.power_factor == pytest.approx(factor, abs=0.01)
        assert source.state().function == "ac_power"
        source.make_safe()
        bench.clock.sleep(5.0)
        assert bench.truth("line")["active_w"] == pytest.approx(0.0, abs=1e-9)
        source.close()
        wt.close()


def test_the_energy_of_a_phantom_load_is_its_power_by_its_time() -> None:
    with SIMULATOR.open(BENCH) as bench:
        source, meter = opened(bench, "calibrator", "meter")
        meter.start_energy()
        source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=0.5, leading=False)
        source.operate()
        before = bench.clock.monotonic_ns()
        bench.clock.sleep(2 * 3600.0)
        held = bench.snapshot()
        source.standby()
        hours = (bench.clock.monotonic_ns() - before) / 3.6e12
        bench.clock.sleep(3600.0)  # nothing passes any more
        meter.stop_energy()
        assert bench.truth("line")["energy_wh"] == pytest.approx(575.0 * hours, rel=3e-3)
        assert meter.read_energy().value == pytest.approx(575.0 * hours, rel=1e-2, abs=20.0)
        bench.restore(held)
        assert source.operating()
        assert bench.truth("line")["active_w"] == pytest.approx(575.0, rel=3e-3)
        source.close()
        meter.close()


def test_amperes_without_a_way_trip_the_output(client_class: Any) -> None:
    alone = {**BENCH, "simulation": {"seed": 11}}
    with SIMULATOR.open(alone) as bench:
        (source,) = opened(bench, "calibrator")
        source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=1.0, leading=False)
        with pytest.raises(InstrumentReportedError, match="ompliance"):
            source.operate()
        assert not source.operating()
        client = client_class(bench.resources["calibrator"])
        client.write("OUT 1 V, 0 HZ")
        assert client.query("FUNC?") == "DCV"
        client.write("DPF 0.5,LEAD")  # there is one output
        assert client.query("ERR?").startswith("502")
        client.write("OUT 1 V, 2 V")
        assert client.query("ERR?").startswith("502")
        client.write("OUT 10 V, 1 A")
        assert client.query("OUT?;FUNC?") == "1.000000E+01,V,1.000000E+00,A,0.00E+00;DC_POWER"
        assert client.query("ERR?").startswith("0")
        client.close()
        source.close()
