"""Lost connections, repeated queries and error queues, as the policy of a bus says."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from calibrator_drivers import (
    ConnectFailed,
    ConnectionLost,
    InstrumentReportedError,
    ReadTimeout,
    WrongIdentity,
    registry,
)
from calibrator_drivers.clock import RealClock
from calibrator_drivers.commands import action, choice, reading, setting
from calibrator_drivers.dialect import SCPI
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import Policy, open_session

Serve = Callable[[Any], Any]


class Source:
    """A source that drops its connection when told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.drops_at = {"DROP", "DROP?"}
        self.drops_once: set[str] = set()
        self.identity = "MAKER,SOURCE,1,2"
        self.silent_once: set[str] = set()
        self.errors: list[str] = []

    def __call__(self, line: bytes, connection: socket.socket) -> None:
        text = line.decode()
        self.heard.append(text)
        if text in self.drops_once:
            self.drops_once.remove(text)
            connection.shutdown(socket.SHUT_RDWR)
        elif text in self.drops_at:
            connection.shutdown(socket.SHUT_RDWR)
        elif text in self.silent_once:
            self.silent_once.remove(text)
        elif text == "*IDN?":
            connection.sendall(self.identity.encode() + b"\n")
        elif text == "SYST:ERR?":
            connection.sendall(((self.errors or ['+0,"No error"']).pop(0) + "\n").encode())
        elif text.startswith("BAD"):
            self.errors = [f'-113,"Undefined header {text}"', '+0,"No error"']
        elif text.endswith("?"):
            connection.sendall(b"0\n")


class SourceDriver:
    """A driver with an output: what connects it is never restored."""

    MODEL_ID: ClassVar[str] = "maker_source"
    ROLES: ClassVar[tuple[str, ...]] = ()
    volts = setting("VOLT {}", "V", -10.0, 10.0, "voltage", "S-X", "seen", restores=True)
    speed = choice("SPEED {}", {1: "SLOW", 2: "FAST"}, "speed", "S-X", "seen", restores=True)
    output = choice("OUTP {}", {True: "ON", False: "OFF"}, "connects the output", "S-X", "seen")
    reset = action("*RST", "reset", "S-X", "seen")
    identity = reading("*IDN?", str, "identity", "S-X", "seen", repeatable=True)

    def __init__(self, session: Any, clock: Any) -> None:
        self.session = session

    def standby(self) -> None:
        self.output(False)

    make_safe = standby


@pytest.fixture
def source_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "driver_class", lambda _: SourceDriver)


def _lose(session: Any) -> None:
    """Ask until the loss shows: a write may still be taken by the system."""
    session.query("DROP?")


def test_settings_are_restored_in_standby_and_the_output_never(
    serve: Serve, source_driver: None, tmp_path: Path
) -> None:
    source = Source()
    log = TrafficLog(tmp_path / "traffic.jsonl", RealClock())
    device: Any = registry.open_instrument(
        "maker_source",
        serve(source).resource,
        clock=RealClock(),
        policy=Policy(on_loss="reconnect"),
        timeout_s=30.0,
        traffic=log,
    )
    device.identity()
    device.volts(1.0)
    device.reset()
    device.speed(1)
    device.volts(5.0)
    device.speed(2)
    device.output(True)
    device.session.query("OUTP?")  # all before it has been heard
    source.heard.clear()
    with pytest.raises(ConnectionLost, match="was not repeated") as caught:
        _lose(device.session)
    assert caught.value.restored
    assert device.session.query("VOLT?") == "0"
    assert source.heard == ["DROP?", "*IDN?", "OUTP OFF", "VOLT 5", "SPEED FAST", "VOLT?"]
    assert (device.session.reconnections, log.counts["reconnected"]) == (1, 1)
    device.session.close()
    log.close()


