"""A unit of a proof is named as people name it: by a part of its table's name, where that is one only."""

from __future__ import annotations

import pytest

from calibrator._errors import UsageError
from calibrator.procedure import load
from calibrator.proof import find_plug, proof_bench


@pytest.mark.parametrize(
    ("procedure", "named", "model"),
    [
        ("balance", "quintix", "sartorius_quintix224"),
        ("balance", "sartorius_quintix224", "sartorius_quintix224"),
        ("frequency", "33500B", "keysight_33500b"),
        ("dmm", "179", "fluke_179"),
    ],
)
def test_a_unit_is_found_by_a_part_of_its_name(procedure: str, named: str, model: str) -> None:
    assert proof_bench(load(procedure), find_plug(procedure), named)[1] == model


@pytest.mark.parametrize(
    ("named", "code"), [("class_iii_scale", "uut-ambiguous"), ("no such balance", "unknown-uut")]
)
def test_what_is_none_or_several_names_those_that_have_tables(named: str, code: str) -> None:
    with pytest.raises(UsageError) as found:
        proof_bench(load("balance"), find_plug("balance"), named)
    assert found.value.code == code
    assert "sartorius_quintix224" in found.value.way_out
