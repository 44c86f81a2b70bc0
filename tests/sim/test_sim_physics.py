"""What the meter shows is what the model equations say, effect by effect."""

from __future__ import annotations

import math
import statistics

import pytest

QUIET = {"noise": 0, "hum": 0, "quantisation": 0, "settling": 0}


def read(meter, count=1):
    return [float(meter.query("READ?")) for _ in range(count)]


def wired(open_bench, connect, wiring, output, configure, **simulation):
    bench = open_bench(simulation=simulation)
    bench.connect(wiring)
    calibrator, meter = connect(bench, "calibrator"), connect(bench, "meter")
    calibrator.write(output + ";OPER")
    assert calibrator.query("*OPC?;ERR?") == '1;0,"No Error"'
    meter.write(configure)
    return bench, calibrator, meter


CASES = [
    ("dcv", 0.1, 0.1, "volts", "OUT 100 MV", "CONF:VOLT:DC 0.1;:VOLT:NPLC 10;:INP:IMP:AUTO ON", True),
    ("dcv", 0.1, 0.1, "volts", "OUT 100 MV", "CONF:VOLT:DC 0.1;:VOLT:NPLC 10", False),
    ("dcv", -10.0, 10.0, "volts", "OUT -10 V", "CONF:VOLT:DC 10;:INP:IMP:AUTO ON", True),
    ("dcv", 1000.0, 1000.0, "volts", "OUT 1000 V", "CONF:VOLT:DC 1000;:INP:IMP:AUTO ON", True),
    ("res4w", 100.0, 100.0, "ohms4w", "OUT 100 OHM;ZCOMP WIRE4", "CONF:FRES 100", True),
    ("res4w", 1e5, 1e5, "ohms4w", "OUT 100 KOHM;ZCOMP WIRE4", "CONF:FRES 1E5", True),
    ("res4w", 1e6, 1e6, "ohms4w-normal", "OUT 1 MOHM", "CONF:FRES 1E6", True),
    ("res4w", 1e8, 1e8, "ohms4w-normal", "OUT 100 MOHM", "CONF:FRES 1E8", True),
    ("dci", 0.01, 0.01, "current", "OUT 10 MA", "CONF:CURR:DC 0.01", True),
    ("dci", 2.0, 3.0, "current", "OUT 2 A", "CONF:CURR:DC 3", True),
]


@pytest.mark.parametrize("case", CASES)
def test_the_indication_is_true_value_plus_true_error(open_bench, connect, case):
    function, value, range_, wiring, output, configure, high = case
    bench, _, meter = wired(open_bench, connect, wiring, output, configure, effects=QUIET)
    (shown,) = read(meter)
    truth = bench.inputs(function, value, range_, wiring, impedance_auto=high)
    assert shown == pytest.approx(truth.true_value + truth.uut_error, rel=6e-9)  # 9 digits
    assert truth.uut_error == bench.true_error("meter", function, range_, truth.true_value)
    assert truth.standard != 0.0


def test_volts_follow_the_model_equation_figure_by_figure(open_bench):
    bench = open_bench(4, simulation={"effects": {"emf": 10}})
    at = bench.inputs("dcv", 0.1, 0.1, "volts", impedance_auto=False)
    assert at.source_resistance == 50.0
    assert at.loading == pytest.approx(1e-7, rel=0.0101)
    assert 0.0 <= at.leads <= 0.2
    divided = (0.1 + at.standard) / (1.0 + (50.0 + at.leads) * at.loading)
    assert at.true_value == divided + at.emf
    assert divided == pytest.approx(0.1 + at.standard, rel=6e-6)
    assert divided < 0.1 + at.standard - 0.4e-6  # 50 ohm into 10 Mohm: 5 ppm


def test_ohms_and_shorts_follow_the_model_equation_figure_by_figure(open_bench, connect):
    bench = open_bench(4, simulation={"effects": {**QUIET, "unit_error": 0, "warm_up": 0, "temperature": 0}})
    at = bench.inputs("res4w", 1e8, 1e8, "ohms4w-normal")
    resistance = 1e8 + at.standard
    assert at.test_current == 5e-7
    assert 0.0 < at.leakage < 1e-12
    assert at.true_value == resistance / (1.0 + resistance * at.leakage) + at.emf / 5e-7
    bench.connect("short")
    meter = connect(bench, "meter")
    short = bench.inputs("dcv", 0.0, 0.1, "short")
    assert short.standard == short.leads == short.leakage == 0.0
    meter.write("CONF:VOLT:DC 0.1")
    assert read(meter)[0] == pytest.approx(short.emf, rel=1e-6)
    meter.write("CONF:FRES 100")
    assert read(meter)[0] == pytest.approx(short.emf / 1e-3, rel=1e-6)
    bench.connect("open")
    meter.write("CONF:CURR:DC 0.01")
    assert read(meter) == [0.0]


