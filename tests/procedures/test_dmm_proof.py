"""Proof by simulation, stated against true: it validates software, not a facility (METROLOGY 25)."""

from __future__ import annotations

import importlib.util
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "proof_dmm.py"


@pytest.fixture(scope="module")
def proof() -> Iterator[ModuleType]:
    """The script `benchmarks/proof_dmm.py` as a module."""
    spec = importlib.util.spec_from_file_location("proof_dmm", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["proof_dmm"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["proof_dmm"]


def drawn(proof: ModuleType, runs: int, *, u: float = 1.0, shared: float = 0.0) -> list[list[object]]:
    """Runs of 30 points whose error is normal with standard deviation 1, a part of it shared by the run."""
    generator = random.Random(7)
    found = []
    for _ in range(runs):
        common = generator.gauss(0.0, 1.0)
        errors = [
            math.sqrt(shared) * common + math.sqrt(1.0 - shared) * generator.gauss(0.0, 1.0)
            for _ in range(30)
        ]
        found.append([proof.PointProof("p", e, 0.0, u, 1.96 * u, {"standard": e / u}) for e in errors])
    return found


def test_honest_budgets_give_an_rms_of_one_and_95_percent(proof: ModuleType) -> None:
    runs = drawn(proof, 400, shared=0.5)
    z, covered = proof.rms_z(runs), proof.coverage(runs)
    assert abs(z.value - 1.0) <= 3 * z.error
    assert abs(covered.value - 0.95) <= 3 * covered.error


def test_standard_error_is_that_between_runs_not_between_points(proof: ModuleType) -> None:
    # when all points of a run share one error, 30 points are worth one
    alone, together = proof.rms_z(drawn(proof, 200)), proof.rms_z(drawn(proof, 200, shared=1.0))
    assert together.error > 3 * alone.error


@pytest.mark.parametrize("u", [0.8, 1.25])
def test_a_budget_that_is_wrong_by_a_quarter_is_told_apart(proof: ModuleType, u: float) -> None:
    z = proof.rms_z(drawn(proof, 200, u=u))
    assert not z.within(0.93, 1.07, sigmas=3)
    rms, _ = proof.pulls(drawn(proof, 200, u=u))["standard"]
    assert not rms.within(0.9, 1.1)


def test_pull_that_follows_t_is_scored_as_a_normal(proof: ModuleType) -> None:
    # t with 4 degrees of freedom: 2.776 is its 97.5 % quantile, as 1.96 is the normal's
    assert proof._score(2.776445, 4.0) == pytest.approx(1.959964, abs=1e-5)
    assert proof._score(-2.776445, 4.0) == pytest.approx(-1.959964, abs=1e-5)
    assert proof._score(1.5, math.inf) == 1.5


def test_every_effect_of_the_bench_has_a_line_or_a_reason(proof: ModuleType) -> None:
    from calibrator_sim._effects import CATALOGUE

    for effect in CATALOGUE:
        assert effect.name in {**proof.LINE_OF_EFFECT, **proof.WITHOUT_A_LINE}, effect.name
    assert set(proof.unmatched_effects()) == set(proof.WITHOUT_A_LINE)


def test_heading_says_what_the_proof_is_not(proof: ModuleType) -> None:
    text = proof.report(drawn(proof, 3), [])
    assert text.startswith("Software validation")
    assert "not evidence for a facility" in text
