"""The exact exchange with a 34401A."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, UnexpectedReply, WrongIdentity
from calibrator_drivers.keysight import Keysight34401A
from calibrator_drivers.roles import (
    MeasureCurrentAC,
    MeasureCurrentDC,
    MeasureFrequency,
    MeasureResistance,
    MeasureVoltageAC,
    MeasureVoltageDC,
)

NONE = '+0,"No error"'
Protocol = Callable[..., Any]


@pytest.fixture
def driver(step_clock: Any) -> Callable[[Any], Keysight34401A]:
    return lambda session: Keysight34401A(session, step_clock)


def test_fills_its_roles(expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]) -> None:
    with expected_protocol([]) as session:
        meter = driver(session)
        for role in (
            MeasureVoltageDC,
            MeasureResistance,
            MeasureCurrentDC,
            MeasureVoltageAC,
            MeasureCurrentAC,
            MeasureFrequency,
        ):
            assert isinstance(meter, role)
            assert role.__name__ in meter.ROLES
        meter.close()
        assert session.closed


def test_identity_without_a_serial(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]
) -> None:
    with expected_protocol([("*IDN?", "HEWLETT-PACKARD,34401A,0,11-5-2")]) as session:
        identity = driver(session).identify()
    assert (identity.manufacturer, identity.model, identity.serial, identity.firmware) == (
        "HEWLETT-PACKARD",
        "34401A",
        "",
        "11-5-2",
    )


def test_a_serial_line_is_told_first_who_has_control(step_clock: Any, expected_protocol: Protocol) -> None:
    with expected_protocol(
        [
            ("SYST:REM", None),
            ("*IDN?", "HEWLETT-PACKARD,34401A,0,11-5-2"),
            ("SYST:REM", None),
            ("*CLS", None),
            ("*RST", None),
            ("SYST:ERR?", NONE),
        ]
    ) as session:
        session.resource = "ASRL/dev/ttyUSB0::INSTR"
        meter = Keysight34401A(session, step_clock)
        meter.identify()
        meter.reset()


def test_another_meter_is_refused(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]
) -> None:
    reply = "Keysight Technologies,34461A,MY53200000,A.02.08-02.37-02.08-00.49-01-01"
    with expected_protocol([("*IDN?", reply)]) as session, pytest.raises(WrongIdentity, match="34401A"):
        driver(session).identify()


def test_direct_voltage(expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]) -> None:
    with expected_protocol(
        [
            ("CONF:VOLT:DC 10", None),
            ("VOLT:DC:NPLC 100", None),
            ("INP:IMP:AUTO ON", None),
            ("ZERO:AUTO ON", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+1.00000123E+01"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_voltage_dc(10.0, nplc=100, high_impedance=True)
        reading = meter.read()
    assert (reading.raw, reading.value, reading.unit) == ("+1.00000123E+01", 10.0000123, "V")
    assert (reading.overload, reading.traffic_offset) == (False, session.last_offset)


@pytest.mark.parametrize(
    ("range_ohm", "wires", "sent"),
    [
        (100.0, 4, ["CONF:FRES 100", "FRES:NPLC 10"]),
        (1e3, 4, ["CONF:FRES 1E3", "FRES:NPLC 10"]),
        (1e8, 4, ["CONF:FRES 100E6", "FRES:NPLC 10"]),
        (1e4, 2, ["CONF:RES 10E3", "RES:NPLC 10"]),
    ],
)
def test_resistance(
    expected_protocol: Protocol,
    driver: Callable[[Any], Keysight34401A],
    range_ohm: float,
    wires: int,
    sent: list[str],
) -> None:
    exchange = [*[(text, None) for text in sent], ("ZERO:AUTO ON", None), ("SYST:ERR?", NONE)]
    with expected_protocol([*exchange, ("READ?", "+1.00000000E+02")]) as session:
        meter = driver(session)
        meter.configure_resistance(range_ohm, wires=wires, nplc=10)
        assert meter.read().unit == "ohm"


def test_direct_current(expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]) -> None:
    with expected_protocol(
        [
            ("CONF:CURR:DC 0.01", None),
            ("CURR:DC:NPLC 0.2", None),
            ("ZERO:AUTO ON", None),
            ("SYST:ERR?", NONE),
            ("READ?", "-9.99990000E-03"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_current_dc(0.01, nplc=0.2)
        assert meter.read().value == -9.9999e-3


@pytest.mark.parametrize("raw", ["+9.90000000E+37", "-9.90000000E+37"])
def test_an_overload_is_marked_and_carries_no_value(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A], raw: str
) -> None:
    with expected_protocol([("READ?", raw)]) as session:
        reading = driver(session).read()
    assert reading.overload
    assert math.isnan(reading.value)
    assert reading.raw == raw


@pytest.mark.parametrize("raw", ["", "No reading", "+1.0E+00,+2.0E+00"])
def test_a_reading_that_is_no_number_is_shown(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A], raw: str
) -> None:
    with expected_protocol([("READ?", raw)]) as session, pytest.raises(UnexpectedReply) as caught:
        driver(session).read()
    assert caught.value.reply == raw


@pytest.mark.parametrize("nplc", [0.02, 0.2, 1.0, 10.0, 100.0])
def test_the_time_out_of_a_reading_fits_its_integration(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A], nplc: float
) -> None:
    text = {0.02: "0.02", 0.2: "0.2", 1.0: "1", 10.0: "10", 100.0: "100"}[nplc]
    with expected_protocol(
        [
            ("CONF:VOLT:DC 1", None),
            (f"VOLT:DC:NPLC {text}", None),
            ("INP:IMP:AUTO OFF", None),
            ("ZERO:AUTO ON", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+0.00000000E+00"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_voltage_dc(1.0, nplc=nplc, high_impedance=False)
        meter.read()
        at_50_hz = 2.0 * nplc / 50.0  # the input and its zero
        assert meter.reading_time_s() > at_50_hz
        timeout_s = session.timeouts[-1]
        assert timeout_s is not None
        assert timeout_s > at_50_hz + 1.0


def test_what_the_meter_does_not_have_is_never_sent(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]
) -> None:
    with expected_protocol([("CONF:VOLT:DC 10", None)]) as session:
        meter = driver(session)
        with pytest.raises(OutOfLimits, match=r"20\.0 is not one of 0\.1, 1\.0, 10\.0"):
            meter.configure_voltage_dc(20.0, nplc=10, high_impedance=True)
        with pytest.raises(OutOfLimits, match="5 is not one of"):
            meter.configure_voltage_dc(10.0, nplc=5, high_impedance=True)
        with pytest.raises(OutOfLimits, match=r"10\.0 is not one of"):
            meter.configure_current_dc(10.0, nplc=10)


def test_a_refused_setting_raises_with_what_the_meter_said(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]
) -> None:
    with expected_protocol(
        [
            ("CONF:CURR:DC 3", None),
            ("CURR:DC:NPLC 10", None),
            ("ZERO:AUTO ON", None),
            ("SYST:ERR?", '-222,"Data out of range"'),
            ("SYST:ERR?", '-221,"Settings conflict"'),
            ("SYST:ERR?", NONE),
        ]
    ) as session:
        meter = driver(session)
        with pytest.raises(InstrumentReportedError, match="CONF:CURR:DC") as caught:
            meter.configure_current_dc(3.0, nplc=10)
    assert caught.value.errors == ((-222, "Data out of range"), (-221, "Settings conflict"))


@pytest.mark.parametrize(("reply", "passed"), [("+0", True), ("0", True), ("+1", False), ("", False)])
def test_self_test(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A], reply: str, passed: bool
) -> None:
    with expected_protocol([("*TST?", reply)]) as session:
        assert driver(session).self_test() == (passed, reply)
        assert (session.timeouts[0] or 0.0) >= 30.0


def test_reset_forgets_old_errors(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]
) -> None:
    with expected_protocol([("*CLS", None), ("*RST", None), ("SYST:ERR?", NONE), ("SYST:ERR?", NONE)]) as s:
        meter = driver(s)
        meter.reset()
        meter.check_errors()


@pytest.mark.parametrize(
    ("frequency_hz", "lowest", "at_least_s"), [(20.0, "3", 7.0), (199.0, "3", 7.0), (1000.0, "20", 1.0)]
)
def test_alternating_voltage_takes_the_filter_that_its_frequency_needs(
    expected_protocol: Protocol,
    driver: Callable[[Any], Keysight34401A],
    frequency_hz: float,
    lowest: str,
    at_least_s: float,
) -> None:
    with expected_protocol(
        [
            ("CONF:VOLT:AC 750", None),
            (f"DET:BAND {lowest}", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+7.00123000E+02"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_voltage_ac(750.0, frequency_hz=frequency_hz)
        reading = meter.read()
        assert (reading.value, reading.unit) == (700.123, "V")
        assert meter.reading_time_s() >= at_least_s
        assert (session.timeouts[-1] or 0.0) > at_least_s + 1.0


def test_alternating_current(expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]) -> None:
    with expected_protocol(
        [
            ("CONF:CURR:AC 1", None),
            ("DET:BAND 20", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+9.99000000E-01"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_current_ac(1.0, frequency_hz=1000.0)
        assert meter.read().unit == "A"
        with pytest.raises(OutOfLimits, match=r"0\.01 is not one of 1\.0, 3\.0"):
            meter.configure_current_ac(0.01, frequency_hz=1000.0)


def test_frequency_and_period(expected_protocol: Protocol, driver: Callable[[Any], Keysight34401A]) -> None:
    with expected_protocol(
        [
            ("CONF:FREQ", None),
            ("FREQ:VOLT:RANG 1", None),
            ("FREQ:APER 1", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+1.00000000E+03"),
            ("CONF:PER", None),
            ("PER:VOLT:RANG 10", None),
            ("PER:APER 0.1", None),
            ("SYST:ERR?", NONE),
            ("READ?", "+1.00000000E-03"),
        ]
    ) as session:
        meter = driver(session)
        meter.configure_frequency(1000.0, gate_s=1.0, amplitude_v=0.5)
        assert meter.read().unit == "Hz"
        assert meter.reading_time_s() > 2.0
        meter.configure_period(gate_s=0.1, amplitude_v=5.0)
        assert meter.read().unit == "s"
