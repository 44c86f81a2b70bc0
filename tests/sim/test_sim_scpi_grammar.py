"""The grammar of IEEE 488.2 and SCPI: every way to write a message means the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_sim.scpi import (
    Block,
    ChannelList,
    Choice,
    Command,
    CommandTree,
    Flag,
    Interpreter,
    Number,
    Special,
    Status,
    Text,
)

WORDS = (Special.MIN, Special.MAX, Special.DEF)


def at_once():
    yield from ()


class Instrument:
    """Notes what it was told."""

    def __init__(self, **options):
        self.heard = []
        self.status = Status(esr=0)
        tree = CommandTree()
        for name, (header, parameter) in COMMANDS.items():
            tree.add(
                header,
                Command(lambda *a, n=name: self.heard.append((n, *a)), (parameter,) if parameter else ()),
            )
        tree.add("[SENSe:]VOLTage[:DC]:RANGe[:UPPer]?", Command(lambda: "+1.0E+01"))
        tree.add("*CLS", Command(lambda: self.heard.append(("clear",))))
        tree.add("*IDN?", Command(lambda: "MAKER,MODEL,0,1", indefinite=True))
        tree.add("COUNt?", Command(lambda: str(len(self.heard))))
        self.interpreter = Interpreter(tree, self.status, at_once, **options)

    def say(self, message):
        running = self.interpreter.run(message)
        try:
            while True:
                next(running)
        except StopIteration as stop:
            return stop.value[0]

    def errors(self):
        found, self.status.errors = self.status.errors, []
        return found


COMMANDS = {
    "range": ("[SENSe:]VOLTage[:DC]:RANGe[:UPPer]", Number("V", WORDS)),
    "rate": ("[SENSe:]FREQuency:APERture", Number("S", WORDS)),
    "ohms": ("CONFigure:RESistance", Number("OHM", WORDS)),
    "output": ("OUTPut#[:STATe]", Flag()),
    "level": ("[SOURce#:]VOLTage:LEVel#", Number("V")),
    "source": ("TRIGger[:SEQuence]:SOURce", Choice(("IMMediate", "EXTernal", "BUS"))),
    "text": ("DISPlay[:WINDow]:TEXT[:DATA]", Text()),
    "data": ("DATA:LOAD", Block()),
    "scan": ("ROUTe:SCAN", ChannelList(100, 199)),
    "go": ("INITiate[:IMMediate]", None),
}


@st.composite
def spelled(draw, mnemonic):
    """A mnemonic, short or long, in any mixture of cases."""
    word = mnemonic if draw(st.booleans()) else "".join(c for c in mnemonic if not c.islower())
    return "".join(draw(st.sampled_from((c.lower(), c.upper()))) for c in word)


@st.composite
def headers(draw, pattern):
    """A header with or without its optional nodes, and the numbers of its marked ones."""
    path, numbers = [], []
    for bracket, word in re.findall(r"(\[)?:?([A-Za-z]+#?):?\]?", pattern):
        optional = bool(bracket)
        if optional and draw(st.booleans()):
            if word.endswith("#"):
                numbers.append(1)
            continue
        text = draw(spelled(word.rstrip("#")))
        if word.endswith("#"):
            number = draw(st.integers(1, 12))
            numbers.append(number)
            text += str(number) if number > 1 or draw(st.booleans()) else ""
        path.append(text)
    return path, numbers


numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.9g}")),
    st.integers(-(10**6), 10**6).map(float),
    st.just(0.0),
)
UNITS = {
    "V": {"": 1, "V": 1, "MV": 1e-3, "UV": 1e-6, "KV": 1e3, "MAV": 1e6},
    "S": {"": 1, "S": 1, "MS": 1e-3},
    "OHM": {"": 1, "OHM": 1, "KOHM": 1e3, "MOHM": 1e6, "K": 1e3},
}


@st.composite
def values(draw, parameter):  # noqa: PLR0911 - one way out for each kind
    """How a value is written, and what it is."""
    if isinstance(parameter, Number):
        if parameter.words and Special.DEF in parameter.words and draw(st.integers(0, 3)) == 0:
            word = draw(st.sampled_from(("MINimum", "MAXimum", "DEFault")))
            return draw(spelled(word)), Special(word[:3].upper())
        if draw(st.integers(0, 4)) == 0:
            whole = draw(st.integers(0, 10**6))
            return draw(
                st.sampled_from((f"#H{whole:X}", f"#h{whole:x}", f"#Q{whole:o}", f"#b{whole:b}"))
            ), float(whole)
        value = draw(numbers)
        text = draw(st.sampled_from((f"{value!r}", f"{value:+.9E}", f"{value:.9e}".replace("e", " e "))))
        suffix, factor = draw(st.sampled_from(sorted(UNITS[parameter.unit].items())))
        blank = draw(st.sampled_from(("", " "))) if suffix else ""
        return text + blank + draw(st.sampled_from((suffix, suffix.lower()))), float(
            text.replace(" ", "")
        ) * factor
    if isinstance(parameter, Flag):
        return draw(st.sampled_from((("ON", True), ("off", False), ("1", True), ("0", False), ("5", True))))
    if isinstance(parameter, Choice):
        word = draw(st.sampled_from(parameter.words))
        return draw(spelled(word)), "".join(c for c in word if not c.islower())
    if isinstance(parameter, Text):
        text = draw(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Z")), max_size=20))
        quote = draw(st.sampled_from("\"'"))
        return quote + text.replace(quote, quote * 2) + quote, text
    if isinstance(parameter, Block):
        data = draw(st.text(st.characters(max_codepoint=255), max_size=30))
        return f"#{len(str(len(data)))}{len(data)}{data}", data
    first, last = draw(st.integers(100, 199)), draw(st.integers(100, 199))
    step = 1 if last >= first else -1
    text = draw(
        st.sampled_from(
            (f"(@{first}:{last},{first})", f"( @ {first} : {last} , {first} )".replace("( @", "(@"))
        )
    )
    return text, (*range(first, last + step, step), first)


@st.composite
def units(draw):
    """A whole message unit as it may be written, and what the instrument must hear."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    pattern, parameter = COMMANDS[name]
    path, suffixes = draw(headers(pattern))
    text, value = (None, None) if parameter is None else draw(values(parameter))
    blanks = draw(st.sampled_from((" ", "  ", "\t")))
    said = ":".join(path) + ("" if text is None else blanks + text)
    return path, said, (name, *suffixes, *(() if text is None else (value,)))


