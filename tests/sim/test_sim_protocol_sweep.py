"""Every command that the protocol notes name, sent to its twin: taken, and answered in its kind.

Between bars stands a command, or a query and the form of its reply: n a number, i a whole number, s a quoted
string, w a word, any regular expression else. What a command does is shown elsewhere; here none is unknown.
"""

from __future__ import annotations

import re
import statistics

import pytest

KINDS = {
    "n": r"[+-]?\d+(\.\d+)?(E[+-]?\d+)?",
    "i": r"[+-]?\d+",
    "s": r'"[^"]*"',
    "w": r"[A-Z0-9]+",
}
_METER = """
*IDN? -> .*,.*,(0|SIM0001),.*|*CLS|*ESE 0|*SRE 0|*RST|*OPC|*ESR? -> i|*STB? -> i|*OPC? -> 1|*TST? -> \\+?0
CONF:VOLT:DC 10,3E-5|CONF:VOLT:AC|CONF:CURR:DC 1|CONF:CURR:AC 1|CONF:RES 1E3|CONF:FRES 1E3|CONF:FREQ
CONF:PER|CONF:CONT|CONF:DIOD|MEAS:VOLT:DC? 10,0.001 -> n|MEAS:CURR:DC? -> n|MEAS:RES? -> n
CONF:VOLT:DC DEF|CONF? -> "VOLT [+-].*,[+-].*"|FUNC "VOLT:DC"|FUNC? -> "VOLT"|VOLT:DC:RANG 10
VOLT:DC:RANG? -> n|VOLT:DC:RANG:AUTO ON|VOLT:DC:RANG:AUTO? -> 1|VOLT:DC:RES 0.001|VOLT:DC:RES? -> n
VOLT:DC:NPLC 0.02|VOLT:DC:NPLC? -> n|TRIG:SOUR IMM|TRIG:SOUR? -> w|TRIG:DEL 0|TRIG:DEL? -> n
TRIG:DEL:AUTO ON|TRIG:DEL:AUTO? -> 1|TRIG:COUN 1|SAMP:COUN 2|SAMP:COUN? -> n|INIT|FETC? -> n,n
READ? -> n,n|SAMP:COUN 1|CALC:FUNC NULL|CALC:STAT ON|CALC:STAT OFF|CALC:FUNC AVER|CALC:AVER:MIN? -> n
SYST:VERS? -> n|SYST:BEEP|DISP ON|DISP:TEXT "HELLO"|DISP:TEXT? -> s|DISP:TEXT:CLE|ROUT:TERM? -> FRON
CAL:COUN? -> i|CAL:STR? -> s
"""
_CLASSIC = """
CONF:VOLT:DC:RAT|CONF:VOLT:DC|DET:BAND 20|DET:BAND? -> n|ZERO:AUTO ONCE|ZERO:AUTO ON|ZERO:AUTO? -> 1
INP:IMP:AUTO ON|INP:IMP:AUTO? -> 1|DATA:POIN? -> i|CALC:NULL:OFFS? -> n
"""
_TRUEVOLT = """
SENS:VOLT:NULL:STAT ON|SENS:VOLT:NULL:VAL 1|SENS:VOLT:NULL:VAL? -> n|SENS:VOLT:NULL:VAL:AUTO ON
SENS:VOLT:NULL:STAT OFF|VOLT:ZERO:AUTO ON|VOLT:IMP:AUTO ON|CALC:AVER:STAT ON|SAMP:COUN 2|READ? -> n,n
CALC:AVER:ALL? -> n,n,n,n|SAMP:COUN 3|SAMP:TIM 0.2|INIT|*WAI|DATA:REM? 1,WAIT -> n|R? 1 -> #.*
FUNC "VOLT:AC"|FUNC? -> "VOLT:AC"
"""
_FINE = "VOLT:APER 0.01|VOLT:APER? -> n|ACAL:ALL? -> \\+?0|SYST:TEMP? -> n"
_8846A = """
FUNC "VOLT:DC"|FUNC2 "VOLT:AC"|FUNC2? -> "VOLT:AC"|INIT|FETC1? -> n|FETC2? -> n|FUNC2 "NONE"
"""
_3458A = """
END ALWAYS|OFORMAT ASCII|RESET|PRESET NORM|END ALWAYS|ID? -> HP3458A|TARM HOLD|TRIG AUTO|FUNC DCV,AUTO
DCV 10|NPLC 100|AZERO ON|NRDGS 1,AUTO|MEM OFF|NDIG 8|DELAY 0|RANGE 10|ARANGE ON|NPLC? -> n|NPLC 1
TARM SGL -> n|OHMF 1E3|OCOMP ON|ACV 10|SETACV SYNC|SETACV ANA|SETACV RNDM|ACBAND 20,2E6|LFREQ 50|FIXEDZ ON
MATH OFF|DISP OFF,"text"|DISP ON|DCV 10|TEMP? -> n|CALNUM? -> i|CAL? 1 -> n|CAL? 2,1 -> n|CAL? 1,3 -> n
CAL? 1,5 -> n|REV? -> i,i|OPT? -> i|LINE? -> n|MATH? -> i,i|MATH NULL|MATH? -> i,i|MATH OFF
ERRSTR? -> 0,"NO ERROR"|AUXERR? -> i
"""
_8588A = """
*CLS|*RST|FUNC "VOLT:DC"|VOLT:DC:RANG 10|VOLT:DC:RANG:AUTO ON|VOLT:DC:RANG:AUTO? -> 1|VOLT:DC:NPLC 10
VOLT:DC:NPLC? -> n|VOLT:DC:APER 0.1|VOLT:DC:APER? -> n|VOLT:DC:APER:MODE AUTO|VOLT:DC:APER:MODE? -> w
VOLT:DC:RES? -> n|VOLT:DC:IMP AUTO|VOLT:DC:IMP 10M|VOLT:DC:IMP 1M|FUNC "RES"|FUNC "FRES"|FUNC "VOLT:DC"
ARM1:SOUR IMM|ARM1:COUN 1|ARM1:DEL 0|ARM2:SOUR IMM|ARM2:COUN 1|ARM2:DEL 0|TRIG:SOUR IMM|TRIG:COUN 1
TRIG:DEL 0|INIT:CONT OFF|INIT|FETC? -> n|ROUT:TERM REAR|ROUT:TERM FRON|ROUT:INP:GUAR OFF|SYST:TEMP? -> n
SYST:LFR? -> i|SYST:MLEV? -> i|STAT:OPER:COND? -> i|STAT:QUES:EVEN? -> i
"""
_53131A = """
FUNC 'FREQ 1'|FREQ:ARM:STAR:SOUR IMM|FREQ:ARM:STOP:SOUR TIM|FREQ:ARM:STOP:TIM 0.1|FREQ:ARM:STOP:TIM? -> n
CONF:FREQ (@1)|INIT:CONT OFF|ROSC:SOUR INT|ROSC:SOUR? -> w|ROSC:EXT:CHEC OFF|EVEN1:LEV 0|EVEN1:LEV? -> n
EVEN1:LEV:AUTO ON|EVEN1:LEV:AUTO? -> 1|INP1:COUP AC|INP1:COUP? -> w|INP1:IMP 50|INP1:IMP 1E6
INP1:IMP? -> n|INP1:FILT OFF|INP1:FILT? -> 0|READ? -> n
"""
_53230A = """
CONF:FREQ 10E6,1E-4,(@1)|SENS:FREQ:GATE:SOUR TIME|SENS:FREQ:GATE:TIME 0.1|SENS:FREQ:GATE:TIME? -> n
SENS:FREQ:MODE RCON|SENS:FREQ:MODE CONT|SENS:FREQ:MODE AUTO|SENS:FREQ:MODE? -> AUTO|ROSC:SOUR INT
ROSC:SOUR? -> w|INIT|FETC? -> n|INIT|R? -> #.*|INP1:COUP AC|INP1:IMP 50|INP1:IMP? -> n
"""
_33220A = """
APPL:SIN 1E3,3,0|APPL? -> "SIN [+]1.0000000000000E[+]03,.*"|FUNC SQU|FUNC RAMP|FUNC PULS|FUNC NOIS|FUNC DC
FUNC SIN|FREQ 1E3|FREQ? -> [+]1.0000000000000E[+]03|VOLT 1|VOLT:UNIT VRMS|VOLT:UNIT DBM|VOLT:UNIT VPP
VOLT:OFFS 0|VOLT:RANG:AUTO OFF|VOLT:RANG:AUTO ON|OUTP:LOAD 600|OUTP:LOAD INF|OUTP:LOAD? -> n|OUTP ON
OUTP? -> 1|PHAS 10|PHAS? -> n
"""
_33500B = "ROSC:SOUR INT|SOUR1:FREQ 2E3|SOUR1:FREQ? -> n|OUTP1 OFF|OUTP1? -> 0|OUTP1:LOAD INF"
_WT310 = """
*IDN? -> YOKOGAWA,WT310,.*|:COMM:REM ON|:COMM:HEAD OFF|:COMM:VERB OFF|:COMM:LOCK OFF|:INP:MODE RMS
:INP:MODE VMEAN|:INP:MODE DC|:INP:MODE? -> w|:INP:VOLT:RANG 300V|:INP:VOLT:RANG? -> n|:INP:VOLT:AUTO ON
:INP:VOLT:AUTO? -> 1|:INP:CURR:RANG 5A|:INP:CURR:RANG? -> n|:INP:CURR:AUTO ON|:INP:CFAC 6|:INP:CFAC 6A
:INP:CFAC 3|:INP:CFAC? -> w|:INP:SYNC CURR|:INP:SYNC OFF|:INP:SYNC VOLT|:INP:WIR? -> .+|:INP:FILT:LINE ON
:INP:FILT:FREQ OFF|:MEAS:AVER:STATE OFF|:MEAS:AVER:TYPE LIN|:MEAS:AVER:COUN 8|:MEAS:MHOL OFF|:RATE 0.25
:RATE? -> n|:HOLD OFF|:NUM:FORM ASCII|:NUM:FORM? -> ASC(II)?|:NUM:NORM:NUM 3|:NUM:NORM:NUM? -> i
:NUM:NORM:ITEM1 U,1|:NUM:NORM:ITEM2 UPPEAK,1|:NUM:NORM:ITEM3 TIME,1|:NUM:NORM:ITEM1? -> .+
:NUM:NORM:VAL? -> .+,.+,.+|:INTEG:MODE CONT|:INTEG:MODE NORM|:INTEG:TIM 0,1,0|:INTEG:STAR
:INTEG:STAT? -> STAR|:INTEG:STOP|:INTEG:RES|:INTEG:STAT? -> RES|:INP:CRANGE? -> i
:STAT:ERR? -> 0,"No error"|:STAT:EESR? -> i|:STAT:COND? -> i|:COMM:WAIT 0|:SYST:KLOC OFF
"""
_55XX = """
*IDN? -> FLUKE,55..A,.*|*OPT? -> .+|*CLS|*SRE 8|OUT 1 V|OUT 1 V, 60 HZ|OUT 1 V, 0.1 A
OUT 1 V, 0.1 A, 50 HZ|DPF 0.5,LAG|DPF? -> n,LAG|PHASE 30|PHASE? -> n|HARMONIC 1|OUT 100 OHM|ZCOMP WIRE2
ZCOMP WIRE4|ZCOMP NONE|ZCOMP? -> w|OUT 25 CEL|OUT 1 V, 60 HZ|DC_OFFSET 0.1|DC_OFFSET? -> n|DC_OFFSET 0
WAVE SQUARE|WAVE TRI|WAVE SINE|WAVE? -> w,w|OUT 0 V, 0 HZ|OUT? -> n,V,n,0,n|OPER|OPER? -> 1|STBY
OPER? -> 0|*OPC? -> 1|*WAI|ISR? -> i|ISCR? -> i|ISCR0? -> i|ISCR1? -> i|ISCE 0|ISCE0 0|ISCE1 0
ERR? -> 0,"No Error"|FAULT? -> 0|EXPLAIN? 539 -> "Can't change.*"|RANGELCK ON|RANGELCK? -> w|RANGELCK OFF
RANGE? -> .+|FUNC? -> DCV|ONTIME? -> i|LCOMP ON|LCOMP OFF|CUR_POST A20|CUR_POST AUX|EARTH TIED|EARTH OPEN
LOWS OPEN|LOWS TIED|LIMIT 750 V, -750 V|LIMIT? -> n,n,n,n|TSENS_TYPE RTD|RTD_TYPE PT385|TSENS_TYPE TC
TC_TYPE K|TC_REF EXT,23|TC_REF INT|TC_REF? -> .+|TC_OTCD ON|CLOCK 2026,11,23,12,0,0|*PUD #15HELLO
*PUD? -> #15HELLO|REMOTE|LOCAL|LOCKOUT|*RST|*TST? -> 0|CAL_START ZERO|CAL_INFO? -> .+|OUT 10V
OUT 1.5 KV, 0 HZ;*CLS
"""
_57XX = """
*IDN? -> FLUKE,5730A,.*|OUT 10 V, 0 HZ|RANGELCK ON|OUT 0 V|EXTGUARD ON|EXTGUARD OFF|EXTSENSE ON
EXTSENSE OFF|RCOMP OFF|XFER OFF|PHASELCK OFF|OPER|STBY|ISR? -> i|RANGELCK OFF
"""
SWEEPS: dict[str, tuple[str, str]] = {
    "keysight_34401a": (_METER + _CLASSIC, "SYST:ERR?"),
    "keysight_34461a": (_METER + _TRUEVOLT, "SYST:ERR?"),
    "keysight_34465a": (_METER + _TRUEVOLT + _FINE, "SYST:ERR?"),
    "keysight_34470a": (_METER + _TRUEVOLT + _FINE, "SYST:ERR?"),
    "fluke_8846a": (_METER + _CLASSIC + _8846A, "SYST:ERR?"),
    "keysight_3458a": (_3458A, "ERRSTR?"),
    "fluke_8588a": (_8588A, "SYST:ERR?"),
    "keysight_53131a": (_53131A, "SYST:ERR?"),
    "keysight_53230a": (_53230A, "SYST:ERR?"),
    "keysight_33220a": (_33220A, "SYST:ERR?"),
    "keysight_33500b": (_33220A + _33500B, "SYST:ERR?"),
    "yokogawa_wt310": (_WT310, ":STAT:ERR?"),
    "fluke_5522a": (_55XX, "ERR?"),
    "fluke_5520a": (_55XX, "ERR?"),
    "fluke_5730a": (_57XX, "ERR?"),
}


