"""An 87V, a 179 and a pointer gauge that a simulated operator reads and types."""

from __future__ import annotations

import statistics

import pytest

from calibrator_drivers import open_instrument

STILL = {"noise": 0, "settling": 0, "keying": 0, "emf": 0, "leads": 0, "warm_up": 0}


@pytest.fixture
def handheld(open_bench, connect):
    def opener(model="fluke_87v", wiring="volts", output="OUT 5 V", effects=STILL, seed=None, **simulation):
        bench = open_bench(
            seed,
            instruments={"meter": {"model": model, "serial": "SIM0087"}},
            simulation={"units": {"meter": {}}, "effects": effects, **simulation},
        )
        bench.connect(wiring)
        calibrator = connect(bench, "calibrator")
        calibrator.write(output + ";OPER")
        assert calibrator.query("*OPC?;ERR?") == '1;0,"No Error"'
        return bench, calibrator, connect(bench, "meter")

    return opener


def test_a_display_shows_whole_counts_in_the_unit_of_its_range(handheld):
    bench, calibrator, meter = handheld()
    assert meter.query("WHO") == "SIM0087"
    assert meter.query("DIAL DC volts, range 6 V") == "ok"
    true = bench.true_output("calibrator").value
    error = bench.true_error("meter", "dcv", 6.0, true)
    shown = meter.query("LOOK V")
    assert len(shown) == 5
    assert float(shown) == pytest.approx(true + error, abs=0.00051)
    calibrator.write("OUT 500 MV")
    calibrator.query("*OPC?")
    assert meter.query("DIAL DC volts, range 600 mV") == "ok"
    assert float(meter.query("LOOK mV")) == pytest.approx(500.0, abs=1.0)
    assert meter.query("LOOK mV").split(".")[1].isdigit()


def test_it_takes_its_time_and_shows_overload(handheld):
    bench, _, meter = handheld(output="OUT 20 V")
    begun = bench.clock.monotonic_ns()
    meter.query("DIAL DC volts, range 6 V")
    assert meter.query("LOOK V") == "OL"
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(11.0, abs=0.1)
    assert meter.query("DIAL DC volts, range 7 V") == "there is no such setting"


def test_the_error_stays_within_reading_and_counts_of_its_table(open_bench):
    inside = []
    for seed in range(60):
        bench = open_bench(
            seed,
            instruments={"meter": {"model": "fluke_87v", "serial": "SIM0087"}},
            simulation={"units": {"meter": {"width": 1.0}}, "effects": STILL},
        )
        error = bench.true_error("meter", "dcv", 6.0, 5.0)
        inside.append(abs(error) / (5.0 * 500e-6 + 0.001))
    assert max(inside) <= 1.0
    assert max(inside) > 0.6


@pytest.mark.parametrize("model", ["fluke_87v", "fluke_179"])
def test_the_driver_reads_what_the_operator_types(handheld, model):
    bench, _, client = handheld(model)
    client.close()
    meter = open_instrument(model, bench.resources["meter"], clock=bench.clock)
    assert meter.identify().serial == "SIM0087"
    meter.configure_voltage_dc(6.0, nplc=1, high_impedance=False)
    meter.expect(5.0, 0.05)
    reading = meter.read()
    assert (reading.value, reading.unit) == (pytest.approx(5.0, rel=2e-3), "V")
    bench.connect("ohms4w")
    source = open_instrument("fluke_5522a", bench.resources["calibrator"], clock=bench.clock)
    source.stage_resistance(5000.0, wires=2)
    source.operate()
    source.wait_settled(30.0)
    meter.configure_resistance(6000.0, wires=2, nplc=1)
    assert meter.read().value == pytest.approx(5000.0, rel=1e-2)
    source.make_safe()
    source.stage_voltage_ac(5.0, frequency_hz=60.0)
    bench.connect("volts")
    source.operate()
    source.wait_settled(30.0)
    meter.configure_voltage_ac(6.0, frequency_hz=60.0)
    assert meter.read().value == pytest.approx(5.0, rel=2e-2)
    meter.configure_frequency(60.0, gate_s=1.0, amplitude_v=5.0)
    assert meter.read().value == pytest.approx(60.0, rel=2e-3)
    source.make_safe()
    source.close()
    meter.close()


def test_slips_come_as_often_as_their_effect_says_and_a_second_look_is_careful(handheld):
    _, _, meter = handheld(output="OUT -5.432 V", effects={**STILL, "keying": 30})
    meter.query("DIAL DC volts, range 6 V")
    typed = [meter.query("LOOK V") for _ in range(60)]
    honest = statistics.mode(typed)
    slips = [text for text in typed if text != honest]
    assert 5 <= len(slips) <= 35  # 30 % of 60
    assert honest.startswith("-5.4")
    assert {len(text) for text in slips} <= {5, 6}  # transposed, or without sign or point
    assert [meter.query(f"AGAIN V {text} was typed, why") for text in slips] == [honest] * len(slips)


def test_the_driver_catches_the_slips_it_can_know_of(handheld):
    bench, _, client = handheld(output="OUT -5.432 V", effects={**STILL, "keying": 30})
    client.close()
    meter = open_instrument("fluke_87v", bench.resources["meter"], clock=bench.clock)
    meter.configure_voltage_dc(6.0, nplc=1, high_impedance=False)
    meter.expect(-5.432, 0.02)
    readings = [meter.read() for _ in range(60)]
    corrected = [reading for reading in readings if "|" in reading.raw]
    assert corrected
    assert all(abs(reading.value + 5.432) < 0.02 for reading in readings)
    meter.close()


def test_the_last_digit_flickers(handheld):
    _, _, meter = handheld(effects={**STILL, "noise": 4})
    meter.query("DIAL DC volts, range 6 V")
    counts = [round(float(meter.query("LOOK V")) * 1000) for _ in range(20)]
    assert 1 <= max(counts) - min(counts) <= 8


def test_a_restored_bench_types_the_same(handheld):
    bench, _, meter = handheld(effects={"keying": 30})
    meter.query("DIAL DC volts, range 6 V")
    held = bench.snapshot()
    first = [meter.query("LOOK V") for _ in range(10)]
    bench.restore(held)
    assert [meter.query("LOOK V") for _ in range(10)] == first


def test_a_pointer_is_read_to_a_fifth_of_a_division(open_bench, connect):
    bench = open_bench(
        instruments={
            "pump": {"model": "druck_pace5000", "serial": "SIM5000"},
            "dial": {"model": "pointer_gauge", "serial": "SIM16"},
        },
        simulation={
            "effects": {"keying": 0},
            "nodes": {"line": {"domain": "pressure", "joins": ["pump", "dial"]}},
        },
    )
    dial = open_instrument("pointer_gauge", bench.resources["dial"], clock=bench.clock)
    dial.configure_pressure(1.6e6, absolute=False)
    reading = dial.read()
    assert reading.unit == "Pa"
    assert abs(reading.value) <= 0.016 * 1.6e6 + 20e3
    assert dial.identify().serial == "SIM16"
    assert dial.self_test() == (True, "ok")
    dial.close()
