"""The exact exchange with a Sartorius balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, SettlingTimeout, UnexpectedReply, WrongIdentity
from calibrator_drivers.roles import MeasureMass
from calibrator_drivers.sartorius import SartoriusQuintix224

Protocol = Callable[..., Any]
PRINT = "\x1bP"


def test_fills_its_role_on_a_line_of_odd_parity(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("\x1bL", None)]) as session:
        balance = SartoriusQuintix224(session, step_clock)
        assert isinstance(balance, MeasureMass)
        balance.reset()
        balance.check_errors()
        balance.close()
    assert SartoriusQuintix224.LINE.parity == "O"


def test_identity(expected_protocol: Protocol, step_clock: Any) -> None:
    told = [("\x1bx1_", "QUINTIX224-1S"), ("\x1bx2_", "   0031234567"), ("\x1bx3_", "00-50-05.15")]
    with expected_protocol(told) as session:
        identity = SartoriusQuintix224(session, step_clock).identify()
    assert (identity.model, identity.serial, identity.firmware) == (
        "QUINTIX224-1S",
        "0031234567",
        "00-50-05.15",
    )
    silent = [("\x1bx1_", ""), ("\x1bx2_", ""), ("\x1bx3_", "")]
    with expected_protocol(silent) as session, pytest.raises(WrongIdentity):
        SartoriusQuintix224(session, step_clock).identify()


@pytest.mark.parametrize(
    ("line", "grams", "stable"),
    [
        ("+ 200.0000 g  ", 200.0, True),
        ("+ 200.0003    ", 200.0003, False),
        ("-   0.0001 g  ", -0.0001, True),
        ("N     + 200.0000 g  ", 200.0, True),
        ("G#    +  15.1000    ", 15.1, False),
        ("+  15.0000 mg ", 0.015, True),
    ],
)
def test_a_blank_unit_is_not_stable(
    expected_protocol: Protocol, step_clock: Any, line: str, grams: float, stable: bool
) -> None:
    with expected_protocol([(PRINT, line)]) as session:
        found, still = SartoriusQuintix224(session, step_clock).read_now()
    assert (found.value, still) == (pytest.approx(grams), stable)


def test_it_asks_until_the_weight_is_stable(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [(PRINT, "+ 199.9000    ")] * 3 + [(PRINT, "+ 200.0000 g  "), (PRINT, "      High      ")]
    with expected_protocol(exchanges) as session:
        balance = SartoriusQuintix224(session, step_clock)
        assert balance.read().value == 200.0
        assert balance.read().overload
    assert step_clock.slept_s == pytest.approx(0.6)


def test_what_is_no_weight_is_named(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        (PRINT, "Stat     Err 54     "),
        (PRINT, "    APP.ERR     "),
        (PRINT, "+ 1.0000 ct  "),
        (PRINT, "??"),
    ]
    with expected_protocol(exchanges) as session:
        balance = SartoriusQuintix224(session, step_clock)
        with pytest.raises(InstrumentReportedError, match="Err 54") as caught:
            balance.read_now()
        assert caught.value.errors[0][0] == 54
        with pytest.raises(InstrumentReportedError, match=r"APP\.ERR"):
            balance.read_now()
        for _ in range(2):
            with pytest.raises(UnexpectedReply):
                balance.read_now()
    shaking = [(PRINT, "+ 199.9000    ")] * 151
    with expected_protocol(shaking) as session, pytest.raises(SettlingTimeout, match="vibration"):
        SartoriusQuintix224(session, step_clock).read()


def test_keys_are_pressed_at_rest_and_looked_at(expected_protocol: Protocol, step_clock: Any) -> None:
    rest, zero = (PRINT, "+   5.0000 g  "), (PRINT, "+   0.0000 g  ")
    exchanges = [rest, ("\x1bU", None), zero, zero, ("\x1bV", None), zero, rest, ("\x1bV", None), rest]
    with expected_protocol(exchanges) as session:
        balance = SartoriusQuintix224(session, step_clock)
        balance.tare()
        balance.zero()
        with pytest.raises(UnexpectedReply, match="After the zero"):
            balance.zero()
    adjusting = [("\x1bZ", None), (PRINT, "    Cal.Int.    "), (PRINT, "+   0.0000 g  ")]
    with expected_protocol(adjusting) as session:
        SartoriusQuintix224(session, step_clock).adjust_inside()
