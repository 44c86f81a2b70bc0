"""What a 5522A and a 5520A do beyond direct volts: sine, 20 A, thermocouples and resistance thermometers."""

from __future__ import annotations

import math

import pytest

from calibrator_sim._thermometry import pt100_ohm, thermocouple_v

QUIET = {"noise": 0, "hum": 0, "quantisation": 0, "settling": 0, "unit_error": 0, "warm_up": 0, "emf": 0}


def on(open_bench, connect, wiring, output, **simulation):
    bench = open_bench(
        wirings={
            "high": {"terminals": "a20-current", "from": "calibrator", "to": "meter"},
            "couple": {"terminals": "tc-input", "from": "calibrator", "to": "meter"},
        },
        simulation={"effects": QUIET, **simulation},
    )
    bench.connect(wiring)
    calibrator = connect(bench, "calibrator")
    calibrator.write(output + ";OPER")
    assert calibrator.query("*OPC?;ERR?") == '1;0,"No Error"'
    return bench, calibrator, connect(bench, "meter")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("OUT 7.07 V, 1 KHZ", "7.070000E+00,V,0E+00,0,1.00E+03;ACV"),
        ("OUT 7.07 V, 1 KHZ;OUT 5 V", "5.000000E+00,V,0E+00,0,1.00E+03;ACV"),  # the frequency stays
        ("OUT 7.07 V, 1 KHZ;OUT 5 V, 0 HZ", "5.000000E+00,V,0E+00,0,0.00E+00;DCV"),
        ("OUT 7.07 V, 1 KHZ;OUT 60 HZ", "7.070000E+00,V,0E+00,0,6.00E+01;ACV"),
        ("OUT 7.07 V, 1 KHZ;OUT 5", "5.000000E+00,V,0E+00,0,1.00E+03;ACV"),
        ("OUT 7.07 V, 1 KHZ;OUT 0.1 A", "1.000000E-01,A,0E+00,0,0.00E+00;DCI"),
        ("OUT 100 MA, 60 HZ", "1.000000E-01,A,0E+00,0,6.00E+01;ACI"),
        ("OUT 1 V, 10004 HZ", "1.000000E+00,V,0E+00,0,1.00E+04;ACV"),
        ("TSENS_TYPE TC;TC_TYPE J;OUT 100 CEL", "1.000000E+02,CEL,0E+00,0,0.00E+00;TC_OUT"),
        ("TSENS_TYPE RTD;OUT -20 CEL", "-2.000000E+01,CEL,0E+00,0,0.00E+00;RTD"),
    ],
)
def test_an_entry_says_function_value_and_frequency(calibrator, sent, told):
    calibrator.write(sent)
    assert calibrator.query("OUT?;FUNC?;ERR?") == f'{told};0,"No Error"'


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("OUT 1 MV, 600 KHZ", 1306),
        ("OUT 500 V, 20 KHZ", 1306),  # the 1020 V range ends at 10 kHz
        ("OUT 1 A, 20 KHZ", 1306),
        ("LIMIT 30 V, -30 V;OUT 31 V, 50 HZ", 501),
        ("TC_TYPE B;OUT 100 CEL", 1306),
        ("TC_TYPE X", 1303),
        ("OUT 1 V, 50 HZ;ZCOMP WIRE4", 539),
    ],
)
def test_what_it_cannot_do_is_a_fault(calibrator, sent, code):
    calibrator.write(sent)
    assert calibrator.query("ERR?").startswith(f"{code},")


def test_alternating_volts_above_33_are_high(calibrator):
    calibrator.write("OUT 30 V, 50 HZ;OPER;OUT 40 V")
    assert calibrator.query("OPER?") == "0"
    assert int(calibrator.query("ISR?")) & (1 << 7)


def test_the_error_of_a_sine_is_that_of_its_row(open_bench, connect):
    bench, calibrator, _ = on(open_bench, connect, "volts", "OUT 10 V, 1 KHZ", seed=3)
    out = bench.true_output("calibrator")
    assert (out.function, out.unit) == ("acv", "V")
    assert out.frequency_hz == pytest.approx(1000.0, rel=20e-6)
    assert out.frequency_hz != 1000.0
    assert 0.0 < abs(out.value - 10.0) < 4 * (10.0 * 150e-6 + 600e-6)  # 1-year row
    assert bench.truth("volts")["frequency_hz"] == out.frequency_hz
    calibrator.write("OUT 10 V, 50 KHZ")
    calibrator.query("*OPC?")
    far = bench.true_output("calibrator")
    assert abs(far.value - 10.0) > abs(out.value - 10.0)  # same z, wider limit


