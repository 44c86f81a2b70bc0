"""Each fault of the simulator's script on each of its wires: the driver names it, and goes on in step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_drivers import (
    ConnectFailed,
    ConnectionLost,
    InstrumentReportedError,
    ReadTimeout,
    UnexpectedReply,
    WrongIdentity,
)
from calibrator_drivers.clock import RealClock
from calibrator_drivers.registry import open_instrument
from calibrator_sim import SIMULATOR

WIRES = [
    "socket",
    *(pytest.param(wire, marks=pytest.mark.slow) for wire in ("serial", "hislip", "vxi11", "prologix")),
]
Build = Callable[..., tuple[Any, Any]]


@pytest.fixture
def build(request: pytest.FixtureRequest) -> Iterator[Build]:
    held: list[Any] = []

    def opener(wire: str, kind: str, model: str = "keysight_34401a", **more: Any) -> tuple[Any, Any]:
        if wire == "serial" and os.name != "posix":
            pytest.skip("pseudo-terminals are POSIX")
        fault = {"kind": kind, "instrument": "one", "at_s": 1000.0, **more}
        bench = SIMULATOR.open(
            {
                "instruments": {"one": {"model": model, "serial": "SIM0001"}},
                "simulation": {"seed": 1, "transports": {"one": wire}, "faults": [fault]},
            }
        )
        held.append(bench)
        device: Any = open_instrument(
            model,
            bench.resources["one"],
            clock=RealClock(),
            bus=bench.opened["one"].bus or "",
            timeout_s=30.0,
        )
        held.append(device.session)
        device.identify()
        bench.clock.sleep(1500.0)
        return bench, device

    yield opener
    for each in reversed(held):
        each.close()


def _identify(model: str, resource: str) -> None:
    device: Any = open_instrument(model, resource, clock=RealClock())
    try:
        device.identify()
    finally:
        device.session.close()


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("kind", "more"), [("no-reply", {}), ("late-reply", {"delay_s": 0.8}), ("truncated", {})]
)
def test_a_reply_that_does_not_come_whole_is_a_time_out_and_the_next_is_right(
    build: Build, wire: str, kind: str, more: dict[str, Any]
) -> None:
    _, meter = build(wire, kind, **more)
    with pytest.raises(ReadTimeout):
        meter.session.query("READ?", timeout_s=0.4)
    assert meter.session.query("*ESE 7;*ESE?") == "+7"
    assert meter.session.resynchronisations >= 1


@pytest.mark.parametrize("wire", WIRES)
def test_a_reply_that_comes_twice_answers_one_question(build: Build, wire: str) -> None:
    _, meter = build(wire, "duplicate-reply")
    assert meter.session.query("*ESE 7;*ESE?") == "+7"
    assert meter.session.query("*ESE 9;*ESE?") == "+9"


@pytest.mark.parametrize("wire", WIRES)
def test_a_closed_connection_is_lost_and_opens_again(build: Build, wire: str) -> None:
    _, meter = build(wire, "closed")
    with pytest.raises(ConnectionLost):
        meter.session.query("*IDN?")
    if wire == "serial":  # a line that is gone comes back under another name
        with pytest.raises(ConnectFailed):
            meter.session.reopen()
        return
    meter.session.reopen()
    assert meter.session.query("*IDN?").startswith("HEWLETT-PACKARD")


@pytest.mark.parametrize("wire", WIRES)
def test_a_refused_connection_is_a_named_error(build: Build, wire: str) -> None:
    if wire in ("serial", "prologix"):
        pytest.skip("a serial line refuses nobody, and a gateway stands for all behind it")
    bench, meter = build(wire, "refused", count=9)
    with pytest.raises((ConnectFailed, ConnectionLost)):
        _identify(meter.MODEL_ID, bench.resources["one"])


@pytest.mark.parametrize("wire", WIRES)
def test_garbage_and_another_identity_are_named(build: Build, wire: str) -> None:
    _, meter = build(wire, "garbage", text="+1.0E")
    with pytest.raises(UnexpectedReply):
        meter.read()
    _, other = build(wire, "identity")
    with pytest.raises(WrongIdentity):
        other.identify()


@pytest.mark.parametrize("wire", WIRES)
def test_a_full_error_queue_is_reported_by_the_next_setting(build: Build, wire: str) -> None:
    _, meter = build(wire, "queue-overflow")
    with pytest.raises(InstrumentReportedError, match=r"-350|-102"):
        meter.configure_voltage_dc(10.0, nplc=0.2, high_impedance=True)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire != "socket" and wire.values[0] != "serial"])
def test_a_lost_request_for_service_is_a_time_out(build: Build, wire: str) -> None:
    _, meter = build(wire, "lost-srq")
    meter.session.write("*CLS;*ESE 1;*SRE 32;*OPC")
    with pytest.raises(ReadTimeout):
        meter.session.wait_for_service(timeout_s=0.4)


@pytest.mark.parametrize("wire", WIRES)
def test_readings_that_are_over_range_stuck_or_off(build: Build, wire: str) -> None:
    _, meter = build(wire, "over-range")
    assert meter.read().overload
    _, meter = build(wire, "stuck", for_s=1e6)
    assert len({meter.session.query("READ?") for _ in range(4)}) == 1
    _, meter = build(wire, "drift", ppm=1e5, for_s=1e6)
    assert float(meter.session.query("READ?")) < 1.0


@pytest.mark.parametrize("wire", WIRES)
def test_an_output_that_trips_is_named(build: Build, wire: str) -> None:
    bench, source = build(wire, "trip", "fluke_5522a")
    source.session.write("OUT 5 V; OPER")
    bench.clock.sleep(10.0)
    assert source.session.query("OPER?") == "0"
    assert source.session.query("ERR?").startswith("1503")
