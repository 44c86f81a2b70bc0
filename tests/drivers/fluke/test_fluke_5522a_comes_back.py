"""A 5522A whose connection was lost comes back in standby, with limits and sensor, never with a value."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from calibrator_drivers import ConnectionLost, open_instrument
from calibrator_drivers.commands import commands_of
from calibrator_drivers.fluke import Fluke5522A
from calibrator_drivers.transport import Policy
from calibrator_sim import SIMULATOR


def test_only_what_says_how_a_value_is_meant_is_restored() -> None:
    kept = {one.header for one in commands_of(Fluke5522A) if getattr(one, "restores", None)}
    assert kept == {
        "LIMIT {} V, {} V", "LIMIT {} A, {} A", "TSENS_TYPE {}", "TC_TYPE {}", "TC_REF {}", "TC_REF EXT, {}",
        "RTD_TYPE {}",
    }  # fmt: skip


def test_it_comes_back_in_standby_with_its_limits_and_sensor(tmp_path: Path) -> None:
    bench: dict[str, Any] = tomllib.loads(SIMULATOR.default_bench())
    with SIMULATOR.open(bench) as opened:
        source: Any = open_instrument(
            "fluke_5522a", opened.resources["calibrator"], clock=opened.clock, timeout_s=60,
            policy=Policy(on_loss="reconnect"),
        )  # fmt: skip
        source.identify()
        source.reset()
        source.set_limits(voltage_v=30.0)
        source.stage_thermocouple(100.0, type_="J", reference_c=None)
        source.stage_voltage_dc(10.0)
        source.operate()
        heard: Any = opened._network.devices["calibrator"]
        heard.output.state.couple, heard.output.state.limit_v = (
            "K",
            (1020.0, -1020.0),
        )  # as switched off and on
        for link in list(opened._host._links):  # the peer goes away
            opened._host._drop(link)
        try:
            source.state()
        except ConnectionLost:
            source.state()
        assert not source.operating()
        assert heard.output.state.couple == "J"
        assert source.limits().voltage_v == (-30.0, 30.0)
        source.close()
