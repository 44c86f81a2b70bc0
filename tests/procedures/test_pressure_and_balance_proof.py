"""Stated against true on simulated benches: gauges and balances keep what U promises (METROLOGY 25-30)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrator import proof
from calibrator.procedure import PointReferences


def found(procedure: str, uut: str, runs: int, **more: object) -> proof.Summary:
    order = proof.Order(procedure, uut=uut, runs=runs, seed=7, drawn_runs=0, repeat_every=0, **more)
    return proof.prove(order)


def taken_for_exact(references: PointReferences) -> PointReferences:
    kept = tuple(
        replace(item, half_width=0.0) if item.kind == "standard" else item
        for item in references.contributions
    )
    return replace(references, contributions=kept)


def test_a_pointer_gauge_keeps_what_its_uncertainty_promises():
    summary = found("pressure", "pointer_gauge_10bar", 3)
    assert proof.missed(summary) == ()
    assert summary.overall.points == 3 * 9
    assert summary.overall.coverage.value > 0.85
    assert not summary.effects.unexplained


@pytest.mark.slow
def test_a_balance_keeps_what_its_uncertainty_promises():
    summary = found("balance", "mettler_xs205du", 2)
    assert proof.missed(summary) == ()
    assert summary.overall.points == 2 * 11
    assert summary.overall.coverage.value > 0.7


@pytest.mark.slow
def test_weights_that_are_taken_for_exact_show():
    """The defect is named: what acts and has no line."""
    summary = found("balance", "sartorius_quintix224", 20, alter=taken_for_exact)
    assert any("weight" in sentence for sentence in proof.missed(summary))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("procedure", "uut"),
    [
        *(("pressure", model) for model in ("additel_681", "pointer_gauge_10bar", "transmitter_4_20ma")),
        *(
            ("balance", model)
            for model in ("mettler_xs205du", "sartorius_quintix224", "class_iii_scale_15kg")
        ),
    ],
)
def test_fifty_runs_of_each_unit_meet_the_bars(procedure: str, uut: str):
    summary = found(procedure, uut, 50)
    assert proof.missed(summary) == ()
    assert summary.overall.coverage.value >= 0.94
