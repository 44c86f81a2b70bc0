"""Energy meters that nobody speaks to: on the bench they count and give pulses, and have no address."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_sim import SIMULATOR, BenchFileError


def bench_of(model: str, serial: str) -> dict[str, Any]:
    return {
        "instruments": {"meter": {"model": model, "serial": serial, "artefact": True}},
        "simulation": {
            "seed": 3,
            "units": {"meter": {"error": "none"}},
            "effects": {"load_variation": 0.0, "phase": 0.0, "temperature": 0.0, "drift": 0.0},
            "nodes": {"line": {"domain": "power", "joins": ["meter"], "voltage_v": 230, "current_a": 5.0}},
        },
    }


@pytest.mark.parametrize(
    ("model", "constant"), [("pulse_meter_class_05s", 5000.0), ("pulse_meter_class_2", 800.0)]
)
def test_it_gives_its_constants_pulses_and_is_served_nowhere(model: str, constant: float) -> None:
    with SIMULATOR.open(bench_of(model, "SIMMETER01")) as bench:
        assert dict(bench.resources) == {}
        device: Any = bench._network.devices["meter"]
        bench.clock.sleep(3600.0)
        now = bench.clock.monotonic_ns()
        true_kwh = bench.truth("line")["energy_wh"] / 1000.0
        assert true_kwh == pytest.approx(1.15)
        assert abs(device.pulses(now) - true_kwh * constant) <= 1.0
        assert device.feed(now).frequency_hz == pytest.approx(1150.0 * constant / 3.6e6)


def test_a_serial_that_could_be_a_real_one_is_refused() -> None:
    with pytest.raises(BenchFileError, match="does not begin with SIM"):
        SIMULATOR.open(bench_of("pulse_meter_class_2", "12345"))
