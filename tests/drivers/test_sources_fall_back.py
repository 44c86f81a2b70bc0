"""A source whose connection breaks, or that fails while it is switched on, ends switched off."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, open_instrument
from calibrator_drivers.clock import RealClock
from calibrator_drivers.fluke import Fluke5522A
from calibrator_drivers.replay import scripted
from calibrator_sim import SIMULATOR

STAGE: dict[str, Callable[[Any], object]] = {
    "keithley_2450": lambda source: source.stage_voltage_dc(15.0),
    "keysight_33220a": lambda source: source.stage_voltage_ac(1.0, frequency_hz=1e3),
    "keysight_33500b": lambda source: source.stage_voltage_ac(1.0, frequency_hz=1e3),
    "fluke_5522a": lambda source: source.stage_voltage_dc(10.0),
    "druck_pace5000": lambda source: source.stage_pressure(10e3),
    "fluke_6270a": lambda source: source.stage_pressure(10e3),
    "mensor_cpc6050": lambda source: source.stage_pressure(10e3),
    "fluke_9144": lambda source: source.stage_temperature(100.0),
    "fluke_7341": lambda source: source.stage_temperature(100.0),
}


@pytest.fixture
def source(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """Return a bench with one source in virtual time, and its driver with a value staged."""
    model = request.param
    bench = tomllib.loads(
        f'name = "b"\n[instruments.src]\nasset = "A"\nmodel = "{model}"\nserial = "SIM1"\n'
        "[simulation]\nseed = 1\n"
    )
    with SIMULATOR.open(bench) as opened:
        driver: Any = open_instrument(model, opened.resources["src"], clock=opened.clock, timeout_s=60)
        driver.identify()
        driver.reset()
        if model in ("fluke_6270a", "mensor_cpc6050", "druck_pace5000"):
            driver.set_slew(10e3)
        STAGE[model](driver)
        yield opened, driver
        driver.close()


@pytest.mark.parametrize("source", list(STAGE), indirect=True)
def test_make_safe_opens_a_lost_connection_once_more(source: tuple[Any, Any]) -> None:
    opened, driver = source
    driver.operate()
    assert driver.state().operating
    for link in list(opened._host._links):  # the peer goes away
        opened._host._drop(link)
    driver.make_safe()
    assert not driver.state().operating


@pytest.mark.parametrize("source", [model for model in STAGE if model != "fluke_7341"], indirect=True)
def test_a_failure_after_switching_on_switches_off_again(source: tuple[Any, Any]) -> None:
    opened, driver = source
    del opened
    driver.session.write("FOO 1")  # its error is found by the check that follows on the output
    with pytest.raises(InstrumentReportedError):
        driver.operate()
    assert not driver.state().operating


def test_an_error_reply_that_is_garbled_does_not_stop_a_calibrator_from_being_made_safe() -> None:
    zero = "0.000000E+00,V,0E+00,0,0.00E+00"
    exchanges = [("STBY", None), ("OUT 0 V, 0 HZ", None), ("ERR?", "#?x"), ("OPER?", "0"), ("OUT?", zero)]
    with scripted(exchanges) as session:
        Fluke5522A(session, RealClock()).make_safe()


@pytest.mark.parametrize("source", ["keysight_33220a"], indirect=True)
def test_an_offset_that_stands_does_not_refuse_the_amplitude(source: tuple[Any, Any]) -> None:
    _, driver = source
    driver.session.write("VOLT 0.1;:VOLT:OFFS 5")
    driver.stage_voltage_ac(6.0, frequency_hz=1e3)
    driver.operate()
    assert driver.offset_now() == 0.0
