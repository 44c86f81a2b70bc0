"""Each command that the protocol notes name, sent to the twin: what answers, answers so; nothing is unknown.

Replies are patterns, since values depend on the bench. `None` is a command that stays silent; where the
instrument has an error queue it must be empty after each of them.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from calibrator_drivers.clock import RealClock
from calibrator_sim import SIMULATOR, ServeError, SimBench
from calibrator_sim._config import parse_bench
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim.clock import ScaledClock
from calibrator_sim.servers import Exchange, Served

_N = r"[-+]?\d+(\.\d+)?(E[-+]?\d+)?"
_G = r" +-?\d+\.\d+ g"
_WHOLE = r"[-+]?\d+"
MT_SICS = (
    ("@", r'I4 A ".+"'),
    ("I0", r'(I0 B \d "\S+"\r\n)+I0 A \d "WS"'),
    ("I1", r'I1 A ".*" ".*" ".*" ".*" ".*"'),
    ("I2", r'I2 A "XS205DU .* g"'),
    ("I3", r'I3 A ".+"'),
    ("I4", r'I4 A ".+"'),
    ("I10", r'I10 A ".*"'),
    ('I10 "room 3"', "I10 A"),
    ("I10", 'I10 A "room 3"'),
    ("I11", r'I11 A "XS205DU"'),
    ("S", f"S S{_G}"),
    ("SI", f"S [SD]{_G}"),
    ("SIR", f"S [SD]{_G}"),
    ("SI", rf"S [SD]{_G}\r\nS [SD]{_G}"),
    ("SR", f"S S{_G}"),
    ("SR 1 g", f"S S{_G}"),
    ("SR 1 lb", "S L"),
    ("SNR", f"S S{_G}"),
    ("@", r'I4 A ".+"'),
    ("Z", "Z A"),
    ("ZI", "ZI [SD]"),
    ("T", f"T S{_G}"),
    ("TI", f"TI [SD]{_G}"),
    ("TA", f"TA A{_G}"),
    ("TA 12.5 g", r"TA A +12\.5\d* g"),
    ("TA 1E1 lb", "TA L"),
    ("TAC", "TAC A"),
    ("C1", "C1 B\r\nC1 A"),
    ("C3", "C3 B\r\nC3 A"),
    ("C2", 'C2 B\r\nC2 " *220.0000 g"\r\nC2 I'),
    ("M28", r"M28 B 1 \d+\.\d\r\nM28 A 2 \d+\.\d"),
    ("WS", "WS A 0"),
    ("WS 1", "WS A"),
    ("WS", "WS A 1"),
    ("WS 0", "WS A"),
    ("WS 7", "WS L"),
    ('D "hello"', "D A"),
    ("D hello", "D L"),
    ("DW", "DW A"),
    ("K 3", "K A"),
    ("K 9", "K L"),
    ("TST0", "TST0 A .*"),
    ("TST1", r'TST1 B\r\nTST1 A ".+ g"'),
    ("TST2", r'TST2 B\r\nTST2 ".+ g"\r\nTST2 I'),
    ("TST3", r'TST3 B\r\nTST3 A ".+ g"'),
    ("E01", "E01 A .*"),
    ("UPD", r"UPD A 10\.0"),
    ("UPD 5", "UPD A"),
    ("UPD x", "UPD L"),
    ("PWR 0", "PWR A"),
    ("S", "S I"),
    ("PWR 1", 'PWR A\r\nI4 A ".+"'),
    ("S", f"S S{_G}"),
    ("NO", "ES"),
)
SBI = (
    ("\x1bP", r".{6}[-+ ] *\d+\.\d{4} (g  |   )"),
    ("\x1bkP_", r".{6}[-+ ] *\d+\.\d{4} (g  |   )"),
    ("\x1bx1_", "QUINTIX224-1S"),
    ("\x1bx2_", r"\S+"),
    ("\x1bx3_", r"[-.\d]+"),
    ("\x1bT", None),
    ("\x1bU", None),
    ("\x1bV", None),
    ("\x1bK", None),
    ("\x1bL", None),
    ("\x1bM", None),
    ("\x1bN", None),
    ("\x1bO", None),
    ("\x1bR", None),
    ("\x1bf3_", None),
    ("\x1bf4_", None),
    ("\x1bZ", None),
    ("\x1bP", r"Stat +Cal\.Int\. +"),
    ("\x1bS", None),
    ("\x1bP", r".{6}[-+ ] *\d+\.\d{4} (g  |   )"),
)
_P = r"(:\S+ )?"
PACE = (
    ("*IDN?", r"\*IDN GE Druck,PACE.+"),
    (":SYST:ERR?", rf'{_P}[-+]?0,.*"No error"'),
    (":UNIT:PRES HPA", None),
    (":UNIT:PRES MBAR", None),
    (":UNIT:PRES BAR", None),
    (":UNIT:PRES PSI", None),
    (":UNIT:PRES KPA", None),
    (":UNIT:PRES?", f"{_P}KPA"),
    (":SOUR:PRES 10", None),
    (":SOUR:PRES:LEV:IMM:AMPL 12", None),
    (":SOUR:PRES?", f"{_P}12.*"),
    (":OUTP:MODE PASS", None),
    (":OUTP:MODE GAUG", None),
    (":OUTP:MODE ACT", None),
    (":OUTP:ISOL:STAT 1", None),
    (":OUTP:ISOL:STAT?", f"{_P}1"),
    (":SOUR:PRES:SLEW 5", None),
    (":SOUR:PRES:SLEW:MODE LIN", None),
    (":SOUR:PRES:SLEW:MODE MAX", None),
    (":SOUR:PRES:SLEW:OVER 0", None),
    (":SOUR:PRES:SLEW:OVER 1", None),
    (":SOUR:PRES:INL 0.01", None),
    (":SOUR:PRES:INL:TIME 2", None),
    (":SENS:PRES?", f"{_P}{_N}"),
    (":MEAS:PRES?", f"{_P}{_N}"),
    (":SENS:PRES:INL?", f"{_P}{_N}, ?[01]"),
    (":SENS:PRES:BAR?", f"{_P}{_N}"),
    (":SOUR:PRES:EFF?", f"{_P}{_N}"),
    (":SOUR:PRES:COMP1?", f"{_P}{_N}"),
    (":SOUR:PRES:COMP2?", f"{_P}{_N}"),
    (":INST:VERS?", f"{_P}.+"),
    (":INST:MOD?", f"{_P}.+"),
    (":SENS:PRES:RANG?", f"{_P}.+"),
    (":OUTP:STAT 1", None),
    (":OUTP:STAT?", f"{_P}1"),
    (":OUTP:STAT 0", None),
    (":SOUR:PRES:LEV:IMM:AMPL:VENT 1", None),
    (":SOUR:PRES:LEV:IMM:AMPL:VENT?", f"{_P}[12]"),
    (":SOUR:PRES:LEV:IMM:AMPL:VENT 0", None),
    (":STAT:OPER:PRES:COND?", f"{_P}{_WHOLE}"),
    (":STAT:OPER:PRES:EVEN?", f"{_P}{_WHOLE}"),
    (":STAT:OPER:PRES:ENAB 4", None),
    (":STAT:OPER:PRES:ENAB?", f"{_P}4"),
)
F6270A = (
    ("*IDN?", "FLUKE,6270A,.+,.+"),
    ("SYST:ERR?", '0,"No error"'),
    ("UNIT:PRES KPA", None),
    ("UNIT:PRES?", "KPA"),
    ("SOUR:PRES 10", None),
    ("SOUR:PRES:LEV:IMM:AMPL 12", None),
    ("SOUR:PRES?", _N),
    ("SOUR:PRES:SLEW 5", None),
    ("SENS:PRES:MOD AUTO", None),
    ("SENS:PRES:MOD 1", None),
    ("SENS:PRES:MOD1:NAME?", ".+"),
    ("SENS:PRES:MODE GAUG", None),
    ("SENS:PRES:MODE ABS", None),
    ("SENS:PRES:MODE?", "ABS.*"),
    ("SENS:PRES:MODE GAUGE", None),
    ("OUTP:PRES:MODE CONTROL", None),
    ("OUTP:PRES:MODE MEAS", None),
    ("OUTP:PRES:MODE measure", None),
    ("OUTP:PRES:MODE?", "MEAS.*"),
    ("MEAS:PRES?", _N),
    ("MEAS:PRES:UNC?", _N),
    ("STAT:OPER:COND?", _WHOLE),
    ("OUTP:PRES:MODE VENT", None),
)
CPC6050 = (
    ("ID?", ".+"),
    ("Units 22", None),
    ("Units?", ".*22.*|.*kPa.*"),
    ("Mode Standby", None),
    ("Mode Measure", None),
    ("Mode?", " Measure"),
    ("Ptype G", None),
    ("Ptype?", " ?.+"),
    ("UpperLimit 100", None),
    ("LowerLimit 0", None),
    ("Setpt 10", None),
    ("Setpt?", f" {_N}"),
    ("Stable?", " ?(YES|NO)"),
    ("A?", f" {_N}.*"),
    ("Rate Variable", None),
    ("Rate?", " Variable"),
    ("RSetpt 1", None),
    ("Ptype A", None),
    ("Ptype?", " A"),
    ("Ptype G", None),
    ("StableWin 0.01", None),
    ("StableTime 2", None),
    ("RangeMin?", f" {_N}"),
    ("RangeMax?", f" {_N}"),
    ("SensorID?", " ?.+"),
    ("Err?", ".+"),
    ("Mode Vent", None),
)
F9142 = (
    ("*IDN?", "FLUKE,914[24],.*"),
    ("SOUR:SPO 50", None),
    ("SOUR:SPO?", _N),
    ("SOUR:SENS:DATA?", _N),
    ("SOUR:STAB:LIM 0.05", None),
    ("SOUR:STAB:LIM?", _N),
    ("SOUR:STAB:TEST?", "[01]"),
    ("OUTP:STAT 1", None),
    ("OUTP:STAT?", "1"),
    ("OUTP:STAT 0", None),
    ("OUTP:STAT?", "0"),
    ("SOUR:RATE 5", None),
    ("SOUR:RATE?", _N),
    ("SOUR:PROT:HCUT?", _N),
    ("SOUR:PROT:SCUT:LEV?", _N),
    ("SOUR:PROT:TRIP?", "[01]"),
    ("UNIT:TEMP C", None),
    ("UNIT:TEMP?", "C"),
    ("SYST:ERR?", '0,"No [Ee]rror"'),
)
F7341 = (
    ("s=50.0", None),
    ("s", r"set: +50\.0+ C"),
    ("t", rf"t: +{_N} C"),
    ("S", r"set: +50\.0+ C"),
    ("s = 45", None),
    ("s", r"set: +45\.0+ C"),
)
_STATUS = (
    ("*CLS", None),
    ("*ESE 60", None),
    ("*ESE?", r"\+?60"),
    ("*SRE 32", None),
    ("*SRE?", r"\+?32"),
    ("*ESR?", _WHOLE),
    ("*STB?", _WHOLE),
    ("*OPC", None),
    ("*OPC?", r"\+?1"),
    ("*WAI", None),
    ("*TST?", r"\+?0"),
    ("STAT:OPER:COND?", _WHOLE),
    ("STAT:OPER:ENAB 16", None),
    ("STAT:OPER:ENAB?", r"\+?16"),
    ("STAT:OPER?", _WHOLE),
    ("STAT:QUES:COND?", _WHOLE),
    ("STAT:QUES:ENAB 16", None),
    ("STAT:QUES:ENAB?", r"\+?16"),
    ("STAT:QUES?", _WHOLE),
    ("STAT:PRES", None),
    ("STAT:QUES:ENAB?", r"\+?0"),
)
F1529 = (
    ("*IDN?", "HART,1529,.+"),
    ("READ? 1", r"-----|\d.*"),
    ("FETC? 2", r"-----|\d.*"),
    ("FETC?", r"-----|\d.*"),
    ("UNIT:TEMP C", None),
    ("SYST:ERR?", r'\+?0,"No error"'),
    *_STATUS,
)
F1586A = (
    ("*IDN?", "FLUKE,1586A,.+"),
    ("CONF:TEMP:TC K,(@101)", None),
    ("CONF:TEMP:FRTD PT100_385,(@102)", None),
    ("ROUT:SCAN (@101,102)", None),
    ("INIT", None),
    ("FETC?", f"{_N},{_N}"),
    ("READ?", f"{_N},{_N}"),
    ("SYST:ERR?", r'\+?0,"No error"'),
    *_STATUS,
)
GENERATOR = (
    ("*IDN?", "Agilent Technologies,33.+"),
    ("APPL:SIN 1E3,3,0", None),
    ("APPL?", rf'"SIN {_N},{_N},{_N}"'),
    *((f"FUNC {each}", None) for each in ("SIN", "SQU", "RAMP", "PULS", "NOIS", "DC", "SIN")),
    ("FREQ 2E3", None),
    ("FREQ?", _N),
    ("VOLT 1", None),
    ("VOLT:UNIT VRMS", None),
    ("VOLT:UNIT DBM", None),
    ("VOLT:UNIT VPP", None),
    ("VOLT:OFFS 0.1", None),
    ("VOLT:RANG:AUTO OFF", None),
    ("VOLT:RANG:AUTO ON", None),
    ("OUTP:LOAD INF", None),
    ("OUTP:LOAD 50", None),
    ("OUTP ON", None),
    ("OUTP OFF", None),
    ("PHAS 10", None),
    ("SYST:ERR?", r'\+0,"No error"'),
)
GPSDO = (
    ("*IDN?", ".*58503.*"),
    (":SYNC:STAT?", "LOCK|HOLD|WAIT|POW"),
    (":SYNC:TFOM?", _WHOLE),
    (":SYNC:FFOM?", _WHOLE),
    (":PTIM:TINT?", _N),
    (":LED:GPSL?", ".+"),
    (":DIAG:ROSC:EFC:REL?", _N),
    (":SYST:STAT?", r"(?s)-+ Receiver Status.+\r\n.+OK \]"),
    (":SYST:ERR?", r'\+?0,"No error"'),
)
TABLES = {
    "mettler_xs205du": MT_SICS,
    "sartorius_quintix224": SBI,
    "druck_pace5000": PACE,
    "druck_pace6000": PACE,
    "fluke_6270a": F6270A,
    "mensor_cpc6050": CPC6050,
    "fluke_9142": F9142,
    "fluke_9144": F9142,
    "fluke_7341": F7341,
    "fluke_1529": F1529,
    "fluke_1586a": F1586A,
    "keysight_33220a": GENERATOR,
    "keysight_33500b": (*GENERATOR, ("SOUR1:FREQ 1E3", None), ("OUTP1 OFF", None)),
    "gpsdo": GPSDO,
}
QUEUES = {"druck_pace5000": ":SYST:ERR?", "druck_pace6000": ":SYST:ERR?", "mensor_cpc6050": "ERR?"}
WITHOUT = ("mettler_xs205du", "sartorius_quintix224", "fluke_7341", "gpsdo")


class Alone:
    """One model in virtual time behind its own line."""

    def __init__(self, model: str) -> None:
        self.ns = 0
        faults = FaultScript((), lambda: 0)
        more = {"options": ["barometer"]} if model in ("fluke_6270a", "mensor_cpc6050") else {}
        config = parse_bench(
            {"instruments": {"one": {"model": model, "serial": "SIM0001", **more}}, "simulation": {"seed": 1}}
        )
        self.network = Network(config, lambda: self.ns, faults)
        self.device = self.network.devices["one"]
        self.exchange = Exchange(Served(self.device, faults, lambda: self.ns, self._advance, RealClock()))
        self.end = self.device.framing.ends[:1]

    def ask(self, message: str) -> str:
        """Return all that comes for a message, without prompts, echoes and the last end."""
        sent = message.encode("latin-1") + self.end
        out = b"".join(item.data for item in self.exchange.feed(sent))
        framing = self.device.framing
        if framing.echo:
            out = out.removeprefix(sent)
        out = out.removesuffix(framing.prompt)
        return out.removesuffix(framing.reply_end).decode("latin-1")

    def _advance(self, ns: int) -> None:
        self.ns = max(self.ns, ns)


@pytest.mark.parametrize("model", TABLES)
def test_every_command_of_the_notes_is_known_to_the_twin(model: str) -> None:
    alone, wrong = Alone(model), []
    for message, pattern in TABLES[model]:
        told = alone.ask(message)
        error = "" if model in WITHOUT else alone.ask(QUEUES.get(model, "SYST:ERR?"))
        right = told == "" if pattern is None else re.fullmatch(pattern, told)
        if not right or (error and not re.search("[Nn]o [Ee]rror", error)):
            wrong.append((message, told, error))
        alone.ns += 1_000_000_000
    assert not wrong


def test_a_stream_goes_on_until_the_next_weight_is_asked_for() -> None:
    alone = Alone("mettler_xs205du")
    alone.ask("SIR")
    alone.ns += 1_000_000_000
    assert re.fullmatch(rf"S [SD]{_G}\r\nI11 A .+", alone.ask("I11"))  # a line of the stream came between
    alone.ns += 1_000_000_000
    assert re.fullmatch(r'(S [SD].*\r\n)?I4 A ".+"', alone.ask("@"))
    alone.ns += 1_000_000_000
    assert alone.ask("I11") == 'I11 A "XS205DU"'
    alone.ask("SR")
    alone.ns += 1_000_000_000
    assert alone.ask("I11") == 'I11 A "XS205DU"'  # nothing has changed


def test_a_stream_comes_unasked_in_real_time_and_an_adjustment_says_first_that_it_began(
    client_class: Any,
) -> None:
    bench = {"instruments": {"one": {"model": "mettler_xs205du", "serial": "SIM0001"}}}
    config = parse_bench({**bench, "simulation": {"seed": 1}})
    with SimBench(config, ScaledClock(config.start, speed=20.0)) as opened:
        client = client_class(opened.resources["one"], 60.0)
        client.write("SIR\r")
        assert all(re.fullmatch(rf"S [SD]{_G}\r", client.read()) for _ in range(5))
        client.write("C3\r")
        while (line := client.read()).startswith("S "):
            pass
        assert line == "C3 B\r"
        client.close()


@pytest.mark.parametrize(("model", "asked"), [("fluke_1529", "READ? 1"), ("fluke_1586a", "READ?")])
def test_a_channel_without_a_probe_is_a_questionable_reading_that_can_ask_for_service(
    model: str, asked: str
) -> None:
    alone = Alone(model)
    alone.ask("*CLS;STAT:QUES:ENAB 16;*SRE 8")
    if model == "fluke_1586a":
        alone.ask("CONF:TEMP:TC K,(@101)")
    assert alone.device.status_byte(message_available=False) == 0
    alone.ask(asked)
    assert alone.device.status_byte(message_available=False) == 0x48
    assert alone.ask("STAT:OPER:COND?") == alone.ask("STAT:QUES:COND?") == "16"
    assert [int(alone.ask("STAT:QUES?")) for _ in range(2)] == [16, 0]


def test_more_instruments_than_a_gpib_gateway_has_addresses_are_refused() -> None:
    names = [f"m{number}" for number in range(31)]
    bench = {
        "instruments": {name: {"model": "gpsdo", "serial": f"SIM{name}"} for name in names},
        "simulation": {"seed": 1, "transports": dict.fromkeys(names, "prologix")},
    }
    with pytest.raises(ServeError, match="30 addresses"):
        SIMULATOR.open(bench)
