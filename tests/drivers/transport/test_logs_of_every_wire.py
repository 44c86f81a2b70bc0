"""The traffic log of each kind of transport holds what crossed it, half replies too, and replays."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import ReadTimeout
from calibrator_drivers.bus import bus_lock
from calibrator_drivers.clock import RealClock
from calibrator_drivers.hart import HartSession, open_hart
from calibrator_drivers.replay import Message, ReplayLink, load_traffic, replayed
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import open_session
from calibrator_drivers.transport._frames import Wire
from calibrator_sim import SIMULATOR

_HALF = {"at_s": 1000.0, "kind": "truncated", "instrument": "one"}
WIRES = (
    "socket",
    *(pytest.param(w, marks=pytest.mark.slow) for w in ("serial", "hislip", "vxi11", "prologix")),
)


def _bench(model: str, wire: str, *faults: dict[str, Any]) -> Any:
    if wire in ("serial", "hart") and os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX")
    instruments = {"one": {"model": model, "serial": "SIM0001"}}
    simulation = {"seed": 1, "transports": {"one": wire}, "faults": list(faults)}
    return SIMULATOR.open({"instruments": instruments, "simulation": simulation})


def _use(session: Any, wait: Any = None) -> list[str]:
    """A failing run at a site: settings, a status byte, half a reply, a clear, and what came after it."""
    if "ASRL" in session.resource or "serial" in session.resource:
        session.write("SYST:REM")
    session.write("*ESE 7")
    told = [session.query("*IDN?"), session.query("*ESE?"), str(session.status_byte() & 64)]
    if wait is not None:
        wait()
    with pytest.raises(ReadTimeout):
        session.query("*IDN?", timeout_s=0.4)
    told.append(session.query("*ESE?"))
    session.clear()
    session.trigger()
    return [*told, session.query("SYST:ERR?")]


@pytest.mark.parametrize("wire", WIRES)
def test_a_log_holds_the_half_reply_and_replays(wire: str, tmp_path: Path) -> None:
    path = tmp_path / f"{wire}.jsonl"
    with _bench("keysight_34401a", wire, _HALF) as bench, closing(TrafficLog(path, RealClock())) as log:
        resource, bus = bench.opened["one"].resource, bench.opened["one"].bus
        resource += "?marker=*IDN?" if wire == "serial" else ""
        session = open_session(resource, bus=bus, name="one", timeout_s=30.0, traffic=log)
        with closing(session):
            told = _use(session, lambda: bench.clock.sleep(1500.0))
    messages = load_traffic(path, "one")
    strays = b"".join(each.data for each in messages if each.direction == "stray")
    assert strays.startswith(b"HEWLETT-PACKARD,")
    notes = [each.data.decode() for each in messages if each.direction == "note"]
    assert {"read-timeout", "resynchronise", "clear"} <= set(notes)
    if wire in ("hislip", "vxi11", "prologix"):
        assert "trigger" in notes
        assert any(note.startswith("status-byte ") for note in notes)
    if wire == "prologix":
        _the_gateway_s_own_lines_are_there(messages)
    with replayed(path, "one") as again:
        assert _use(again) == told


def _the_gateway_s_own_lines_are_there(messages: tuple[Message, ...]) -> None:
    own = b"".join(each.data for each in messages if each.direction == "own")
    assert own.startswith(b"++savecfg 0\n++mode 1\n++auto 0\n")
    for line in (b"++addr ", b"++read eoi\n", b"++spoll\n", b"++clr\n", b"++trg\n"):
        assert line in own


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_a_log_of_a_hart_loop_replays(tmp_path: Path) -> None:
    path = tmp_path / "hart.jsonl"
    with _bench("transmitter_4_20ma", "hart") as bench, closing(TrafficLog(path, RealClock())) as log:
        session = open_hart(bench.opened["one"].resource, name="one", timeout_s=30.0, traffic=log)
        with closing(session):
            told = session.identify(), session.primary_variable()
    link: Any = ReplayLink(load_traffic(path, "one"))
    wire = Wire(link, key="", lock=bus_lock("replay of hart"))
    again = HartSession(wire, 0, name="one", resource="replay", timeout_s=5.0, traffic=None, policy=None)
    assert (again.identify(), again.primary_variable()) == told
    link.assert_finished()
