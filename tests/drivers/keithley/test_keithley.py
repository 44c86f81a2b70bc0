"""The exact exchange with a 2000 and a 2450."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import (
    InstrumentError,
    InstrumentReportedError,
    OutOfLimits,
    ReadbackError,
    WrongIdentity,
)
from calibrator_drivers.keithley import Keithley2000, Keithley2450
from calibrator_drivers.roles import (
    MeasureCurrentDC,
    MeasureFrequency,
    MeasureVoltageAC,
    MeasureVoltageDC,
    SourceCurrentDC,
    SourceVoltageDC,
)

NONE = '0,"No error"'
OK = ("SYST:ERR?", NONE)
FINE = ("SYST:ERR?", '0,"No error;0;0 0"')
Protocol = Callable[..., Any]


@pytest.mark.parametrize(
    ("configure", "sent", "unit"),
    [
        (
            lambda m: m.configure_voltage_dc(10.0, nplc=10, high_impedance=True),
            ["FUNC 'VOLT:DC'", "VOLT:DC:RANG 10", "VOLT:DC:NPLC 10"],
            "V",
        ),
        (
            lambda m: m.configure_voltage_ac(750.0, frequency_hz=50.0),
            ["FUNC 'VOLT:AC'", "VOLT:AC:RANG 750", "VOLT:AC:DET:BAND 3"],
            "V",
        ),
        (
            lambda m: m.configure_current_dc(0.01, nplc=1),
            ["FUNC 'CURR:DC'", "CURR:DC:RANG 0.01", "CURR:DC:NPLC 1"],
            "A",
        ),
        (
            lambda m: m.configure_current_ac(1.0, frequency_hz=400.0),
            ["FUNC 'CURR:AC'", "CURR:AC:RANG 1", "CURR:AC:DET:BAND 30"],
            "A",
        ),
        (
            lambda m: m.configure_resistance(1e3, wires=4, nplc=10),
            ["FUNC 'FRES'", "FRES:RANG 1E3", "FRES:NPLC 10"],
            "ohm",
        ),
        (
            lambda m: m.configure_frequency(1e3, gate_s=1.0, amplitude_v=5.0),
            ["FUNC 'FREQ'", "FREQ:THR:VOLT:RANG 10"],
            "Hz",
        ),
    ],
)
def test_what_a_2000_is_sent(
    expected_protocol: Protocol, step_clock: Any, configure: Any, sent: list[str], unit: str
) -> None:
    begin = [("INIT:CONT OFF", None), ("FORM:ELEM READ", None)]
    exchange = [*begin, *[(text, None) for text in sent], OK, ("READ?", "+1.23456789E+00")]
    with expected_protocol(exchange) as session:
        meter = Keithley2000(session, step_clock)
        for role in (MeasureVoltageDC, MeasureVoltageAC, MeasureCurrentDC, MeasureFrequency):
            assert isinstance(meter, role)
        configure(meter)
        assert meter.read().unit == unit


def test_a_2000_is_told_from_its_neighbours(expected_protocol: Protocol, step_clock: Any) -> None:
    mine = "KEITHLEY INSTRUMENTS INC.,MODEL 2000,1234567,A19 /A02"
    other = "KEITHLEY INSTRUMENTS INC.,MODEL 2002,1234567,A19 /A02"
    with expected_protocol([("*IDN?", mine), ("*IDN?", other)]) as session:
        meter = Keithley2000(session, step_clock)
        assert meter.identify().serial == "1234567"
        with pytest.raises(WrongIdentity, match="MODEL 2002"):
            meter.identify()


STAGED: list[Any] = [
    ("OUTP OFF", None),
    ("OUTP?", "0"),
    ("SOUR:FUNC VOLT", None),
    ("SOUR:VOLT 5", None),
    FINE,
]
READ_BACK = [("SOUR:FUNC?", "VOLT"), ("SOUR:VOLT?", "5.000000E+00"), ("SOUR:VOLT:RANG?", "2.000000E+01")]


def test_a_2450_is_read_back_before_its_output_is_on(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            *STAGED,
            *READ_BACK,
            ("OUTP ON", None),
            FINE,
            ("OUTP?", "1"),
            *READ_BACK,
            ("OUTP?", "1"),
            ("SOUR:VOLT:ILIM:TRIP?", "0"),
            ("OUTP OFF", None),
            ("SOUR:FUNC VOLT", None),
            ("SOUR:VOLT 0", None),
            FINE,
            ("OUTP?", "0"),
            ("SOUR:VOLT?", "0.000000E+00"),
        ]
    ) as session:
        source = Keithley2450(session, step_clock)
        assert isinstance(source, SourceVoltageDC)
        assert isinstance(source, SourceCurrentDC)
        assert isinstance(source, MeasureVoltageDC)
        source.stage_voltage_dc(5.0)
        source.operate()
        source.wait_settled(5.0)
        source.make_safe()


@pytest.mark.parametrize(
    ("index", "reply", "quantity"),
    [(0, "CURR", "function"), (1, "5.001000E+00", "value"), (2, "2.000000E+00", "range")],
)
def test_a_2450_that_is_not_read_back_is_never_switched_on(
    expected_protocol: Protocol, step_clock: Any, index: int, reply: str, quantity: str
) -> None:
    read_back = [*READ_BACK[:index], (READ_BACK[index][0], reply)]
    with expected_protocol([*STAGED, *read_back]) as session:
        source = Keithley2450(session, step_clock)
        source.stage_voltage_dc(5.0)
        with pytest.raises(ReadbackError) as caught:
            source.operate()
    assert caught.value.quantity == quantity


def test_a_2450_of_another_command_set_is_refused_before_anything_is_set(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    reset: list[Any] = [("*LANG?", "SCPI"), ("*CLS", None), ("*RST", None), FINE]
    with expected_protocol([*reset, ("*LANG?", "TSP")]) as session:
        source = Keithley2450(session, step_clock)
        source.reset()
        with pytest.raises(InstrumentError, match="TSP, not SCPI"):
            source.reset()


def test_a_2450_that_is_limited_is_not_settled(expected_protocol: Protocol, step_clock: Any) -> None:
    limited = [*READ_BACK, ("OUTP?", "1"), ("SOUR:VOLT:ILIM:TRIP?", "1")]
    with expected_protocol(limited) as session, pytest.raises(InstrumentError, match="limited"):
        Keithley2450(session, step_clock).wait_settled(5.0)


HELD: list[Any] = [
    ("SOUR:VOLT:PROT?", "PROT40"),
    ("SOUR:CURR:VLIM?", "3.300000E+01"),
    ("SOUR:VOLT:ILIM?", "1.000000E-01"),
]


def test_the_limits_of_a_2450_are_the_next_steps(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ("SOUR:VOLT:PROT PROT40", None),
            ("SOUR:CURR:VLIM 33", None),
            ("SOUR:VOLT:ILIM 0.1", None),
            FINE,
            *HELD,
            ("OUTP OFF", None),
            ("OUTP?", "0"),
            ("SOUR:FUNC VOLT", None),
            ("SOUR:VOLT 5", None),
            FINE,
            *READ_BACK,
            HELD[0],
            ("SOUR:VOLT:ILIM?", "1.000000E+00"),
        ]
    ) as session:
        source = Keithley2450(session, step_clock)
        source.set_limits(voltage_v=33.0, current_a=0.1)
        with pytest.raises(OutOfLimits, match="Nothing was sent"):
            source.stage_voltage_dc(34.0)
        with pytest.raises(OutOfLimits, match="Nothing was sent"):
            source.stage_current_dc(-0.11)
        source.stage_voltage_dc(5.0)
        with pytest.raises(ReadbackError, match="does not hold the section's maximum"):
            source.operate()


def test_limits_that_a_2450_does_not_keep_are_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    sent: list[Any] = [("SOUR:VOLT:PROT PROT40", None), ("SOUR:CURR:VLIM 33", None), FINE]
    with (
        expected_protocol([*sent, ("SOUR:VOLT:PROT?", "NONE")]) as session,
        pytest.raises(ReadbackError, match="PROT40 and is read back as NONE"),
    ):
        Keithley2450(session, step_clock).set_limits(voltage_v=33.0)


def test_a_2450_measures_what_it_sources(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ('SENS:FUNC "CURR"', None),
            ("SENS:CURR:RANG 0.01", None),
            ("SENS:CURR:NPLC 10", None),
            FINE,
            ("READ?", "1.234560E-03"),
            ('SENS:FUNC "VOLT"', None),
            ("SENS:VOLT:RANG 20", None),
            ("SENS:VOLT:NPLC 1", None),
            ("SYST:ERR?", '-222,"Parameter data out of range;1;2026/11/23"'),
            FINE,
        ]
    ) as session:
        meter = Keithley2450(session, step_clock)
        meter.configure_current_dc(0.01, nplc=10)
        assert meter.read().unit == "A"
        with pytest.raises(InstrumentReportedError, match="-222"):
            meter.configure_voltage_dc(20.0, nplc=1, high_impedance=True)
