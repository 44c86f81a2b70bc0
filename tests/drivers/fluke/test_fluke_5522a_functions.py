"""The exact exchange with a 5522A and a 5520A for alternating quantities, high current and temperature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import OutOfLimits, ReadbackError, WrongIdentity
from calibrator_drivers.fluke import Fluke5520A, Fluke5522A
from calibrator_drivers.roles import (
    SourceCurrentAC,
    SourceFrequency,
    SourcePowerAC,
    SourceTemperatureSimulatedRTD,
    SourceTemperatureSimulatedThermocouple,
    SourceVoltageAC,
)

NONE = '0,"No Error"'
BEGIN: list[Any] = [("STBY", None), ("OPER?", "0")]
CONNECT: list[Any] = [("OPER", None), ("ERR?", NONE), ("OPER?", "1")]
UNLOCKED = ("RANGELCK?", "0")
SINE: list[Any] = [("DC_OFFSET?", "+0.00000E+00"), ("WAVE?", "SINE,NONE")]

Protocol = Callable[..., Any]
Driver = Callable[[Any], Fluke5522A]


def test_fills_its_further_roles(expected_protocol: Protocol, driver: Driver) -> None:
    with expected_protocol([]) as session:
        source = driver(session)
    for role in (
        SourceVoltageAC,
        SourceCurrentAC,
        SourceFrequency,
        SourceTemperatureSimulatedThermocouple,
        SourceTemperatureSimulatedRTD,
    ):
        assert isinstance(source, role)
        assert role.__name__ in source.ROLES


def test_an_alternating_voltage_is_read_back_with_its_frequency(
    expected_protocol: Protocol, driver: Driver
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("OUT 7.07 V, 1000 HZ", None),
            ("ERR?", NONE),
            ("OUT?", "7.070000E+00,V,0E+00,0,1.00E+03"),
            ("FUNC?", "ACV"),
            UNLOCKED,
            ("RANGE?", "AC33V,NONE"),
            *SINE,
            *CONNECT,
            ("OUT?", "7.070000E+00,V,0E+00,0,1.00E+03"),
            ("FUNC?", "ACV"),
            ("RANGE?", "AC33V,NONE"),
            ("OPER?", "1"),
            ("ISR?", "4097"),
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_ac(7.07, frequency_hz=1000.0)
        source.operate()
        state = source.state()
    assert (state.function, state.value, state.unit, state.frequency_hz) == ("acv", 7.07, "V", 1000.0)


@pytest.mark.parametrize(
    ("output", "function", "quantity"),
    [
        ("7.070000E+00,V,0E+00,0,0.00E+00", None, "frequency"),  # the direct voltage of the run before
        ("7.070000E+00,V,0E+00,0,1.02E+03", None, "frequency"),
        ("9.998000E+00,V,0E+00,0,1.00E+03", None, "value"),  # peak in place of rms
        ("7.070000E+00,V,0E+00,0,1.00E+03", "DCV", "function"),
        ("7.070000E+00,V,1E-03,A,1.00E+03", None, "second output"),  # power in place of volts
    ],
)
def test_an_alternating_voltage_that_is_not_read_back_is_never_connected(
    expected_protocol: Protocol, driver: Driver, output: str, function: str | None, quantity: str
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("OUT 7.07 V, 1000 HZ", None),
            ("ERR?", NONE),
            ("OUT?", output),
            ("FUNC?", function or "ACV"),
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_ac(7.07, frequency_hz=1000.0)
        with pytest.raises(ReadbackError) as caught:
            source.operate()
    assert caught.value.quantity == quantity


def test_the_frequency_may_differ_by_what_its_digits_cannot_tell(
    expected_protocol: Protocol, driver: Driver
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("OUT 1 V, 10004 HZ", None),
            ("ERR?", NONE),
            ("OUT?", "1.000000E+00,V,0E+00,0,1.00E+04"),
            ("FUNC?", "ACV"),
            UNLOCKED,
            ("RANGE?", "AC3_3V,NONE"),
            *SINE,
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_ac(1.0, frequency_hz=10004.0)
        source.operate()


@pytest.mark.parametrize(("printed", "told"), [("1.23E+04", 12345.0), ("1.20E+04", 12000.0)])
def test_a_frequency_is_a_sine_that_is_read_back_in_hertz(
    expected_protocol: Protocol, driver: Driver, printed: str, told: float
) -> None:
    """`OUT?` prints three digits: within them it is the one that was staged, beyond them what is printed."""
    with expected_protocol(
        [
            *BEGIN,
            ("OUT 1 V, 12345 HZ", None),
            ("ERR?", NONE),
            ("OUT?", f"1.000000E+00,V,0E+00,0,{printed}"),
            ("FUNC?", "ACV"),
            ("RANGE?", "AC3_3V,NONE"),
            ("OPER?", "0"),
            ("ISR?", "0"),
        ]
    ) as session:
        source = driver(session)
        source.stage_frequency(12345.0, amplitude_v=1.0)
        state = source.state()
    assert (state.function, state.value, state.unit) == ("freq", told, "Hz")


@pytest.mark.parametrize("volts", [10.1, 1000.0, float("nan")])
def test_a_frequency_is_no_way_to_a_voltage_that_nobody_released(
    expected_protocol: Protocol, driver: Driver, volts: float
) -> None:
    with expected_protocol([]) as session, pytest.raises(OutOfLimits, match="10 V that a frequency"):
        driver(session).stage_frequency(1000.0, amplitude_v=volts)


@pytest.mark.parametrize(("driver_class", "state"), [(Fluke5522A, "OFF"), (Fluke5520A, "ON")])
def test_alternating_current_takes_the_inductive_compensation_of_its_table(
    expected_protocol: Protocol, step_clock: Any, driver_class: type[Fluke5522A], state: str
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("OUT 0.1 A, 60 HZ", None),
            (f"LCOMP {state}", None),
            ("ERR?", NONE),
            ("OUT?", "1.000000E-01,A,0E+00,0,6.00E+01"),
            ("FUNC?", "ACI"),
            UNLOCKED,
            ("RANGE?", "AC330MA_A,NONE"),
            ("WAVE?", "SINE"),
            ("LCOMP?", state),
            *CONNECT,
        ]
    ) as session:
        source = driver_class(session, step_clock)
        source.stage_current_ac(0.1, frequency_hz=60.0)
        source.operate()


def test_twenty_amperes_direct_are_staged(expected_protocol: Protocol, driver: Driver) -> None:
    with expected_protocol([*BEGIN, ("OUT 20.5 A, 0 HZ", None), ("ERR?", NONE)]) as session:
        driver(session).stage_current_dc(20.5)


@pytest.mark.parametrize(
    ("volts", "hertz"), [(0.5e-3, 50.0), (1020.1, 50.0), (1.0, 9.9), (1.0, 501e3), (1.0, float("nan"))]
)
def test_beyond_volts_or_hertz_nothing_is_sent(
    expected_protocol: Protocol, driver: Driver, volts: float, hertz: float
) -> None:
    with expected_protocol(BEGIN) as session, pytest.raises(OutOfLimits, match="Nothing was sent"):
        driver(session).stage_voltage_ac(volts, frequency_hz=hertz)


@pytest.mark.parametrize(
    ("reference_c", "sent", "held"),
    [
        (0.0, "TC_REF EXT, 0", "EXT,0.00E+00,CEL"),
        (23.45, "TC_REF EXT, 23.45", "EXT,2.35E+01,CEL"),
        (None, "TC_REF INT", "INT"),
    ],
)
def test_a_thermocouple_is_sourced_with_its_reference(
    expected_protocol: Protocol, driver: Driver, reference_c: float | None, sent: str, held: str
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("TSENS_TYPE TC", None),
            ("TC_TYPE K", None),
            (sent, None),
            ("OUT 100 CEL", None),
            ("ERR?", NONE),
            ("OUT?", "1.000000E+02,CEL,0E+00,0,0.00E+00"),
            ("FUNC?", "TC_OUT"),
            ("TSENS_TYPE?", "TC"),
            ("TC_TYPE?", "K"),
            ("TC_REF?", held),
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        source.stage_thermocouple(100.0, type_="K", reference_c=reference_c)
        source.operate()


def test_a_thermocouple_of_an_unknown_type_is_refused(expected_protocol: Protocol, driver: Driver) -> None:
    sent = [*BEGIN, ("TSENS_TYPE TC", None)]
    with expected_protocol(sent) as session, pytest.raises(OutOfLimits, match="X is not one of B, E, J"):
        driver(session).stage_thermocouple(100.0, type_="X", reference_c=0.0)


def test_a_resistance_thermometer_is_compensated_for_four_wires(
    expected_protocol: Protocol, driver: Driver
) -> None:
    with expected_protocol(
        [
            *BEGIN,
            ("TSENS_TYPE RTD", None),
            ("RTD_TYPE PT385", None),
            ("OUT -20 CEL", None),
            ("ZCOMP WIRE4", None),
            ("ERR?", NONE),
            ("OUT?", "-2.000000E+01,CEL,0E+00,0,0.00E+00"),
            ("FUNC?", "RTD"),
            ("TSENS_TYPE?", "RTD"),
            ("RTD_TYPE?", "PT385"),
            ("ZCOMP?", "WIRE4"),
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        source.stage_rtd(-20.0, type_="PT385", wires=4)
        source.operate()


SENT: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "volts": (
        lambda source: source.stage_voltage_ac(1.0, frequency_hz=1000.0),
        [("OUT 1 V, 1000 HZ", None)],
        [("OUT?", "1.0E+00,V,0E+00,0,1.00E+03"), ("FUNC?", "ACV"), UNLOCKED, ("RANGE?", "AC3_3V,NONE")],
    ),
    "ohms": (
        lambda source: source.stage_resistance(100.0, wires=4),
        [("OUT 100 OHM", None), ("ZCOMP WIRE4", None)],
        [("OUT?", "1.0E+02,OHM,0E+00,0,0"), ("FUNC?", "RES"), UNLOCKED, ("RANGE?", "R110OHM")],
    ),
    "couple": (
        lambda source: source.stage_thermocouple(100.0, type_="K", reference_c=0.0),
        [("TSENS_TYPE TC", None), ("TC_TYPE K", None), ("TC_REF EXT, 0", None), ("OUT 100 CEL", None)],
        [("OUT?", "1.0E+02,CEL,0E+00,0,0"), ("FUNC?", "TC_OUT")],
    ),
}


@pytest.mark.parametrize(
    ("what", "held", "quantity"),
    [
        ("volts", [("DC_OFFSET?", "+1.44E-03")], "offset"),
        ("volts", [SINE[0], ("WAVE?", "SQUARE,NONE")], "waveform"),
        ("ohms", [("ZCOMP?", "NONE")], "compensation"),
        ("couple", [("TSENS_TYPE?", "RTD")], "sensor"),
        ("couple", [("TSENS_TYPE?", "TC"), ("TC_TYPE?", "J")], "couple"),
        ("couple", [("TSENS_TYPE?", "TC"), ("TC_TYPE?", "K"), ("TC_REF?", "INT")], "reference"),
    ],
)
def test_how_a_value_is_meant_is_read_back_before_it_is_connected(
    expected_protocol: Protocol, driver: Driver, what: str, held: list[Any], quantity: str
) -> None:
    stage, sent, output = SENT[what]
    with expected_protocol([*BEGIN, *sent, ("ERR?", NONE), *output, *held]) as session:
        source = driver(session)
        stage(source)
        with pytest.raises(ReadbackError) as caught:
            source.operate()
    assert caught.value.quantity == quantity


def test_models_are_told_apart(expected_protocol: Protocol, step_clock: Any) -> None:
    reply = "FLUKE,5520A,7654321,3.3+1.3+2.0+*"
    with expected_protocol([("*IDN?", reply), ("*IDN?", reply)]) as session:
        assert Fluke5520A(session, step_clock).identify().serial == "7654321"
        with pytest.raises(WrongIdentity, match="A 5522A is expected"):
            Fluke5522A(session, step_clock).identify()


POWER: list[Any] = [*BEGIN, ("OUT 230 V, 5 A, 50 HZ", None), ("DPF 0.5,LAG", None)]


def test_volts_and_amperes_are_read_back_with_their_power_factor(
    expected_protocol: Protocol, driver: Driver
) -> None:
    with expected_protocol(
        [
            *POWER,
            ("DPF?", "5.00E-01,LAG"),
            ("ERR?", NONE),
            ("OUT?", "2.300000E+02,V,5.000000E+00,A,5.00E+01"),
            ("FUNC?", "AC_POWER"),
            ("DPF?", "5.00E-01,LAG"),
            ("WAVE?", "SINE,SINE"),
            ("HARMONIC?", "1,PRI"),
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        assert isinstance(source, SourcePowerAC)
        source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=0.5, leading=False)
        source.operate()


@pytest.mark.parametrize(
    ("told", "output", "function", "quantity"),
    [
        ("5.00E-01,LEAD", None, None, "power factor"),
        ("1.00E+00,LAG", None, None, "power factor"),
        ("5.00E-01,LAG", "2.300000E+02,V,0E+00,0,5.00E+01", None, "second output"),
        ("5.00E-01,LAG", "2.300000E+02,V,5.000000E+00,A,5.00E+01", "ACV", "function"),
    ],
)
def test_power_that_is_not_read_back_is_not_connected(
    expected_protocol: Protocol,
    driver: Driver,
    told: str,
    output: str | None,
    function: str | None,
    quantity: str,
) -> None:
    exchanges = [*POWER, ("DPF?", told)]
    if output is not None:
        exchanges += [("ERR?", NONE), ("OUT?", output), ("FUNC?", function or "AC_POWER")]
    with expected_protocol(exchanges) as session:
        source = driver(session)

        def energise() -> None:
            source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=0.5, leading=False)
            source.operate()

        with pytest.raises(ReadbackError, match=quantity):
            energise()


@pytest.mark.parametrize(
    ("replies", "quantity"),
    [
        (("1.00E+00,LEAD",), "power factor"),
        (("5.00E-01,LAG", "TRI,SINE"), "waveform"),
        (("5.00E-01,LAG", "SINE,SINE", "3,PRI"), "harmonic"),
    ],
)
def test_a_shape_of_power_that_somebody_changed_is_not_connected(
    expected_protocol: Protocol, driver: Driver, replies: tuple[str, ...], quantity: str
) -> None:
    staged = [*POWER, ("DPF?", "5.00E-01,LAG"), ("ERR?", NONE)]
    back = [("OUT?", "2.300000E+02,V,5.000000E+00,A,5.00E+01"), ("FUNC?", "AC_POWER")]
    shape = list(zip(("DPF?", "WAVE?", "HARMONIC?"), replies, strict=False))
    with expected_protocol([*staged, *back, *shape]) as session:
        source = driver(session)
        source.stage_power_ac(230.0, 5.0, frequency_hz=50.0, power_factor=0.5, leading=False)
        with pytest.raises(ReadbackError, match=quantity):
            source.operate()


def test_more_amperes_than_it_has_are_not_sent(expected_protocol: Protocol, driver: Driver) -> None:
    with expected_protocol(BEGIN) as session, pytest.raises(OutOfLimits):
        driver(session).stage_power_ac(230.0, 25.0, frequency_hz=50.0, power_factor=1.0, leading=False)


def test_the_terminals_of_a_current_are_chosen_in_standby_and_read_back(
    expected_protocol: Protocol, driver: Driver
) -> None:
    chosen = [("STBY", None), ("OPER?", "0"), ("CUR_POST A20", None), ("ERR?", NONE)]
    with expected_protocol([*chosen, ("CUR_POST?", "A20")]) as session:
        driver(session).choose_current_terminals("20A")
    kept = [*chosen, ("CUR_POST?", "AUX")]
    with expected_protocol(kept) as session, pytest.raises(ReadbackError, match="current terminals"):
        driver(session).choose_current_terminals("20A")


def test_a_value_that_the_range_rounds_is_told_as_that(expected_protocol: Protocol, driver: Driver) -> None:
    staged = [("STBY", None), ("OPER?", "0"), ("OUT 0.000123456 V, 0 HZ", None), ("ERR?", NONE)]
    held = [("OUT?", "1.235000E-04,V,0E+00,0,0.00E+00"), ("FUNC?", "DCV")]
    with expected_protocol([*staged, *held]) as session:
        source = driver(session)
        source.stage_voltage_dc(123.456e-6)
        with pytest.raises(ReadbackError, match=r"no more digits than that: stage 0\.0001235 V"):
            source.operate()