def lines(text: str) -> list[tuple[str, str]]:
    """Return commands and forms of replies, empty where there is none."""
    parts = [
        part.strip() for line in text.split("\n") for part in re.split(r"\|(?![^(]*\))", line) if part.strip()
    ]
    pairs = [part.partition(" -> ") for part in parts]
    return [(command, form) for command, _, form in pairs]


def fitting(form: str) -> str:
    return ",".join(KINDS.get(part, part) for part in form.split(","))


# Each speaks as another one of the list does.
TWICE = ("keysight_34465a", "fluke_5520a", "keysight_33220a")


@pytest.mark.parametrize(
    "model", [pytest.param(name, marks=pytest.mark.slow) if name in TWICE else name for name in SWEEPS]
)
def test_every_command_of_the_notes_is_known_to_the_twin(open_bench, connect, model):
    text, errors = SWEEPS[model]
    bench = open_bench(2, instruments={"one": {"model": model, "serial": "SIM0001"}})
    client = connect(bench, "one")
    while not re.match(r"[+]?0,", client.query(errors)):
        pass
    wrong = []
    for command, form in lines(text):
        client.write(command)
        reply = client.read().strip() if form else ""
        if not re.fullmatch(fitting(form), reply):
            wrong.append(f"{command} answers {reply!r}")
        while not (error := client.query(errors).strip()).startswith(("0,", "+0,")):
            wrong.append(f"{command}: {error}")
    assert wrong == []


