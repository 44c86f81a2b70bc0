"""A 5730A, an 8588A, an 8846A, a Keithley 2000 and a 2450: their drivers on their twins."""

from __future__ import annotations

import pytest

from calibrator_drivers import InstrumentError, OutOfLimits, open_instrument

STILL = {"noise": 0, "hum": 0, "quantisation": 0, "settling": 0, "warm_up": 0}


@pytest.fixture
def lab(open_bench):
    opened = []

    def opener(source="fluke_5522a", meter="keysight_34401a", wiring="volts", **effects):
        bench = open_bench(
            2,
            instruments={
                "calibrator": {"model": source, "serial": "SIM0001"},
                "meter": {"model": meter, "serial": "SIM0002"},
            },
            simulation={"units": {"meter": {}}, "effects": effects},
        )
        bench.connect(wiring)
        found = [
            open_instrument(model, bench.resources[name], clock=bench.clock)
            for name, model in (("calibrator", source), ("meter", meter))
        ]
        opened.extend(found)
        return bench, *found

    yield opener
    for instrument in opened:
        instrument.close()


def on(source):
    source.operate()
    source.wait_settled(30.0)


def test_a_5730a_feeds_direct_volts_and_nothing_else(lab, connect):
    bench, source, meter = lab("fluke_5730a", **STILL)
    assert source.identify().model == "5730A"
    source.set_limits(voltage_v=1100.0)
    source.stage_voltage_dc(10.0)
    on(source)
    true = bench.true_output("calibrator")
    assert 0.0 < abs(true.value - 10.0) < 5e-4
    meter.configure_voltage_dc(10.0, nplc=10.0, high_impedance=True)
    assert meter.read().value == pytest.approx(true.value, rel=1e-4)
    source.stage_voltage_dc(1100.0)
    source.make_safe()
    client = connect(bench, "calibrator")
    for text in ("OUT 1 V, 50 HZ", "OUT 1 A", "OUT 1 OHM"):
        client.write(text)
        assert client.query("ERR?") != '0,"No Error"'
    client.write("EXTSENSE ON")
    assert int(client.query("ISR?")) & 4
    assert client.query("EXTSENSE?") == "ON"


@pytest.mark.parametrize(
    ("model", "step"), [("fluke_8588a", 1e-8), ("fluke_8846a", 1e-7), ("keithley_2000", 1e-7)]
)
def test_a_meter_shows_truth_and_its_own_error(lab, model, step):
    bench, source, meter = lab(meter=model, **STILL)
    assert meter.identify().serial == "SIM0002"
    source.stage_voltage_dc(5.0)
    on(source)
    nplc = 10.0
    meter.configure_voltage_dc(10.0, nplc=nplc, high_impedance=True)
    inputs = bench.inputs("dcv", 5.0, 10.0, "volts")
    assert meter.read().value == pytest.approx(inputs.true_value + inputs.uut_error, abs=step)
    bench.connect("ohms4w")
    source.stage_resistance(1e4, wires=4)
    on(source)
    meter.configure_resistance(1e4, wires=4, nplc=nplc)
    assert meter.read().value == pytest.approx(1e4, rel=5e-4)
    meter.check_errors()
    source.make_safe()


@pytest.mark.parametrize("model", ["fluke_8846a", "keithley_2000"])
def test_a_meter_measures_sines_amperes_and_hertz(lab, model):
    bench, source, meter = lab(meter=model)
    source.stage_voltage_ac(5.0, frequency_hz=1000.0)
    on(source)
    meter.configure_voltage_ac(10.0, frequency_hz=1000.0)
    assert meter.read().value == pytest.approx(5.0, rel=3e-3)
    meter.configure_frequency(1000.0, gate_s=1.0, amplitude_v=5.0)
    assert meter.read().value == pytest.approx(1000.0, rel=2e-4)
    bench.connect("current")
    source.stage_current_dc(0.1)
    on(source)
    meter.configure_current_dc(0.1, nplc=10.0)
    assert meter.read().value == pytest.approx(0.1, rel=3e-3)
    meter.check_errors()
    source.make_safe()


def test_an_8588a_refuses_what_the_bench_has_no_figures_of(lab, connect):
    bench, _, _ = lab(meter="fluke_8588a")
    client = connect(bench, "meter")
    client.write('FUNC "VOLT:AC"')
    assert client.query("SYST:ERR?").startswith("-224")
    client.write("VOLT:DC:IMP 10M;:VOLT:DC:IMP AUTO")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    client.write("VOLT:DC:IMP 5M")
    assert client.query("SYST:ERR?").startswith("-224")
    assert 30.0 < float(client.query("SYST:TEMP?")) < 45.0


