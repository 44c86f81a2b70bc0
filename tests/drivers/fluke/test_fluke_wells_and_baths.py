"""The exact exchange with a metrology well and with a bath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import (
    InstrumentError,
    InstrumentReportedError,
    OutOfLimits,
    ReadbackError,
    SettlingTimeout,
    UnexpectedReply,
    WrongIdentity,
)
from calibrator_drivers.fluke import Fluke7341, Fluke9142, Fluke9144
from calibrator_drivers.roles import SourceTemperature

Protocol = Callable[..., Any]
NONE = ("SYST:ERR?", '0,"No error"')
UNIT = ("UNIT:TEMP?", "C")
COOL = [("s=20", None), ("s", "set: 20.00 C")]
OFF = [("OUTP:STAT 0", None), ("OUTP:STAT?", "0")]
STAGE = [*OFF, ("SOUR:SPO 100", None), NONE]


def test_fill_their_role(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        for model in (Fluke9142, Fluke9144, Fluke7341):
            source = model(session, step_clock)
            assert isinstance(source, SourceTemperature)
            source.close()


def test_a_well_tells_which_it_is(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("*IDN?", "FLUKE,9142,A79002,1.10")]) as session:
        assert Fluke9142(session, step_clock).identify().serial == "A79002"
    with expected_protocol([("*IDN?", "FLUKE,9144,A79002,1.10")]) as session, pytest.raises(WrongIdentity):
        Fluke9142(session, step_clock).identify()


def test_a_temperature_is_staged_with_the_output_off(expected_protocol: Protocol, step_clock: Any) -> None:
    on = [
        UNIT,
        ("SOUR:SPO?", "100.0000"),
        ("SOUR:PROT:TRIP?", "0"),
        ("OUTP:STAT 1", None),
        NONE,
        ("OUTP:STAT?", "1"),
    ]
    with expected_protocol([*STAGE, *on]) as session:
        well = Fluke9142(session, step_clock)
        well.stage_temperature(100.0)
        well.operate()


@pytest.mark.parametrize(
    ("tail", "quantity"),
    [
        ([("UNIT:TEMP?", "F")], "unit"),
        ([UNIT, ("SOUR:SPO?", "120.0000")], "set-point"),
        ([UNIT, ("SOUR:SPO?", "100.0"), ("SOUR:PROT:TRIP?", "1")], "cut-out"),
        (
            [
                UNIT,
                ("SOUR:SPO?", "100.0"),
                ("SOUR:PROT:TRIP?", "0"),
                ("OUTP:STAT 1", None),
                NONE,
                ("OUTP:STAT?", "0"),
                ("OUTP:STAT 0", None),
                ("OUTP:STAT?", "0"),
            ],
            "output",
        ),
    ],
)
def test_what_differs_is_not_heated(
    expected_protocol: Protocol, step_clock: Any, tail: list[Any], quantity: str
) -> None:
    with expected_protocol([*STAGE, *tail]) as session:
        well = Fluke9142(session, step_clock)
        well.stage_temperature(100.0)
        with pytest.raises(ReadbackError) as caught:
            well.operate()
    assert caught.value.quantity == quantity


def test_its_span_and_the_sections_limit_hold(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("SOUR:PROT:SCUT:LEV 80", None), NONE, ("SOUR:PROT:SCUT:LEV?", "80.0")]
    with expected_protocol(exchanges) as session:
        well = Fluke9142(session, step_clock)
        with pytest.raises(OutOfLimits, match="-25 to 150"):
            well.stage_temperature(200.0)
        well.set_limits(temperature_c=80.0)
        with pytest.raises(OutOfLimits, match="-25 to 80"):
            well.stage_temperature(100.0)
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            well.operate()


def test_a_cut_out_that_is_not_kept_is_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("SOUR:PROT:SCUT:LEV 80", None), NONE, ("SOUR:PROT:SCUT:LEV?", "140.0")]
    with (
        expected_protocol(exchanges) as session,
        pytest.raises(ReadbackError, match="cut-out was staged as 80 degC and is read back as 140 degC"),
    ):
        Fluke9142(session, step_clock).set_limits(temperature_c=80.0)


def test_the_cut_out_is_read_back_again_before_heating(expected_protocol: Protocol, step_clock: Any) -> None:
    limits = [("SOUR:PROT:SCUT:LEV 120", None), NONE, ("SOUR:PROT:SCUT:LEV?", "120.0")]
    back = [("UNIT:TEMP?", "C"), ("SOUR:SPO?", "100.000"), ("SOUR:PROT:SCUT:LEV?", "150.0")]
    with expected_protocol([*limits, *STAGE, *back]) as session:
        well = Fluke9142(session, step_clock)
        well.set_limits(temperature_c=120.0)
        well.stage_temperature(100.0)
        with pytest.raises(ReadbackError, match="soft cut-out"):
            well.operate()


def test_an_error_after_the_set_point_is_reported(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [*STAGE[:-1], ("SYST:ERR?", '-222,"Data out of range"'), NONE]
    with expected_protocol(exchanges) as session, pytest.raises(InstrumentReportedError):
        Fluke9142(session, step_clock).stage_temperature(100.0)


def test_stable_is_its_word_and_a_minute_of_readings(expected_protocol: Protocol, step_clock: Any) -> None:
    drifting = [("SOUR:SENS:DATA?", f"{99.7 + 0.05 * i:.3f}") for i in range(6)]
    steady = [("SOUR:SENS:DATA?", "100.003")] * 7
    not_yet, now = ("SOUR:STAB:TEST?", "0"), ("SOUR:STAB:TEST?", "1")
    exchanges = [("SOUR:STAB:LIM?", "0.02"), *drifting, *steady, not_yet, ("SOUR:SENS:DATA?", "100.004"), now]
    with expected_protocol(exchanges) as session:
        Fluke9142(session, step_clock).wait_settled(3600.0)
    assert step_clock.slept_s == 130.0


def test_a_block_that_does_not_settle_is_named(expected_protocol: Protocol, step_clock: Any) -> None:
    polls = [("SOUR:SENS:DATA?", f"{i}") for i in range(4)]
    with (
        expected_protocol([("SOUR:STAB:LIM?", "0.02"), *polls]) as session,
        pytest.raises(SettlingTimeout, match="draft"),
    ):
        Fluke9142(session, step_clock).wait_settled(30.0)


def test_safe_is_output_off_and_hot_is_told(expected_protocol: Protocol, step_clock: Any) -> None:
    queue = [("SYST:ERR?", '-113,"Undefined header"'), NONE]
    hot = [
        ("OUTP:STAT?", "0"),
        ("SOUR:SENS:DATA?", "149.99"),
        ("OUTP:STAT?", "0"),
        ("SOUR:SENS:DATA?", "49.9"),
    ]
    with expected_protocol([("OUTP:STAT 0", None), *queue, ("OUTP:STAT?", "0"), *hot]) as session:
        well = Fluke9142(session, step_clock)
        well.make_safe()
        assert not well.touchable()
        assert well.touchable()
    stays_on = [("OUTP:STAT 0", None), NONE, ("OUTP:STAT?", "1")]
    with expected_protocol(stays_on) as session, pytest.raises(ReadbackError, match="mains switch"):
        Fluke9142(session, step_clock).make_safe()


def test_settings_and_state_of_a_well(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("*CLS", None),
        *OFF,
        ("UNIT:TEMP C", None),
        NONE,
        ("SOUR:STAB:LIM 0.05", None),
        ("SOUR:RATE 5", None),
        NONE,
        ("SOUR:SPO?", "660.00"),
        ("OUTP:STAT?", "1"),
        ("SOUR:STAB:TEST?", "1"),
        ("SOUR:SENS:DATA?", "659.97"),
    ]
    with expected_protocol(exchanges) as session:
        well = Fluke9144(session, step_clock)
        well.reset()
        well.set_stability(0.05, rate_k_per_min=5.0)
        state = well.state()
        assert (state.value, state.operating, state.settled, state.range_high) == (660.0, True, True, 660.0)
        assert well.self_test() == (True, "659.970")


def test_a_bath_is_staged_set_and_read_back(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("*ver", "ver.7341,1.02"), *COOL, ("s=100", None), ("s", "set:  100.00 C")]
    with expected_protocol(exchanges) as session:
        bath = Fluke7341(session, step_clock)
        identity = bath.identify()
        assert (identity.firmware, identity.serial) == ("1.02", "")
        bath.stage_temperature(100.0)
        bath.operate()


def test_a_bath_with_another_set_point_is_sent_back(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [*COOL, ("s=100", None), ("s", "set: 110.00 C"), *COOL]
    with expected_protocol(exchanges) as session:
        bath = Fluke7341(session, step_clock)
        bath.stage_temperature(100.0)
        with pytest.raises(ReadbackError, match="set-point"):
            bath.operate()
    exchanges = [*COOL, ("s=100", None), ("s", "set: 100.00 F"), *COOL]
    with expected_protocol(exchanges) as session:
        bath = Fluke7341(session, step_clock)
        bath.stage_temperature(100.0)
        with pytest.raises(UnexpectedReply):
            bath.operate()


def test_a_bath_is_safe_when_its_heater_rests(expected_protocol: Protocol, step_clock: Any) -> None:
    cool = [("s=20", None), ("s", "set: 20.00 C")]
    with expected_protocol([*cool, ("po", "po: 0.0")]) as session:
        Fluke7341(session, step_clock).make_safe()
    heats = [*cool, ("po", "po: 35.0"), ("t", "t: 99.1 C")]
    with expected_protocol(heats) as session, pytest.raises(ReadbackError, match="heater duty"):
        Fluke7341(session, step_clock).make_safe()
    with expected_protocol([("s", "set: 20.00 C"), ("t", "t: 60.000 C")]) as session:
        assert not Fluke7341(session, step_clock).touchable()


def test_a_bath_is_stable_after_five_minutes_within_5_mk(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    polls = [("t", "t: 99.900 C")] * 3 + [("t", "t: 100.001 C")] * 31
    with expected_protocol([("s", "set: 100.00 C"), *polls]) as session:
        Fluke7341(session, step_clock).wait_settled(3600.0)
    assert step_clock.slept_s == 330.0
    with expected_protocol([("t", "out of range")]) as session, pytest.raises(UnexpectedReply):
        Fluke7341(session, step_clock).temperature_c()
    with expected_protocol([("*ver", "ver.6330,1.0")]) as session, pytest.raises(WrongIdentity):
        Fluke7341(session, step_clock).identify()
    with expected_protocol([]) as session, pytest.raises(OutOfLimits):
        Fluke7341(session, step_clock).stage_temperature(151.0)