def test_statistics_and_waiting_memory_of_a_34461a(open_bench, connect):
    applied = {"domain": "electrical", "joins": ["one"], "voltage_v": 5.0}
    instruments = {"one": {"model": "keysight_34461a", "serial": "SIM0001"}}
    client = connect(open_bench(2, instruments=instruments, simulation={"nodes": {"in": applied}}), "one")
    client.write("CONF:VOLT:DC 10;:VOLT:NPLC 1;:CALC:AVER:STAT ON;:SAMP:COUN 20")
    readings = [float(text) for text in client.query("READ?").split(",")]
    mean, deviation, low, high = (float(text) for text in client.query("CALC:AVER:ALL?").split(","))
    assert mean == pytest.approx(statistics.fmean(readings), abs=1e-9)
    assert deviation == pytest.approx(statistics.stdev(readings), rel=1e-3)
    assert (low, high) == (min(readings), max(readings))
    client.write("CALC:AVER:CLE;:INIT")
    assert len(client.query("DATA:REM? 5,WAIT").split(",")) == 5
    assert client.query("CALC:AVER:COUN?;*OPC?;:DATA:POIN?;:SYST:ERR?").endswith('1;+15;+0,"No error"')


def test_the_second_display_of_an_8846a_shows_the_sine_on_a_direct_voltage(open_bench, connect):
    applied = {
        "domain": "electrical",
        "joins": ["one"],
        "voltage_v": 2.0,
        "frequency_hz": 1000.0,
        "offset_v": 5.0,
    }
    instruments = {"one": {"model": "fluke_8846a", "serial": "SIM0001"}}
    client = connect(open_bench(2, instruments=instruments, simulation={"nodes": {"in": applied}}), "one")
    client.write('CONF:VOLT:DC 10;:FUNC2 "VOLT:AC";:INIT')
    assert float(client.query("FETC1?")) == pytest.approx(5.0, rel=1e-3)
    assert float(client.query("FETC2?")) == pytest.approx(2.0, rel=1e-2)
    client.write("CONF:RES 1E3;:FETC2?")
    assert client.query("FUNC2?;:SYST:ERR?") == '"NONE";-221,"Settings conflict"'


