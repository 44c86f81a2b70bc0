"""Drivers over sockets on simulated meters: what is configured is what is measured, near the truth."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import open_instrument

METERS = ["keysight_34401a", "keysight_34461a", "keysight_34465a", "keysight_34470a", "keysight_3458a"]


@pytest.fixture
def pair(open_bench):
    """Return bench, calibrator and meter of a model, through their own drivers."""
    opened: list[Any] = []

    def opener(model: str):
        bench = open_bench(
            instruments={"meter": {"model": model, "serial": "SIM0042"}}, simulation={"units": {"meter": {}}}
        )
        source = open_instrument("fluke_5522a", bench.resources["calibrator"], clock=bench.clock)
        meter = open_instrument(model, bench.resources["meter"], clock=bench.clock)
        opened.extend((source, meter))
        return bench, source, meter

    yield opener
    for instrument in opened:
        instrument.close()


def give(bench, source, wiring):
    bench.connect(wiring)
    source.operate()
    source.wait_settled(30.0)
    return bench.true_output("calibrator")


@pytest.mark.parametrize("model", METERS)
def test_a_meter_measures_volts_amperes_ohms_and_hertz(pair, model):
    bench, source, meter = pair(model)
    assert meter.identify().model == model.removeprefix("keysight_").upper()
    meter.reset()
    source.stage_voltage_dc(5.0)
    true = give(bench, source, "volts")
    meter.configure_voltage_dc(10.0, nplc=10.0, high_impedance=True)
    assert meter.read().value == pytest.approx(true.value, rel=2e-4)
    source.stage_voltage_ac(5.0, frequency_hz=1000.0)
    true = give(bench, source, "volts")
    meter.configure_voltage_ac(10.0, frequency_hz=1000.0)
    assert meter.read().value == pytest.approx(true.value, rel=3e-3)
    meter.configure_frequency(1000.0, gate_s=1.0, amplitude_v=5.0)
    assert meter.read().value == pytest.approx(true.frequency_hz, rel=2e-4)
    source.stage_resistance(1e4, wires=4)
    true = give(bench, source, "ohms4w")
    meter.configure_resistance(1e4, wires=4, nplc=10.0)
    four = meter.read().value
    assert four == pytest.approx(true.value, rel=5e-4)
    source.stage_current_dc(0.1)
    true = give(bench, source, "current")
    meter.configure_current_dc(0.1, nplc=10.0)
    assert meter.read().value == pytest.approx(true.value, rel=1e-3)
    meter.check_errors()
    source.make_safe()
