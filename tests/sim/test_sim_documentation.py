"""The manual's tables are those of the code, and its examples run."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from calibrator_sim._config import ERRORS, POPULATIONS, TERMINALS
from calibrator_sim._effects import CATALOGUE
from calibrator_sim._fault_script import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "simulated-bench.md").read_text(encoding="utf-8")


def test_every_effect_fault_and_wiring_is_documented():
    effects = PAGE.split("## Effects")[1].split("## What")[0]
    rows = [line.split("|")[1:5] for line in effects.splitlines() if line.startswith("| `")]
    assert [row[0].strip(" `") for row in rows] == [effect.name for effect in CATALOGUE]
    assert [row[3].strip() for row in rows] == [effect.status for effect in CATALOGUE]
    faults = PAGE.split("## Faults")[1]
    assert [line.split("`")[1] for line in faults.splitlines() if line.startswith("| `")] == list(KINDS)
    for word in (*TERMINALS, *ERRORS, *POPULATIONS):
        assert f"`{word}`" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        "_bench",
        "_random",
        "clock",
        "scpi._lexer",
        "scpi._parameters",
        "_address",
        "servers._modbus",
        "servers._hart",
    ],
)
def test_examples_run(name):
    result = doctest.testmod(import_module(f"calibrator_sim.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
