"""The exact exchange with counters, generators and a disciplined oscillator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from calibrator_drivers import InstrumentError, InstrumentReportedError, OutOfLimits, ReadbackError
from calibrator_drivers.accuracy import State, load_table
from calibrator_drivers.keysight import (
    Gpsdo58503,
    Keysight33220A,
    Keysight33500B,
    Keysight53131A,
    Keysight53230A,
)
from calibrator_drivers.roles import (
    MeasureFrequency,
    ReferenceFrequency,
    SourceFrequency,
    SourceVoltageAC,
)

OK = ("SYST:ERR?", '+0,"No error"')
Protocol = Callable[..., Any]


def test_a_53131a_counts_for_its_gate(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ("INIT:CONT OFF", None),
            ("FUNC 'FREQ 1'", None),
            ("FREQ:ARM:STAR:SOUR IMM", None),
            ("FREQ:ARM:STOP:SOUR TIM", None),
            ("FREQ:ARM:STOP:TIM 10", None),
            ("INP1:COUP AC", None),
            ("INP1:IMP 1E6", None),
            ("EVEN1:LEV:AUTO ON", None),
            OK,
            ("READ?", "+1.00000000012E+007"),
        ]
    ) as session:
        counter = Keysight53131A(session, step_clock)
        assert isinstance(counter, MeasureFrequency)
        counter.configure_frequency(1e7, gate_s=10.0, amplitude_v=1.0)
        reading = counter.read()
        assert (session.timeouts[-1] or 0.0) > 15.0
    assert (reading.value, reading.unit) == (10000000.0012, "Hz")


def test_a_53131a_that_keeps_another_level_totals_nothing(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    exchanges = [
        ("INIT:CONT OFF", None),
        ("FUNC 'TOT 1'", None),
        ("TOT:ARM:STAR:SOUR IMM", None),
        ("TOT:ARM:STOP:SOUR IMM", None),
        ("INP1:COUP DC", None),
        ("INP1:IMP 1E6", None),
        ("EVEN1:LEV:AUTO OFF", None),
        ("EVEN1:LEV 2.5", None),
        OK,
        ("EVEN1:LEV?", "+0.00000000000E+000"),
    ]
    with expected_protocol(exchanges) as session, pytest.raises(ReadbackError, match="nothing is totalled"):
        Keysight53131A(session, step_clock).start_total(level_v=2.5)


def test_a_53131a_totals_until_it_is_stopped(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ("INIT:CONT OFF", None),
            ("FUNC 'TOT 1'", None),
            ("TOT:ARM:STAR:SOUR IMM", None),
            ("TOT:ARM:STOP:SOUR IMM", None),
            ("INP1:COUP DC", None),
            ("INP1:IMP 1E6", None),
            ("EVEN1:LEV:AUTO OFF", None),
            ("EVEN1:LEV 2.5", None),
            OK,
            ("EVEN1:LEV?", "+2.50000000000E+000"),
            ("INIT:CONT ON", None),
            ("DATA?", "+1.00000000000E+003"),
            ("INIT:CONT OFF", None),
            OK,
            ("DATA?", "+1.20000000000E+003"),
        ]
    ) as session:
        counter = Keysight53131A(session, step_clock)
        counter.start_total(level_v=2.5)
        assert counter.total().value == 1000.0
        counter.stop_total()
        assert counter.total().value == 1200.0


def test_a_53230a_counts_for_its_gate(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(
        [
            ("CONF:FREQ 10000000", None),
            ("FREQ:GATE:SOUR TIME", None),
            ("FREQ:GATE:TIME 1", None),
            ("FREQ:MODE RCON", None),
            ("INP1:COUP AC", None),
            ("INP1:IMP 1E6", None),
            OK,
            ("READ?", "+9.91E+37"),
            ("ROSC:SOUR EXT", None),
            OK,
            ("ROSC:SOUR?", "EXT"),
            ("ROSC:SOUR?", "EXT"),
        ]
    ) as session:
        counter = Keysight53230A(session, step_clock)
        counter.configure_frequency(1e7, gate_s=1.0, amplitude_v=1.0)
        assert counter.read().overload  # nothing at the input
        counter.use_reference(external=True)
        assert counter.external_reference()


def test_a_reference_that_is_not_there_is_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    exchange = [("ROSC:SOUR EXT", None), ("SYST:ERR?", '-221,"Settings conflict"'), OK]
    with expected_protocol(exchange) as session, pytest.raises(InstrumentReportedError, match="ROSC"):
        Keysight53131A(session, step_clock).use_reference(external=True)
    exchange = [("ROSC:SOUR EXT", None), OK, ("ROSC:SOUR?", "INT")]
    with expected_protocol(exchange) as session, pytest.raises(ReadbackError, match="read back as internal"):
        Keysight53131A(session, step_clock).use_reference(external=True)


STAGE: list[Any] = [
    ("OUTP OFF", None),
    ("OUTP?", "0"),
    ("OUTP:LOAD INF", None),
    ("VOLT:UNIT VRMS", None),
    ("FUNC SIN", None),
    ("VOLT:RANG:AUTO ON", None),
    ("FREQ 1000000", None),
    ("VOLT:OFFS 0", None),
    ("VOLT 1", None),
    OK,
]
READ_BACK = [
    ("FUNC?", "SIN"),
    ("VOLT:UNIT?", "VRMS"),
    ("FREQ?", "+1.0000000000000E+06"),
    ("VOLT?", "+1.0000000000000E+00"),
    ("VOLT:OFFS?", "+0.0000000000000E+00"),
    ("OUTP:LOAD?", "+9.9000000000000E+37"),
    ("VOLT:RANG:AUTO?", "1"),
    *[(f"{kind}:STAT?", "0") for kind in ("BURS", "SWE", "AM", "FM", "PM", "FSK", "PWM")],
]


def test_a_generator_is_read_back_before_its_output_is_on(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    with expected_protocol(
        [
            *STAGE,
            *READ_BACK,
            ("OUTP ON", None),
            OK,
            ("OUTP?", "1"),
            ("*OPC?", "1"),
            ("FREQ?", "+1.0000000000000E+06"),
            ("VOLT?", "+1.0000000000000E+00"),
            ("OUTP?", "1"),
            ("OUTP OFF", None),
            OK,
            ("OUTP?", "0"),
        ]
    ) as session:
        source = Keysight33220A(session, step_clock)
        assert isinstance(source, SourceFrequency)
        assert isinstance(source, SourceVoltageAC)
        source.stage_frequency(1e6, amplitude_v=1.0)
        source.operate()
        source.wait_settled(5.0)
        state = source.state()
        source.make_safe()
    assert (state.function, state.value, state.unit, state.operating) == ("freq", 1e6, "Hz", True)


@pytest.mark.parametrize(
    ("index", "reply", "quantity"),
    [
        (0, "SQU", "function"),
        (1, "VPP", "unit"),
        (2, "+1.0000100000000E+06", "frequency"),
        (3, "+5.0000000000000E-01", "value"),
        (4, "+1.0000000000000E-01", "offset"),
        (6, "0", "range"),
        (5, "+5.0000000000000E+01", "load"),  # half of what is shown would be at the terminals
    ],
)
def test_what_is_not_read_back_is_never_switched_on(
    expected_protocol: Protocol, step_clock: Any, index: int, reply: str, quantity: str
) -> None:
    read_back = list(READ_BACK)
    read_back[index] = (read_back[index][0], reply)
    stop = {0: 2, 2: 4, 4: 6}.get(index, index + 1)
    with expected_protocol([*STAGE, *read_back[:stop]]) as session:
        source = Keysight33220A(session, step_clock)
        source.stage_voltage_ac(1.0, frequency_hz=1e6)
        with pytest.raises(ReadbackError) as caught:
            source.operate()
    assert caught.value.quantity == quantity


def test_a_generator_beyond_its_span_is_not_sent(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol(STAGE[:6]) as session, pytest.raises(OutOfLimits, match="Nothing was sent"):
        Keysight33500B(session, step_clock).stage_frequency(21e6, amplitude_v=1.0)


def test_nothing_staged_nothing_switched_on(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session, pytest.raises(InstrumentError, match="Nothing is staged"):
        Keysight33220A(session, step_clock).operate()


@pytest.mark.parametrize(
    ("state", "merit", "count", "why"),
    [
        ("LOCK", "+0", "+24", ""),
        ("HOLD", "+2", "+24", "it is not locked (HOLD); its frequency figure of merit is 2, not 0"),
        ("LOCK", "+1", "+24", "its frequency figure of merit is 1, not 0"),
        ("LOCK", "+0", "+10", "it has been on for 30 h of 72 h"),
    ],
)
def test_a_frequency_is_traceable_only_where_all_of_it_speaks_for_it(
    expected_protocol: Protocol, step_clock: Any, state: str, merit: str, count: str, why: str
) -> None:
    asked = [(":SYNC:STAT?", state), (":SYNC:FFOM?", merit), (":DIAG:LIF:COUN?", count)]
    with expected_protocol([*asked, *asked]) as session:
        reference = Gpsdo58503(session, step_clock)
        assert isinstance(reference, ReferenceFrequency)
        found = reference.discipline()
        assert (found.traceable, found.why_not) == (not why, why)
        if why:
            with pytest.raises(InstrumentError, match="not traceable"):
                reference.require_traceable()
        else:
            reference.require_traceable()
    assert reference.nominal_hz() == 10e6


def test_an_offset_bears_its_share_of_the_amplitude() -> None:
    warm = State(temperature_c=23.0)
    for model, share in (("keysight_33220a", 0.005), ("keysight_33500b", 0.0025)):
        table = load_table(model)
        alone = table.limit("dc_offset", 1.0, state=replace(warm, amplitude_vpp=0.0))
        with_2 = table.limit("dc_offset", 1.0, state=replace(warm, amplitude_vpp=2.0))
        unknown = table.limit("dc_offset", 1.0, state=warm)
        assert with_2.half_width - alone.half_width == pytest.approx(share * 2.0)
        assert unknown.half_width - alone.half_width == pytest.approx(share * 10.0)  # the worse figure
        assert any("amplitude not stated" in note for note in unknown.notes)
        assert not any(row.status.decides_live for row in table.rows)


def test_a_generator_takes_nothing_above_the_section_s_maximum(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    limit = [
        ("OUTP OFF", None),
        ("OUTP?", "0"),
        ("SOUR1:VOLT:LIM:STAT OFF", None),
        *STAGE[2:5],
        ("VOLT:OFFS 0", None),
        ("VOLT 0.0036", None),
        ("SOUR1:VOLT:LIM:HIGH 1.415", None),  # the peak of 1 V, in steps of 1 mV upwards
        ("SOUR1:VOLT:LIM:LOW -1.415", None),
        ("SOUR1:VOLT:LIM:STAT ON", None),
        OK,
        ("SOUR1:VOLT:LIM:HIGH?", "+1.4150000000000E+00"),
        ("SOUR1:VOLT:LIM:LOW?", "-1.4150000000000E+00"),
        ("SOUR1:VOLT:LIM:STAT?", "1"),
    ]
    for model, sent in ((Keysight33220A, []), (Keysight33500B, limit)):
        with expected_protocol(sent) as session:  # and nothing further
            generator = model(session, step_clock)
            generator.set_limits(voltage_v=1.0)
            generator.set_limits(current_a=2.0)  # of a source of both; the volts stay
            for voltage_v in (3.0, float("nan")):
                with pytest.raises(OutOfLimits, match="section's limit"):
                    generator.stage_voltage_ac(voltage_v, frequency_hz=1000.0)
                with pytest.raises(OutOfLimits, match="section's limit"):
                    generator.stage_frequency(1000.0, amplitude_v=voltage_v)
