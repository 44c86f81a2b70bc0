"""What a 34401A shows of alternating quantities: true value plus error, filter, capacitance, crest factor."""

from __future__ import annotations

import math
import statistics

import pytest

STILL = {"noise": 0, "hum": 0, "quantisation": 0, "settling": 0, "warm_up": 0, "temperature": 0}
IDEAL = {**STILL, "unit_error": 0, "standard_error": 0, "leads": 0, "loading": 0, "capacitance": 0}


def wired(open_bench, connect, wiring, output, configure, **simulation):
    bench = open_bench(simulation=simulation)
    bench.connect(wiring)
    calibrator, meter = connect(bench, "calibrator"), connect(bench, "meter")
    calibrator.write(output + ";OPER")
    assert calibrator.query("*OPC?;ERR?") == '1;0,"No Error"'
    meter.write(configure)
    return bench, calibrator, meter


def applied(open_bench, connect, configure, effects, **figures):
    """Return a meter that sees an ideal source in place of an instrument."""
    bench = open_bench(
        instruments={"judge": {"model": "keysight_34401a", "serial": "SIM0009"}},
        simulation={
            "effects": effects,
            "nodes": {
                "generator": {
                    "domain": "electrical",
                    "joins": ["judge"],
                    "terminals": "normal-input",
                    **figures,
                }
            },
        },
    )
    meter = connect(bench, "judge")
    meter.write(configure)
    return bench, meter


@pytest.mark.parametrize(
    ("function", "wiring", "output", "configure", "range_", "hertz"),
    [
        ("acv", "volts", "OUT 10 V, 1 KHZ", "CONF:VOLT:AC 10", 10.0, 1000.0),
        ("acv", "volts", "OUT 100 MV, 20 KHZ", "CONF:VOLT:AC 0.1", 0.1, 20e3),
        ("acv", "volts", "OUT 700 V, 1 KHZ", "CONF:VOLT:AC 750", 750.0, 1000.0),
        ("acv", "volts", "OUT 1 V, 60 HZ", "CONF:VOLT:AC 1;:DET:BAND 3", 1.0, 60.0),
        ("aci", "current", "OUT 1 A, 1 KHZ", "CONF:CURR:AC 1", 1.0, 1000.0),
    ],
)
def test_a_sine_is_shown_with_the_error_of_its_range_and_band(
    open_bench, connect, function, wiring, output, configure, range_, hertz
):
    effects = {**STILL, "leads": 0, "loading": 0, "capacitance": 0}
    bench, _, meter = wired(open_bench, connect, wiring, output, configure, effects=effects)
    out = bench.true_output("calibrator")
    device = bench._network.devices["meter"]
    error = device.true_error(function, range_, out.value, 0, frequency_hz=out.frequency_hz)
    shown = float(meter.query("READ?"))
    assert error != 0.0
    low_frequency = 0.005 * (3.0 if hertz < 100 else 20.0) ** 2 / hertz**2 * out.value
    assert shown == pytest.approx(out.value + error - low_frequency, rel=2e-8)
    other = device.true_error(function, range_, out.value, 0, frequency_hz=5.0)
    assert other != error  # every band has its own


def test_direct_functions_and_alternating_ones_do_not_see_each_other(open_bench, connect):
    _, calibrator, meter = wired(
        open_bench, connect, "volts", "OUT 5 V", "CONF:VOLT:AC 10", effects={**STILL, "noise": 1}
    )
    assert 0.0 < float(meter.query("READ?")) < 2e-3  # a few counts, never negative
    calibrator.write("OUT 5 V, 1 KHZ;OPER")
    calibrator.query("*OPC?")
    meter.write("CONF:VOLT:DC 10;:VOLT:NPLC 10")
    assert abs(float(meter.query("READ?"))) < 1e-3  # whole cycles
    meter.write("VOLT:NPLC 0.02")
    rest = [abs(float(meter.query("READ?"))) for _ in range(5)]
    assert max(rest) > 0.05  # 0.4 ms of a 1 ms cycle


@pytest.mark.parametrize(("band", "seconds"), [(3, 7.0), (20, 1.0), (200, 0.6)])
def test_a_filter_that_is_too_fast_reads_low_and_a_slow_one_takes_its_time(
    open_bench, connect, band, seconds
):
    bench, _, meter = wired(
        open_bench, connect, "volts", "OUT 1 V, 60 HZ", f"CONF:VOLT:AC 1;:DET:BAND {band}", effects=IDEAL
    )
    before = bench.clock.monotonic_ns()
    shown = float(meter.query("READ?"))
    assert (bench.clock.monotonic_ns() - before) / 1e9 == pytest.approx(seconds, abs=0.05)
    assert 1.0 - shown == pytest.approx(0.005 * (band / 60.0) ** 2, rel=1e-4)


def test_capacitance_loads_a_source_with_resistance(open_bench, connect):
    effects = {**IDEAL, "capacitance": 1}
    bench, meter = applied(
        open_bench,
        connect,
        "CONF:VOLT:AC 1",
        effects,
        voltage_v=1.0,
        frequency_hz=1e5,
        source_ohm=1000.0,
    )
    reactive = 2.0 * math.pi * 1e5 * 200e-12 * 1000.0  # 100 pF of the meter and 100 pF of 1 m of cable
    assert float(meter.query("READ?")) == pytest.approx(1.0 / math.hypot(1.0, reactive), rel=1e-6)
    assert bench.truth("generator") == {"voltage_v": 1.0, "frequency_hz": 1e5}