@pytest.mark.parametrize(("type_", "celsius"), [("K", 100.0), ("J", 500.0), ("S", 1000.0), ("K", -50.0)])
def test_a_thermocouple_gives_its_voltage_less_that_of_the_reference(open_bench, connect, type_, celsius):
    sent = f"TSENS_TYPE TC;TC_TYPE {type_};TC_REF EXT,20;OUT {celsius:g} CEL"
    bench, calibrator, meter = on(open_bench, connect, "couple", sent)
    true_c = bench.true_output("calibrator").value
    expected = thermocouple_v(type_, true_c) - thermocouple_v(type_, 20.0)
    meter.write("CONF:VOLT:DC 0.1;:INP:IMP:AUTO ON")
    assert float(meter.query("READ?")) == pytest.approx(expected, abs=2e-8)
    calibrator.write("TC_REF INT")
    assert calibrator.query("TC_REF?").startswith("INT")
    room = thermocouple_v(type_, 23.0)
    shown = float(meter.query("READ?"))
    assert shown == pytest.approx(thermocouple_v(type_, true_c) - room, abs=3e-6)  # the room swings


def test_normal_terminals_carry_no_thermocouple(open_bench, connect):
    _, _, meter = on(open_bench, connect, "volts", "TSENS_TYPE TC;OUT 1000 CEL")
    meter.write("CONF:VOLT:DC 0.1")
    assert abs(float(meter.query("READ?"))) < 1e-4


@pytest.mark.parametrize("celsius", [-100.0, 0.0, 100.0, 600.0])
def test_a_resistance_thermometer_is_a_resistance(open_bench, connect, celsius):
    sent = f"TSENS_TYPE RTD;RTD_TYPE PT385;OUT {celsius:g} CEL;ZCOMP WIRE4"
    bench, _, meter = on(open_bench, connect, "ohms4w", sent)
    meter.write("CONF:FRES 1E3")
    expected = pt100_ohm(bench.true_output("calibrator").value)
    assert float(meter.query("READ?")) == pytest.approx(expected, rel=1e-6)


def test_platinum_and_thermocouples_are_those_of_the_standards():
    assert pt100_ohm(0.0) == 100.0
    assert pt100_ohm(-200.0) == pytest.approx(18.52, abs=0.005)  # IEC 60751, table
    assert pt100_ohm(850.0) == pytest.approx(390.48, abs=0.005)
    assert thermocouple_v("K", 1000.0) == pytest.approx(41.276e-3, abs=1e-6)  # NIST Monograph 175
    assert thermocouple_v("S", 1000.0) == pytest.approx(9.587e-3, abs=1e-6)
    assert thermocouple_v("T", -100.0) == pytest.approx(-3.379e-3, abs=1e-6)
    with pytest.raises(ValueError, match="outside type B"):
        thermocouple_v("B", -1.0)


def test_high_current_leaves_at_its_own_terminals_and_not_for_ever(open_bench, connect):
    bench, calibrator, _ = on(open_bench, connect, "high", "OUT 17 A")
    assert bench.true_output("calibrator").value == pytest.approx(17.0, rel=4e-3)
    bench.clock.sleep(19 * 60)  # 60 - 23 - 17 = 20 minutes of an hour
    assert calibrator.query("OPER?") == "1"
    bench.clock.sleep(2 * 60)
    assert bench.truth("high") == {}
    assert calibrator.query("OPER?;ERR?") == '0;1504,"Output on for too long"'


def test_high_current_into_aux_leads_finds_no_circuit(open_bench, connect):
    bench = open_bench()
    bench.connect("current")
    calibrator = connect(bench, "calibrator")
    calibrator.write("OUT 5 A;OPER")
    assert calibrator.query("OPER?;ERR?") == '0;1500,"Compliance voltage exceeded"'


def test_the_5520a_is_another_model_with_its_own_table(open_bench, connect):
    bench = open_bench(instruments={"calibrator": {"model": "fluke_5520a"}})
    calibrator = connect(bench, "calibrator")
    assert calibrator.query("*IDN?").startswith("FLUKE,5520A,SIM")
    calibrator.write("OUT 0.1 A, 60 HZ;LCOMP ON")
    assert calibrator.query("OUT?;LCOMP?;ERR?") == '1.000000E-01,A,0E+00,0,6.00E+01;ON;0,"No Error"'
    calibrator.write("OUT 1 A, 5 KHZ")  # LCOMP on is specified to 440 Hz
    assert calibrator.query("ERR?").startswith("1306")


