"""Instruments whose serial line echoes from the factory: each is read on such a line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import open_instrument
from calibrator_drivers.clock import RealClock
from calibrator_drivers.fluke import Fluke7341
from calibrator_drivers.registry import driver_classes
from calibrator_drivers.replay import replayed
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import Line, open_session
from calibrator_sim import SIMULATOR
from calibrator_sim.instruments import CATALOGUE, device_class

pytestmark = pytest.mark.skipif(os.name != "posix", reason="serial lines are served as ptys")

LINES: dict[str, Line | None] = {
    model: getattr(driver, "LINE", None) for model, driver in driver_classes().items()
}


def _bench(model: str) -> Any:
    unit = {"asset": "A", "model": model, "serial": "SIM7"}
    how = {"seed": 3, "transports": {"unit": "serial"}}
    return SIMULATOR.open({"name": "b", "instruments": {"unit": unit}, "simulation": how})


def _read(model: str, instrument: Any) -> float:
    if model == "vaisala_ptu300":
        return float(instrument.read_environment().temperature_c)
    return float(instrument.temperature_c())


@pytest.mark.parametrize(("model", "asked"), [("fluke_7341", "t"), ("vaisala_ptu300", "SEND")])
def test_an_echo_from_the_factory_is_switched_off_before_anything_is_asked(model: str, asked: str) -> None:
    with _bench(model) as bench:
        plain = open_session(bench.resources["unit"], line=LINES[model], timeout_s=60.0)
        assert plain.query(asked).strip().endswith(asked)  # the twin does echo, as the instrument does
        plain.close()
        instrument: Any = open_instrument(model, bench.resources["unit"], clock=bench.clock, timeout_s=60.0)
        assert instrument.identify().serial == "SIM7"
        assert 15.0 < _read(model, instrument) < 35.0
        assert instrument.session.resynchronisations == 0  # no echo was left to be taken for a reply
        instrument.close()


def test_a_log_of_such_a_line_replays_by_the_driver(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    with _bench("fluke_7341") as bench:
        resource = bench.resources["unit"]
        log = TrafficLog(path, RealClock())
        how: dict[str, Any] = {"timeout_s": 60.0, "traffic": log, "name": "bath"}
        bath: Any = open_instrument("fluke_7341", resource, clock=bench.clock, **how)
        wanted = bath.identify(), bath.temperature_c()
        bath.close()
        log.close()
    with replayed(path, "bath", terminator="\r", resource=resource) as session:
        again = Fluke7341(session, RealClock())
        assert (again.identify(), again.temperature_c()) == wanted


def test_a_bath_that_echoes_is_made_safe_by_one_who_never_asked_who_it_is() -> None:
    with _bench("fluke_7341") as bench:
        guard: Any = open_instrument("fluke_7341", bench.resources["unit"], clock=bench.clock, timeout_s=60.0)
        guard.make_safe()
        assert guard.touchable()
        guard.close()


@pytest.mark.parametrize("model", [model for model, line in LINES.items() if line and model in CATALOGUE])
def test_driver_and_twin_agree_on_the_line_from_the_factory(model: str) -> None:
    """What the driver takes without options is what the instrument has: speed, bits, parity, flow, ends."""
    line = LINES[model]
    assert line is not None
    theirs = device_class(model).serial_line
    ours = (line.baud, line.bits, line.parity, line.stop)
    assert ours == (theirs.baud, theirs.bits, theirs.parity, theirs.stop)
    assert line.flow == (theirs.handshake or "none")
    assert {*line.terminator.encode()} & {*theirs.framing.ends}
    assert theirs.framing.reply_end.endswith(line.reply_terminator.encode())
