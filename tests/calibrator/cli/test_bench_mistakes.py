"""A mistake in a bench file is one sentence with file, line and key, whoever finds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import CalibratorError
from calibrator.bench import find_simulator
from calibrator.cli import main
from calibrator.cli._failures import place_error
from calibrator.standards import load_bench
from calibrator_sim._errors import SimulationError

BENCH = """\
name = "b"
[instruments.source]
model = "fluke_5522a"
serial = "SIM55"
[instruments.meter]
model = "keysight_34401a"
serial = "SIM34"
[wirings.volts]
from = "source"
to = "meter"
[simulation]
seed = 1
"""
NODE = '[simulation.nodes.n]\ndomain = "electrical"\n'
FAULT = '[[simulation.faults]]\ninstrument = "meter"\n'
SECOND = '[instruments.second]\nmodel = "fluke_5522a"\nserial = "SIM56"\n'


def _changed(old: str, new: str) -> str:
    assert old in BENCH
    return BENCH.replace(old, new)


# What is written, line, key, what the sentence says.
MISTAKES: dict[str, tuple[str, int, str, str]] = {
    "short": (_changed('to = "meter"', 'to = "meter"\nterminals = "short-input-sense"'), 11,
              "wirings.volts.terminals", "short-circuit"),
    "short at a node": (BENCH + NODE + 'joins = ["source"]\nterminals = "short-input-sense"\n', 16,
                        "simulation.nodes.n.terminals", "short-circuit"),
    "two sources": (BENCH + SECOND + NODE + 'joins = ["source", "second"]\n', 18,
                    "simulation.nodes.n.joins", "two sources"),
    "a source twice": (BENCH + NODE + 'joins = ["source", "source"]\n', 15,
                       "simulation.nodes.n.joins", "two sources"),
    "two sources in a wiring": (_changed('"source"\n', '["source", "second"]\n') + SECOND, 9,
                                "wirings.volts.from", "text"),
    "a meter feeds": (_changed('from = "source"', 'from = "meter"'), 9, "wirings.volts.from", "source"),
    "a ring": (_changed('from = "source"\nto = "meter"', 'from = "meter"\nto = "source"'), 10,
               "wirings.volts.to", "meter"),
    "unknown model": (_changed("34401a", "34402a"), 6, "instruments.meter.model", "Did you mean"),
    "unknown effect": (BENCH + "[simulation.effects]\nnois = 1\n", 14, "simulation.effects.nois", "noise"),
    "no seed": (_changed("seed = 1\n", ""), 11, "simulation.seed", "no seed"),
    "seed as a text": (_changed("seed = 1", 'seed = "1"'), 12, "simulation.seed", "whole number"),
    "seed as a fraction": (_changed("seed = 1", "seed = 1.5"), 12, "simulation.seed", "whole number"),
    "a key twice": (_changed('"SIM34"', '"SIM34"\nserial = "SIM35"'), 8, "serial", "overwrite"),
    "a name twice": (BENCH + '[instruments.meter]\n', 13, "instruments.meter", "twice"),
    "a serial twice": (_changed("SIM34", "SIM55"), 7, "instruments.meter.serial", "same serial"),
    "a live serial": (_changed("SIM34", "MY34"), 7, "instruments.meter.serial", "SIM"),
    "no TOML": (_changed('"fluke_5522a"', "fluke_5522a"), 3, "model", "not valid TOML"),
    "no table": (_changed("[wirings.volts]", "[wirings.volts"), 8, "wirings.volts", "not valid TOML"),
    "unknown key": (_changed('"SIM34"', '"SIM34"\nserail = "x"'), 8, "instruments.meter.serail", "serial"),
    "unknown table": (BENCH + "[simulaton]\n", 13, "simulaton", "simulation"),
    "unknown key of the simulation": (BENCH + "sed = 3\n", 13, "simulation.sed", "seed"),
    "a number for a text": (_changed('"fluke_5522a"', "5522"), 3, "instruments.source.model", "text"),
    "a text for a table": (_changed("[simulation]", "[simulation]\nunits = 3"), 12,
                           "simulation.units", "table"),
    "a unit in a value": (BENCH + NODE + 'joins = ["meter"]\nvoltage_v = "5 V"\n', 16,
                          "simulation.nodes.n.voltage_v", "number"),
    "a unit in a temperature": (BENCH + '[simulation.environment]\ntemperature_c = "23 degC"\n', 14,
                                "simulation.environment.temperature_c", "number"),
    "not a number": (BENCH + FAULT + 'kind = "drift"\nppm = nan\n', 16, "simulation.faults[0].ppm", "number"),
    "half a time": (BENCH + FAULT + 'kind = "no-reply"\ncount = 1.5\n', 16,
                    "simulation.faults[0].count", "whole number"),
    "unknown fault": (BENCH + FAULT + 'kind = "lost-srqs"\n', 15, "simulation.faults[0].kind", "lost-srq"),
    "a fault without effect": (BENCH + FAULT + 'kind = "lost-srq"\n', 15,
                               "simulation.faults[0].kind", "no request for service"),
    "a protocol it does not speak": (BENCH + '[simulation.transports]\nmeter = "hart"\n', 5,
                                     "instruments.meter", "does not speak"),
    "unknown instrument": (_changed('to = "meter"', 'to = "metre"'), 10, "wirings.volts.to", "meter"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(mistake: str, tmp_path: Path) -> None:
    text, line, key, says = MISTAKES[mistake]
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    told = ""
    try:
        bench = load_bench(path, registered=False)
        try:
            find_simulator().open(bench.raw).close()
        except SimulationError as error:
            place_error(error, bench)
            told = str(error)
    except CalibratorError as error:
        told = str(error)
    assert f"bench.toml, line {line}, key {key})" in told
    assert says in told
    assert "\n" not in told


def test_a_file_with_a_byte_order_mark_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text("\ufeff" + BENCH, encoding="utf-8")
    with pytest.raises(CalibratorError, match="byte order mark"):
        load_bench(path, registered=False)


def test_a_wiring_that_is_fed_is_joined_where_nothing_else_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    bench: Any = find_simulator().open(load_bench(path, registered=False).raw)
    bench.close()
    assert bench.config.wirings["volts"].figures.terminals == "normal-input-sense"


def test_a_plan_refuses_a_bench_without_a_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = find_simulator().default_bench()
    without = re.sub(r"(?m)^seed = .*\n", "", text)
    assert without != text
    path = tmp_path / "bench.toml"
    path.write_text(without, encoding="utf-8")
    home = str(tmp_path / "home")
    assert main(["plan", "dmm", "--uut", "34401A", "--bench", str(path), "--home", home]) == 2
    assert "key simulation.seed)" in capsys.readouterr().err