def test_an_8588a_s_impedances_and_terminals_are_felt(lab, connect):
    bench, source, _ = lab(meter="fluke_8588a", **{**STILL, "loading": 1000.0})
    source.stage_voltage_dc(10.0)
    on(source)
    client = connect(bench, "meter")
    client.write('INIT:CONT OFF;:FUNC "VOLT:DC";:VOLT:DC:RANG 10')

    def shown(setting):
        client.write(setting)
        client.write("INIT")
        return float(client.query("FETC?"))

    high, ten, one = (shown(f"VOLT:DC:IMP {word}") for word in ("AUTO", "10M", "1M"))
    assert client.query("VOLT:DC:IMP?") == "1M"
    assert (high - one) / (high - ten) == pytest.approx(10.0, rel=0.05)
    assert abs(shown("VOLT:DC:IMP AUTO;:ROUT:TERM REAR")) < 0.5  # nothing is connected there
    assert client.query("ROUT:TERM?") == "REAR"
    assert shown("ROUT:TERM FRON") == high
    client.write("ROUT:INP:GUAR ON")
    assert client.query("ROUT:INP:GUAR?;:SYST:LFR?") == "1;50"
    assert client.query("SYST:ERR?") == '+0,"No error"'
    source.make_safe()


def test_an_8588a_has_two_arms_before_its_trigger(lab, connect):
    bench, _, _ = lab(meter="fluke_8588a")
    client = connect(bench, "meter")
    client.write('FUNC "VOLT:DC";:VOLT:DC:APER 0.02;APER:MODE?')
    assert client.read() == "MAN"
    assert float(client.query("VOLT:DC:APER?")) == pytest.approx(0.02)
    client.write("ARM1:COUN 2;DEL 5;:ARM2:COUN 3;:TRIG:COUN 4;:TRIG:DEL 0")
    assert client.query("STAT:OPER:COND?") == "+0"
    client.write("STAT:OPER:ENAB 16")
    before = bench.clock.monotonic_ns()
    client.write("INIT")
    assert len(client.query("FETC?").split(",")) == 2 * 3 * 4
    elapsed = (bench.clock.monotonic_ns() - before) / 1e9
    assert elapsed == pytest.approx(6 * 5.0 + 24 * 0.04, rel=0.01)
    assert int(client.query("*STB?")) & 128
    assert client.query("STAT:OPER?") == "+16"
    assert not int(client.query("*STB?")) & 128
    client.write("ARM1:COUN 1;:ARM2:COUN 1;:TRIG:COUN 1;:ARM2:SOUR BUS;:INIT")
    assert client.query("STAT:OPER:COND?;:ARM2:SOUR?;:TRIG:SOUR?") == "+32;BUS;IMM"
    client.write("*TRG")
    assert len(client.query("FETC?").split(",")) == 1
    client.write("VOLT:DC:APER:MODE FAST;:ARM2:SOUR IMM")
    assert float(client.query("VOLT:DC:APER?")) < 0.02
    assert client.query("SYST:ERR?") == '+0,"No error"'


def test_a_2450_sources_volts_and_measures_them(lab):
    bench, source, meter = lab("keithley_2450", **STILL)
    assert source.identify().model == "MODEL 2450"
    source.set_limits(voltage_v=10.0, current_a=0.1)
    source.stage_voltage_dc(5.0)
    on(source)
    true = bench.true_output("calibrator").value
    assert 0.0 < abs(true - 5.0) < 0.02
    meter.configure_voltage_dc(10.0, nplc=10.0, high_impedance=True)
    assert meter.read().value == pytest.approx(true, rel=2e-4)
    source.configure_voltage_dc(20.0, nplc=1.0, high_impedance=True)
    assert source.read().value == pytest.approx(true, abs=20.0 * 5e-4)
    with pytest.raises(OutOfLimits, match="Nothing was sent"):
        source.stage_voltage_dc(11.0)  # above its protection
    source.make_safe()
    assert bench.true_output("calibrator").operating is False


def test_a_2450_is_held_back_by_its_limits(lab):
    bench, source, meter = lab("keithley_2450", wiring="current", **STILL)
    source.set_limits(voltage_v=2.0, current_a=0.1)
    source.stage_current_dc(0.01)
    on(source)
    meter.configure_current_dc(0.01, nplc=10.0)
    assert meter.read().value == pytest.approx(bench.true_output("calibrator").value, rel=1e-3)
    assert bench.true_output("calibrator").function == "dci"
    source.standby()
    bench.connect("volts")  # no way for the current: the voltage limit holds
    source.stage_current_dc(0.01)
    source.operate()
    with pytest.raises(InstrumentError, match="limited"):
        source.wait_settled(5.0)
    source.make_safe()


def test_a_restored_bench_keeps_the_settings_of_a_2450(lab):
    bench, source, _ = lab("keithley_2450", **STILL)
    source.stage_voltage_dc(5.0)
    source.operate()
    held = bench.snapshot()
    source.make_safe()
    bench.restore(held)
    assert source.state().value == 5.0
    assert source.state().operating
    source.make_safe()