@pytest.mark.parametrize(("crest", "most"), [(math.sqrt(2.0), 0.0), (2.0, 5e-4), (3.0, 1.5e-3), (5.0, 4e-3)])
def test_a_peaky_waveform_shows_the_error_of_its_crest_factor(open_bench, connect, crest, most):
    effects = {**IDEAL, "crest": 1}
    _, meter = applied(
        open_bench, connect, "CONF:VOLT:AC 1", effects, voltage_v=1.0, frequency_hz=1e4, crest=crest
    )
    off = abs(float(meter.query("READ?")) - 1.0)
    assert off <= most + 1e-7
    assert (off > 1e-5) == (most > 0.0)


def test_an_alternating_overload_and_autorange(open_bench, connect):
    _, _, meter = wired(open_bench, connect, "volts", "OUT 20 V, 1 KHZ", "CONF:VOLT:AC 1")
    assert meter.query("READ?") == "+9.90000000E+37"
    meter.write("CONF:VOLT:AC")
    assert float(meter.query("READ?")) == pytest.approx(20.0, rel=2e-3)
    assert float(meter.query("VOLT:AC:RANG?")) == 100.0


def test_noise_of_an_alternating_reading(open_bench, connect):
    _, _, meter = wired(
        open_bench, connect, "volts", "OUT 10 V, 1 KHZ", "CONF:VOLT:AC 10;:SAMP:COUN 100",
        effects={**IDEAL, "noise": 1},
    )  # fmt: skip
    readings = [float(text) for text in meter.query("READ?").split(",")]
    assert statistics.stdev(readings) == pytest.approx(100e-6, rel=0.35)


def test_frequency_and_period_are_those_of_the_source_with_the_time_base_s_error(open_bench, connect):
    bench, calibrator, meter = wired(
        open_bench, connect, "volts", "OUT 1 V, 1 KHZ", "CONF:FREQ;:FREQ:APER 1", effects=STILL
    )
    out = bench.true_output("calibrator")
    error = bench.true_error("meter", "freq", 3e5, out.frequency_hz)
    assert 0.0 < abs(error) <= out.frequency_hz * 1e-4
    assert float(meter.query("READ?")) == pytest.approx(out.frequency_hz + error, rel=1e-8)
    meter.write("CONF:PER")
    period = float(meter.query("READ?"))
    assert period * (out.frequency_hz + error) == pytest.approx(1.0, rel=1e-7)
    calibrator.write("OUT 1 MV, 1 KHZ")
    calibrator.query("*OPC?")
    meter.write("CONF:FREQ;:FREQ:VOLT:RANG 1")
    assert float(meter.query("READ?")) == 0.0  # too small to count


def test_a_gate_sets_the_digits_of_a_frequency(open_bench, connect):
    for gate, step in ((1, 1e-3), (0.1, 1e-2), (0.01, 1e-1)):
        _, _, meter = wired(
            open_bench, connect, "volts", "OUT 1 V, 2 KHZ", f"CONF:FREQ;:FREQ:APER {gate}",
            effects={**STILL, "quantisation": 1},
        )  # fmt: skip
        counts = float(meter.query("READ?")) / step
        assert counts == pytest.approx(round(counts), abs=1e-5)


@pytest.mark.parametrize(
    ("volts", "sent", "range_", "hertz"),
    [(0.1, "OUT 100 MV, 20 KHZ", 0.1, 20e3), (10.0, "OUT 10 V, 50 KHZ", 10.0, 50e3)],
)
def test_the_inputs_of_a_sine_point_give_its_indication(open_bench, connect, volts, sent, range_, hertz):
    bench, _, meter = wired(open_bench, connect, "volts", sent, f"CONF:VOLT:AC {range_}", effects=STILL)
    at = bench.inputs("acv", volts, range_, "volts", frequency_hz=hertz)
    assert at.standard != 0.0
    assert at.source_resistance == (50.0 if volts < 0.33 else 0.0)
    low_frequency = 0.005 * (20.0 / hertz) ** 2 * volts
    shown = float(meter.query("READ?"))
    assert shown == pytest.approx(at.true_value + at.uut_error - low_frequency, rel=2e-8)
    # At the edge of a band the parts in a million of the source's oscillator do not change the band.
    row = bench._network.devices["meter"].physics.unit.row("acv", range_, hertz * (1.0 + 3e-6))
    assert row.freq_high_hz == hertz


def test_the_inputs_of_a_two_wire_point_give_its_indication(open_bench, connect):
    bench, _, meter = wired(open_bench, connect, "volts", "OUT 1 KOHM", "CONF:RES 1E3", effects=STILL)
    at = bench.inputs("res2w", 1000.0, 1000.0, "volts")
    four = bench.inputs("res4w", 1000.0, 1000.0, "volts")
    assert at.leads > 0.0
    assert at.true_value == pytest.approx(four.true_value + at.leads, abs=1e-12)
    assert float(meter.query("READ?")) == pytest.approx(at.true_value + at.uut_error, rel=6e-9)
