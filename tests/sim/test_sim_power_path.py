"""The power path: a live load, its energy, a power meter and an energy meter on it, with their drivers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, open_instrument
from calibrator_sim import SIMULATOR, SimBench


def bench_of(effects: dict[str, float] | None = None, **line: float) -> dict[str, Any]:
    return {
        "name": "power",
        "instruments": {
            "wt": {"model": "yokogawa_wt310", "serial": "SIMWT01"},
            "meter": {"model": "eastron_sdm630", "serial": "SIM63000042"},
        },
        "simulation": {
            "seed": 11,
            "effects": effects or {},
            "nodes": {"line": {"domain": "power", "joins": ["wt", "meter"], **line}},
        },
    }


def opened(bench: SimBench) -> tuple[Any, Any]:
    wt = open_instrument("yokogawa_wt310", bench.resources["wt"], clock=bench.clock)
    meter = open_instrument("eastron_sdm630", bench.resources["meter"], clock=bench.clock)
    return wt, meter


def test_a_load_lives_and_its_energy_is_its_integral() -> None:
    with SIMULATOR.open(bench_of(variation=0.02)) as bench:
        powers, before, energies = [], bench.truth("line")["energy_wh"], []
        for _ in range(7200):
            bench.clock.sleep(1.0)
            truth = bench.truth("line")
            powers.append(truth["active_w"])
            energies.append(truth["energy_wh"])
        mean = sum(powers) / len(powers)
        deviation = (sum((p - mean) ** 2 for p in powers) / len(powers)) ** 0.5 / mean
        assert deviation == pytest.approx(0.02 * 1.049, rel=0.07)  # sines of 0.5 and 0.7, steps of 0.6
        assert sum(powers) / 3600.0 == pytest.approx(energies[-1] - before, rel=1e-6)
        assert all(later > earlier for earlier, later in itertools.pairwise(energies))


def test_without_variation_it_stands_still() -> None:
    with SIMULATOR.open(bench_of(effects={"load_variation": 0.0}, power_factor=0.5)) as bench:
        bench.clock.sleep(100.0)
        assert bench.truth("line")["active_w"] == pytest.approx(230.0 * 5.0 * 0.5)
        assert bench.truth("line")["energy_wh"] == pytest.approx(230.0 * 5.0 * 0.5 * 100.0 / 3600.0)


def test_a_power_meter_with_its_driver() -> None:
    with SIMULATOR.open(bench_of()) as bench:
        wt, meter = opened(bench)
        assert wt.identify().serial == "SIMWT01"
        wt.reset()
        wt.configure_power_ac(230.0, 5.0, update_s=1.0)
        bench.clock.sleep(5.0)
        found = wt.read_power()
        truth = bench.truth("line")
        assert found.voltage_v == pytest.approx(230.0, rel=2e-3)
        assert found.active_w == pytest.approx(truth["active_w"], rel=0.01)
        assert found.power_factor == pytest.approx(1.0, abs=5e-3)
        assert found.frequency_hz == pytest.approx(50.0, abs=0.02)
        first, second = wt.read(), wt.read()
        assert first.value != second.value
        wt.configure_power_ac(230.0, 2.0, update_s=0.25)
        bench.clock.sleep(1.0)
        assert wt.read().overload
        wt.close()
        meter.close()


def test_energy_by_both_meters_over_the_same_gate() -> None:
    errors = []
    for _ in range(2):
        with SIMULATOR.open(bench_of(variation=0.01)) as bench:
            wt, meter = opened(bench)
            assert meter.identify().serial == "63000042"
            assert meter.self_test()[0]
            wt.reset()
            wt.configure_power_ac(230.0, 5.0, update_s=0.25)
            bench.clock.sleep(3600.0)  # what was counted before does not matter
            before = bench.truth("line")["energy_wh"]
            meter.start_energy()
            wt.start_energy()
            bench.clock.sleep(4 * 3600.0)
            wt.stop_energy()
            meter.stop_energy()
            true = bench.truth("line")["energy_wh"] - before
            reference, counted = wt.read_energy().value, meter.read_energy().value
            assert true == pytest.approx(4600.0, rel=0.02)
            assert reference == pytest.approx(true, rel=3.2e-3)
            assert counted == pytest.approx(true, rel=0.5e-2 + 20.0 / true)
            assert meter.read_power().voltage_v == pytest.approx(230.0)
            errors.append((reference, counted))
            wt.close()
            meter.close()
    assert errors[0] == errors[1]


def test_phase_errors_show_at_low_power_factor_only() -> None:
    found = {}
    for factor in (1.0, 0.5):
        with SIMULATOR.open(
            bench_of(
                effects={"standard_error": 0.0, "noise": 0.0, "load_variation": 0.0}, power_factor=factor
            )
        ) as bench:
            wt, meter = opened(bench)
            wt.reset()
            wt.configure_power_ac(230.0, 5.0, update_s=1.0)
            bench.clock.sleep(10.0)
            found[factor] = wt.read().value / (1150.0 * factor) - 1.0
            wt.close()
            meter.close()
    assert abs(found[1.0]) < 1e-5
    assert 1e-5 < abs(found[0.5]) < 1.8 * 0.002  # tan 60 degrees times 0.002, and rounding


def test_its_pulses_stand_for_its_energy() -> None:
    with SIMULATOR.open(bench_of()) as bench:
        device: Any = bench._network.devices["meter"]
        bench.clock.sleep(3600.0)
        now = bench.clock.monotonic_ns()
        count = device.pulses(now)
        assert count == int(device.count.counted_wh(now))
        assert device.pulses(now - 4_000_000_000) in (count - 1, count - 2)  # one is 1 Wh: 3 s at 1150 W
        hertz = device.feed(now).frequency_hz  # what a counter at the pulse output sees
        assert hertz == pytest.approx(bench.truth("line")["active_w"] / 3600.0, rel=0.01)


def test_registers_that_are_not_there() -> None:
    with SIMULATOR.open(bench_of()) as bench:
        _, meter = opened(bench)
        with pytest.raises(InstrumentReportedError, match="illegal data address"):
            meter.session.read("holding", 0x1234)
        with pytest.raises(InstrumentReportedError, match="illegal data value"):
            meter.session.write("holding", 0xFC02, [1])
        meter.close()


def test_a_snapshot_in_an_integration() -> None:
    with SIMULATOR.open(bench_of()) as bench:
        wt, meter = opened(bench)
        wt.reset()
        wt.start_energy()
        bench.clock.sleep(100.0)
        held = bench.snapshot()
        bench.clock.sleep(100.0)
        expected = wt.read_energy().value
        with SIMULATOR.open(bench_of()) as other:
            other.restore(held)
            other.clock.sleep(100.0)
            again = open_instrument("yokogawa_wt310", other.resources["wt"], clock=other.clock)
            assert again.read_energy().value == expected  # type: ignore[attr-defined]
            again.close()
        wt.close()
        meter.close()


def test_a_power_meter_errs_by_the_range_that_is_set() -> None:
    given = bench_of(effects={"noise": 0.0, "phase": 0.0, "load_variation": 0.0})
    given["simulation"]["units"] = {"wt": {"error": "limit"}}
    with SIMULATOR.open(given) as bench:
        wt, _ = opened(bench)
        wt.reset()
        for range_v, range_a in ((300.0, 5.0), (600.0, 20.0)):
            wt.configure_power_ac(range_v, range_a, update_s=0.5)
            bench.clock.sleep(10.0)
            found, true = wt.read_power(), bench.truth("line")
            for shown, value, end in (
                (found.voltage_v, 230.0, range_v),
                (found.current_a, 5.0, range_a),
                (found.active_w, true["active_w"], range_v * range_a),
            ):
                limit = 0.001 * value + 0.0005 * end  # of reading and of range
                assert shown - value == pytest.approx(limit, rel=0.02)