def test_two_wires_see_the_leads_and_four_do_not(open_bench, connect):
    bench, _, meter = wired(
        open_bench, connect, "ohms4w", "OUT 100 OHM;ZCOMP WIRE4", "CONF:RES 100", effects=QUIET
    )
    leads = bench.inputs("res4w", 100.0, 100.0, "ohms4w").leads
    two = read(meter)[0]
    meter.write("CONF:FRES 100")
    four = read(meter)[0]
    assert leads > 0.001
    assert two - four == pytest.approx(leads, rel=1e-3)  # both functions share one error curve


@pytest.mark.parametrize(
    ("wiring", "output", "configure"),
    [
        ("volts", "OUT 100 OHM", "CONF:FRES 100"),  # no sense leads
        ("ohms4w", "OUT 100 OHM", "CONF:FRES 100"),  # sense at AUX, compensation off
        ("ohms4w-normal", "OUT 100 OHM;ZCOMP WIRE4", "CONF:FRES 100"),  # compensation on, AUX open
        ("open", "OUT 100 OHM", "CONF:RES 100"),
        ("current", "OUT 100 OHM", "CONF:RES 100"),
        ("volts", "OUT 130 OHM", "CONF:RES 100"),  # beyond 1.2 times the range
        ("volts", "OUT 12.1 V", "CONF:VOLT:DC 10"),
        ("volts", "OUT 100 V", "CONF:VOLT:DC 1"),
    ],
)
def test_wrong_leads_and_too_much_show_overload(open_bench, connect, wiring, output, configure):
    _, _, meter = wired(open_bench, connect, wiring, output, configure)
    assert meter.query("READ?") == "+9.90000000E+37"


def test_a_negative_overload_keeps_its_sign(open_bench, connect):
    _, _, meter = wired(open_bench, connect, "volts", "OUT -20 V", "CONF:VOLT:DC 10")
    assert meter.query("READ?") == "-9.90000000E+37"


def test_ranges_reach_20_percent_over_and_1000_v_a_little(open_bench, connect):
    _, calibrator, meter = wired(open_bench, connect, "volts", "OUT 11.9 V", "CONF:VOLT:DC 10")
    assert read(meter)[0] == pytest.approx(11.9, rel=1e-3)
    calibrator.write("OUT 1020 V;OPER")
    calibrator.query("*OPC?")
    meter.write("CONF:VOLT:DC 1000")
    assert read(meter)[0] == pytest.approx(1020.0, rel=1e-3)


def test_open_terminals_show_almost_nothing(open_bench, connect):
    bench, calibrator, meter = wired(open_bench, connect, "current", "OUT 1 V", "CONF:VOLT:DC 0.1")
    assert all(abs(value) < 50e-6 for value in read(meter, 5))
    meter.write("INP:IMP:AUTO ON")
    wandering = read(meter, 5)
    assert max(map(abs, wandering)) < 6e-3
    assert max(wandering) != min(wandering)
    bench.connect("volts")
    calibrator.write("STBY")
    meter.write("CONF:CURR:DC 0.01")
    assert abs(read(meter)[0]) < 5e-6


@pytest.mark.parametrize("nplc", [0.02, 1, 10, 100])
def test_noise_falls_with_the_integration_time_to_a_floor(open_bench, connect, nplc):
    bench, _, meter = wired(
        open_bench,
        connect,
        "volts",
        "OUT 10 V",
        f"CONF:VOLT:DC 10;:VOLT:NPLC {nplc};:ZERO:AUTO ON;:SAMP:COUN 400",
        effects={**QUIET, "noise": 1, "temperature": 0, "warm_up": 0},
    )
    values = [float(text) for text in meter.query("READ?").split(",")]
    assert len(values) == 400
    share = 10 / nplc  # white up to 10 cycles; beyond, a quarter of the power is 1/f noise
    expected = 2e-6 * math.sqrt(share if nplc <= 10 else 0.25 + 0.75 * share)
    assert statistics.stdev(values) == pytest.approx(expected, rel=0.15)
    at = bench.inputs("dcv", 10.0, 10.0, "volts", impedance_auto=False)
    assert statistics.mean(values) == pytest.approx(at.true_value + at.uut_error, abs=4 * expected / 20)


