"""Every source x every message of making safe, standby, operate and a change while on x every kind of fault.

What stands is asked of the bench's truth, not of the driver: where an output is on behind a call that was to
bring it to rest, or at another value than was staged, the call has raised an error that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from calibrator_drivers import InstrumentError
from calibrator_drivers._pressure_controller import SAFE_PA
from calibrator_drivers.registry import driver_classes
from calibrator_drivers.transport import Policy

from ._faulty import KINDS, Rig, rig

ABSOLUTE = "absolute pressure"
MAY_BE_ON = "may still be on"
FILLS_S = 20.0  # a line is at its pressure by then
MOST_MESSAGES = 40  # a vent asks again and again: what it asks later is what it asked before


Staging = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Case:
    """A source, how a first and a second value are staged, and what is then told of each."""

    model: str
    stage: tuple[Callable[[Any], object], Callable[[Any], object]]
    values: tuple[float, float]
    prepare: Callable[[Any], object] = lambda source: source.set_limits(voltage_v=900.0, current_a=1.0)
    upset: str = ""  # what somebody sends before it is made safe: another unit
    what: str = ""  # it sources, where the model has several cases
    told: Callable[[Any], float] = lambda looking: float(looking.state().value)

    def __str__(self) -> str:
        return f"{self.model} {self.what}".strip()


def _volts(model: str, first: float, second: float) -> Case:
    stage = (lambda s: s.stage_voltage_dc(first), lambda s: s.stage_voltage_dc(second))
    return Case(model, stage, (first, second))


def _hertz(model: str) -> Case:
    stage = (
        lambda s: s.stage_frequency(1e3, amplitude_v=1.0),
        lambda s: s.stage_frequency(2e3, amplitude_v=0.5),
    )
    return Case(model, stage, (1e3, 2e3))


def _pascal(model: str, upset: str) -> Case:
    def prepare(source: Any) -> None:
        source.set_limits(pressure_pa=600e3)
        source.set_slew(50e3)

    stage = (lambda s: s.stage_pressure(100e3), lambda s: s.stage_pressure(500e3))
    return Case(model, stage, (100e3, 500e3), prepare, upset)


def _above_vacuum(model: str, upset: str, range_pa: float) -> Case:
    def prepare(source: Any) -> None:
        source.set_limits(pressure_pa=600e3)
        source.set_slew(50e3)
        source.configure_pressure(range_pa, absolute=True)

    stage = (lambda s: s.stage_pressure(200e3), lambda s: s.stage_pressure(500e3))
    return Case(model, stage, (200e3, 500e3), prepare, upset, ABSOLUTE)


def _celsius(model: str) -> Case:
    stage = (lambda s: s.stage_temperature(100.0), lambda s: s.stage_temperature(140.0))
    return Case(model, stage, (100.0, 140.0), lambda s: s.set_limits(temperature_c=145.0))


def _also(model: str, what: str, first: Staging, second: Staging, values: tuple[float, float]) -> Case:
    return Case(model, (first, second), values, what=what)


GAUGE = (
    _pascal("druck_pace5000", ":UNIT:PRES BAR"),
    _pascal("druck_pace6000", ":UNIT:PRES BAR"),
    _pascal("fluke_6270a", "UNIT:PRES BAR"),
    _pascal("mensor_cpc6050", "Units 14"),
)
FURTHER = (
    _above_vacuum("druck_pace5000", ":UNIT:PRES BAR", 800e3),
    _above_vacuum("druck_pace6000", ":UNIT:PRES BAR", 800e3),
    _above_vacuum("fluke_6270a", "UNIT:PRES BAR", 700e3),
    _above_vacuum("mensor_cpc6050", "Units 14", 700e3),
    _also(
        "fluke_5522a",
        "DCI",
        lambda s: s.stage_current_dc(0.01),
        lambda s: s.stage_current_dc(0.1),
        (0.01, 0.1),
    ),
    _also(
        "fluke_5522a",
        "ACV",
        lambda s: s.stage_voltage_ac(10.0, frequency_hz=1e3),
        lambda s: s.stage_voltage_ac(100.0, frequency_hz=50.0),
        (10.0, 100.0),
    ),
    _also(
        "fluke_5522a",
        "ACI",
        lambda s: s.stage_current_ac(0.01, frequency_hz=1e3),
        lambda s: s.stage_current_ac(0.1, frequency_hz=50.0),
        (0.01, 0.1),
    ),
    _also(
        "fluke_5522a",
        "ohms",
        lambda s: s.stage_resistance(100.0, wires=4),
        lambda s: s.stage_resistance(1e6, wires=2),
        (100.0, 1e6),
    ),
    _also(
        "fluke_5522a",
        "two outputs",
        lambda s: s.stage_power_ac(10.0, 0.1, frequency_hz=50.0, power_factor=0.5, leading=False),
        lambda s: s.stage_power_ac(100.0, 0.2, frequency_hz=60.0, power_factor=1.0, leading=False),
        (10.0, 100.0),
    ),
    _also(
        "keithley_2450",
        "DCI",
        lambda s: s.stage_current_dc(1e-3),
        lambda s: s.stage_current_dc(1e-2),
        (1e-3, 1e-2),
    ),
    *[
        Case(
            model,
            (
                lambda s: s.stage_voltage_ac(1.0, frequency_hz=1e3),
                lambda s: s.stage_voltage_ac(2.0, frequency_hz=2e3),
            ),
            (1.0, 2.0),
            lambda s: s.set_limits(voltage_v=3.0),
            what="volts",
            told=lambda looking: float(looking.voltage_now()),
        )
        for model in ("keysight_33220a", "keysight_33500b")
    ],
)
CASES = (
    _volts("fluke_5522a", 10.0, 100.0),
    _volts("fluke_5520a", 10.0, 100.0),
    _volts("fluke_5730a", 10.0, 100.0),
    _volts("keithley_2450", 1.0, 15.0),
    _hertz("keysight_33220a"),
    _hertz("keysight_33500b"),
    *GAUGE,
    *[_celsius(model) for model in ("fluke_9142", "fluke_9143", "fluke_9144", "fluke_7341")],
)
ALL = (*CASES, *FURTHER)
DOINGS = ("make safe", "standby", "operate", "operate again", "another value while on")


def test_every_source_that_is_installed_is_swept() -> None:
    sources = {name for name, driver in driver_classes().items() if hasattr(driver, "make_safe")}
    assert sources == {case.model for case in ALL}


def _begin(case: Case, source: Any) -> None:
    source.identify()
    source.make_safe()
    source.reset()
    case.prepare(source)
    case.stage[0](source)


def _do(case: Case, source: Any, doing: str) -> None:
    if doing == "make safe":
        source.make_safe()
    elif doing == "standby":
        source.standby()
    else:
        if doing == "another value while on":
            case.stage[1](source)
        source.operate()


def _at_rest(found: Rig) -> bool:
    return not found.on and abs(found.line_pa) <= SAFE_PA * 1.01


def _judge(case: Case, found: Rig, source: Any, doing: str, error: InstrumentError | None) -> None:
    """Hold what the call said against the truth."""
    said = "" if error is None else str(error)
    if doing == "make safe":
        assert _at_rest(found) if error is None else MAY_BE_ON in said, said
        return
    if doing == "standby":
        assert MAY_BE_ON in said if error is not None else not found.on, said
        return
    if error is not None:
        assert not found.on or MAY_BE_ON in said, said
        with pytest.raises(InstrumentError, match=f"Nothing is staged|{MAY_BE_ON}"):
            source.operate()
        return
    assert found.on
    with found.driver() as looking:
        wanted = case.values[doing == "another value while on"]
        assert case.told(looking) == pytest.approx(wanted, rel=1e-6)


def _strike(case: Case, found: Rig, doing: str, kind: str, at: int) -> bool:
    """Let one message fail in one way; return whether there was such a message."""
    found.trouble.arm("", -1)
    with found.driver() as source:
        _begin(case, source)
        if doing != "operate":
            source.operate()
            assert found.on
            source._clock.sleep(FILLS_S)
        if doing == "make safe" and case.upset:
            source.session.write(case.upset)
        found.trouble.arm(kind, at)
        error = None
        try:
            _do(case, source, doing)
        except InstrumentError as problem:
            error = problem
        struck = found.trouble.struck
        if kind != "gone" or not struck:
            found.trouble.arm("", -1)
        where = f"{case}, {doing}, {kind} at message {at}: {error}"
        try:
            _judge(case, found, source, doing, error)
        except AssertionError as failure:
            raise AssertionError(where) from failure
    return struck


def _sweep(case: Case, doing: str, kinds: Iterable[str], most: int = MOST_MESSAGES) -> int:
    done = 0
    closed = case.what in ("DCI", "ACI", "two outputs")
    with rig(case.model, closed=closed, barometer=case.what == ABSOLUTE) as found:
        for kind in kinds:
            for at in range(most):
                if not _strike(case, found, doing, kind, at):
                    break
                done += 1
    return done


@pytest.mark.slow
@pytest.mark.parametrize("doing", DOINGS)
@pytest.mark.parametrize("case", ALL, ids=str)
def test_no_fault_at_any_message_leaves_it_on_silently(case: Case, doing: str) -> None:
    assert _sweep(case, doing, KINDS) >= 2 * len(KINDS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_share_of_these_faults_of_each_source(case: Case) -> None:
    """The sweep's first messages, each source and each doing with another kind."""
    first = CASES.index(case)
    for number, doing in enumerate(DOINGS):
        kind = KINDS[(3 * first + 5 * number) % len(KINDS)]
        assert _sweep(case, doing, [kind], most=6) >= 2


def test_a_value_staged_before_the_connection_was_lost_is_not_connected() -> None:
    with rig("fluke_5522a") as found, found.driver(policy=Policy(on_loss="reconnect")) as source:
        _begin(CASES[0], source)
        found.trouble.arm("a drop before", 0)
        with pytest.raises(InstrumentError):
            source.state()
        assert source.session.reconnections == 1
        with pytest.raises(InstrumentError, match="connection was lost since the value was staged"):
            source.operate()
        assert not found.on
        CASES[0].stage[0](source)
        source.operate()
        assert found.on


@pytest.mark.parametrize("model", ["druck_pace5000", "fluke_6270a", "mensor_cpc6050"])
def test_no_range_is_changed_under_control_and_nothing_staged_survives_it(model: str) -> None:
    case = next(case for case in CASES if case.model == model)
    with rig(model) as found, found.driver() as source:
        _begin(case, source)
        source.operate()
        assert found.on
        source.configure_pressure(700e3, absolute=False)
        assert not found.on
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            source.operate()