def test_another_instrument_at_the_address_is_set_to_nothing(serve: Serve) -> None:
    source = Source()
    session = open_session(serve(source).resource, policy=Policy(on_loss="reconnect"), timeout_s=30.0)
    session.query("*IDN?")
    session.remember("VOLT", "VOLT 5")
    source.identity = "MAKER,SOURCE,2,2"
    source.heard.clear()
    with pytest.raises(WrongIdentity, match=r"'MAKER,SOURCE,2,2' answers"):
        _lose(session)
    with pytest.raises(ConnectionLost, match="stays closed"):
        session.write("VOLT 5")
    assert source.heard == ["DROP?", "*IDN?"]
    session.close()


@pytest.mark.parametrize("policy", [Policy(), Policy(on_loss="reconnect")])
def test_without_the_policy_or_an_identity_a_lost_connection_stays_closed(
    serve: Serve, policy: Policy
) -> None:
    source = Source()
    server = serve(source)
    session = open_session(server.resource, policy=policy, timeout_s=30.0)
    with pytest.raises(ConnectionLost) as caught:
        _lose(session)
    assert not caught.value.restored
    for attempt in (lambda: session.write("A"), lambda: session.query("A?"), session.status_byte):
        with pytest.raises(ConnectionLost, match="stays closed"):
            attempt()
    assert (source.heard, len(server.connections)) == (["DROP?"], 1)
    session.reopen()
    assert session.query("A?") == "0"
    session.close()


def test_an_instrument_that_does_not_come_back_is_named(serve: Serve) -> None:
    server = serve(Source())
    policy = Policy(on_loss="reconnect", reconnect_attempts=2, reconnect_wait_s=0.01)
    session = open_session(server.resource, policy=policy, timeout_s=30.0)
    session.query("*IDN?")
    server.close()
    with pytest.raises((ConnectFailed, ConnectionLost)):
        session.query("A?")
    session.close()


def test_only_a_repeatable_query_is_asked_again_and_counted(serve: Serve, tmp_path: Path) -> None:
    source = Source()
    log = TrafficLog(tmp_path / "traffic.jsonl", RealClock())
    policy = Policy(query_retries=2)
    session = open_session(serve(source).resource, policy=policy, timeout_s=1.0, traffic=log, name="unit")
    source.silent_once = {"A?", "READ?"}
    assert session.query("A?", repeatable=True) == "0"
    assert (session.retries, log.counts["retry"]) == (1, 1)
    with pytest.raises(ReadTimeout):
        session.query("READ?", timeout_s=0.1)
    assert source.heard == ["A?", "A?", "READ?"]
    session.close()
    log.close()


def test_a_repeatable_query_is_asked_again_after_the_connection_came_back(serve: Serve) -> None:
    source = Source()
    policy = Policy(on_loss="reconnect", query_retries=1)
    session = open_session(serve(source).resource, policy=policy, timeout_s=30.0)
    session.query("*IDN?")
    source.drops_once = {"A?"}
    assert session.query("A?", repeatable=True) == "0"
    assert (session.retries, session.reconnections) == (1, 1)
    session.close()


def test_a_command_is_never_sent_twice(serve: Serve) -> None:
    source = Source()
    policy = Policy(on_loss="reconnect", query_retries=5)
    session = open_session(serve(source).resource, policy=policy, timeout_s=30.0)
    session.query("*IDN?")
    with pytest.raises(ConnectionLost):
        _write_until_lost(session)
    assert source.heard.count("DROP") == 1
    session.close()


def _write_until_lost(session: Any) -> None:
    session.write("DROP")
    for _ in range(3):  # the loss shows with the first query behind it, at the latest
        session.query("A?")


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        (Policy(), [1, 2, 3, 4, 5]),
        (Policy(error_checks="batch", batch=2), [0, 1, 1, 2, 2]),
        (Policy(error_checks="end"), [0, 0, 0, 0, 0]),
    ],
)
def test_errors_are_looked_for_as_the_policy_says(serve: Serve, policy: Policy, asked: list[int]) -> None:
    source = Source()
    session = open_session(serve(source).resource, policy=policy, timeout_s=30.0)
    counts = []
    for index in range(5):
        session.write(f"SET {index}")
        SCPI.check(session, after=f"SET {index}")
        counts.append(source.heard.count("SYST:ERR?"))
    assert counts == asked
    session.close()
    assert source.heard.count("SYST:ERR?") == asked[-1] + (policy.error_checks != "each")


