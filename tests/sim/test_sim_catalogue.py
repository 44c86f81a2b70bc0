"""What holds for every model of the catalogue: it is built, saved, served alone, and survives any bytes."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_drivers.clock import RealClock
from calibrator_sim import SIMULATOR, BenchFileError, ServeError
from calibrator_sim._address import TRANSPORTS
from calibrator_sim._config import parse_bench
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim._open_servers import usual_transport
from calibrator_sim._serve import catalogue_bench
from calibrator_sim.instruments import CATALOGUE, find_model
from calibrator_sim.nodes import DOMAINS, domain_class
from calibrator_sim.servers import Exchange, Served

SERVED = [entry for entry in CATALOGUE.values() if entry.home]
WORDS = re.findall(
    r"\S+",
    """
    *IDN? *RST *CLS *ESR? *STB? *TRG *TST? READ? FETC? INIT MEAS: CONF: VOLT DC AC RES? RANG SOUR SENS PRES
    OUTP ON OFF MIN MAX DEF 1 -5E3 1.5 99999999999 1E400 STAT TRIG TEMP SYST:ERR? ID? ERRSTR? SI S T Z TI
    \x1bP \x1bx1_ t s=50 s u=c NUM:VAL? (@101:103) FREQ APPL:SIN #15HELLO TMEM CONT VENT RATE SLEW OPER
    NPLC DCV TARM SGL NRDGS 3 COUN OUT 5 V CALC:FUNC AVER DISP:TEXT 'A' \xb2
