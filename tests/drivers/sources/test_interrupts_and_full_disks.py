"""Neither a log that cannot be written, nor a person's Ctrl-C, nor a changed limit leaves a source on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from calibrator.engine._traffic import EngineTraffic
from calibrator_drivers import InstrumentError, OutOfLimits
from calibrator_drivers._pressure_controller import SAFE_PA
from calibrator_drivers.clock import RealClock
from calibrator_drivers.registry import driver_classes
from calibrator_drivers.traffic import TrafficLog

from ._faulty import NEVER, Rig, rig

SMALL = "the section's limit"
Step = Callable[[Any], object]


def _volts(source: Any) -> None:
    source.set_limits(voltage_v=30.0, current_a=0.1)
    source.stage_voltage_dc(20.0)


def _sine(source: Any) -> None:
    source.set_limits(voltage_v=6.0)
    source.stage_voltage_ac(5.0, frequency_hz=1e3)


def _pascal(source: Any) -> None:
    source.set_limits(pressure_pa=600e3)
    source.set_slew(50e3)
    source.stage_pressure(500e3)


def _celsius(source: Any) -> None:
    source.set_limits(temperature_c=140.0)
    source.stage_temperature(120.0)


SOURCES: dict[str, tuple[Step, dict[str, float]]] = {
    **dict.fromkeys(
        ("fluke_5522a", "fluke_5520a", "fluke_5730a", "keithley_2450"), (_volts, {"voltage_v": 5.0})
    ),
    **dict.fromkeys(("keysight_33220a", "keysight_33500b"), (_sine, {"voltage_v": 1.0})),
    **dict.fromkeys(
        ("druck_pace5000", "druck_pace6000", "fluke_6270a", "mensor_cpc6050"),
        (_pascal, {"pressure_pa": 100e3}),
    ),
    **dict.fromkeys(
        ("fluke_9142", "fluke_9143", "fluke_9144", "fluke_7341"), (_celsius, {"temperature_c": 60.0})
    ),
}
MODELS = tuple(SOURCES)


def _staged(found: Rig, source: Any) -> dict[str, float]:
    stage, less = SOURCES[found.model]
    source.identify()
    source.reset()
    stage(source)
    return less


def test_every_source_is_swept() -> None:
    assert set(MODELS) == {name for name, each in driver_classes().items() if hasattr(each, "make_safe")}


@pytest.mark.parametrize("model", MODELS)
def test_what_was_staged_before_the_limit_went_down_is_never_connected(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        less = _staged(found, source)
        source.set_limits(**less)
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            source.operate()
        assert not found.on


@pytest.mark.parametrize("model", MODELS)
def test_what_is_on_above_a_new_limit_is_disconnected_and_refused(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        less = _staged(found, source)
        source.operate()
        assert found.on
        with pytest.raises(OutOfLimits, match=f"{SMALL}; the output was on at it and is disconnected"):
            source.set_limits(**less)
        assert not found.on
        source.set_limits(**less)  # and it may be set now


@pytest.mark.parametrize("model", MODELS)
def test_a_limit_that_only_the_driver_knows_holds_what_is_staged(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        _staged(found, source)
        held = {"_limited": {"V": (-5.0, 5.0)}, "_highest_v": 1.0, "_highest_pa": 1e5, "_highest_c": 60.0}
        for name, value in held.items():
            if hasattr(source, name):
                setattr(source, name, value)
        with pytest.raises(OutOfLimits, match=SMALL):
            source.operate()
        assert not found.on


@pytest.mark.parametrize("again", ["reopen", "clear"])
@pytest.mark.parametrize("model", MODELS)
def test_a_connection_opened_by_hand_connects_nothing_that_was_staged_before(model: str, again: str) -> None:
    with rig(model) as found, found.driver() as source:
        _staged(found, source)
        if again == "clear":
            found.trouble.arm("a drop before", 0)
            with pytest.raises(InstrumentError):
                source.state()
        getattr(source.session, again)()
        with pytest.raises(InstrumentError, match="connection was lost since"):
            source.operate()
        assert not found.on


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("model", MODELS)
def test_what_breaks_in_behind_the_command_that_connects_leaves_it_off(
    model: str, stop: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    with rig(model) as found, found.driver() as source:
        _staged(found, source)
        send = source.session._link.send

        def interrupted(message: bytes) -> None:
            was = found.on
            send(message)
            if found.on and not was:
                raise stop

        monkeypatch.setattr(source.session._link, "send", interrupted)
        with pytest.raises(stop):
            source.operate()
        assert not found.on
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            source.operate()


def _interrupted(source: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let Ctrl-C come in place of a message, and of the message `left[1]` behind it; how many are left."""
    session, left = source.session, [NEVER, 0]
    send, ask = session._link.send, session._send_asking

    def reached(through: Callable[[bytes], None], message: bytes) -> None:
        left[0] -= 1
        if left[0] == NEVER:
            left[0], left[1] = (left[1] - 1, 0) if left[1] else (NEVER, 0)
            raise KeyboardInterrupt
        through(message)

    monkeypatch.setattr(session._link, "send", partial(reached, send))
    monkeypatch.setattr(getattr(session, "_session", session), "_send_asking", partial(reached, ask))
    return left