def test_an_error_that_was_left_to_the_end_names_what_was_done(serve: Serve) -> None:
    source = Source()
    session = open_session(serve(source).resource, policy=Policy(error_checks="end"), timeout_s=30.0)
    for text in ("VOLT 1", "BAD 2", "VOLT 3"):
        session.write(text)
        SCPI.check(session, after=text)
    with pytest.raises(InstrumentReportedError, match=r"-113.*after 'VOLT 1, BAD 2, VOLT 3'"):
        session.close()
    with pytest.raises(ConnectionLost):
        session.query("A?")


def test_a_source_is_looked_at_after_each_setting_whatever_the_policy(
    serve: Serve, source_driver: None
) -> None:
    policy = Policy(error_checks="end")
    device: Any = registry.open_instrument(
        "maker_source", serve(Source()).resource, clock=RealClock(), policy=policy
    )
    assert device.session.policy.error_checks == "each"
    device.session.close()


@pytest.mark.parametrize(
    "wrong",
    [{"on_loss": "go on"}, {"error_checks": "never"}, {"query_retries": -1}, {"batch": 0}],
)
def test_a_policy_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"begin at|is"):
        Policy(**wrong)


class MeterDriver:
    """A driver without an output: each setting is restored but the one that says no."""

    span = setting("RANG {}", "V", 0.0, 1000.0, "range", "S-X", "seen")
    beep = choice("BEEP {}", {1: "ON"}, "beeper", "S-X", "seen", restores=False)
    identity = reading("*IDN?", str, "identity", "S-X", "seen", repeatable=True)

    def __init__(self, session: Any) -> None:
        self.session = session


def test_an_instrument_without_an_output_restores_each_setting(serve: Serve) -> None:
    source = Source()
    session = open_session(serve(source).resource, policy=Policy(on_loss="reconnect"), timeout_s=30.0)
    meter = MeterDriver(session)
    meter.identity()
    meter.span(10.0)
    meter.beep(1)
    session.query("A?")
    source.heard.clear()
    with pytest.raises(ConnectionLost):
        _lose(session)
    assert session.query("A?") == "0"
    assert source.heard == ["DROP?", "*IDN?", "RANG 10", "A?"]
    session.close()


class OldDriver:
    """A driver of an instrument that answers `ID?` only, as the 3458A does."""

    identity = reading("ID?", str, "identity", "S-X", "seen", repeatable=True)
    span = setting("RANGE {}", "V", 0.0, 1000.0, "range", "S-X", "seen")

    def __init__(self, session: Any, clock: Any) -> None:
        self.session = session

    def identify(self) -> Any:
        return SimpleNamespace(raw=self.identity())


@pytest.mark.parametrize("same", [True, False])
def test_an_instrument_without_idn_is_recognised_by_its_driver(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    monkeypatch.setattr(registry, "driver_class", lambda _: OldDriver)
    source = Source()
    answers = ["HP3458A", "HP3458A" if same else "HP3457A"]

    def old(line: bytes, connection: socket.socket) -> None:
        if line == b"ID?":
            source.heard.append("ID?")
            connection.sendall(answers.pop(0).encode() + b"\n")
        else:
            source(line, connection)

    policy = Policy(on_loss="reconnect")
    device: Any = registry.open_instrument(
        "old", serve(old).resource, clock=RealClock(), policy=policy, timeout_s=30.0
    )
    device.span(10.0)
    with pytest.raises(ConnectionLost if same else WrongIdentity) as caught:
        _lose(device.session)
    assert getattr(caught.value, "restored", False) is same
    if same:
        assert device.session.query("A?") == "0"
    assert source.heard == ["ID?", "RANGE 10", "DROP?", "ID?", *(["RANGE 10", "A?"] if same else [])]
    device.session.close()
