"""The same instrument on five wires, served by the simulator, which was written from the protocols alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from calibrator_drivers import ReadTimeout
from calibrator_drivers.clock import RealClock
from calibrator_drivers.registry import open_instrument

WIRES = ("socket", "serial", "hislip", "vxi11", "prologix")
CODE = "from calibrator.cli import main; raise SystemExit(main())"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    lines = ['name = "wires"', "[simulation]", "seed = 1", "[simulation.transports]"]
    lines += [f'{wire} = "{wire}"' for wire in WIRES]
    for index, wire in enumerate(WIRES):
        lines += [f"[instruments.{wire}]", f'asset = "A-{index}"', 'model = "keysight_34401a"']
        lines += [f'serial = "SIM{index}"']
    file = tmp_path_factory.mktemp("bench") / "wires.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-c", CODE, "sim", "serve", str(file), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        rows = [json.loads(process.stdout.readline()) for _ in WIRES]
        yield {row["name"]: row for row in rows}
        process.terminate()


@pytest.mark.parametrize("wire", WIRES)
def test_a_driver_does_the_same_on_every_wire(served: dict[str, dict[str, str]], wire: str) -> None:
    if wire == "serial" and os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX")
    row = served[wire]
    meter: Any = open_instrument(
        row["model"], row["resource"], clock=RealClock(), bus=row.get("bus", ""), timeout_s=60.0
    )
    session = meter.session
    assert meter.identify().model == "34401A"
    meter.reset()
    meter.configure_voltage_dc(10.0, nplc=0.2, high_impedance=True)
    assert abs(meter.read().value) < 0.01
    with pytest.raises(ReadTimeout):
        session.query("NOBODY:KNOWS?", timeout_s=0.2)
    assert session.query("*IDN?").startswith("HEWLETT-PACKARD,34401A")
    assert session.resynchronisations == 1
    assert session.query("SYST:ERR?").startswith("-113")
    session.clear()
    session.write("*CLS;*ESE 1;*SRE 32;*OPC")
    assert session.wait_for_service() & 0x60 == 0x60
    assert session.status_byte() & 0x20
    meter.close()
