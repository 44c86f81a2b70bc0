"""Every kind of fault on every transport: it changes what a client sees, or the bench file is refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import InstrumentError
from calibrator_drivers.clock import RealClock
from calibrator_drivers.hart import open_hart
from calibrator_drivers.modbus import open_modbus
from calibrator_drivers.replay import load_traffic
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import open_session
from calibrator_sim import SIMULATOR
from calibrator_sim._errors import BenchFileError
from calibrator_sim._fault_script import KINDS

MESSAGES = ("socket", "serial", "hislip", "vxi11", "prologix")
WIRES = (*MESSAGES, "modbus", "modbus-rtu", "hart")
FAULTS = tuple(kind for kind in KINDS if kind != "wrong-wiring")  # that one is the operator's, on no wire
# The table of docs/simulated-bench.md.
REFUSED = {
    "lost-srq": {"socket", "serial", "modbus", "modbus-rtu", "hart"},
    "refused": {"serial", "prologix", "modbus-rtu", "hart"},
    "trip": {"modbus", "modbus-rtu", "hart"},
    "queue-overflow": {"modbus", "modbus-rtu", "hart"},
}
_SILENT = ("no-reply", "late-reply", "truncated", "lost-srq")
_POWER = {"domain": "power", "voltage_v": 230.0, "current_a": 1.0, "power_factor": 1.0, "variation": 0.01}
_NODES = {
    "fluke_5522a": {},
    "keysight_34401a": {"n": {"domain": "electrical", "joins": ["one"], "voltage_v": 5.0}},
    "eastron_sdm630": {"n": {"joins": ["one"], **_POWER}},
    "transmitter_4_20ma": {"n": {"domain": "pressure", "joins": ["one"], "pressure_pa": 2e5}},
}


def _model(kind: str, wire: str) -> str:
    if wire.startswith("modbus"):
        return "eastron_sdm630"
    if wire == "hart":
        return "transmitter_4_20ma"
    return "fluke_5522a" if kind == "trip" else "keysight_34401a"


def _bench(kind: str, wire: str, at_s: float = 1000.0) -> dict[str, Any]:
    model = _model(kind, wire)
    fault = {"kind": kind, "instrument": "one", "at_s": at_s, "ppm": 1e5, "delay_s": 3600.0}
    if kind in ("refused", "stuck", "over-range", "drift", "identity"):
        fault["for_s"] = 1e9
    return {
        "instruments": {"one": {"model": model, "serial": "SIM0001"}},
        "simulation": {
            "seed": 1,
            "effects": {"noise": 100.0},  # to be seen when it is stuck
            "transports": {"one": wire},
            "nodes": _NODES[model],
            "faults": [fault],
        },
    }


@pytest.mark.parametrize("wire", WIRES)
def test_what_a_wire_cannot_show_is_refused_with_its_key(wire: str) -> None:
    for kind in FAULTS:
        if wire in REFUSED.get(kind, ()):
            with pytest.raises(BenchFileError, match="cannot strike") as caught:
                SIMULATOR.open(_bench(kind, wire))
            assert caught.value.where == "simulation.faults[0].kind"


@contextmanager
def _session(bench: Any, wire: str, timeout_s: float, traffic: TrafficLog | None = None) -> Iterator[Any]:
    resource, bus = bench.opened["one"].resource, bench.opened["one"].bus
    if wire in MESSAGES:
        session: Any = open_session(resource, bus=bus, name="one", timeout_s=timeout_s, traffic=traffic)
    else:
        how: Callable[..., Any] = open_hart if wire == "hart" else open_modbus
        session = how(resource, name="one", timeout_s=timeout_s, traffic=traffic)
    try:
        yield session
    finally:
        session.close()


def _steps(session: Any, kind: str, wire: str) -> list[Callable[[], Any]]:
    if wire == "hart":
        return [partial(session.command, number) for number in (0, 3, 3)]
    if wire.startswith("modbus"):
        power = ("input", 12, 2)
        return [partial(session.read, *what) for what in (("holding", 0xFC00, 2), power, power)]
    if kind == "trip":
        return [partial(session.query, "OPER?"), partial(session.query, "ERR?")]
    if kind == "lost-srq":
        session.write("*CLS;*ESE 1;*SRE 32;*OPC")
        return [session.wait_for_service]
    asked = ("*IDN?", "READ?", "READ?", "SYST:ERR?")
    return [partial(session.query, text) for text in asked]


def _told(kind: str, wire: str, at_s: float) -> list[str]:
    """Return what a client is told after the fault has begun, up to the first error."""
    told: list[str] = []
    struck = at_s < 1e6
    with SIMULATOR.open(_bench(kind, wire, at_s)) as bench:
        silent = kind in _SILENT or (kind == "garbage" and wire not in MESSAGES)  # a frame that has no end
        timeout_s = 0.4 if struck and silent else 60.0
        try:
            if kind in ("refused", "identity"):
                bench.clock.sleep(1500.0)
            with _session(bench, wire, timeout_s) as session:
                if wire == "serial":
                    session.write("REMOTE" if kind == "trip" else "SYST:REM")
                if kind == "trip":
                    session.write("OUT 5 V;OPER")
                    bench.clock.sleep(10.0)
                if kind in ("refused", "identity"):
                    told += [str(step()) for step in _steps(session, kind, wire)]
                else:
                    bench.clock.sleep(1500.0)
                    for step in _steps(session, kind, wire):
                        told.append(str(step()))
                        bench.clock.sleep(10.0)
        except InstrumentError as error:
            told.append(type(error).__name__)
        assert bench.failures == ()
    return told


def _cases() -> Iterator[Any]:
    for wire in WIRES:
        for kind in FAULTS:
            if wire not in REFUSED.get(kind, ()) and kind != "duplicate-reply":
                fast = wire in ("modbus", "hart") and kind in ("garbage", "closed")
                yield pytest.param(wire, kind, marks=() if fast else pytest.mark.slow, id=f"{wire}-{kind}")


@pytest.mark.parametrize(("wire", "kind"), tuple(_cases()))
def test_a_fault_changes_what_a_client_sees(wire: str, kind: str) -> None:
    if wire in ("serial", "modbus-rtu", "hart") and os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX")
    plain = _told(kind, wire, 1e9)
    assert not any(text.endswith(("Timeout", "Lost", "Failed")) for text in plain)
    assert _told(kind, wire, 0.0 if kind in ("refused", "identity") else 1000.0) != plain


@pytest.mark.slow
@pytest.mark.parametrize("wire", WIRES)
def test_a_duplicate_reply_comes_twice(wire: str, tmp_path: Path) -> None:
    if wire in ("serial", "modbus-rtu", "hart") and os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX")
    with (
        closing(TrafficLog(tmp_path / "traffic.jsonl", RealClock())) as log,
        SIMULATOR.open(_bench("duplicate-reply", wire)) as bench,
        _session(bench, wire, 60.0, log) as session,
    ):
        if wire == "serial":
            session.write("SYST:REM")
        bench.clock.sleep(1500.0)
        first = _steps(session, "duplicate-reply", wire)[0]()
        if wire in MESSAGES:  # pyvisa-py throws the second reply to a HiSLIP message away
            assert session.read() == ("" if wire == "hislip" else first)
            return
        log.flush()
        came = [each.data for each in load_traffic(log.path, "one") if each.direction == "in"][-1]
        twice = came[: len(came) // 2] * 2 == came  # both at once, or the second is on its way
        assert twice or session._opened().stream.waiting(60.0)