def test_a_restored_bench_gives_the_same_sine(open_bench, connect):
    bench, calibrator, _ = on(open_bench, connect, "volts", "OUT 10 V, 1 KHZ")
    held, before = bench.snapshot(), bench.true_output("calibrator")
    calibrator.write("TC_TYPE J;TC_REF EXT,5;OUT 5 V, 50 HZ")
    calibrator.query("*OPC?")
    bench.restore(held)
    assert bench.true_output("calibrator") == before
    assert calibrator.query("TC_TYPE?;TC_REF?;OUT?").startswith("K;INT,0.00E+00,CEL;1.000000E+01,V")
    assert math.isclose(before.terminal_v, before.value)


def test_a_sine_may_stand_on_direct_volts_and_be_no_sine(open_bench, connect):
    bench = open_bench(2, simulation={"effects": {**QUIET, "standard_error": 0}})
    bench.connect("volts")
    source, meter = connect(bench, "calibrator"), connect(bench, "meter")
    source.write("OUT 2 V, 1 KHZ;DC_OFFSET 1.44 V;OPER")
    assert source.query("*OPC?;DC_OFFSET?;WAVE?") == "1;+1.44E+00;SINE,NONE"
    assert float(meter.query("MEAS:VOLT:AC? 10")) == pytest.approx(
        2.0, rel=1e-4
    )  # the input lets no offset through
    assert float(meter.query("MEAS:VOLT:DC? 10")) == pytest.approx(1.44, rel=1e-4)
    source.write("WAVE SQUARE")  # 2 V peak to peak
    assert source.query("*OPC?;DC_OFFSET?;OUT?").split(";")[1:] == [
        "+0.00000E+00",
        "2.000000E+00,VPP,0E+00,0,1.00E+03",
    ]
    assert bench.truth("volts")["voltage_v"] == pytest.approx(1.0)
    source.write("WAVE TRI")
    source.query("*OPC?")
    assert bench.truth("volts")["voltage_v"] == pytest.approx(1.0 / math.sqrt(3.0), rel=1e-4)
    source.write("OUT 1 V, 0 HZ")
    assert source.query("WAVE?;FUNC?;ERR?") == 'SINE,NONE;DCV;0,"No Error"'
    for wrong, code in (("DC_OFFSET 1", 502), ("WAVE TRUNCS", 502), ("WAVE BEND", 1303), ("PHASE 30", 502)):
        source.write(wrong)
        assert source.query("ERR?").startswith(str(code)), wrong


def test_a_phase_is_the_angle_of_the_power_factor(open_bench, connect):
    source = connect(open_bench(2), "calibrator")
    source.write("OUT 10 V, 1 A, 50 HZ;PHASE -60 DEG")
    assert source.query("DPF?;PHASE?") == "5.00E-01,LAG;-6.00E+01"
    source.write("DPF 1,LEAD;PHASE 200")
    assert source.query("PHASE?;ERR?") == '0.00E+00;1306,"Bad parameter value"'


def test_a_locked_range_is_held_until_the_function_changes(open_bench, connect):
    bench, calibrator, _ = on(open_bench, connect, "volts", "OUT 3 V")
    low = float(calibrator.query("RANGE?"))
    calibrator.write("RANGELCK ON;OUT 30 V")
    assert calibrator.query("ERR?").startswith("1306")
    assert float(calibrator.query("OUT?").split(",")[0]) == 3.0
    calibrator.write("OUT 0.1 V")
    assert float(calibrator.query("RANGE?")) == low
    calibrator.write("RANGELCK OFF")
    assert float(calibrator.query("RANGE?")) < low
    calibrator.write("OUT 10 V;RANGELCK ON;OUT 0 V")  # the zero of the range of 10 V
    assert calibrator.query("RANGELCK?;ERR?") == 'ON;0,"No Error"'
    assert float(calibrator.query("RANGE?")) > low
    assert bench.true_output("calibrator").value == pytest.approx(0.0, abs=1e-3)
    calibrator.write("OUT 1 V, 1 KHZ")
    assert calibrator.query("RANGELCK?") == "OFF"
    calibrator.write("RANGELCK ON")
    assert calibrator.query("ERR?").startswith("502")
