"""The dialect of a 5522A over a real socket (reference: protocol/fluke_55xx_calibrators)."""

from __future__ import annotations

import pytest


def errors(calibrator):
    found = []
    while (line := calibrator.query("ERR?")) != '0,"No Error"':
        found.append(int(line.split(",")[0]))
    return found


def out(calibrator):
    value, unit, *rest = calibrator.query("OUT?").split(",")
    assert rest == ["0E+00", "0", "0.00E+00"]
    return float(value), unit


def test_identity_bears_a_simulated_serial(calibrator):
    assert calibrator.query("*IDN?") == "FLUKE,5522A,SIM5522001,2.0+1.3+2.0+*"
    assert calibrator.query("*OPT?") == "0"


@pytest.mark.parametrize(
    ("command", "value", "unit"),
    [
        ("OUT 10 V", 10.0, "V"),
        ("out 10v", 10.0, "V"),
        ("OUT -10 V, 0 HZ", -10.0, "V"),
        ("OUT 100 MV", 0.1, "V"),
        ("OUT 1 KV", 1000.0, "V"),
        ("OUT 1.00000001E1 V", 10.0, "V"),  # entered digits beyond the range's resolution are dropped
        ("OUT 100 OHM", 100.0, "OHM"),
        ("OUT 100 KOHM", 100e3, "OHM"),
        ("OUT 10 MOHM", 10e6, "OHM"),
        ("OUT 10 MA", 0.01, "A"),
        ("OUT 2 A,0 HZ", 2.0, "A"),
    ],
)
def test_out_and_what_it_answers(calibrator, command, value, unit):
    calibrator.write("*RST;*CLS")
    calibrator.write(command)
    assert out(calibrator) == (value, unit)
    assert errors(calibrator) == []


def test_the_reply_format_of_out(calibrator):
    calibrator.write("OUT 15.2 V")
    assert calibrator.query("OUT?") == "1.520000E+01,V,0E+00,0,0.00E+00"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("FOO", 1301),
        ("FOO?", 1301),
        ("!", 1300),
        ("OUT", 1302),
        ("OPER 1", 1302),
        ("OUT 1 V, 2 V, 3 V", 1302),
        ("OUT ABC", 1304),
        ("OUT 1 V,", 1304),
        ("OUT 1 XX", 1305),
        ("OUT 1 V, 2", 1305),
        ("OUT 1E21 V", 1324),
        ("OUT 1100 V", 501),
        ("OUT 21 A", 501),
        ("OUT -1 OHM", 1306),
        ("OUT 2E9 OHM", 1306),
        ("OUT 1 V, 1 MHZ", 1306),
        ("OUT 1 V, 1 V", 502),
        ("OUT 2000 CEL", 1306),
        ("OUT 1 OHM, 50 HZ", 1306),
        ("OUT -1 V, 50 HZ", 1306),
        ("OUT 25 FAR", 502),
        ("ZCOMP WIRE9", 1303),
        ("ZCOMP WIRE4", 539),
        ("EARTH MAYBE", 1303),
        ("LIMIT 100 V, -100 A", 1305),
        ("LIMIT 2000 V, -1 V", 1306),
        ("*SRE 300", 1306),
        ("OUT 1\xb5V", 1322),
        ("OUT " + "1" * 90, 1329),
        ("*IDN?;OUT?", 1310),
    ],
)
def test_each_mistake_has_its_error(calibrator, command, code):
    calibrator.write("*RST;*CLS")
    calibrator.write(command)
    if "*IDN?" in command:
        calibrator.read()
    assert errors(calibrator) == [code]
    assert out(calibrator) == (0.0, "V")
    assert calibrator.query("OPER?") == "0"


def test_errors_wait_in_line_and_overflow(calibrator):
    calibrator.write("*CLS")
    for _ in range(20):
        calibrator.write("FOO")
    assert errors(calibrator) == [1301] * 15 + [1]
    calibrator.write("FOO")
    assert calibrator.query("FAULT?;FAULT?") == "1301;0"
    assert calibrator.query("EXPLAIN? 539") == '"Can\'t change compensation now"'
    calibrator.write("FOO;*CLS")
    assert errors(calibrator) == []


def test_crossing_33_v_drops_to_standby_and_less_does_not(calibrator):
    calibrator.write("OUT 10 V;OPER;OUT 33 V")
    assert calibrator.query("OPER?") == "1"
    calibrator.write("OUT 100 V")
    assert calibrator.query("OPER?") == "0"
    calibrator.write("OPER;OUT 200 V")
    assert calibrator.query("OPER?") == "1"
    calibrator.write("OUT 1 V;OUT -34 V")
    assert calibrator.query("OPER?") == "0"
    assert errors(calibrator) == []


def test_changing_the_function_drops_to_standby(calibrator):
    calibrator.write("OUT 10 V;OPER;OUT 100 OHM")
    assert calibrator.query("OPER?;FUNC?") == "0;RES"


def test_limit_holds_entries_and_is_stored(bench, calibrator):
    calibrator.query("LIMIT 50 V, -20 V;*OPC?")
    assert bench.clock.monotonic_ns() >= 2e9  # stored, which takes about 2 s
    calibrator.write("OUT 30 V")
    calibrator.write("OUT 51 V;OUT -21 V")
    assert errors(calibrator) == [501, 501]
    assert out(calibrator) == (30.0, "V")
    calibrator.write("*RST;LIMIT 2 A, -2 A")
    assert calibrator.query("LIMIT?") == "50.0000,-20.0000,2.0000,-2.0000"
    calibrator.write("LIMIT 1020 V, -1020 V;OUT 51 V")
    assert out(calibrator) == (51.0, "V")