def test_the_null_of_a_3458a_takes_its_first_reading_off(open_bench, connect):
    applied = {"domain": "electrical", "joins": ["one"], "voltage_v": 5.0}
    instruments = {"one": {"model": "keysight_3458a", "serial": "SIM0001"}}
    client = connect(open_bench(2, instruments=instruments, simulation={"nodes": {"in": applied}}), "one")
    client.write("PRESET NORM;DCV 10;NPLC 10;MATH NULL")
    assert float(client.query("TARM SGL")) == 0.0
    assert abs(float(client.query("TARM SGL"))) < 1e-4
    client.write("MATH OFF")
    assert float(client.query("TARM SGL")) == pytest.approx(5.0, rel=1e-3)


def test_a_wt310_keeps_the_largest_values_until_it_is_let_go(open_bench, connect):
    load = {"domain": "power", "joins": ["one"], "voltage_v": 230.0, "current_a": 1.0, "variation": 0.2}
    instruments = {"one": {"model": "yokogawa_wt310", "serial": "SIM0001"}}
    bench = open_bench(2, instruments=instruments, simulation={"nodes": {"load": load}})
    client = connect(bench, "one")
    client.write(":NUM:NORM:NUM 1;:NUM:NORM:ITEM1 I,1;:MEAS:MHOL ON")
    held = []
    for _ in range(30):
        held.append(float(client.query(":NUM:NORM:VAL?")))
        bench.clock.sleep(1.0)
    assert held == sorted(held)
    client.write(":MEAS:MHOL OFF")
    seen = []
    for _ in range(30):
        seen.append(float(client.query(":NUM:NORM:VAL?")))
        bench.clock.sleep(1.0)
    assert seen != sorted(seen)
    assert min(seen) < held[-1]
