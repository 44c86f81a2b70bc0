"""The exact exchange with a 5522A that is asked, and replies that are not what they should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import OutOfLimits, ReadbackError, ReadTimeout, SettlingTimeout, UnexpectedReply
from calibrator_drivers.fluke import Fluke5522A
from calibrator_drivers.roles import SourceLimits, SourceState

NONE = '0,"No Error"'

Protocol = Callable[..., Any]


def test_settling_is_asked_for_and_then_looked_at(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], step_clock: Any
) -> None:
    with expected_protocol([("*OPC?", "1"), ("ISR?", "1"), ("ISR?", "1"), ("ISR?", "4097")]) as session:
        driver(session).wait_settled(10.0)
        assert session.timeouts[0] == 10.0
    assert step_clock.slept_s == pytest.approx(0.2)


def test_settling_that_does_not_come_is_a_named_error(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol([("*OPC?", "1"), *[("ISR?", "1")] * 4]) as session:
        source = driver(session)
        with pytest.raises(SettlingTimeout) as caught:
            source.wait_settled(0.25)
    assert caught.value.timeout_s == 0.25


def test_a_settling_query_without_a_reply_is_the_same_error(
    driver: Callable[[Any], Fluke5522A], expected_protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    with expected_protocol([]) as session:

        def silent(text: str, *, timeout_s: float | None = None) -> str:
            raise ReadTimeout(f"no reply to {text}", timeout_s=timeout_s or 0.0)

        monkeypatch.setattr(session, "query", silent)
        with pytest.raises(SettlingTimeout):
            driver(session).wait_settled(1.0)


def test_state_is_read_back(expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]) -> None:
    with expected_protocol(
        [
            ("OUT?", "1.520000E+01,V,0E+00,0,0.00E+00"),
            ("FUNC?", "DCV"),
            ("RANGE?", "an unknown name"),
            ("OPER?", "1"),
            ("ISR?", "4097"),
        ]
    ) as session:
        assert driver(session).state() == SourceState("dcv", 15.2, "V", 0.0, None, True, True)


def test_limits_reset_self_test_standby(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            ("*CLS", None),
            ("*RST", None),
            ("ERR?", NONE),
            ("LIMIT 33 V, -33 V", None),
            ("LIMIT 1 A, -1 A", None),
            ("ERR?", NONE),
            ("LIMIT?", "33.0000,-33.0000,1.0000,-1.0000"),
            ("*TST?", "0"),
            ("STBY", None),
            ("OPER?", "0"),
            ("ERR?", NONE),
        ]
    ) as session:
        source = driver(session)
        source.reset()
        source.set_limits(voltage_v=33.0, current_a=1.0)
        assert source.self_test() == (True, "0")
        source.standby()
        source.check_errors()


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("1020.0000,-1020.0000,20.5000,-20.5000", "-1020 to 1020"),
        ("33V", "nothing that is understood in '33V'"),
        ("33 A,-33 A,20.5 V,-20.5 V", "nothing that is understood in '33 A,-33 A"),
    ],
)
def test_limits_that_are_not_held_or_not_told_are_refused(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str, told: str
) -> None:
    sent = [("LIMIT 33 V, -33 V", None), ("ERR?", NONE), ("LIMIT?", reply)]
    with (
        expected_protocol(sent) as session,
        pytest.raises(ReadbackError, match="is not known to hold the section's maximum") as caught,
    ):
        driver(session).set_limits(voltage_v=33.0)
    assert f"is read back as {told}" in str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        "33.0000,-33.0000, 20.5000, -20.5000",  # 5502A Operators Manual, page 6-22
        "3.3E+01,-3.3E+01,2.05E+01,-2.05E+01",  # floating: 5520A Programmers Reference Guide, page 31
        "33.0000 V,-33.0000 V,20.5000 A,-20.5000 A",  # 5700A Series II Operators Manual, page 5-8
        "33,-33,20500 MA,-20500 MA",
    ],
)
def test_every_form_of_limits_that_a_manual_of_the_family_allows_is_taken(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str
) -> None:
    sent = [("LIMIT 33 V, -33 V", None), ("ERR?", NONE), ("LIMIT?", reply), ("LIMIT?", reply)]
    with expected_protocol(sent) as session:
        source = driver(session)
        source.set_limits(voltage_v=33.0)
        assert source.limits() == SourceLimits((-33.0, 33.0), (-20.5, 20.5))


def test_limits_that_are_not_put_back_are_told(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    sent = [("LIMIT 750 V, -300 V", None), ("LIMIT 2.2 A, -0.5 A", None), ("ERR?", NONE)]
    with (
        expected_protocol([*sent, ("LIMIT?", "33.0000,-33.0000,2.2000,-0.5000")]) as session,
        pytest.raises(ReadbackError, match="limit in V"),
    ):
        driver(session).restore_limits(SourceLimits((-300.0, 750.0), (-0.5, 2.2)))


def test_limits_are_read_and_put_back_also_where_they_are_not_symmetrical(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            ("LIMIT?", "750.0000,-300.0000,2.2000,-0.5000"),
            ("LIMIT 750 V, -300 V", None),
            ("LIMIT 2.2 A, -0.5 A", None),
            ("ERR?", NONE),
            ("LIMIT?", "750.0000,-300.0000,2.2000,-0.5000"),
        ]
    ) as session:
        source = driver(session)
        limits = source.limits()
        assert limits == SourceLimits((-300.0, 750.0), (-0.5, 2.2))
        source.restore_limits(limits)


@pytest.mark.parametrize("reply", ["", "750,-300", "1,1,1,1", "none", "1e999,-1,1,-1", "1 V,-1 A,1 A,-1 A"])
def test_limits_that_are_not_told_are_none(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str
) -> None:
    with expected_protocol([("LIMIT?", reply)]) as session:
        assert driver(session).limits() is None


@pytest.mark.parametrize(
    "limits", [SourceLimits((-1021.0, 1.0), (-1.0, 1.0)), SourceLimits((0.0, 1.0), (0.0, 21.0))]
)
def test_limits_beyond_the_instruments_own_are_never_sent(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], limits: SourceLimits
) -> None:
    sent = [] if limits.voltage_v[0] < 0 else [("LIMIT 1 V, 0 V", None)]
    with expected_protocol(sent) as session, pytest.raises(OutOfLimits, match="Nothing was sent"):
        driver(session).restore_limits(limits)


@pytest.mark.parametrize("reply", ["1", "", "ready"])
def test_a_self_test_passes_only_with_zero(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str
) -> None:
    with expected_protocol([("*TST?", reply)]) as session:
        assert driver(session).self_test() == (False, reply)


@pytest.mark.parametrize("reply", ["", "1.0,V", "ten,V,0,0,0"])
def test_a_reply_that_is_not_understood_is_shown(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str
) -> None:
    with expected_protocol([("OUT?", reply)]) as session, pytest.raises(UnexpectedReply) as caught:
        driver(session).state()
    assert caught.value.reply == reply


def test_an_error_queue_without_end_is_not_read_for_ever(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    endless = [("ERR?", '1,"Error queue overflow"')] * 17
    with expected_protocol(endless) as session, pytest.raises(UnexpectedReply, match="that ends"):
        driver(session).check_errors()
