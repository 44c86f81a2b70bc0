"""What public drivers say to meters: a frequency in place of a range, FETC? after READ?, DEF as a value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from calibrator_drivers.transport import open_session
from calibrator_sim import SIMULATOR


@contextmanager
def alone(model: str) -> Iterator[Any]:
    """Return a session with a model on a bench of its own, in virtual time."""
    unit = {"asset": "A", "model": model, "serial": "SIM1"}
    with SIMULATOR.open({"name": "b", "instruments": {"it": unit}, "simulation": {"seed": 1}}) as bench:
        session = open_session(bench.resources["it"], timeout_s=60.0)
        yield session
        session.close()


@pytest.fixture
def meter(request: pytest.FixtureRequest) -> Iterator[Any]:
    with alone(request.param) as session:
        yield session


def error(session: Any) -> int:
    return int(session.query("SYST:ERR?").split(",")[0])


COUNTING = ["keysight_34401a", "keysight_34461a"]


@pytest.mark.parametrize("meter", COUNTING, indirect=True)
def test_a_frequency_is_told_in_hertz_and_a_period_in_seconds(meter: Any) -> None:
    for told in (
        "CONF:FREQ 1 KHZ",
        "CONF:FREQ 1000,0.01",
        "CONF:FREQ MIN",
        "CONF:PER 1 MS",
        "CONF:PER DEF,DEF",
    ):
        meter.write(told)
        assert error(meter) == 0, told
    assert len(meter.query("MEAS:FREQ? 1000").split(",")) == 1
    assert error(meter) == 0
    for told, code in (
        ("CONF:FREQ 1 MHZ", -222),
        ("CONF:FREQ 1", -222),
        ("CONF:PER 2", -222),
        ("CONF:FREQ DEF,0.1", -221),
        ("CONF:FREQ 1000,1E-6", 532),
        ("CONF:FREQ 10 V", -131),
    ):
        meter.write(told)
        assert error(meter) == code, told


@pytest.mark.parametrize("meter", ["keysight_34401a"], indirect=True)
def test_the_resolution_of_a_frequency_chooses_its_gate(meter: Any) -> None:
    for told, seconds in (("1000,0.1", 0.01), ("1000,0.01", 0.1), ("1000,0.001", 1.0), ("1000,MIN", 1.0)):
        meter.write(f"CONF:FREQ {told}")
        assert float(meter.query("FREQ:APER?")) == seconds
    assert meter.query("CONF?") == '"FREQ +3.000000E+00,+3.000000E-06"'


@pytest.mark.parametrize("meter", ["keysight_34461a", "keithley_2000", "keysight_53131a"], indirect=True)
def test_fetch_repeats_what_read_said(meter: Any) -> None:
    meter.write("*RST")
    first = meter.query("READ?")
    assert [meter.query("FETC?"), meter.query("FETC?")] == [first, first]
    assert error(meter) == 0


@pytest.mark.parametrize("meter", ["keysight_34401a"], indirect=True)
def test_a_34401a_keeps_nothing_of_a_read(meter: Any) -> None:
    meter.query("READ?")
    meter.write("FETC?")
    assert error(meter) == -230


@pytest.mark.parametrize("meter", ["keysight_34461a"], indirect=True)
def test_the_last_reading_of_a_read_is_told(meter: Any) -> None:
    read = float(meter.query("READ?"))
    assert float(meter.query("DATA:LAST?").split(" ")[0]) == pytest.approx(read)


@pytest.mark.parametrize("meter", ["keysight_34461a", "keithley_2000"], indirect=True)
def test_def_is_a_value_of_range_and_integration_time(meter: Any) -> None:
    meter.write("VOLT:DC:RANG 1;:VOLT:DC:NPLC 1;:VOLT:DC:RANG DEF;:VOLT:DC:NPLC DEF")
    assert error(meter) == 0
    assert meter.query("VOLT:DC:RANG?") == meter.query("VOLT:DC:RANG? DEF")
    assert float(meter.query("VOLT:DC:NPLC?")) == float(meter.query("VOLT:NPLC? DEF")) == 10.0