def test_four_wire_compensation_exists_only_below_110_kohm(calibrator):
    calibrator.write("OUT 100 OHM;ZCOMP WIRE4")
    assert calibrator.query("ZCOMP?") == "WIRE4"
    calibrator.write("OUT 100 KOHM")
    assert calibrator.query("ZCOMP?") == "WIRE4"
    calibrator.write("OUT 110 KOHM")
    assert calibrator.query("ZCOMP?") == "NONE"
    calibrator.write("ZCOMP WIRE4")
    assert errors(calibrator) == [539]


def test_settling_is_waited_for_and_shown(bench, calibrator):
    calibrator.write("*CLS;OUT 1000 V;OPER")
    begun = bench.clock.monotonic_ns()
    assert int(calibrator.query("ISR?")) & 0x1081 == 0x0081  # operating, above 33 V, not settled
    assert calibrator.query("*OPC?") == "1"
    assert 1e9 < bench.clock.monotonic_ns() - begun < 5e9  # data sheet: settled within 5 s
    assert int(calibrator.query("ISR?")) & 0x1081 == 0x1081
    assert abs(bench.true_output("calibrator").value - 1000.0) < 0.1
    assert int(calibrator.query("ISCR1?")) & 0x81 == 0x81
    calibrator.write("STBY")
    assert int(calibrator.query("ISCR0?")) & 1
    assert calibrator.query("ISCR0?") == "0"


def test_wai_holds_the_next_command_back(bench, calibrator):
    calibrator.write("OUT 10 V;OPER;*WAI;*OPC")
    assert int(calibrator.query("*ESR?")) & 1
    assert bench.clock.monotonic_ns() > 1e9


def test_status_byte(calibrator):
    calibrator.write("*CLS;*SRE 8;*ESE 32;ISCE 1")
    assert calibrator.query("*STB?") == "0"
    calibrator.write("FOO")
    assert calibrator.query("*STB?") == "104"  # error available, event, master summary
    calibrator.write("*CLS;OPER")
    assert calibrator.query("*STB?") == "4"  # instrument status changed
    assert calibrator.query("ISCE1?;ISCE0?;ISCE?") == "1;1;1"


def test_terminals_lose_their_voltage_within_milliseconds(bench, calibrator):
    calibrator.write("OUT 1000 V;OPER")
    calibrator.query("*OPC?")
    calibrator.write("STBY")
    assert bench.true_output("calibrator").terminal_v > 900.0
    bench.clock.sleep(0.02)
    assert bench.true_output("calibrator").terminal_v < 30.0
    bench.clock.sleep(0.1)
    assert bench.true_output("calibrator").terminal_v == 0.0


def test_a_current_without_a_circuit_trips(bench, calibrator):
    bench.connect("volts")
    calibrator.write("*CLS;OUT 10 MA;OPER")
    assert calibrator.query("OPER?") == "0"
    assert errors(calibrator) == [1500]
    bench.connect("current")
    calibrator.write("OPER")
    assert calibrator.query("OPER?") == "1"
    bench.connect("open")  # the lead falls off
    assert calibrator.query("OPER?;ERR?") == '0;1500,"Compliance voltage exceeded"'


def test_protected_data_and_switches(calibrator):
    calibrator.write("*CLS;*PUD #205te;t1;EARTH TIED;RANGELCK ON;CUR_POST A20")
    assert calibrator.query("*PUD?") == "#205te;t1"
    assert calibrator.query("EARTH?;LOWS?;RANGELCK?;CUR_POST?;LCOMP?") == "TIED;TIED;ON;A20;OFF"
    calibrator.write("*RST")
    assert calibrator.query("RANGELCK?;ZCOMP?;FUNC?;OPER?") == "OFF;NONE;DCV;0"
    assert errors(calibrator) == []


def test_a_zero_calibration_and_a_self_test_take_their_time_in_standby(bench, calibrator):
    calibrator.write("OUT 10 V;OPER")
    assert calibrator.query("CAL_START ZERO;*OPC?") == "1"
    assert bench.clock.monotonic_ns() >= 150e9
    assert calibrator.query("OPER?;*TST?") == "0;0"


def test_messages_of_one_segment_are_answered_in_order(calibrator):
    calibrator.write("*CLS")
    calibrator.send(b"*ESE?\nOPER?\n")
    assert [calibrator.read(), calibrator.read()] == ["0", "0"]
    assert errors(calibrator) == []


@pytest.mark.parametrize("command", ["VAL?", "VVAL?", "TC_MEAS CEL", "OUT 1 UF", "OUT 1 V, 2 V"])
def test_what_no_bench_leads_to_it_is_not_available(calibrator, command):
    calibrator.write(f"*CLS;{command}")
    assert errors(calibrator) == [502]


def test_small_currents_go_where_they_are_posted(calibrator):
    calibrator.write("*RST;*CLS;OUT 1 A, 0 HZ;CUR_POST A20")
    assert calibrator.query("CUR_POST?") == "A20"
    calibrator.write("CUR_POST B20;*RST")
    assert errors(calibrator) == [1303]
    assert calibrator.query("CUR_POST?") == "AUX"