# A line's first messages, those about the vent of a line at 500 kPa, and the waiting behind it.
INSTANTS = (*range(8), *range(22, 31), 34)


@pytest.mark.parametrize("doing", ["make_safe", "standby"])
@pytest.mark.parametrize("model", MODELS)
def test_no_interrupt_at_any_message_of_coming_to_rest_keeps_it_on(
    model: str, doing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[BaseException] = []
    with rig(model) as found, found.driver() as source:
        left = _interrupted(source, monkeypatch)
        for at in INSTANTS if doing == "make_safe" else range(3):
            _staged(found, source)
            source.operate()
            assert found.on
            source._clock.sleep(20.0)  # a line is at its pressure
            left[0] = at
            try:
                getattr(source, doing)()
            except KeyboardInterrupt as stop:
                stopped.append(stop)
            left[0] = NEVER
            assert not found.on
            if doing == "make_safe":
                assert abs(found.line_pa) <= 1.01 * SAFE_PA
            source.make_safe()
        assert len(stopped) >= 2
        assert not any("__notes__" in vars(stop) for stop in stopped)  # each was seen at rest


@pytest.mark.parametrize("doing", ["make_safe", "standby"])
@pytest.mark.parametrize("model", MODELS)
def test_a_second_interrupt_while_coming_to_rest_is_repeated_does_not_keep_it_on_either(
    model: str, doing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rig(model) as found, found.driver() as source:
        left = _interrupted(source, monkeypatch)
        stopped = 0
        for at, behind in product(range(3), range(1, 9)):
            _staged(found, source)
            source.operate()
            assert found.on
            source._clock.sleep(20.0)
            left[:] = [at, behind]
            try:
                getattr(source, doing)()
            except KeyboardInterrupt:
                stopped += left == [NEVER, 0] or left[0] < NEVER
            left[:] = [NEVER, 0]
            assert not found.on, (at, behind)
            source.make_safe()
        assert stopped >= 2


@pytest.mark.parametrize("model", MODELS)
def test_what_is_on_when_a_connection_is_opened_by_hand_is_off_behind_the_refusal(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        _staged(found, source)
        source.operate()
        source.session.reopen()
        assert found.on
        with pytest.raises(InstrumentError, match="connection was lost since"):
            source.operate()
        assert not found.on


class _Full:
    """A disk that is full from a moment on."""

    def __init__(self, log: TrafficLog) -> None:
        self._log, self._were = log, (log._append, log._file)
        log._append = self.write
        log._file = self  # type: ignore[assignment]

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close nothing."""

    def make_room(self) -> None:
        self._log._append, self._log._file = self._were


@pytest.mark.parametrize("log", [TrafficLog, EngineTraffic])
@pytest.mark.parametrize("model", MODELS)
def test_a_disk_that_is_full_keeps_no_source_on(model: str, log: type[TrafficLog], tmp_path: Path) -> None:
    traffic = log(tmp_path / "t.jsonl", RealClock())
    with rig(model) as found, found.driver(traffic=traffic) as source:
        for name in ("make_safe", "standby"):
            _staged(found, source)
            source.operate()
            assert found.on
            disk = _Full(traffic)
            source.session._dirty = True  # an exchange broke off: the link comes into step first
            getattr(source, name)()
            assert not found.on
            if log is TrafficLog:  # which refuses to energise
                with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                    SOURCES[model][0](source)
                assert not found.on
            disk.make_room()
    traffic.close()


def test_no_way_of_writing_stops_the_engine_and_each_is_remembered(tmp_path: Path) -> None:
    """The ways are those that the log has, so that a new one is looked at too."""
    ways = [name for name, each in vars(TrafficLog).items() if callable(each) and not name.startswith("_")]
    assert {"own", "stray", "note", "sent", "received"} < set(ways)
    for way in ways:
        if way == "unhindered":
            continue
        log = EngineTraffic(tmp_path / f"{way}.jsonl", RealClock())
        log.asked("meter", b"READ?\n")  # it is held back
        disk = _Full(log)
        given = {"flush": (), "close": (), "note": ("meter", "clear")}.get(way, ("meter", b"x" * 2000))
        getattr(log, way)(*given)
        assert isinstance(log._failure, OSError), way
        disk.make_room()
        log.close()
