"""A reply that is no finite number (nan, inf) compares with nothing: it must refuse, never pass a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from calibrator_drivers import AccuracyError, InstrumentError, ReadbackError, UnexpectedReply
from calibrator_drivers.accuracy import State
from calibrator_drivers.clock import RealClock
from calibrator_drivers.commands import reading
from calibrator_drivers.druck import DruckPACE5000
from calibrator_drivers.fluke import Fluke5522A, Fluke9142
from calibrator_drivers.keysight import Keysight33500B, Keysight34461A

NONE = '0,"No error"'


class Answers:
    """A session whose instrument answers by a table, and whose output follows what was sent last."""

    name, resource, dirty = "unit", "MEMORY::unit::INSTR", False
    resynchronisations, last_offset = 0, None

    def __init__(self, replies: Mapping[str, str], on: str, asked: str) -> None:
        self._replies, self._on, self._asked = replies, on, asked
        self.sent: list[str] = []

    def write(self, text: str) -> None:
        self.sent.append(text)

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        del timeout_s
        if text == self._asked:
            stem = self._on.rsplit(" ", 1)[0]
            last = [sent for sent in self.sent if sent == "STBY" or sent.rsplit(" ", 1)[0] == stem]
            return str(int(last[-1:] == [self._on]))
        return self._replies[text]


FLUKE = {
    "OUT?": "1.000000E+01,V,0E+00,0,0.00E+00",
    "FUNC?": "DCV",
    "RANGELCK?": "OFF",
    "RANGE?": "3.299999E+01",
    "ERR?": NONE,
}
PACE = {
    ":SOUR:PRES?": "1000.0",
    ":UNIT:PRES?": "HPA",
    ":SOUR:PRES:SLEW:MODE?": "LIN",
    ":SOUR:PRES:SLEW?": "100",
    ":SENS:PRES:RANG?": '"7.00barg"',
    ":SENS:PRES?": "0.0",
    ":SOUR:PRES:LEV:IMM:AMPL:VENT?": "0",
    ":SYST:ERR?": NONE,
}
WELL = {
    "UNIT:TEMP?": "C",
    "SOUR:SPO?": "100.0",
    "SOUR:PROT:TRIP?": "0",
    "SYST:ERR?": NONE,
    "SOUR:SENS:DATA?": "23.0",
}
GENERATOR = {
    "FUNC?": "SIN",
    "VOLT:UNIT?": "VRMS",
    "FREQ?": "1000",
    "VOLT?": "1.0",
    "VOLT:OFFS?": "0",
    "OUTP:LOAD?": "9.9E37",
    "VOLT:RANG:AUTO?": "1",
    **{f"{kind}:STAT?": "0" for kind in ("BURS", "SWE", "AM", "FM", "PM", "FSK", "PWM", "BPSK", "SUM")},
    "FREQ:MODE?": "CW",
    "COMB:FEED?": "NONE",
    "*IDN?": "Agilent Technologies,33522B,MY50000001,3.05",
    "SYST:ERR?": NONE,
}


def fluke(clock: Any, replies: Mapping[str, str]) -> tuple[Any, Answers]:
    session = Answers({**FLUKE, **replies}, "OPER", "OPER?")
    driver = Fluke5522A(session, clock)
    driver.stage_voltage_dc(10.0)
    return driver, session


def pace(clock: Any, replies: Mapping[str, str]) -> tuple[Any, Answers]:
    session = Answers({**PACE, **replies}, ":OUTP:STAT 1", ":OUTP:STAT?")
    driver = DruckPACE5000(session, clock)
    driver.stage_pressure(1e5)
    return driver, session


def well(clock: Any, replies: Mapping[str, str]) -> tuple[Any, Answers]:
    session = Answers({**WELL, **replies}, "OUTP:STAT 1", "OUTP:STAT?")
    driver = Fluke9142(session, clock)
    driver.stage_temperature(100.0)
    return driver, session


def generator(clock: Any, replies: Mapping[str, str]) -> tuple[Any, Answers]:
    session = Answers({**GENERATOR, **replies}, "OUTP ON", "OUTP?")
    driver = Keysight33500B(session, clock)
    driver.stage_voltage_ac(1.0, frequency_hz=1000.0)
    return driver, session


Make = Callable[[Any, Mapping[str, str]], tuple[Any, Answers]]
ON = {fluke: "OPER", pace: ":OUTP:STAT 1", well: "OUTP:STAT 1", generator: "OUTP ON"}


@pytest.mark.parametrize("make", list(ON))
def test_operates_where_all_is_as_staged(make: Make, step_clock: Any) -> None:
    driver, session = make(step_clock, {})
    driver.operate()
    assert ON[make] in session.sent


@pytest.mark.parametrize("bad", ["nan", "NAN", "inf", "-INF"])
@pytest.mark.parametrize(
    ("make", "query", "template"),
    [
        (fluke, "OUT?", "{},V,0E+00,0,0.00E+00"),
        (fluke, "OUT?", "1.000000E+01,V,{},0,0.00E+00"),
        (fluke, "OUT?", "1.000000E+01,V,0E+00,0,{}"),
        (fluke, "RANGE?", "{}"),
        (pace, ":SOUR:PRES?", "{}"),
        (well, "SOUR:SPO?", "{}"),
        (generator, "FREQ?", "{}"),
        (generator, "VOLT?", "{}"),
        (generator, "VOLT:OFFS?", "{}"),
    ],
)
def test_never_connects_what_is_read_back_as_no_number(
    make: Make, query: str, template: str, bad: str, step_clock: Any
) -> None:
    driver, session = make(step_clock, {query: template.format(bad)})
    with pytest.raises((UnexpectedReply, ReadbackError)):
        driver.operate()
    assert ON[make] not in session.sent


def test_a_line_whose_sensor_tells_no_number_is_vented_and_never_called_safe(step_clock: Any) -> None:
    driver, session = pace(step_clock, {":SENS:PRES?": "nan"})
    with pytest.raises(InstrumentError):
        driver.make_safe()
    assert any("VENT 1" in text for text in session.sent)


def test_a_block_whose_sensor_tells_no_number_is_not_touchable(step_clock: Any) -> None:
    driver, _ = well(step_clock, {"SOUR:SENS:DATA?": "nan"})
    with pytest.raises(UnexpectedReply):
        driver.touchable()


def test_every_reading_refuses_what_is_no_finite_number() -> None:
    class Meter:
        volts = reading("V?", float, "volts", "S-EXAMPLE", "seen")

        def __init__(self, session: Any) -> None:
            self.session = session

    assert Meter(Answers({"V?": "9.9E37"}, "", "")).volts() == 9.9e37  # an overload is a figure
    with pytest.raises(UnexpectedReply, match="finite"):
        Meter(Answers({"V?": "nan"}, "", "")).volts()


def test_a_meter_indicates_no_nan() -> None:
    with pytest.raises(UnexpectedReply, match="no number"):
        Keysight34461A(Answers({"READ?": "NAN"}, "", ""), RealClock()).read()  # type: ignore[arg-type]
    assert Keysight34461A(Answers({"READ?": "INF"}, "", ""), RealClock()).read().overload  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_state_is_made_of_numbers(bad: float) -> None:
    with pytest.raises(AccuracyError, match="temperature_c"):
        State(temperature_c=bad)


def test_the_engine_takes_no_nan_for_the_staged_value() -> None:
    from calibrator.engine._output import Staged, compare

    with pytest.raises(Exception, match="read back"):
        compare(float("nan"), Staged("dcv", Decimal("10"), "V"), "here")


def test_the_engine_calls_no_block_safe_whose_temperature_is_unknown() -> None:
    from calibrator.engine._safety import _left

    class Block:
        ROLES = ("SourceTemperature",)

        def temperature_c(self) -> float:
            return float("nan")

    (left,) = _left(Block())  # type: ignore[arg-type] # all that is asked of it
    assert not left.safe
    assert "do not touch" in left.words
