"""A section measured through every protocol gives the results of a raw socket, reading by reading."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator.bench import find_simulator

Shown = dict[str, Any]


@pytest.fixture
def measured(cli: Any, tmp_path: Path, comparable: Callable[[Shown], Shown]) -> Callable[[str], Shown]:
    def measure(transport: str) -> Shown:
        chosen = f'\n[simulation.transports]\ncalibrator = "{transport}"\nmeter = "{transport}"\n'
        file = tmp_path / f"{transport}.toml"
        file.write_text(find_simulator().default_bench() + chosen, encoding="utf-8")
        arguments = ("--uut", "34401A", "--bench", str(file), "--section", "dci", "--non-interactive")
        done = cli("run", "dmm", *arguments)
        assert done.returncode in (0, 3), done.stderr
        return comparable(cli.json("show", "--json"))

    return measure


@pytest.mark.slow
def test_a_section_is_the_same_through_hislip_and_gpib(measured: Callable[[str], Shown]) -> None:
    expected = measured("socket")
    for transport in ("hislip", "prologix"):
        assert measured(transport) == expected, transport


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_section_is_the_same_through_vxi_11_and_a_serial_line(measured: Callable[[str], Shown]) -> None:
    expected = measured("socket")
    for transport in ("vxi11", "serial"):
        assert measured(transport) == expected, transport
