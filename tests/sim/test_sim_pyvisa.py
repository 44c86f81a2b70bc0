"""Any VISA client can use the bench: plain pyvisa with pyvisa-py, none of our drivers."""

from __future__ import annotations

import pytest


@pytest.fixture
def visa():
    pyvisa = pytest.importorskip("pyvisa")
    manager = pyvisa.ResourceManager("@py")
    yield manager
    manager.close()


@pytest.fixture
def opened(visa, bench):
    sessions = []

    def opener(name):
        session = visa.open_resource(bench.resources[name], read_termination="\n", write_termination="\n")
        session.timeout = 5000
        sessions.append(session)
        return session

    yield opener
    for session in sessions:
        session.close()


def test_a_reading_by_plain_pyvisa(bench, opened):
    calibrator, meter = opened("calibrator"), opened("meter")
    assert calibrator.query("*IDN?").split(",")[:2] == ["FLUKE", "5522A"]
    assert meter.query("*IDN?").split(",")[1] == "34401A"
    bench.connect("volts")
    calibrator.write("OUT 10 V, 0 HZ")
    calibrator.write("OPER")
    assert calibrator.query("*OPC?") == "1"
    meter.write("CONF:VOLT:DC 10")
    meter.write("VOLT:DC:NPLC 100")
    assert float(meter.query("READ?")) == pytest.approx(10.0, abs=0.0006)
    assert meter.query("SYST:ERR?") == '+0,"No error"'
    values = meter.query_ascii_values("SAMP:COUN 5;:READ?")
    assert len(values) == 5
    calibrator.write("STBY")
    assert calibrator.query("OPER?") == "0"


def test_a_time_out_of_pyvisa_leaves_the_instrument_usable(opened):
    meter = opened("meter")
    meter.timeout = 50
    with pytest.raises(Exception, match="VI_ERROR_TMO"):
        meter.query("*CLS")  # no query: nothing comes
    meter.timeout = 5000
    assert meter.query("*IDN?").startswith("HEWLETT-PACKARD")
