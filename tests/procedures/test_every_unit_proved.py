"""Each unit that a procedure has points for is proved over a few runs: no point is lost, no bar missed."""

from __future__ import annotations

import pytest

from calibrator import proof
from calibrator.procedure import load

PROCEDURES = (
    "balance",
    "calibrator_dc",
    "dmm",
    "dry_block",
    "energy_meter",
    "frequency",
    "multimeter_ac",
    "pressure",
    "thermocouple",
    "thermometer",
)

# the units of one procedure share the draws of its standard: where one line is most of every result,
# the spread of 20 runs is too rough to judge a mean by
RUNS = {"frequency": 200}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("unit", [(name, model) for name in PROCEDURES for model in load(name).models()])
def test_runs_of_the_unit_lose_nothing_and_miss_no_bar(unit: tuple[str, str]) -> None:
    name, model = unit
    order = proof.Order(name, uut=model, runs=RUNS.get(name, 20), seed=1000, drawn_runs=0, repeat_every=0)
    summary = proof.prove(order)
    assert summary.lost == ()
    assert proof.missed(summary) == ()
