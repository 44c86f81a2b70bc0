"""The message rules of IEEE 488.2 and SCPI as a 34401A keeps them, over a real socket."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def errors(meter):
    found = []
    while not (line := meter.query("SYST:ERR?")).startswith("+0"):
        found.append(int(line.split(",")[0]))
    return found


def test_identity_is_that_of_the_real_instrument(meter):
    assert meter.query("*IDN?") == "HEWLETT-PACKARD,34401A,0,11-5-2"


@pytest.mark.parametrize(
    "message",
    [
        "VOLT:DC:RANG 10",
        "volt:dc:rang 10",
        ":VOLTAGE:DC:RANGE 10",
        "Sense:Voltage:Range:Upper 10.0",
        "VOLT:RANG 1E1",
        "VOLT:RANG\t+.1E+2",
        "VOLT:RANG 10 V",
        "VOLT:RANG 10V",
        "VOLT:RANG 10000 mV",
        "VOLT:RANG 0.01kV",
        "VOLT:RANG #HA",
        "VOLT:RANG #B1010;",
        ";;VOLT:RANG #Q12",
        "VOLT:RANG 0.01K",
        " SENS:VOLT:RANG  7.5 ",
    ],
)
def test_every_way_to_write_a_range(meter, message):
    meter.write("*RST;*CLS")
    meter.write(message)
    assert errors(meter) == []
    assert meter.query("VOLT:DC:RANG?") == "+1.00000000E+01"
    assert meter.query("VOLT:RANG:AUTO?") == "0"


def test_numbers_have_words_for_their_limits(meter):
    assert meter.query("VOLT:RANG? MIN;RANG? MAXIMUM") == "+1.00000000E-01;+1.00000000E+03"
    meter.write("VOLT:NPLC MAX")
    assert meter.query("VOLT:NPLC?") == "+1.00000000E+02"
    meter.write("CONF:VOLT:DC DEF,DEF")
    assert meter.query("VOLT:RANG:AUTO?") == "1"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("FOO", -113),
        ("VOLT:FOO 1", -113),
        ("MEAS:VOLT:DC", -113),  # without the question mark it is no command of a 34401A
        ("*FOO?", -113),
        ("VOLTAGEDIRECTLY 1", -112),
        ("VOLT:RANG", -109),
        ("VOLT:RANG 1,2", -108),
        ("*CLS 1", -108),
        ("VOLT:RANG ON", -224),
        ("TRIG:SOUR 1", -104),
        ("TRIG:SOUR FOO", -224),
        ("VOLT:RANG 1e5", -222),
        ("VOLT:RANG -1", -222),
        ("VOLT:RANG 1 OHM", -131),
        ("VOLT:RANG 1 XV", -131),
        ("VOLT:NPLC 1 S", -138),
        ("VOLT:RANG 1.2.3", -121),
        ("VOLT:RANG 1E99999", -123),
        ("VOLT:RANG 1E999", -123),
        ("VOLT:RANG " + "1" * 256, -124),
        ('VOLT:RANG "1"', -158),
        ("VOLT:RANG #13abc", -168),
        ("VOLT:RANG #12abc", -161),
        ("VOLT:RANG (1+2)", -178),
        ('FUNC "VOLT', -151),
        ("FUNC VOLT", -148),
        ('FUNC "FOO"', -224),
        ("VOLT:RANG,1", -103),
        ("VOLT:RANG!1", -102),
        ("VOLT:RANG 1 ,2", -102),
        ("VOLT:RANG : 1", -102),
        ("VOLT:RANG 1,", -102),
        ("\xb5VOLT 1", -101),
        ("VOLT:RES 1E-9", 532),
        ("CAL:VAL 1", 702),
        ("*TRG", -211),
        ("TRIG:SOUR BUS;:READ?", -214),
        ("SAMP:COUN 513;:INIT", 531),
        ("TRIG:SOUR BUS;:INIT;:INIT", -213),
        ("CALC:FUNC NULL;STAT ON;:CONF:CONT;:CALC:STAT ON", -221),
        ("CONF:RES;:CALC:STAT ON;FUNC DB", -221),
        ("CONF:RES;:CALC:STAT ON;:READ?", 540),  # the open input overloads
        ("FETC?", -230),
        ("CALC:NULL:OFFS 1", -221),
        ("*IDN?;*OPC?", -440),
        ("*ESE 256", -222),
    ],
)
def test_each_mistake_has_its_error(meter, message, code):
    meter.write("*RST;*CLS")
    meter.write(message)
    if message.startswith("*IDN?") or (message.endswith(":READ?") and "BUS" not in message):
        meter.read()
    assert errors(meter) == [code]


# The examples that the user's guide prints beside its errors (34401-90004, ch. 5, p. 173 to 177).
PRINTED = [
    ("CONF:VOLT#DC", -101),
    ("SAMP:COUN ,1", -102),
    ("TRIG:COUN,1", -103),
    ("CONF:FREQ 1000 0.1", -103),
    ("DISP:TEXT 5.0", -104),
    ("READ? 10", -108),
    ("SAMP:COUN", -109),
    ("CONFIGURATION:VOLT:DC", -112),
    ("TRIGG:COUN 3", -113),
    ("STAT:QUES:ENAB #B01010102", -121),
    ("TRIG:COUN 1E34000", -123),
    ("TRIG:DEL 0.5 SECS", -131),
    ("SAMP:COUN 1 SEC", -138),
    ("DISP:TEXT ON", -148),
    ("DISP:TEXT 'ON", -151),
    ("CALC:STAT 'ON'", -158),
    ("CONF:VOLT:DC DEF,0.1", -221),
    ("TRIG:COUN -3", -222),
    ("CALC:FUNC SCALE", -224),
]


@pytest.mark.parametrize(("message", "code"), PRINTED)
def test_the_guide_s_own_examples_of_errors(meter, message, code):
    meter.write("*RST;*CLS")
    meter.write(message)
    assert errors(meter) == [code]


@pytest.mark.parametrize(
    "message",
    [
        "TRIG:DELAY 1; COUNT 10",
        "SAMP:COUN 10;:TRIG:SOUR EXT",
        "CONF:VOLT:DC 10, 0.003",
        "MEASURE:CURRENT:AC? 1A,0.001MA",
        "CALC:DBM:REF 50",
        "CALC:FUNC AVER;STAT ON;:CALC:AVER:AVER?;MIN?;MAX?",
        "CALC:FUNC NULL;STAT ON;:CALC:NULL:OFFS -2.0",
        ":SYST:BEEP;:DISP:TEXT 'HP 34401A'",
        ":CONF:VOLT:DC 10,0.1;:SAMP:COUN 4",
        'DATA:FEED RDG_STORE, "CALCulate"',
        "SYST:BEEP:STAT OFF;STAT?;:L1",
        "*RST; *CLS; *ESE 32; *OPC?",
    ],
)
def test_the_guide_s_own_examples_of_commands(meter, message):
    meter.write("*RST;*CLS")
    meter.write(message)
    if "?" in message:
        meter.read()
    assert errors(meter) == []


def test_an_overload_is_a_device_event_without_an_error(bench, meter):
    bench.connect("open")
    meter.write("*CLS;:CONF:RES 100")
    meter.query("READ?")
    assert meter.query("*ESR?") == "+8"
    assert errors(meter) == []


def test_what_read_takes_does_not_stay_in_memory_and_init_may_not_store(meter):
    meter.query("*RST;*CLS;:CONF:VOLT:DC 10;:READ?")
    assert meter.query("DATA:POIN?") == "+0"
    meter.write('SAMP:COUN 3;:DATA:FEED RDG_STORE,"";:CALC:FUNC AVER;STAT ON;:INIT')
    assert meter.query("CALC:AVER:COUN?;:DATA:POIN?") == "+3;+0"
    meter.write("FETC?")
    assert errors(meter) == [-230]


def test_endless_triggers_are_said_as_overload(meter):
    meter.write("TRIG:COUN INFINITE")
    assert meter.query("TRIG:COUN?;COUN? MAX") == "+9.90000000E+37;+5.00000000E+04"
    meter.write("TRIG:COUN INF")
    assert meter.query("SAMP:COUN? MAX;COUN?") == "+50000;+1"


def test_the_next_command_waits_for_a_measurement_that_runs(bench, meter):
    meter.write("CONF:VOLT:DC 10;:TRIG:DEL 0;:SAMP:COUN 5;:INIT")
    begun = bench.clock.bench_ns()
    assert meter.query("DATA:POIN?") == "+5"
    assert bench.clock.bench_ns() - begun >= 5 * 400_000_000
    assert meter.query("SAMP:COUN?;:CONF?").startswith("+5;")


def test_an_error_does_not_stop_the_rest_of_the_message(meter):
    meter.write("*CLS")
    assert meter.query("FOO:BAR;*ESE 4;*ESE?") == "+4"
    assert errors(meter) == [-113]


def test_a_compound_message_keeps_its_header_path(meter):
    meter.write("*RST;*CLS;:VOLT:DC:RANG 1;NPLC 100;:CURR:RANG 0.1;:TRIG:SOUR BUS;COUN 3")
    assert meter.query("VOLT:RANG?;NPLC?;:TRIG:SOUR?;COUN?") == (
        "+1.00000000E+00;+1.00000000E+02;BUS;+3.00000000E+00"
    )
    assert meter.query("CURR:RANG?") == "+1.00000000E-01"
    assert errors(meter) == []
    meter.write("VOLT:RANG 1;TRIG:SOUR IMM")  # no colon: TRIG is looked for below VOLT
    assert errors(meter) == [-113]


def test_a_common_command_leaves_the_header_path_alone(meter):
    meter.write("*CLS;:VOLT:RANG 1;*ESE 1;NPLC 1")
    assert errors(meter) == []
    assert meter.query("VOLT:NPLC?") == "+1.00000000E+00"


def test_both_kinds_of_quotes_and_what_stands_inside(meter):
    meter.write("*CLS;:FUNC 'FRES'")
    assert meter.query("FUNC?") == '"FRES"'
    meter.write('FUNC "VOLTage:DC";:DISP:TEXT "a;b,""c"')
    assert meter.query("FUNC?;:DISP:TEXT?") == '"VOLT";"a;b,"c"'
    assert errors(meter) == []


def test_a_line_feed_inside_a_block_does_not_end_the_message(meter):
    meter.send(b"*CLS;:CAL:STR #15ab\ncd;*ESE 7\n")
    assert meter.query("*ESE?") == "+7"
    assert errors(meter) == [702]


def test_carriage_returns_and_blank_lines_do_not_matter(meter):
    meter.send(b"\r\n\n  \r\n*CLS\r\n*ESE 3\r\n")
    assert meter.query("*ESE?\r") == "+3"
    assert errors(meter) == []


def test_a_message_may_come_in_single_bytes(meter):
    for byte in b"*ESE 9;*ESE?\n":
        meter.send(bytes([byte]))
    assert meter.read() == "+9"


def test_messages_of_one_segment_are_answered_in_order_on_a_raw_socket(meter):
    meter.send(b"*CLS\n")
    meter.send(b"*IDN?\n*OPC?\n*ESE 1\n*ESE?\n")
    assert [meter.read()[:7] for _ in range(3)] == ["HEWLETT", "1", "+1"]
    assert errors(meter) == []


def test_reading_after_half_a_message_is_unterminated(bench, meter, connect):
    meter.write("*CLS")
    assert meter.query("*ESE?") == "+0"
    other = connect(bench, "meter")
    other.send(b"VOLT:RANG?")
    other.sock.shutdown(1)
    assert other.sock.recv(100) == b""
    assert errors(meter) == [-420]


def test_a_flood_without_line_feed_is_dropped_and_said(meter):
    meter.write("*CLS")
    meter.send(b"A" * 20000)
    meter.send(b"B\n")
    assert errors(meter) == [521]
    assert meter.query("*IDN?").startswith("HEWLETT")


def test_the_error_queue_holds_twenty_and_says_that_more_came(meter):
    meter.write("*CLS")
    for _ in range(25):
        meter.write("FOO")
    assert errors(meter) == [-113] * 19 + [-350]
    meter.write("FOO")
    meter.write("*RST")
    assert errors(meter) == [-113]  # *RST does not clear the queue
    meter.write("FOO;*CLS")
    assert errors(meter) == []


def test_the_error_text_is_quoted(meter):
    meter.write("*CLS;FOO")
    assert meter.query("SYST:ERR?") == '-113,"Undefined header"'
    assert meter.query("SYST:ERR?") == '+0,"No error"'


def test_status_byte_and_events(meter):
    meter.write("*CLS;*ESE 32;*SRE 32")
    assert meter.query("*STB?") == "+0"
    meter.write("FOO")
    assert meter.query("*STB?") == "+96"  # event summary and master summary
    assert meter.query("*ESR?") == "+32"
    assert meter.query("*STB?") == "+0"
    meter.write("*OPC")
    assert meter.query("*ESR?") == "+1"
    assert meter.query("VOLT:RANG?;*STB?").endswith(";+16")  # the first response waits: MAV


def test_a_power_on_is_in_the_event_register(meter):
    assert int(meter.query("*ESR?")) & 128


def test_overload_sets_its_questionable_bit(bench, meter):
    bench.connect("open")
    meter.write("*CLS;STAT:QUES:ENAB 512;*SRE 8;:CONF:FRES 100")
    assert meter.query("READ?") == "+9.90000000E+37"
    assert meter.query("*STB?") == "+72"
    assert meter.query("STAT:QUES:EVEN?") == "+512"
    assert meter.query("STAT:QUES?") == "+0"


def test_one_query_of_every_group_answers_in_its_format(meter):
    meter.write("*RST;*CLS")
    assert meter.query("CONF?") == '"VOLT +1.000000E+03,+1.000000E-03"'
    assert meter.query("FUNC?;:ZERO:AUTO?;:INP:IMP:AUTO?;:ROUT:TERM?") == '"VOLT";1;0;FRON'
    assert meter.query("DET:BAND?;:SAMP:COUN?;:TRIG:DEL:AUTO?") == "+2.00000000E+01;+1;1"
    assert meter.query("CALC:FUNC?;STAT?;:DATA:POIN?") == "NULL;0;+0"
    assert meter.query("SYST:VERS?;:DISP?;:CAL:COUN?;:CAL:SEC:STAT?") == "1991.0;1;+1;1"
    assert meter.query("*TST?") == "+0"
    assert meter.query("*OPC?") == "1"
    assert errors(meter) == []


@pytest.fixture(scope="module")
def module_bench():
    import tomllib

    from calibrator_sim import SIMULATOR

    opened = SIMULATOR.open(tomllib.loads(SIMULATOR.default_bench()))
    yield opened
    opened.close()


_PIECES = [
    b"VOLT:RANG?",
    b"*ESR?",
    b";",
    b"\n",
    b"#",
    b"#15",
    b"#19",
    b'"',
    b"'",
    b"(",
    b"READ?",
    b"\xb2",
    b"#\xb2",
    b"1E5",
    b",",
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=20)), max_size=30))
@pytest.mark.parametrize("name", ["meter", "calibrator"])
def test_random_bytes_never_kill_an_instrument(module_bench, client_class, name, pieces):
    noisy = client_class(module_bench.resources[name])
    noisy.send(b"".join(pieces) + b"\n")
    noisy.close()
    quiet = client_class(module_bench.resources[name])
    assert "34401A" in (identity := quiet.query("*IDN?")) or "5522A" in identity
    quiet.close()