def test_hum_is_rejected_by_whole_cycles(open_bench, connect):
    spread = {}
    for nplc in (0.2, 1):
        _, _, meter = wired(
            open_bench,
            connect,
            "volts",
            "OUT 0 V",
            f"CONF:VOLT:DC 0.1;:VOLT:NPLC {nplc};:SAMP:COUN 200",
            effects={**QUIET, "hum": 1},
        )
        values = [float(text) for text in meter.query("READ?").split(",")]
        spread[nplc] = statistics.pstdev(values)
    assert spread[0.2] == pytest.approx(20e-6 / math.sqrt(2), rel=0.1)
    assert spread[1] == pytest.approx(20e-9 / math.sqrt(2), rel=0.1)


@pytest.mark.parametrize(("nplc", "step"), [(0.02, 1e-5), (1, 1e-6), (10, 1e-7), (100, 1e-7)])
def test_replies_step_by_the_interface_resolution(open_bench, connect, nplc, step):
    _, _, meter = wired(open_bench, connect, "volts", "OUT 3.1234567 V", f"CONF:VOLT:DC 10;:VOLT:NPLC {nplc}")
    for value in read(meter, 10):
        assert abs(value / step - round(value / step)) < 1e-6


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ("VOLT:NPLC 10;:TRIG:DEL 0", 0.4),
        ("VOLT:NPLC 100;:TRIG:DEL 0", 4.0),
        ("VOLT:NPLC 10;:ZERO:AUTO OFF;:TRIG:DEL 0", 0.2),
        ("VOLT:NPLC 1;:TRIG:DEL 1.5;:SAMP:COUN 3", 3 * 1.54),
    ],
)
def test_a_reading_takes_its_time(bench, meter, settings, seconds):
    meter.write("CONF:VOLT:DC 10;:" + settings)
    begun = bench.clock.monotonic_ns()
    meter.query("READ?")
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(seconds, abs=1e-6)


def test_60_hz_is_faster(open_bench, connect):
    bench = open_bench(simulation={"line_frequency_hz": 60})
    meter = connect(bench, "meter")
    meter.write("CONF:VOLT:DC 10;:VOLT:NPLC 100;:TRIG:DEL 0")
    begun = bench.clock.monotonic_ns()
    meter.query("READ?")
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(2 * 100 / 60, abs=1e-6)


def test_the_output_settles_with_one_time_constant(open_bench, connect):
    bench = open_bench(simulation={"effects": {"warm_up": 0}})
    calibrator = connect(bench, "calibrator")
    calibrator.write("OUT 10 V;OPER")
    final = 10.0 + bench.inputs("dcv", 10.0, 10.0, "volts").standard
    for seconds in (0.25, 0.5, 1.0):
        bench.clock.sleep(seconds - bench.clock.monotonic_ns() / 1e9)
        expected = final * (1.0 - math.exp(-seconds / 0.25))
        assert bench.true_output("calibrator").value == pytest.approx(expected, rel=1e-6)
    assert int(calibrator.query("ISR?")) & 0x1000 == 0
    calibrator.query("*OPC?")
    left = abs(bench.true_output("calibrator").value - final)
    assert 0.5e-6 < left < 1.41e-6  # 1 % of 140 uV


def test_each_effect_can_be_switched_off(open_bench):
    names = ("standard_error", "unit_error", "emf", "leads", "leakage", "loading", "source_resistance")
    names += ("warm_up", "drift", "temperature")
    bench = open_bench(simulation={"effects": dict.fromkeys(names, 0)})
    at = bench.inputs("dcv", 0.1, 0.1, "volts")
    assert (at.standard, at.emf, at.leads, at.loading, at.source_resistance, at.uut_error) == (0,) * 6
    assert at.true_value == 0.1
    assert bench.inputs("res4w", 1e8, 1e8, "ohms4w-normal").leakage == 0.0
    doubled = open_bench(simulation={"effects": {"emf": 2.0, "standard_error": 3.0}})
    natural = open_bench()
    a, b = (x.inputs("dcv", 10.0, 10.0, "volts") for x in (doubled, natural))
    assert a.emf == 2.0 * b.emf
    assert a.standard == pytest.approx(3.0 * b.standard)


def test_a_cold_meter_is_further_off_and_a_warm_room_shows(open_bench):
    still = {"effects": {"drift": 0}, "environment": {"ripple_c": 0.0}}
    warm = open_bench(simulation={**still, "units": {"meter": {"on_for_s": 1e6}}})
    cold = open_bench(simulation={**still, "units": {"meter": {"on_for_s": 0.0}}})
    base = warm.true_error("meter", "dcv", 10.0, 10.0)
    assert cold.true_error("meter", "dcv", 10.0, 10.0) - base == pytest.approx(50e-6)  # 5 ppm of 10 V
    assert cold.true_error("meter", "dcv", 10.0, 10.0, at_ns=3_600_000_000_000) - base == pytest.approx(
        50e-6 * math.exp(-3.0)
    )
    hot = open_bench(
        simulation={
            **still,
            "environment": {"temperature_c": 27.0, "ripple_c": 0.0},
            "units": {"meter": {"on_for_s": 1e6}},
        }
    )
    moved = hot.true_error("meter", "dcv", 10.0, 10.0) - base
    assert 0.0 < abs(moved) <= 4 * (5e-6 * 10.0 + 1e-6 * 10.0)  # the table's coefficients, 4 degC
    assert hot.environment() == {"temperature_c": 27.0, "humidity_rh": 45.0}


