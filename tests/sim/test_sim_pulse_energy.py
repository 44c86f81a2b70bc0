"""Energy by pulses: a meter's test output, a counter that totals, and the driver that makes energy of it."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import InstrumentError, open_instrument
from calibrator_drivers.pulses import PulseEnergy
from calibrator_drivers.roles import MeasureEnergy
from calibrator_sim import SIMULATOR

BENCH: dict[str, Any] = {
    "name": "pulses",
    "instruments": {
        "meter": {"model": "eastron_sdm630", "serial": "SIM63000042"},
        "counter": {"model": "keysight_53230a", "serial": "SIM0001"},
    },
    "simulation": {
        "seed": 11,
        "nodes": {
            "line": {"domain": "power", "joins": ["meter"]},
            "output": {"domain": "electrical", "joins": ["meter", "counter"], "terminals": "normal-input"},
        },
    },
}


def bench_of(model: str) -> dict[str, Any]:
    counter = {"model": model, "serial": "SIM0001"}
    return {**BENCH, "instruments": {**BENCH["instruments"], "counter": counter}}


@pytest.mark.parametrize(("model", "serial"), [("keysight_53230a", "SIM0001"), ("keysight_53131a", "")])
def test_a_count_of_pulses_is_the_meters_energy(model: str, serial: str) -> None:
    with SIMULATOR.open(bench_of(model)) as bench:
        counter: Any = open_instrument(model, bench.resources["counter"], clock=bench.clock, timeout_s=60)
        energy = PulseEnergy(counter, pulses_per_kwh=1000.0)
        assert isinstance(energy, MeasureEnergy)
        assert energy.identify().serial == serial
        with pytest.raises(InstrumentError, match="No count of energy"):
            energy.read_energy()
        bench.clock.sleep(100.0)
        energy.start_energy()
        before = bench.truth("line")["energy_wh"]
        assert energy.read_energy().value <= energy.resolution_wh
        bench.clock.sleep(3600.0)
        while_counting = energy.read_energy()
        energy.stop_energy()
        passed = bench.truth("line")["energy_wh"] - before
        bench.clock.sleep(600.0)  # a closed gate counts no more
        found = energy.read_energy()
        assert found.unit == "Wh"
        assert found.value == while_counting.value
        assert found.value == pytest.approx(1000.0 * round(found.value) / 1000.0)  # whole pulses of 1 Wh
        meter_gain = bench.true_error("meter", "energy", 1.0, passed)
        assert found.value == pytest.approx(passed + meter_gain, abs=2.0 * energy.resolution_wh)
        energy.start_energy()  # at zero again
        assert energy.read_energy().value <= energy.resolution_wh
        energy.close()


def test_a_53131a_totals_over_a_set_time_too(client_class: Any) -> None:
    with SIMULATOR.open(bench_of("keysight_53131a")) as bench:
        client = client_class(bench.resources["counter"], 30)
        client.write('FUNC "TOT 1";:TOT:ARM:STAR:SOUR IMM;:TOT:ARM:STOP:SOUR TIM;:TOT:ARM:STOP:TIM 900')
        before = bench.truth("line")["energy_wh"]
        counted = float(client.query("READ?"))
        assert counted == pytest.approx(bench.truth("line")["energy_wh"] - before, abs=5.0)
        client.write("TOT:ARM:STOP:SOUR IMM")
        client.write("READ?")  # nothing would ever end it
        assert client.query("SYST:ERR?").startswith("-214")
        client.close()


@pytest.mark.parametrize("constant", [0.0, -1000.0, float("nan")])
def test_a_constant_that_stands_on_no_meter(constant: float) -> None:
    with pytest.raises(ValueError, match="meter constant"):
        PulseEnergy(None, pulses_per_kwh=constant)  # type: ignore[arg-type]
