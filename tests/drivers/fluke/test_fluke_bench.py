"""The exact exchange with a 5730A, an 8588A and an 8846A."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import OutOfLimits, ReadbackError
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.fluke import Fluke5730A, Fluke8588A, Fluke8846A
from calibrator_drivers.roles import MeasureResistance, MeasureVoltageDC, SourceVoltageDC

NONE = ("ERR?", '0,"No Error"')
OK = ("SYST:ERR?", '+0,"No error"')
Protocol = Callable[..., Any]
STAGED = [
    ("STBY", None),
    ("OPER?", "0"),
    ("EXTSENSE OFF", None),
    ("EXTGUARD OFF", None),
    ("OUT 1100 V, 0 HZ", None),
    NONE,
]


def test_a_5730a_is_read_back_before_it_operates(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            *STAGED,
            ("OUT?", "1.100000E+03,V,0E+00,0,0.00E+00"),
            ("FUNC?", "DCV"),
            ("RANGELCK?", "OFF"),
            ("RANGE?", "1.100000E+03"),
            ("OPER", None),
            NONE,
            ("OPER?", "1"),
        ]
    ) as session:
        source = Fluke5730A(session, step_clock)
        assert isinstance(source, SourceVoltageDC)
        source.stage_voltage_dc(1100.0)
        source.operate()


def test_a_5730a_that_says_another_value_is_never_connected(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    exchange = [*STAGED, ("OUT?", "1.000000E+03,V,0E+00,0,0.00E+00"), ("FUNC?", "DCV")]
    with expected_protocol(exchange) as session:
        source = Fluke5730A(session, step_clock)
        source.stage_voltage_dc(1100.0)
        with pytest.raises(ReadbackError, match="value was staged as 1100 V"):
            source.operate()


def test_a_5730a_has_its_own_limits(expected_protocol: Protocol, step_clock: Any) -> None:
    identity = "FLUKE,5730A,1234567,1.10+*"
    with expected_protocol(
        [
            ("*IDN?", identity),
            ("LIMIT 1100 V, -1100 V", None),
            NONE,
            ("LIMIT?", "1100.0000,-1100.0000,2.2000,-2.2000"),
        ]
    ) as session:
        source = Fluke5730A(session, step_clock)
        assert source.identify().serial == "1234567"
        source.set_limits(voltage_v=1100.0)
    with expected_protocol(STAGED[:4]) as session, pytest.raises(OutOfLimits):
        Fluke5730A(session, step_clock).stage_voltage_dc(1100.1)


@pytest.mark.parametrize(
    ("configure", "sent", "unit"),
    [
        (
            lambda m: m.configure_voltage_dc(10.0, nplc=100, high_impedance=True),
            ['FUNC "VOLT:DC"', "VOLT:DC:RANG 10", "VOLT:DC:NPLC 100", "VOLT:DC:IMP AUTO"],
            "V",
        ),
        (
            lambda m: m.configure_voltage_dc(0.1, nplc=10, high_impedance=False),
            ['FUNC "VOLT:DC"', "VOLT:DC:RANG 0.1", "VOLT:DC:NPLC 10", "VOLT:DC:IMP 10M"],
            "V",
        ),
        (
            lambda m: m.configure_resistance(1e4, wires=4, nplc=100),
            ['FUNC "FRES"', "FRES:RANG 1E4", "FRES:MODE TRUE", "FRES:NPLC 100"],
            "ohm",
        ),
        (
            lambda m: m.configure_resistance(1e5, wires=4, nplc=100),
            ['FUNC "FRES"', "FRES:RANG 1E5", "FRES:MODE NORM", "FRES:NPLC 100"],
            "ohm",
        ),
        (
            lambda m: m.configure_resistance(10.0, wires=2, nplc=1),
            ['FUNC "RES"', "RES:RANG 1E1", "RES:NPLC 1"],
            "ohm",
        ),
    ],
)
def test_an_8588a_is_triggered_and_fetched(
    expected_protocol: Protocol, step_clock: Any, configure: Any, sent: list[str], unit: str
) -> None:
    first = ("INIT:CONT OFF", None)
    reading = [("INIT", None), ("FETC?", "1.00000003E+01")]
    with expected_protocol([first, *[(text, None) for text in sent], OK, *reading]) as session:
        meter = Fluke8588A(session, step_clock)
        assert isinstance(meter, MeasureVoltageDC)
        assert isinstance(meter, MeasureResistance)
        configure(meter)
        indication = meter.read()
        assert (session.timeouts[-1] or 0.0) > meter.reading_time_s()
    assert (indication.value, indication.unit) == (10.0000003, unit)


def test_an_8846a_is_a_34401a_with_wider_ranges(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ("*IDN?", "FLUKE, 8846A, 9876543, 08-02-10-20:10"),
            ("CONF:CURR:DC 0.4", None),
            ("CURR:DC:NPLC 10", None),
            ("ZERO:AUTO ON", None),
            OK,
            ("CONF:FRES 1E1", None),
            ("FRES:NPLC 10", None),
            ("ZERO:AUTO ON", None),
            OK,
            ("CONF:FREQ", None),
            ("FREQ:VOLT:RANG 1000", None),
            ("FREQ:APER 1", None),
            OK,
        ]
    ) as session:
        meter = Fluke8846A(session, step_clock)
        assert meter.identify().serial == "9876543"
        meter.configure_current_dc(0.4, nplc=10)
        meter.configure_resistance(10.0, wires=4, nplc=10)
        meter.configure_frequency(50.0, gate_s=1.0, amplitude_v=230.0)


def test_figures_from_memory_decide_nothing_live() -> None:
    for model in ("fluke_5730a", "fluke_8846a", "keithley_2000", "keithley_2450"):
        assert not any(row.status.decides_live for row in load_table(model).rows)
    live = {row.interval for row in load_table("fluke_8588a").rows if row.status.decides_live}
    assert live == {"transfer"}
