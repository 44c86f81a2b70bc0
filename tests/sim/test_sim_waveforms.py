"""What other people's drivers ask of generators (levels, pulses, bursts, outputs) and of a Keithley 2000."""

from __future__ import annotations

import math

import pytest

QUIET = {"noise": 0, "quantisation": 0, "warm_up": 0, "drift": 0, "leads": 0, "standard_error": 0}


@pytest.fixture
def generator(open_bench, connect):
    bench = open_bench(
        5,
        instruments={"generator": {"model": "keysight_33500b", "serial": "SIM0002"}},
        simulation={"effects": QUIET},
    )
    client = connect(bench, "generator")
    client.write("*CLS;:OUTP:LOAD INF;:VOLT:UNIT VPP;:FUNC SQU;:FREQ 1000;:VOLT 2;:OUTP ON")
    return bench, client


def output(bench):
    return bench._network.devices["generator"].feed(0)


def test_levels_are_amplitude_and_offset(generator):
    _, client = generator
    client.write("VOLT:HIGH 3;LOW -1")
    assert [float(client.query(ask)) for ask in ("VOLT?", "VOLT:OFFS?")] == [4.0, 1.0]
    client.write("VOLT:LOW 3.0")
    assert client.query("SYST:ERR?").startswith("-221")
    assert float(client.query("VOLT:LOW?")) == -1.0


