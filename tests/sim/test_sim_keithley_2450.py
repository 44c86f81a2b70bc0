"""A 2450 as a circuit: source, limit, leads, load; two and four wires, ohms, buffers, sweeps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_sim.instruments.keithley_2450._circuit import Load, solve

STILL = {"noise": 0, "quantisation": 0, "settling": 0, "warm_up": 0, "emf": 0}
LEADS_OHM = 1.0  # both together


@pytest.fixture
def smu(open_bench, connect):
    def opener(ohms=1000.0, terminals="normal-input-sense", **effects):
        load = {
            "domain": "electrical",
            "joins": ["smu"],
            "resistance_ohm": ohms,
            "terminals": terminals,
            "lead_resistance_ohm": {"value": LEADS_OHM / 2, "half_width": 0.0},
        }
        bench = open_bench(
            2,
            instruments={"smu": {"model": "keithley_2450", "serial": "SIM2450001"}},
            simulation={"nodes": {"load": load}, "effects": {**STILL, "standard_error": 0, **effects}},
        )
        return bench, connect(bench, "smu")

    return opener


@given(
    st.sampled_from(["VOLT", "CURR"]),
    st.floats(-200.0, 200.0),
    st.floats(1e-6, 300.0),
    st.floats(0.0, 1e9) | st.just(math.inf),
    st.booleans(),
)
def test_a_circuit_obeys_ohm_and_its_limit(source, level, limit, ohms, remote):
    load = Load(ohms, LEADS_OHM, 0.0, sensed=True)
    point = solve(source, level, limit, load, remote=remote)
    controlled = {"VOLT": point.load_v if remote else point.terminal_v, "CURR": point.amperes}[source]
    other = {"CURR": point.load_v if remote else point.terminal_v, "VOLT": point.amperes}[source]
    assert abs(other) <= limit * (1 + 1e-9)
    if math.isfinite(ohms):
        assert point.load_v == pytest.approx(point.amperes * ohms, rel=1e-9, abs=1e-12)
        assert point.terminal_v == pytest.approx(point.amperes * (ohms + LEADS_OHM), rel=1e-9, abs=1e-12)
    else:
        assert point.amperes == 0.0
    if point.held:
        assert abs(controlled) < abs(level)
        assert abs(other) == pytest.approx(limit, rel=1e-9)
    else:
        assert controlled == pytest.approx(level, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("terminals", "wires", "ohms"),
    [("normal-input-sense", 4, 100.0), ("normal-input-sense", 2, 101.0), ("normal-input", 4, 101.0)],
)
def test_leads_are_within_what_two_wires_see(smu, terminals, wires, ohms):
    _, client = smu(100.0, terminals)
    client.write(f":SENS:FUNC 'RES';:SENS:RES:RSEN {int(wires == 4)};:OUTP ON")
    assert float(client.query(":READ?")) == pytest.approx(ohms, rel=1e-6)
    assert float(client.query(":SENS:RES:RANG?")) == 200.0
    assert client.query(":SOUR:FUNC?") == "CURR"


def test_a_limit_holds_volts_and_amperes_back_and_says_so(smu):
    _, client = smu(999.0)
    client.write(":SOUR:VOLT 5;:SOUR:VOLT:ILIM 1E-3;:OUTP ON")
    assert float(client.query(":MEAS:CURR?")) == pytest.approx(1e-3)
    assert client.query(":SOUR:VOLT:ILIM:TRIP?") == "1"
    assert float(client.query(":MEAS:VOLT?")) == pytest.approx(1.0)  # what the leads and the load need
    client.write(":SOUR:VOLT:ILIM 0.1")
    assert float(client.query(":MEAS:CURR?")) == pytest.approx(5e-3)
    client.write(
        ":OUTP OFF;:SOUR:FUNC CURR;:SOUR:CURR 0.01;:SOUR:CURR:VLIM 40;:SOUR:CURR:PROT PROT5;:OUTP ON"
    )
    assert float(client.query(":MEAS:CURR?")) == pytest.approx(5e-3)
    assert client.query(":SOUR:CURR:PROT:TRIP?;:SOUR:CURR:VLIM:TRIP?") == "1;1"
    client.write(":SOUR:VOLT 6")
    assert client.query(":SYST:ERR?").startswith("-222")


def test_a_protection_below_the_level_that_stands_holds_it_back(smu):
    _, client = smu(999.0)
    client.write(":SOUR:VOLT 100;:SOUR:VOLT:ILIM 1;:OUTP ON")
    assert client.query(":SOUR:VOLT:PROT:TRIP?") == "0"
    client.write(":SOUR:VOLT:PROT PROT20")
    assert client.query(":SOUR:VOLT:PROT:TRIP?") == "1"
    assert float(client.query(":MEAS:VOLT?")) == pytest.approx(20.0)
    client.write(":SOUR:VOLT:PROT NONE")
    assert float(client.query(":MEAS:VOLT?")) == pytest.approx(100.0)


def test_the_rear_terminals_have_nothing_on_them(smu):
    bench, client = smu()
    client.write(":SOUR:VOLT 1;:OUTP ON;:ROUT:TERM REAR")
    assert client.query(":OUTP?;:ROUT:TERM?") == "0;REAR"
    client.write(":OUTP ON")
    assert float(client.query(":MEAS:CURR?")) == 0.0
    assert bench.truth("load").get("voltage_v") is None


def test_a_buffer_keeps_readings_with_what_was_sourced(smu):
    _, client = smu(999.0)
    client.write(":SOUR:VOLT 1;:SOUR:VOLT:ILIM 1;:OUTP ON;:SENS:COUN 4;:TRAC:MAKE 'mine', 10")
    assert float(client.query(":READ? 'mine'")) == pytest.approx(1e-3)
    client.write(":SOUR:VOLT 2;:TRAC:TRIG 'mine';:TRAC:TRIG 'mine'")
    assert client.query(":TRAC:ACT? 'mine'") == "10"  # of twelve the last ten
    values = client.query(":TRAC:DATA? 2, 3, 'mine', SOUR, READ, UNIT, SOURUNIT").split(",")
    assert [float(values[i]) for i in (0, 1, 4, 5)] == pytest.approx([1.0, 1e-3, 2.0, 2e-3])
    assert values[2:4] == ["Amp DC", "Volt DC"]
    assert float(client.query(":TRAC:STAT:AVER? 'mine'")) == pytest.approx((4e-3 + 16e-3) / 12)
    assert float(client.query(":TRAC:STAT:PK2P? 'mine'")) == pytest.approx(1e-3)
    assert float(client.query(":TRAC:STAT:STDD? 'mine'")) == pytest.approx(
        1e-3 * math.sqrt(8 / 3 / 11), rel=1e-6
    )
    assert client.query(":TRAC:ACT?") == "0"
    for wrong in (":TRAC:DATA? 1,11,'mine'", ":FETC?", ":TRAC:DEL 'defbuffer1'", ":TRAC:MAKE 'mine',100"):
        client.write(wrong)
        assert client.query(":SYST:ERR?").startswith("-2"), wrong
    client.write(":TRAC:DEL 'mine'")
    assert client.query(":TRAC:POIN?;:SYST:ERR?") == '100000;0,"No error;0;0 0"'


def test_a_sweep_switches_on_by_itself_and_off_at_its_end_or_at_the_limit(smu):
    bench, client = smu(999.0)
    client.write(":SOUR:VOLT:ILIM 1;:SOUR:SWE:VOLT:LIN 0,4,5,0.1,1,AUTO,ON,ON;:INIT;*WAI")
    assert client.query(":OUTP?;:TRAC:ACT?;:TRIG:STAT?") == "0;10;IDLE;IDLE;0"
    readings = [float(text) for text in client.query(":TRAC:DATA? 1,10").split(",")]
    assert readings == pytest.approx([1e-3 * level for level in (0, 1, 2, 3, 4, 4, 3, 2, 1, 0)], abs=1e-12)
    times = [float(text) for text in client.query(":TRAC:DATA? 1,2,'defbuffer1',REL").split(",")]
    assert times == pytest.approx([0.0, 0.161])  # delay, three cycles at 50 Hz, exchange
    client.write(":SOUR:VOLT:ILIM 2.5E-3;:SOUR:SWE:VOLT:LIN:STEP 0,4,1;:INIT")
    assert bench.true_output("smu").operating
    client.write("*WAI")
    assert client.query(":TRAC:ACT?;:OUTP?") == "4;0"  # the fourth is held back
    client.write(":SOUR:SWE:VOLT:LOG 1,100,3,1;:INIT;:ABOR")
    assert client.query(":OUTP?;:TRAC:ACT?") == "0;0"
    client.write(":INIT;:INIT")
    assert client.query(":SYST:ERR?").startswith("-213")


def test_a_broken_sweep_goes_on_in_a_restored_bench(smu):
    bench, client = smu(999.0)
    client.write(":SOUR:VOLT:ILIM 1;:SOUR:SWE:VOLT:LIN 0,4,5,1;:INIT")
    bench.clock.sleep(2.5)
    assert client.query(":TRAC:ACT?") == "2"
    held = bench.snapshot()
    client.query("*WAI;:TRAC:ACT?")
    whole = client.query(":TRAC:DATA? 1,5,'defbuffer1',READ,REL,TST")
    bench.restore(held)
    assert client.query(":TRAC:ACT?") == "2"
    assert client.query("*WAI;:TRAC:DATA? 1,5,'defbuffer1',READ,REL,TST") == whole


def test_filters_and_autozero_cost_time_and_average_noise(smu):
    bench, client = smu(999.0, noise=1)
    client.write(":SOUR:VOLT 1;:SOUR:VOLT:ILIM 1;:OUTP ON;:SENS:COUN 20")

    def seconds_and_scatter() -> tuple[float, float]:
        begun = bench.clock.monotonic_ns()
        client.query(":TRAC:CLE;:READ?")
        return (bench.clock.monotonic_ns() - begun) * 1e-9, float(client.query(":TRAC:STAT:STDD?"))

    plain = seconds_and_scatter()
    client.write(":SENS:CURR:AVER:COUN 100;:SENS:CURR:AVER ON")
    filtered = seconds_and_scatter()
    client.write(":SENS:CURR:AVER OFF;:SENS:CURR:AZER OFF")
    fast = seconds_and_scatter()
    assert (plain[0], filtered[0], fast[0]) == pytest.approx((1.2, 120.0, 0.4), rel=0.01)
    assert filtered[1] < 0.2 * plain[1]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (":SOUR2:VOLT 1", -114),
        (":SENS:FUNC 'TEMP'", -224),
        (":SOUR:VOLT:DEL:USER6 1", -114),
        (":SENS:CURR:NPLC 11", -222),
        (":SOUR:VOLT:RANG 2;:SOUR:VOLT 5", -222),
        ("*LANG TSP", -224),
        (":INIT", -221),
        (":SOUR:SWE:VOLT:LOG -1,1,5", -222),
    ],
)
def test_what_a_2450_refuses(smu, wrong, code):
    _, client = smu()
    client.write(wrong)
    assert client.query(":SYST:ERR:COUN?;:SYST:ERR?").startswith(f"1;{code},")
