"""A calibrator on a serial line of which one program has the port: the guard says that it cannot watch."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from calibrator.engine._guarding import Guard
from calibrator.engine._safety import Looks, Place
from calibrator_drivers import open_instrument
from calibrator_sim import SIMULATOR


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_the_guard_says_at_its_start_that_no_second_session_is_possible(tmp_path: Path) -> None:
    bench: dict[str, Any] = tomllib.loads(SIMULATOR.default_bench())
    bench["simulation"]["transports"] = {"calibrator": "serial"}
    with SIMULATOR.open(bench) as opened:
        resource = opened.resources["calibrator"]
        serial = bench["instruments"]["calibrator"]["serial"]
        place = Place("calibrator", "STD-1", "fluke_5522a", resource, serial)
        held: Any = open_instrument("fluke_5522a", resource, clock=opened.clock, timeout_s=60)
        assert held.identify().serial == serial
        guard = Guard.start(tmp_path, "run-1", [place], None, Looks("", "none"))
        try:
            assert not guard.possible
            assert "STD-1" in guard.reason
            assert resource.removeprefix("ASRL").removesuffix("::INSTR") in guard.reason
        finally:
            guard.end()
        held.close()
        free = Guard.start(tmp_path, "run-2", [place], None, Looks("", "none"))
        try:
            assert free.possible, free.reason
        finally:
            free.end()