""",
)
GLUE = ("?", ";", ":", ",", " ", "\n", "\r\n", "\r", "\0", "#", "'", '"', "=", "\xff")
messages = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.sampled_from(GLUE), st.text(st.characters(max_codepoint=255), max_size=5)
    ),
    min_size=1,
    max_size=14,
).map(lambda parts: ("".join(parts) + "\r\n").encode("latin-1"))


def one_of_each():
    instruments = {
        entry.model_id: {"model": entry.model_id, "serial": f"{entry.serial_prefix}{index:02d}"}
        for index, entry in enumerate(SERVED, 1)
    }
    return {"instruments": instruments, "simulation": {"seed": 1}}


def test_ids_names_and_parts_are_in_order():
    assert list(CATALOGUE) == [entry.model_id for entry in CATALOGUE.values()]
    assert len({entry.short.casefold() for entry in CATALOGUE.values()}) == len(CATALOGUE)
    for entry in SERVED:
        assert find_model(entry.short.lower()) is find_model(entry.model_id) is entry
        assert entry.serial_prefix.startswith("SIM")
        assert set(entry.domains) <= set(DOMAINS)
    assert find_model("copper_short") is None  # nobody can speak with it
    for name in DOMAINS:
        assert domain_class(name).KEYS


def test_one_of_each_model_on_one_bench_is_saved_and_restored():
    with SIMULATOR.open(one_of_each()) as bench:
        assert list(bench.resources) == [entry.model_id for entry in SERVED]
        before = bench.snapshot()
        bench.clock.sleep(100.0)
        bench.restore(before)
        assert bench.snapshot() == before
        assert json.loads(before)["instruments"].keys() == bench.resources.keys()
    with SIMULATOR.open(one_of_each()) as again:
        assert again.snapshot() == before  # another object is the same bench


@pytest.mark.parametrize("entry", SERVED, ids=lambda entry: entry.short)
def test_a_model_alone_is_served_by_every_transport_that_it_speaks(entry):
    spoken = 0
    for transport in TRANSPORTS:
        bench = catalogue_bench([entry.short])
        bench["simulation"]["transports"] = {entry.model_id: transport}
        try:
            with SIMULATOR.open(bench) as opened:
                served = opened.opened[entry.model_id].transport
                own_protocol = transport == "serial" and served in ("hart", "modbus-rtu")  # of a line
                assert served == transport or own_protocol
                assert re.fullmatch(
                    r"(TCPIP|ASRL|PRLGX|MODBUS|MODBUS-RTU|HART).*", opened.resources[entry.model_id]
                )
                spoken += 1
        except ServeError as error:
            assert "does not speak" in str(error)  # noqa: PT017 - a refusal is one of two right outcomes
    assert spoken >= 5


class Stand:
    """One of each, whose state goes from case to case."""

    def __init__(self):
        self.ns = 0
        faults = FaultScript((), lambda: 0)
        self.network = Network(parse_bench(one_of_each()), lambda: self.ns, faults)
        self.served = [
            Served(device, faults, lambda: self.ns, self.advance, RealClock())
            for device in self.network.devices.values()
            if usual_transport(device) == "socket"
        ]

    def advance(self, ns):
        self.ns = max(self.ns, ns)


@pytest.fixture(scope="module")
def stand():
    return Stand()


@given(st.lists(messages, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_message_breaks_an_instrument(stand, texts):
    for served in stand.served:
        session = Exchange(served)
        for text in texts:
            out = session.feed(text)
            assert sum(len(item.data) for item in out) < 1 << 20
        device = served.device
        assert 0 <= device.status_byte(message_available=True) <= 255
        assert 0 <= device.service_mask() <= 255
        state = json.dumps(device.save())
        device.load(json.loads(state))
        assert json.dumps(device.save()) == state
        session.close()


@pytest.mark.parametrize(
    ("text", "models", "says"),
    [
        ("ten V", ["34401A"], "is no input"),
        ("10 parsec", ["34401A"], "no unit"),
        ("10 V 1 bar", ["34401A"], "two kinds"),
        ("10 V 1 kHz 3 A", ["34401A"], "more than one of volts"),
        ("10 V 5 V", ["34401A"], "the same quantity twice"),
        ("1 kHz", ["34401A"], "nothing that stands at the terminals"),
        ("", ["34401A"], "nothing"),
        ("10 V", ["5522A"], "No instrument here sees"),
        ("1 bar", ["PACE5000"], "No instrument here sees"),
        ("0 g", ["XS205DU"], "above nothing"),
    ],
)
def test_an_input_that_cannot_be_applied_is_refused(text, models, says):
    if not text:
        assert "nodes" not in catalogue_bench(models)["simulation"]
        return
    with pytest.raises(BenchFileError, match=says):
        SIMULATOR.open(catalogue_bench(models, text))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("10 V", "MEAS:VOLT:DC?", 10.0),
        ("-250 mV", "MEAS:VOLT:DC?", -0.25),
        ("1.5 kohm", "MEAS:FRES?", 1500.0),
        ("20 mA", "MEAS:CURR:DC?", 0.02),
        ("5 V 1 kHz", "MEAS:VOLT:AC?", 5.0),
        ("5 V 1 kHz", "MEAS:FREQ?", 1000.0),
    ],
)
def test_a_meter_alone_sees_the_stated_input(text, query, expected, client_class):
    with SIMULATOR.open(catalogue_bench(["34401A"], text)) as bench:
        client = client_class(bench.resources["keysight_34401a"], 30)
        assert float(client.query(query)) == pytest.approx(expected, rel=2e-3)
        client.close()


@pytest.mark.parametrize(
    ("model", "text", "messages", "pattern", "expected", "within"),
    [
        ("ADT681", "5 bar", ["255:R:MRMD:1"], r"MRMD:([-+\d.]+)", 500.0, 1.0),
        ("XS205DU", "100 g", ["SI"], r"([-+\d.]+) g", 100.0, 1e-3),
        ("QUINTIX224", "0.1 kg", ["\x1bP"], r"([-+] *[\d.]+) ", 100.0, 1e-3),
        ("WT310", "1.15 kW", [":COMM:HEAD OFF;:NUM:NORM:NUM 1;ITEM1 P;VAL?"], r"(.+)", 1150.0, 4.0),
        ("WT310", "-460 W", [":COMM:HEAD OFF;:NUM:NORM:NUM 1;ITEM1 P;VAL?"], r"(.+)", -460.0, 3.0),
        ("1529", "100 degC", ["READ? 1"], r"(.+)", 100.0, 0.3),
        ("1586A", "373.15 K", ["CONF:TEMP:FRTD PT100_385,(@101)", "READ?"], r"(.+)", 100.0, 0.3),
    ],
)
def test_other_instruments_alone_see_the_stated_input(
    model, text, messages, pattern, expected, within, client_class
):
    bench_file = catalogue_bench([model], text)
    with SIMULATOR.open(bench_file) as bench:
        ((_, resource),) = bench.resources.items()
        client = client_class(resource, 30)
        for message in messages[:-1]:
            client.write(message)
        bench.clock.sleep(60.0)
        found = re.search(pattern, client.query(messages[-1]))
        assert found is not None
        assert float(found.group(1).replace(" ", "")) == pytest.approx(expected, abs=within)
        client.close()
