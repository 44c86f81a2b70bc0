"""Counters, generators and a disciplined oscillator on one bench."""

from __future__ import annotations

import math
import statistics

import pytest

from calibrator_drivers import InstrumentReportedError, open_instrument

QUIET = {"noise": 0, "quantisation": 0, "warm_up": 0, "drift": 0, "leads": 0, "capacitance": 0}


@pytest.fixture
def lab(open_bench):
    """Return a bench with counter, generator and reference, and their drivers."""
    opened = []

    def opener(counter="keysight_53230a", effects=QUIET, seed=5, locked=True, on_for_s=1e6, units=None):
        joins = ["reference", "counter", "generator"] if locked else ["reference"]
        bench = open_bench(
            seed,
            instruments={
                "counter": {"model": counter, "serial": "SIM0001"},
                "generator": {"model": "keysight_33500b", "serial": "SIM0002"},
                "reference": {"model": "gpsdo", "serial": "SIM0003"},
            },
            wirings={"signal": {"terminals": "normal-input", "from": "generator", "to": "counter"}},
            simulation={
                "effects": effects,
                "units": {"reference": {"on_for_s": on_for_s}, **(units or {})},
                "nodes": {"line": {"domain": "frequency", "joins": joins}},
            },
        )
        bench.connect("signal")
        drivers = [
            open_instrument(model, bench.resources[name], clock=bench.clock)
            for name, model in (
                ("counter", counter),
                ("generator", "keysight_33500b"),
                ("reference", "gpsdo"),
            )
        ]
        opened.extend(drivers)
        return bench, *drivers

    yield opener
    for driver in opened:
        driver.close()


@pytest.mark.parametrize("model", ["keysight_53131a", "keysight_53230a"])
def test_a_counter_shows_the_true_frequency_by_its_own_time_base(lab, model):
    bench, counter, generator, _ = lab(model)
    assert counter.identify().model == model.removeprefix("keysight_").upper()
    generator.stage_frequency(1e6, amplitude_v=1.0)
    generator.operate()
    counter.configure_frequency(1e6, gate_s=1.0, amplitude_v=1.0)
    true = bench.true_output("generator").value
    error = bench.true_error("counter", "freq", 1e6, true)
    assert 0.0 < abs(true - 1e6) <= 1.0
    assert 0.0 < abs(error) <= 5.0
    assert counter.read().value == pytest.approx(true + error, rel=1e-11)
    assert generator.state().value == 1e6
    generator.make_safe()
    assert counter.read().overload


def test_with_one_reference_for_both_the_time_base_drops_out(lab):
    bench, counter, generator, reference = lab()
    assert reference.discipline().traceable
    generator.use_reference(external=True)
    counter.use_reference(external=True)
    assert counter.external_reference()
    generator.stage_frequency(1e6, amplitude_v=1.0)
    generator.operate()
    counter.configure_frequency(1e6, gate_s=1.0, amplitude_v=1.0)
    counter.use_reference(external=True)
    assert counter.read().value == pytest.approx(1e6, rel=1e-13)
    line = bench.truth("line")
    assert abs(line["deviation"]) <= 2.5e-11
    assert line["frequency_hz"] == pytest.approx(10e6 * (1.0 + line["deviation"]), rel=1e-15)


def test_without_a_line_an_external_reference_is_refused(lab):
    _, counter, generator, _ = lab(locked=False)
    with pytest.raises(InstrumentReportedError, match="-221"):
        counter.use_reference(external=True)
    with pytest.raises(InstrumentReportedError, match="-221"):
        generator.use_reference(external=True)


@pytest.mark.parametrize(("model", "single_s"), [("keysight_53131a", 500e-12), ("keysight_53230a", 20e-12)])
def test_resolution_is_time_resolution_and_trigger_noise_over_the_gate(lab, model, single_s):
    _, counter, generator, _ = lab(model, effects={**QUIET, "noise": 1})
    generator.stage_frequency(1e6, amplitude_v=1.0)
    generator.operate()
    counter.configure_frequency(1e6, gate_s=0.1, amplitude_v=1.0)
    readings = [counter.read().value for _ in range(60)]
    slew = 2.0 * math.pi * 1e6 * math.sqrt(2.0)
    expected = 1e6 * math.hypot(single_s, math.sqrt(2.0) * 200e-6 / slew) / 0.1
    assert statistics.stdev(readings) == pytest.approx(expected, rel=0.4)


