"""Descriptors: limits are held, texts are exact, and a table can be listed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import OutOfLimits, UnexpectedReply
from calibrator_drivers.commands import action, choice, commands_of, reading, setting


class Wire:
    """Keeps what was written and answers with one reply."""

    name = "unit"
    resource = "GPIB0::4::INSTR"

    def __init__(self, reply: str = "") -> None:
        self.written: list[str] = []
        self.reply = reply

    def write(self, text: str) -> None:
        self.written.append(text)

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        self.write(text)
        return self.reply


class Device:
    out = setting("OUT {} V, 0 HZ", "V", -1020.0, 1020.0, "direct voltage", "S-X", "seen")
    mode = choice("MODE {}", {1: "ONE", 2: "TWO"}, "mode", "S-X", "seen")
    stop = action("STBY", "stops", "S-X", "seen")
    count = reading("COUNT?", int, "count", "S-X", "mem-H")

    def __init__(self, wire: Any) -> None:
        self.session = wire


@given(st.floats(-1020.0, 1020.0))
def test_a_sent_number_is_the_number_to_twelve_digits(value: float) -> None:
    wire = Wire()
    Device(wire).out(value)
    sent = wire.written[0].removeprefix("OUT ").removesuffix(" V, 0 HZ")
    assert float(sent) == pytest.approx(value, rel=1e-11, abs=1e-300)
    assert sent != "-0"


@given(st.floats(allow_nan=True, allow_infinity=True).filter(lambda x: not -1020.0 <= x <= 1020.0))
def test_a_number_outside_its_limits_is_never_sent(value: float) -> None:
    wire = Wire()
    with pytest.raises(OutOfLimits) as caught:
        Device(wire).out(value)
    assert wire.written == []
    assert caught.value.command == "OUT {} V, 0 HZ"


def test_choices_actions_and_readings() -> None:
    wire = Wire("42")
    device = Device(wire)
    device.mode(2)
    device.stop()
    assert device.count() == 42
    assert wire.written == ["MODE TWO", "STBY", "COUNT?"]
    with pytest.raises(OutOfLimits, match="3 is not one of 1, 2"):
        device.mode(3)


def test_a_reply_that_is_not_understood_names_the_query() -> None:
    with pytest.raises(UnexpectedReply, match=r"'many' to COUNT\?") as caught:
        Device(Wire("many")).count()
    assert caught.value.reply == "many"


def test_the_class_shows_its_table() -> None:
    assert [command.header for command in commands_of(Device)] == [
        "OUT {} V, 0 HZ",
        "MODE {}",
        "STBY",
        "COUNT?",
    ]
    assert (Device.out.low, Device.out.unit, Device.count.status) == (-1020.0, "V", "mem-H")
