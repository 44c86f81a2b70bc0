"""The exact exchange with a 3458A, which speaks no SCPI."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, WrongIdentity
from calibrator_drivers.keysight import Keysight3458A
from calibrator_drivers.roles import (
    MeasureCurrentAC,
    MeasureCurrentDC,
    MeasureFrequency,
    MeasureResistance,
    MeasureVoltageAC,
    MeasureVoltageDC,
)

NONE = ("ERRSTR?", '0,"NO ERROR"')
QUIET: list[Any] = [
    ("PRESET NORM", None),
    ("TARM HOLD", None),
    ("END ALWAYS", None),
    ("OFORMAT ASCII", None),
    ("MEM OFF", None),
    ("NRDGS 1,AUTO", None),
    ("TRIG AUTO", None),
]
Protocol = Callable[..., Any]


@pytest.fixture
def driver(step_clock: Any) -> Callable[[Any], Keysight3458A]:
    return lambda session: Keysight3458A(session, step_clock)


def test_fills_its_roles(expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]) -> None:
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


def test_identity_is_asked_in_its_own_words(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]
) -> None:
    begin = [("TARM HOLD", None), ("END ALWAYS", None)]
    with expected_protocol([*begin, ("ID?", "HP3458A"), ("REV?", "9,2")]) as session:
        identity = driver(session).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("3458A", "", "9,2")
    with expected_protocol([*begin, ("ID?", "HP3457A")]) as session, pytest.raises(WrongIdentity):
        driver(session).identify()


CONFIGURED: list[tuple[str, Callable[[Keysight3458A], None], list[str], str]] = [
    (
        "direct volts",
        lambda m: m.configure_voltage_dc(10.0, nplc=100, high_impedance=True),
        ["DCV 10", "FIXEDZ OFF", "NPLC 100", "AZERO ON", "NDIG 8"],
        "V",
    ),
    (
        "direct volts, 10 Mohm",
        lambda m: m.configure_voltage_dc(0.1, nplc=10, high_impedance=False),
        ["DCV 0.1", "FIXEDZ ON", "NPLC 10", "AZERO ON", "NDIG 8"],
        "V",
    ),
    (
        "four wires, compensated",
        lambda m: m.configure_resistance(1e4, wires=4, nplc=100),
        ["OHMF 1E4", "OCOMP ON", "NPLC 100", "AZERO ON", "NDIG 8"],
        "ohm",
    ),
    (
        "two wires, too high to be compensated",
        lambda m: m.configure_resistance(1e9, wires=2, nplc=100),
        ["OHM 1E9", "OCOMP OFF", "NPLC 100", "AZERO ON", "NDIG 8"],
        "ohm",
    ),
    (
        "direct amperes",
        lambda m: m.configure_current_dc(1e-7, nplc=100),
        ["DCI 1E-7", "NPLC 100", "AZERO ON", "NDIG 8"],
        "A",
    ),
    (
        "sine volts",
        lambda m: m.configure_voltage_ac(10.0, frequency_hz=1000.0),
        ["ACV 10", "SETACV SYNC", "ACBAND 500,2000"],
        "V",
    ),
    (
        "sine amperes",
        lambda m: m.configure_current_ac(0.01, frequency_hz=50.0),
        ["ACI 0.01", "ACBAND 25,100"],
        "A",
    ),
    (
        "frequency",
        lambda m: m.configure_frequency(1e6, gate_s=1.0, amplitude_v=0.5),
        ["FREQ 1"],
        "Hz",
    ),
]


@pytest.mark.parametrize(
    ("configure", "sent", "unit"), [c[1:] for c in CONFIGURED], ids=[c[0] for c in CONFIGURED]
)
def test_what_a_configuration_sends(
    expected_protocol: Protocol,
    driver: Callable[[Any], Keysight3458A],
    configure: Callable[[Keysight3458A], None],
    sent: list[str],
    unit: str,
) -> None:
    reading = ("TARM SGL", " 1.000000035E+01")
    with expected_protocol([*QUIET, *[(text, None) for text in sent], NONE, reading]) as session:
        meter = driver(session)
        configure(meter)
        indication = meter.read()
        assert (session.timeouts[-1] or 0.0) > meter.reading_time_s()
    assert (indication.value, indication.unit) == (10.00000035, unit)


def test_a_reading_of_100_cycles_with_offset_compensation_takes_8_s(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]
) -> None:
    sent = ["OHMF 1E4", "OCOMP ON", "NPLC 100", "AZERO ON", "NDIG 8"]
    with expected_protocol([*QUIET, *[(text, None) for text in sent], NONE]) as session:
        meter = driver(session)
        meter.configure_resistance(1e4, wires=4, nplc=100)
    assert meter.reading_time_s() >= 8.0


@pytest.mark.parametrize("raw", [" 1.0E+38", " 1.000000000E+38", "-1.000000000E+38"])
def test_an_overload_is_1e38(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A], raw: str
) -> None:
    with expected_protocol([("TARM SGL", raw)]) as session:
        reading = driver(session).read()
    assert reading.overload
    assert math.isnan(reading.value)


def test_errors_are_read_until_there_is_none(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]
) -> None:
    errors = [("ERRSTR?", '104,"UNDEFINED COMMAND"'), ("ERRSTR?", '106,"PARAMETER OUT OF RANGE"'), NONE]
    with expected_protocol(errors) as session, pytest.raises(InstrumentReportedError) as caught:
        driver(session).check_errors()
    assert caught.value.errors == ((104, "UNDEFINED COMMAND"), (106, "PARAMETER OUT OF RANGE"))


def test_self_calibration_is_waited_for(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]
) -> None:
    exchange = [("TARM HOLD", None), ("ACAL ALL", None), ("ID?", "HP3458A"), NONE]
    with expected_protocol(exchange) as session:
        meter = driver(session)
        meter.self_calibrate()
        assert (session.timeouts[0] or 0.0) > 855.0
    with expected_protocol([("TARM HOLD", None)]) as session, pytest.raises(OutOfLimits, match="EVERYTHING"):
        driver(session).self_calibrate("EVERYTHING")


@pytest.mark.parametrize(
    ("replies", "passed"), [(['0,"NO ERROR"'], True), (['100,"HARDWARE ERROR"', '0,"NO ERROR"'], False)]
)
def test_self_test_reports_by_the_error_register(
    expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A], replies: list[str], passed: bool
) -> None:
    exchange = [("TEST", None), *[("ERRSTR?", reply) for reply in replies]]
    with expected_protocol(exchange) as session:
        assert driver(session).self_test() == (passed, replies[0])
        assert (session.timeouts[0] or 0.0) > 73.0


def test_reset_temperature(expected_protocol: Protocol, driver: Callable[[Any], Keysight3458A]) -> None:
    with expected_protocol([*QUIET, NONE, ("TEMP?", " 3.620000000E+01")]) as session:
        meter = driver(session)
        meter.reset()
        assert meter.internal_temperature_c() == 36.2