def test_the_emf_is_what_it_is_whatever_load_the_display_is_told_of(lab, connect):
    bench, _, generator, _ = lab(effects={**QUIET, "standard_error": 0})
    generator.stage_voltage_ac(1.0, frequency_hz=1000.0)
    generator.operate()
    assert bench.true_output("generator").terminal_v == pytest.approx(1.0)
    client = connect(bench, "generator")
    client.write("OUTP:LOAD 50")
    assert float(client.query("VOLT?")) == pytest.approx(0.5)  # shown anew
    assert bench.true_output("generator").terminal_v == pytest.approx(1.0)
    client.write("VOLT 1")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    assert bench.true_output("generator").terminal_v == pytest.approx(2.0)
    client.write("APPL:SIN 2000,1,0;:OUTP OFF")
    assert client.query("APPL?").startswith('"SIN +2.0000000000000E+03,+1.0000000000000E+00')
    assert client.query("OUTP?") == "0"
    client.write("FREQ 30E6")
    assert client.query("SYST:ERR?").startswith("-222")


def test_a_square_wave_has_another_crest_factor(lab, connect):
    bench, _, _, _ = lab(effects={**QUIET, "standard_error": 0})
    client = connect(bench, "generator")
    client.write("OUTP:LOAD INF;:VOLT:UNIT VPP;:FUNC SQU;:VOLT 2;:OUTP ON")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    assert bench.true_output("generator").terminal_v == pytest.approx(1.0)
    client.write("FUNC RAMP")
    client.query("*OPC?")
    assert bench.true_output("generator").terminal_v == pytest.approx(1.0 / math.sqrt(3.0))


@pytest.mark.parametrize(
    ("on_for_s", "state", "traceable"),
    [(60.0, "POW", False), (1000.0, "WAIT", False), (7200.0, "LOCK", False), (1e6, "LOCK", True)],
)
def test_an_oscillator_warms_up_and_locks(lab, on_for_s, state, traceable):
    bench, _, _, reference = lab(on_for_s=on_for_s, effects={**QUIET, "warm_up": 1})
    found = reference.discipline()
    assert found.raw.startswith(state)
    assert found.traceable is traceable
    deviation = abs(bench.truth("line")["deviation"])
    assert (deviation > 1e-8) == (on_for_s < 5000.0)


def test_without_an_antenna_it_holds_over_and_drifts(open_bench):
    bench = open_bench(
        instruments={"reference": {"model": "gpsdo", "serial": "SIM0003"}},
        simulation={
            "effects": {**QUIET, "drift": 1},
            "units": {"reference": {"on_for_s": 1e6}},
            "nodes": {"line": {"domain": "frequency", "joins": ["reference"], "antenna": False}},
        },
    )
    reference = open_instrument("gpsdo", bench.resources["reference"], clock=bench.clock)
    assert "HOLD" in reference.discipline().why_not
    before = bench.truth("line")["deviation"]
    bench.clock.sleep(86_400.0)
    after = bench.truth("line")["deviation"]
    assert 0.0 < abs(after - before) <= 5e-10
    reference.close()


def test_a_restored_bench_counts_the_same(lab):
    bench, counter, generator, _ = lab(effects={})
    generator.stage_frequency(1e6, amplitude_v=1.0)
    generator.operate()
    counter.configure_frequency(1e6, gate_s=0.1, amplitude_v=1.0)
    held = bench.snapshot()
    first = [counter.read().raw for _ in range(5)]
    bench.restore(held)
    assert [counter.read().raw for _ in range(5)] == first


@pytest.mark.parametrize("model", ["keysight_53131a", "keysight_53230a"])
def test_a_counter_takes_what_is_expected_and_the_input(open_bench, connect, model):
    client = connect(open_bench(instruments={"one": {"model": model, "serial": "SIMONE"}}), "one")
    client.write("CONF:FREQ 20E6,1E-4,(@1)")
    assert client.query("CONF?") == '"FREQ +2.00000000000E+07,+1.00000000000E-04"'
    client.write("CONF:FREQ (@1)")
    assert client.query("SYST:ERR?").startswith("+0,")


@pytest.mark.parametrize("model", ["keysight_33220a", "keysight_33500b"])
def test_a_generator_takes_units_behind_amplitudes(open_bench, connect, model):
    client = connect(open_bench(instruments={"one": {"model": model, "serial": "SIMONE"}}), "one")
    client.write("OUTP:LOAD INFinity;:VOLT 1 VRMS")
    assert float(client.query("VOLT?")) == pytest.approx(2.0 * 2.0**0.5)
    client.write("VOLT 500 MV")
    assert float(client.query("VOLT?")) == 0.5
    client.write("APPL:SIN 2 KHZ,1 VPP,0 V")
    assert [float(client.query(f"{one}?")) for one in ("FREQ", "VOLT", "VOLT:OFFS", "OUTP")] == [
        2e3,
        1.0,
        0,
        1,
    ]
    assert client.query("SYST:ERR?").startswith("+0,")