@given(st.lists(units(), min_size=1, max_size=5), st.data())
@settings(max_examples=150, deadline=None)
def test_every_way_to_write_a_message_is_heard(parts, data):
    instrument = Instrument()
    pieces = []
    for number, (_, said, _) in enumerate(parts):
        colon = ":" if number or data.draw(st.booleans()) else ""  # the first may go without
        pieces.append(data.draw(st.sampled_from(("", " "))) + colon + said)
        if data.draw(st.integers(0, 4)) == 0:
            pieces.append("*cls")  # a common command changes no path
    message = ";".join(pieces) + data.draw(st.sampled_from(("", ";", " ; ")))
    assert instrument.say(message) == ""
    assert instrument.errors() == []
    heard = [what for what in instrument.heard if what != ("clear",)]
    assert heard == [
        pytest.approx(what) if isinstance(what[-1], float) else what for what in (p[2] for p in parts)
    ] or [(*h[:-1], pytest.approx(h[-1], rel=1e-12)) if isinstance(h[-1], float) else h for h in heard] == [
        part[2] for part in parts
    ]


@given(units(), units())
@settings(max_examples=60, deadline=None)
def test_what_is_not_known_stops_nothing(first, second):
    instrument = Instrument()
    instrument.say(f":{first[1]};:NONSENSE:{second[0][0]} 5;:{second[1]}")
    assert instrument.errors() == [-113]
    assert [what[0] for what in instrument.heard] == [first[2][0], second[2][0]]


def test_the_header_path_goes_on_from_the_last_node():
    instrument = Instrument()
    assert (
        instrument.say("SENS:VOLT:DC:RANG 1;RANG:UPP 2;:SENS:VOLT:RANG 3;UPP 4;*CLS;UPP 5;RANG?")
        == "+1.0E+01"
    )
    assert instrument.errors() == [-113, -113]  # after VOLT:RANG the path is VOLT
    assert [what for what in instrument.heard if what[0] == "range"] == [
        ("range", 1.0),
        ("range", 2.0),
        ("range", 3.0),
    ]
    assert instrument.say("VOLT:RANG?;RANG?;:COUN?") == "+1.0E+01;+1.0E+01;4"
    assert instrument.say("*IDN?;COUN?") == "MAKER,MODEL,0,1"
    assert instrument.errors() == [-440]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT:RANG", -109),
        ("VOLT:RANG 1,2", -108),
        ("VOLT:RANG ON", -224),
        ("VOLT:RANG 1 A", -131),
        ("VOLT:RANG 'A'", -158),
        ("VOLT:RANG #11", -161),
        ("VOLT:RANG (@101)", -178),
        ("VOLT:RANG (@101", -171),
        ("VOLT:RANG 1.2.3", -121),
        ("VOLT:RANG #HXYZ", -121),
        ("VOLT:RANG 1E99999", -123),
        ("VOLT:RANG " + "1" * 300, -124),
        ("VOLT:RANGEUPPERLIMIT 1", -112),
        ("VOLT RANG 1", -102),
        ("VOLT::RANG 1", -102),
        ("VOLT;RANG,1", -113),
        ("VOLT:RANG,1", -103),
        ("@VOLT 1", -101),
        ("OUTP2:STATE3 ON", -113),
        ("VOLT2:RANG 5", -113),
        ("VOLT:RANG1", -113),  # white space is required behind a header: this is another one
        ("VOLT:RANG0?", -113),
        ("*SRE8", -113),
        ("OUTP0", -114),  # and this one with a number, which begins with 1
        ("OUTP0 ON", -114),
        ("OUTP0:STAT?", -114),
        ("VOLT:RANG 1 VVVVVVVVVVVVV", -134),
        ("VOLT:RANG 1 VVVVVVVVVVVV", -131),
        ("ROUT:SCAN 101", -104),
        ("ROUT:SCAN (101)", -171),
        ("ROUT:SCAN (@1O1)", -171),
        ("ROUT:SCAN (@99)", -222),
        ("TRIG:SOUR LATER", -224),
        ("TRIG:SOUR 1", -104),
        ("DISP:TEXT 'open", -151),
        ("DISP:TEXT 5", -104),
        ("INIT 1", -108),
        ("OUTP", -109),
        ("RANG?", -113),
        ("*NO?", -113),
        (":", -102),
    ],
)
def test_each_mistake_has_its_number(message, code):
    instrument = Instrument()
    instrument.say(message)
    assert instrument.errors()[:1] == [code]
    assert instrument.heard == []