def test_autozero_off_leaves_an_offset(open_bench, connect):
    _, _, meter = wired(open_bench, connect, "volts", "OUT 1 V", "CONF:VOLT:DC 1", effects=QUIET)
    (on,) = read(meter)
    meter.write("ZERO:AUTO OFF")
    (off,) = read(meter)
    assert 0.0 < abs(off - on) <= 7e-6  # 2 ppm of range + 5 uV


def test_autorange_finds_the_range(open_bench, connect):
    _, calibrator, meter = wired(open_bench, connect, "volts", "OUT 0.5 V", "CONF:VOLT:DC DEF")
    assert read(meter)[0] == pytest.approx(0.5, rel=1e-4)
    assert meter.query("VOLT:RANG?") == "+1.00000000E+00"
    calibrator.write("OUT 25 V")
    calibrator.query("*OPC?")
    assert read(meter)[0] == pytest.approx(25.0, rel=1e-4)
    assert meter.query("VOLT:RANG?") == "+1.00000000E+02"


def test_math_functions(open_bench, connect):
    _, calibrator, meter = wired(open_bench, connect, "volts", "OUT 1 V", "CONF:VOLT:DC 10", effects=QUIET)
    (plain,) = read(meter)
    meter.write("CALC:FUNC NULL;STAT ON")
    assert read(meter, 2) == pytest.approx([0.0, 0.0], abs=1e-8)
    assert float(meter.query("CALC:NULL:OFFS?")) == pytest.approx(plain, rel=1e-8)
    calibrator.write("OUT 2 V")
    calibrator.query("*OPC?")
    assert read(meter)[0] == pytest.approx(1.0, rel=1e-4)
    meter.write("CALC:NULL:OFFS 0.5;:CALC:FUNC DBM;:CALC:DBM:REF 50")
    assert read(meter)[0] == pytest.approx(10 * math.log10(4.0 / 50 / 1e-3), abs=1e-3)
    meter.write("CALC:FUNC LIM;LIM:LOW 0;UPP 1;:STAT:QUES?")
    meter.read()
    read(meter)
    assert meter.query("STAT:QUES?") == "+4096"
    meter.write("CALC:FUNC AVER;:SAMP:COUN 4")
    meter.query("READ?")
    assert meter.query("CALC:AVER:COUN?;AVER?;MIN?").startswith("+4;+1.9999")


def test_decibels_are_relative_to_the_first_reading(open_bench, connect):
    _, calibrator, meter = wired(open_bench, connect, "volts", "OUT 1 V", "CONF:VOLT:DC 10", effects=QUIET)
    meter.write("CALC:FUNC DB;STAT ON")
    assert read(meter)[0] == 0.0
    assert float(meter.query("CALC:DB:REF?")) == pytest.approx(10 * math.log10(1.0 / 600 / 1e-3), abs=1e-3)
    calibrator.query("OUT 10 V;*OPC?")
    assert read(meter)[0] == pytest.approx(20.0, abs=1e-3)
    meter.write("FUNC 'RES';:FUNC 'VOLT:DC'")
    assert meter.query("CALC:STAT?;DB:REF?") == "0;+0.00000000E+00"


def test_triggering_on_the_bus(bench, meter):
    meter.write("CONF:VOLT:DC 10;:TRIG:SOUR BUS;COUN 2;:SAMP:COUN 3;:INIT")
    assert meter.query("DATA:POIN?") == "+0"
    meter.write("*TRG")
    bench.clock.sleep(5.0)
    assert meter.query("DATA:POIN?") == "+3"
    meter.write("FETC?")
    assert meter.query("SYST:ERR?").startswith("-214")
    meter.write("*TRG")
    assert len(meter.query("FETC?").split(",")) == 6
    assert meter.query("SYST:ERR?").startswith("+0")


def test_readings_in_memory_are_those_of_their_own_moment(open_bench, connect):
    _, calibrator, meter = wired(open_bench, connect, "volts", "OUT 1 V", "CONF:VOLT:DC 10", effects=QUIET)
    meter.query("SAMP:COUN 2;:TRIG:DEL 10;:INIT;*OPC?")
    calibrator.write("OUT 2 V")
    calibrator.query("*OPC?")
    assert [round(float(text)) for text in meter.query("FETC?").split(",")] == [1, 1]