@pytest.mark.parametrize("duty", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("shape", ["SQU", "PULS"])
def test_a_duty_cycle_moves_the_mean_and_lessens_the_rms(generator, shape, duty):
    bench, client = generator
    client.write(f"FUNC {shape};FUNC:SQU:DCYC {100 * duty};:FUNC:PULS:DCYC {100 * duty}")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    feed = output(bench)
    assert feed.offset_v == pytest.approx(2.0 * duty - 1.0)
    assert feed.voltage_v == pytest.approx(2.0 * math.sqrt(duty * (1.0 - duty)))
    assert feed.voltage_v**2 + feed.offset_v**2 == pytest.approx(1.0)


def test_a_pulse_keeps_its_width_or_its_duty_cycle(generator):
    _, client = generator
    client.write("FUNC PULS;:FUNC:PULS:WIDT 1E-4;:FUNC:PULS:PER 2E-3")
    assert float(client.query("FUNC:PULS:WIDT?")) == pytest.approx(1e-4)
    assert float(client.query("FUNC:PULS:DCYC?")) == pytest.approx(5.0)
    assert float(client.query("FREQ?")) == pytest.approx(500.0)
    client.write("FUNC:PULS:HOLD DCYC;:FREQ 1000")
    assert float(client.query("FUNC:PULS:WIDT?")) == pytest.approx(5e-5)


def test_a_burst_waits_for_its_trigger_or_comes_with_its_period(generator):
    bench, client = generator
    client.write("FUNC SIN;:TRIG:SOUR BUS;:BURS:STAT ON;NCYC 10")
    client.query("*OPC?")
    assert output(bench).voltage_v == 0.0
    client.write("*TRG")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    client.write("TRIG:SOUR IMM;:BURS:INT:PER 0.04")
    client.query("*OPC?")
    assert output(bench).voltage_v == pytest.approx(math.sqrt(0.5) * 0.5)  # on for a quarter of the time
    client.write("*TRG")
    assert client.query("SYST:ERR?").startswith("-211")


def test_two_outputs_have_nothing_in_common_but_the_time_base(generator):
    bench, client = generator
    client.write("SOUR2:FUNC SIN;FREQ 50;VOLT 1;:OUTP2:LOAD INF;:SOUR2:VOLT 4;:OUTP2 ON")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    assert [client.query(ask) for ask in ("FUNC?", "SOUR1:FUNC?", "SOUR2:FUNC?")] == ["SQU", "SQU", "SIN"]
    device = bench._network.devices["generator"]
    assert device.terminal_feed("1", 0).frequency_hz == pytest.approx(1000.0)
    second = device.terminal_feed("2", 0)
    assert (second.frequency_hz, second.voltage_v) == pytest.approx((50.0, 4.0 / 2.0 * math.sqrt(0.5)))
    kept = bench.snapshot()
    client.write("OUTP2 OFF;:SOUR2:FREQ 60")
    client.query("*OPC?")
    bench.restore(kept)
    assert client.query("OUTP2?") == "1"
    assert float(client.query("SOUR2:FREQ?")) == 50.0


def test_a_node_says_which_output_it_is_joined_to(open_bench, connect):
    bench = open_bench(
        5,
        instruments={
            "generator": {"model": "keysight_33500b", "serial": "SIM0002"},
            "judge": {"model": "keysight_34401a", "serial": "SIM0009"},
        },
        simulation={
            "effects": QUIET,
            "nodes": {
                "second": {
                    "domain": "electrical",
                    "joins": ["generator:2", "judge"],
                    "terminals": "normal-input",
                }
            },
        },
    )
    client = connect(bench, "generator")
    client.write("OUTP1:LOAD INF;:VOLT 1;:OUTP ON;:OUTP2:LOAD INF;:SOUR2:VOLT 4;:OUTP2 ON")
    client.query("*OPC?")
    assert bench.truth("second")["voltage_v"] == pytest.approx(math.sqrt(2.0))


@pytest.fixture
def keithley(open_bench, connect):
    bench = open_bench(
        5,
        instruments={"dmm": {"model": "keithley_2000", "serial": "SIM0003"}},
        simulation={
            "effects": {"noise": 0},
            "nodes": {
                "input": {
                    "domain": "electrical",
                    "joins": ["dmm"],
                    "terminals": "normal-input",
                    "voltage_v": 5.0,
                }
            },
        },
    )
    return bench, connect(bench, "dmm")


def test_a_reference_is_taken_off(keithley):
    _, client = keithley
    first = float(client.query("INIT:CONT OFF;:READ?"))
    client.write("VOLT:DC:REF:ACQ;:VOLT:DC:REF:STAT ON")
    assert float(client.query("READ?")) == pytest.approx(0.0, abs=1e-4)
    assert float(client.query("VOLT:REF?")) == pytest.approx(first)
    client.write("VOLT:REF 1;:VOLT:REF:STAT ON")
    assert float(client.query("READ?")) == pytest.approx(4.0, abs=1e-3)
    client.write("VOLT:REF 2000")
    assert client.query("SYST:ERR?").startswith("-222")


def test_a_full_buffer_is_in_the_status_byte(keithley):
    _, client = keithley
    client.write("*CLS;*SRE 1;:STAT:MEAS:ENAB 512;:TRAC:CLE;:TRAC:POIN 5;:TRIG:COUN 5;:TRAC:FEED:CONT NEXT")
    assert client.query("*STB?") == "+0"
    client.write("INIT")
    assert client.query("*STB?") == "+65"
    assert client.query("STAT:MEAS?") == "512"
    assert [float(one) for one in client.query("TRAC:DATA?").split(",")] == pytest.approx([5.0] * 5, abs=1e-3)
    client.write("TRAC:CLE")
    assert client.query("*STB?") == "+0"


def test_settings_come_back_as_they_were_sent(keithley):
    bench, client = keithley
    for header, value in (
        ("VOLT:DC:DIG", "5"), ("VOLT:AC:NPLC", "1"), ("VOLT:AC:DET:BAND", "30"), ("VOLT:AVER:COUN", "20"),
        ("CURR:AC:REF", "0.5"), ("TRIG:SEQ:DEL", "0.25"), ("FREQ:THR:VOLT:RANG", "1"), ("TRIG:COUN", "7"),
    ):  # fmt: skip
        client.write(f":SENS:{header} {value}" if not header.startswith("TRIG") else f"{header} {value}")
        assert float(client.query(f"{header}?")) == float(value), header
    assert client.query("SYST:ERR?") == '+0,"No error"'
    kept = bench.snapshot()
    client.write("*RST")
    assert client.query("VOLT:DC:DIG?") == "7"
    bench.restore(kept)
    assert client.query("VOLT:DC:DIG?") == "5"


def test_an_output_that_is_added_to_the_other_is_seen_there(generator):
    bench, client = generator
    assert client.query("COMB:FEED?") == "NONE"
    alone = output(bench).voltage_v
    client.write("SOUR2:FUNC SQU;:OUTP2:LOAD INF;:SOUR2:VOLT:UNIT VPP;:SOUR2:VOLT 2;:OUTP2 ON;:COMB:FEED CH2")
    assert client.query("SYST:ERR?") == '+0,"No error"'
    assert output(bench).voltage_v == pytest.approx(math.sqrt(2.0) * alone)
    client.write("COMB:FEED NONE")
    assert client.query("COMB:FEED?") == "NONE"
    assert output(bench).voltage_v == alone
