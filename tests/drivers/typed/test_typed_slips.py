"""Slips of a person who types: other scripts, other signs, what cannot be, and what was never confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_drivers import UnexpectedReply
from calibrator_drivers.clock import RealClock
from calibrator_drivers.typed import open_typed, parse_typed

Set = Callable[[Any], object]


def reading(answers: list[str], configure: Set | None, model: str = "fluke_87v", expect: Any = None) -> Any:
    """Return what is read of a typed instrument by these answers, all of which must be used."""
    left: Iterator[str] = iter(["ok", *answers] if configure else answers)
    meter: Any = open_typed(model, lambda question: next(left), clock=RealClock())
    if configure:
        configure(meter)
    if expect:
        meter.expect(*expect)
    found = meter.read()
    assert list(left) == []
    return found


def volts(meter: Any) -> None:
    meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)


def alternating(meter: Any) -> None:
    meter.configure_voltage_ac(6.0, frequency_hz=60.0)


def ohms(meter: Any) -> None:
    meter.configure_resistance(6000.0, wires=2, nplc=1)


@pytest.mark.parametrize(
    ("typed", "configure", "value"),
    [
        ("\uff15\uff0e\uff10\uff10\uff13", volts, 5.003),  # full-width, as a Chinese keyboard gives it
        ("\uff0d\uff15\uff0c\uff10\uff10\uff13 \uff36", volts, -5.003),
        ("\u22125.003 v", volts, -5.003),
        ("5.003 k\u03a9", ohms, 5003.0),
        ("5.003 k\u2126", ohms, 5003.0),
        ("5.003kohm", ohms, 5003.0),
    ],
)
def test_a_number_of_another_script_is_a_number(typed: str, configure: Set, value: float) -> None:
    found = reading([typed], configure)
    assert found.value == value
    assert found.raw.isascii()


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [("1.5 \u00b5A", "uA", 1.5), ("1.5\u03bcA", "uA", 1.5), ("20.1 \u2103", "degC", 20.1)],
)
def test_the_signs_of_units_are_known(typed: str, unit: str, value: float) -> None:
    assert parse_typed(typed, unit).value == value


@pytest.mark.parametrize("typed", ["5.003 mV", "5.003 MV"])
def test_the_two_prefixes_of_one_letter_are_never_taken_for_each_other(typed: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        parse_typed(typed, "MV" if "mV" in typed else "mV")


def test_what_has_no_plain_form_is_asked_again_and_kept() -> None:
    found = reading(["\u4e94", "5.003"], volts)
    assert found.value == 5.003
    assert found.raw == "\\u4e94 | 5.003"


@pytest.mark.parametrize(
    "typed",
    [
        ["1.000", "2.000", "3.000", "4.000"],
        ["1.000", "2.000", "1.000", "2.000"],
        ["OL", "1.000", "OL", "2.000"],
    ],
)
def test_what_is_suspicious_and_never_typed_twice_is_refused(typed: list[str]) -> None:
    with pytest.raises(UnexpectedReply, match="none was typed twice"):
        reading(typed, volts, expect=(5.0, 0.1))


@pytest.mark.parametrize(
    ("typed", "value"),
    [(["1.000", "4.800", "4.800"], 4.8), (["4.799", "4.801"], 4.801), (["4.80", "4.800", "4.800"], 4.8)],
)
def test_two_looks_that_agree_are_believed(typed: list[str], value: float) -> None:
    assert reading(typed, volts, expect=(5.0, 0.001)).value == value


@pytest.mark.parametrize("configure", [alternating, ohms])
def test_what_has_no_sign_is_never_negative(configure: Set) -> None:
    assert reading(["-5.003", "5.003"], configure).value in (5.003, 5003.0)
    with pytest.raises(UnexpectedReply, match="nothing below"):
        reading(["-5.003"] * 4, configure)


@pytest.mark.parametrize(
    ("typed", "why"), [("-5.0", "nothing below -0.5 bar"), ("OL", "no sign for overload")]
)
def test_a_pointer_shows_neither_overload_nor_far_below_zero(typed: str, why: str) -> None:
    assert reading([typed, "5.0"], None, "pointer_gauge_10bar").value == 5e5
    with pytest.raises(UnexpectedReply, match=why):
        reading([typed] * 4, None, "pointer_gauge_10bar")


@pytest.mark.parametrize("model", ["fluke_87v", "pointer_gauge"])
def test_a_serial_number_must_be_typed(model: str) -> None:
    answers = iter(["", " ", "\uff11\uff12\uff13", "", "", ""])
    meter: Any = open_typed(model, lambda question: next(answers), clock=RealClock())
    assert meter.identify().serial == "123"
    with pytest.raises(UnexpectedReply, match="No serial number was typed"):
        meter.identify()


def test_only_ok_says_that_the_dial_is_set() -> None:
    answers = iter(["", "no", "OK", "no", "no", "no"])
    meter: Any = open_typed("fluke_87v", lambda question: next(answers), clock=RealClock())
    volts(meter)
    with pytest.raises(UnexpectedReply, match="no was typed instead of ok"):
        volts(meter)
