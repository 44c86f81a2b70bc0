"""The exact exchange with a person before a display or pointer: range, plausibility, second look."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import ConnectFailed, OutOfLimits, TrafficLog, UnexpectedReply, open_instrument
from calibrator_drivers.clock import RealClock
from calibrator_drivers.roles import (
    Expecting,
    MeasureCurrentDC,
    MeasurePressure,
    MeasureResistance,
    MeasureVoltageAC,
    MeasureVoltageDC,
)
from calibrator_drivers.typed import (
    Fluke87V,
    Fluke179,
    HydraulicGauge10Bar,
    PointerGauge,
    Question,
    open_typed,
    parse_typed,
)

DIAL_6_V = ("DIAL DC volts, range 6 V", "ok")
Protocol = Callable[..., Any]


@pytest.fixture
def driver(step_clock: Any) -> Callable[[Any], Fluke87V]:
    return lambda session: Fluke87V(session, step_clock)


def test_fills_its_roles(expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]) -> None:
    with expected_protocol([]) as session:
        meter = driver(session)
    for role in (MeasureVoltageDC, MeasureVoltageAC, MeasureResistance, MeasureCurrentDC, Expecting):
        assert isinstance(meter, role)


def test_the_label_is_the_identity(expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]) -> None:
    with expected_protocol([("WHO", "12345678 ")]) as session:
        identity = driver(session).identify()
        assert session.timeouts[0] == 3600.0  # a person may take their time
    assert (identity.manufacturer, identity.model, identity.serial) == ("Fluke", "87V", "12345678")


@pytest.mark.parametrize(
    ("range_v", "dial", "unit", "typed", "value"),
    [
        (6.0, "DC volts, range 6 V", "V", "5.003", 5.003),
        (6.0, "DC volts, range 6 V", "V", "-5.003 V", -5.003),
        (6.0, "DC volts, range 6 V", "V", "5,003", 5.003),  # as some languages write it
        (0.6, "DC volts, range 600 mV", "mV", "600.1", 0.6001),
        (1000.0, "DC volts, range 1 kV", "kV", "0.999", 999.0),
    ],
)
def test_a_reading_is_typed_in_the_unit_of_the_display(
    expected_protocol: Protocol,
    driver: Callable[[Any], Fluke87V],
    range_v: float,
    dial: str,
    unit: str,
    typed: str,
    value: float,
) -> None:
    with expected_protocol([(f"DIAL {dial}", "ok"), (f"LOOK {unit}", typed)]) as session:
        meter = driver(session)
        meter.configure_voltage_dc(range_v, nplc=10, high_impedance=True)
        reading = meter.read()
        assert reading.traffic_offset == session.last_offset
    assert (reading.value, reading.unit, reading.raw) == (value, "V", typed)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("5.03", "the display has 3 decimals"),  # a digit left out
        ("5003", "the range ends at 6.6 V"),  # the point left out
        ("7.003", "the range ends at 6.6 V"),
        ("five", "it is no number in V"),
        ("5.003 mV", "it is no number in V"),
    ],
)
def test_what_the_display_cannot_show_is_asked_again(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V], first: str, reason: str
) -> None:
    with expected_protocol(
        [DIAL_6_V, ("LOOK V", first), (f"AGAIN V {first} was typed, {reason}", "5.003")]
    ) as session:
        meter = driver(session)
        meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
        reading = meter.read()
    assert reading.value == 5.003
    assert reading.raw == f"{first} | 5.003"  # both looks are kept


@pytest.mark.parametrize("slip", ["5.300", "-5.003", "0.003", "OL"])
def test_a_slip_that_is_not_expected_gets_a_second_look(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V], slip: str
) -> None:
    again = f"AGAIN V {slip} was typed, about 5 V is expected"
    with expected_protocol([DIAL_6_V, ("LOOK V", slip), (again, "5.003")]) as session:
        meter = driver(session)
        meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
        meter.expect(5.0, 0.05)
        assert meter.read().value == 5.003


def test_a_surprise_that_is_typed_twice_is_what_the_display_shows(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]
) -> None:
    again = "AGAIN V 4.800 was typed, about 5 V is expected"
    with expected_protocol([DIAL_6_V, ("LOOK V", "4.800"), (again, "4.800")]) as session:
        meter = driver(session)
        meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
        meter.expect(5.0, 0.05)
        reading = meter.read()
    assert (reading.value, reading.raw) == (4.8, "4.800 | 4.800")


def test_what_is_never_possible_is_an_error_after_three_more_looks(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]
) -> None:
    again = "AGAIN V 9.000 was typed, the range ends at 6.6 V"
    with expected_protocol([DIAL_6_V, ("LOOK V", "9.000"), *[(again, "9.000")] * 3]) as session:
        meter = driver(session)
        meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
        with pytest.raises(UnexpectedReply, match="cannot be what the display shows"):
            meter.read()


@pytest.mark.parametrize("text", ["OL", "0L", "ol", "-OL", "----"])
def test_an_overload_is_typed_as_the_display_shows_it(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V], text: str
) -> None:
    with expected_protocol([("DIAL ohms, range 600 ohm", "ok"), ("LOOK ohm", text)]) as session:
        meter = driver(session)
        meter.configure_resistance(600.0, wires=2, nplc=1)
        reading = meter.read()
    assert reading.overload
    assert math.isnan(reading.value)


def test_a_new_setting_forgets_what_was_expected(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]
) -> None:
    with expected_protocol([DIAL_6_V, ("DIAL AC volts, range 60 V", "ok"), ("LOOK V", "45.00")]) as session:
        meter = driver(session)
        meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
        meter.expect(5.0, 0.05)
        meter.configure_voltage_ac(60.0, frequency_hz=50.0)
        assert meter.read().value == 45.0


def test_without_a_function_nothing_is_asked(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke87V]
) -> None:
    with expected_protocol([]) as session, pytest.raises(OutOfLimits, match="No function is set"):
        driver(session).read()


def test_the_179_has_its_own_ranges(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("DIAL DC amperes, range 60 mA", "ok"), ("LOOK mA", "59.99")]) as session:
        meter = Fluke179(session, step_clock)
        meter.configure_current_dc(0.06, nplc=1)
        assert meter.read().value == 0.05999


def test_a_pointer_is_read_to_a_fifth_of_a_division(expected_protocol: Protocol, step_clock: Any) -> None:
    again = "AGAIN bar 8.03 was typed, the scale is read to 0.1 bar"
    with expected_protocol([("LOOK bar", "8.03"), (again, "8.1"), ("LOOK bar", "17.0"), *[
        ("AGAIN bar 17.0 was typed, the range ends at 16.8 bar", "16.0")]]) as session:  # fmt: skip
        gauge = PointerGauge(session, step_clock)
        assert isinstance(gauge, MeasurePressure)
        gauge.configure_pressure(1.6e6, absolute=False)
        assert gauge.read().value == 810e3
        assert gauge.read().value == 1.6e6
        with pytest.raises(OutOfLimits, match="16 bar, nothing else"):
            gauge.configure_pressure(1e6, absolute=False)


def test_two_fifths_apart_are_a_flicker_in_binary_too(expected_protocol: Protocol, step_clock: Any) -> None:
    again = "AGAIN bar 0.12 was typed, about 0 bar is expected"  # 0.20 - 0.12 is above 2 * 0.04 as floats
    with expected_protocol([("LOOK bar", "0.12"), (again, "0.20")]) as session:
        gauge = HydraulicGauge10Bar(session, step_clock)
        gauge.expect(0.0, 4000.0)
        assert gauge.read().value == 20e3


def test_at_a_terminal_messages_become_questions_and_go_to_the_traffic_log(tmp_path: Any) -> None:
    asked: list[Question] = []
    answers = iter(["12345678", "ok", "5.03", "5.003"])

    def ask(question: Question) -> str:
        asked.append(question)
        return next(answers)

    log = TrafficLog(tmp_path / "traffic.jsonl", RealClock())
    meter: Any = open_typed("fluke_87v", ask, clock=RealClock(), traffic=log, name="uut")
    assert meter.identify().serial == "12345678"
    meter.configure_voltage_dc(6.0, nplc=1, high_impedance=True)
    reading = meter.read()
    meter.close()
    log.close()
    assert [question.kind for question in asked] == ["who", "dial", "look", "again"]
    assert asked[1].text == "uut: set it to DC volts, range 6 V, then type ok."
    assert asked[2].text == "uut: what does it show, in V?"
    assert asked[2].zh == "uut：示值是多少（V）？"
    assert asked[3].text == (
        "uut: look again, 5.03 was typed, the display has 3 decimals. What does it show, in V?"
    )
    assert reading.raw == "5.03 | 5.003"
    assert reading.traffic_offset is not None
    written = (tmp_path / "traffic.jsonl").read_text(encoding="utf-8")
    assert "5.003" in written


def test_where_nobody_is_asked_it_is_refused_by_name() -> None:
    with pytest.raises(ConnectFailed, match="A person reads this instrument"):
        open_instrument("fluke_87v", "TYPED::OPERATOR", clock=RealClock(), name="uut")


@given(st.decimals(min_value=-600, max_value=600, places=1))
def test_every_number_that_a_display_shows_is_read_back(value: Any) -> None:
    typed = parse_typed(f"{value:.1f} mV", "mV")
    assert (typed.value, typed.decimals) == (float(value), 1)
