"""The exact exchange with an ADT681 gauge."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, UnexpectedReply, WrongIdentity
from calibrator_drivers.additel import AdditelADT681
from calibrator_drivers.roles import MeasurePressure

Protocol = Callable[..., Any]
ASK = "255:R:MRMD:1"


def test_fills_its_role_on_a_line_of_two_stop_bits(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        gauge = AdditelADT681(session, step_clock)
        assert isinstance(gauge, MeasurePressure)
        gauge.reset()
        gauge.check_errors()
        gauge.close()
        assert session.closed
    assert (AdditelADT681.LINE.baud, AdditelADT681.LINE.stop) == (9600, 2)


@pytest.mark.parametrize(
    ("reply", "pascal"),
    [
        ("255:F:MRMD: 12.345:psi", 12.345 * 6894.757293168),
        ("255:F:MRMD:-0.0012:MPa:", -1200.0),
        ("001:F:MRMD:500.00:kPa", 500e3),
        ("255:F:MRMD:5.0000:bar", 500e3),
    ],
)
def test_a_reading_carries_its_unit(
    expected_protocol: Protocol, step_clock: Any, reply: str, pascal: float
) -> None:
    with expected_protocol([(ASK, reply)]) as session:
        found = AdditelADT681(session, step_clock).read()
    assert found.value == pytest.approx(pascal)
    assert (found.raw, found.unit, found.overload) == (reply, "Pa", False)


def test_beyond_its_range_it_is_an_overload(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([(ASK, "255:F:MRMD:800.00:kPa")]) as session:
        gauge = AdditelADT681(session, step_clock)
        gauge.configure_pressure(700e3, absolute=False)
        found = gauge.read()
    assert found.overload
    assert math.isnan(found.value)


def test_what_is_no_reading_is_named(expected_protocol: Protocol, step_clock: Any) -> None:
    for reply, error in (
        ("255:E:1018", InstrumentReportedError),
        ("255:F:MRMD:5.0:furlong", UnexpectedReply),
        ("255:F:OTYPE:5.0", UnexpectedReply),
    ):
        with expected_protocol([(ASK, reply)]) as session, pytest.raises(error):
            AdditelADT681(session, step_clock).read()


def test_identity(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("255:R:OTYPE:1", "255:F:OTYPE:ADT681-05-GP150")]) as session:
        assert AdditelADT681(session, step_clock).identify().model == "ADT681"
    other = [("255:R:OTYPE:1", "255:F:OTYPE:ADT672")]
    with expected_protocol(other) as session, pytest.raises(WrongIdentity):
        AdditelADT681(session, step_clock).identify()


def test_absolute_pressure_is_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session, pytest.raises(OutOfLimits, match="barometric"):
        AdditelADT681(session, step_clock).configure_pressure(1e5, absolute=True)