def test_an_instrument_may_refuse_a_blank_before_a_comma():
    for option, expected in ((True, []), (False, [-102])):
        instrument = Instrument(blank_before_comma=option)
        instrument.say("ROUT:SCAN (@101 ,102)")  # inside a list it is always allowed
        instrument.say("INIT 1 ,2")
        assert instrument.errors() == ([-108] if option else expected)


def test_an_empty_channel_list_and_empty_messages():
    instrument = Instrument()
    instrument.say("ROUT:SCAN (@);;; ;")
    assert instrument.heard == [("scan", ())]
    assert instrument.say("") == instrument.say(";") == ""
    assert instrument.errors() == []


# Message, errors, what is heard. White space is 0 to 32 and nothing else (IEEE 488.2, 7.4.1.2); the path is
# that of the last header that was found, whatever became of its data (so is libscpi's); blocks hold any byte.
AWKWARD = [
    ("VOLT:RANG\0001", [], [("range", 1.0)]),
    ("VOLT:RANG\x0b1\x01V\x1f", [], [("range", 1.0)]),
    ("\x01VOLT:RANG 1 E 3", [], [("range", 1000.0)]),
    ("VOLT:RANG\xa01", [-101], []),
    ("VOLT:RANG 1\xa0", [-101], []),
    ("VOLT:RANG 1\x85", [-101], []),
    ("VOLT:RANG 1\xa0E3", [-101], []),
    ("ROUT:SCAN (@101,\t102)", [], [("scan", (101, 102))]),
    ("ROUT:SCAN (@101,\xa0102)", [-171], []),
    ("VOLT: RANG 1", [-102], []),
    ("VOLT:RANG ?", [-102], []),
    ("*IDN ?", [-102], []),
    ("VOLT:RANG? ;", [], []),
    ("VOLT:RANG??", [-102], []),
    ("::VOLT:RANG 1", [-102], []),
    (":*CLS", [-102], []),
    ("VOLT:RANG - 1", [-103], []),
    ("VOLT:RANG 1  2", [-103], []),
    ("VOLT:RANG 1,", [-102], []),
    ("VOLT:RANG 1e+", [-121], []),
    ("TRIG:SOUR ABCDEFGHIJKLM", [-144], []),
    ("TRIG:SOUR ABCDEFGHIJKL", [-224], []),
    ('DISP:TEXT "a\'b""c"', [], [("text", "a'b\"c")]),
    ("DISP:TEXT 'a;b,c';TEXT \":\"", [], [("text", "a;b,c"), ("text", ":")]),
    ("DISP:TEXT 'a' 'b'", [-151], []),
    ("DATA:LOAD #10", [], [("data", "")]),
    ("DATA:LOAD #15a\"b;';:VOLT:RANG 1", [], [("data", "a\"b;'"), ("range", 1.0)]),
    ("DATA:LOAD #15abc", [-161], []),
    ("DATA:LOAD #0abc;def,'g", [], [("data", "abc;def,'g")]),
    ("DATA:LOAD #0", [], [("data", "")]),
    ("SENS:VOLT:DC:NOPE 1;RANG 2", [-113, -113], []),
    ("SENS:VOLT:DC:RANG 1;NOPE 5;RANG 2", [-113], [("range", 1.0), ("range", 2.0)]),
    ("SENS:VOLT:DC:RANG 1;@;RANG 2", [-101], [("range", 1.0), ("range", 2.0)]),
    ("SENS:VOLT:DC:RANG 1 A;RANG 2", [-131], [("range", 2.0)]),
    ("SENS:VOLT:DC:RANG 1;*CLS 1;RANG 2", [-108], [("range", 1.0), ("range", 2.0)]),
]


@pytest.mark.parametrize(("message", "errors", "heard"), AWKWARD)
def test_an_awkward_message_is_taken_by_the_rules(message, errors, heard):
    instrument = Instrument()
    instrument.say(message)
    assert (instrument.errors(), instrument.heard) == (errors, heard)
