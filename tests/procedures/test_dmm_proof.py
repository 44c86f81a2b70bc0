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


def test_predicted_false_accepts_are_the_observed_ones(proof: ModuleType) -> None:
    # true errors uniform far beyond the limits of 3, u = 1: the specific probability is the right one
    generator, runs = random.Random(11), []
    for _ in range(400):
        run = []
        for _ in range(30):
            truth = generator.uniform(-8.0, 8.0)
            error = truth + generator.gauss(0.0, 1.0)
            pfa = 0.5 * math.erfc((3.0 - error) / math.sqrt(2.0)) + 0.5 * math.erfc(
                (3.0 + error) / math.sqrt(2.0)
            )
            run.append(proof.PointProof("p", error, truth, 1.0, 1.96, {}, (-3.0, 3.0), pfa))
        runs.append(run)
    predicted, excess = proof.false_accepts(runs)
    assert predicted.value > 0.05
    assert abs(excess.value) <= 3 * excess.error
    halved = [[proof.replace(point, pfa=point.pfa / 2) for point in run] for run in runs]
    wrong = proof.false_accepts(halved)[1]
    assert abs(wrong.value) > 3 * wrong.error


def test_every_effect_of_the_bench_has_a_line_or_a_reason(proof: ModuleType) -> None:
    from calibrator_sim._effects import CATALOGUE

    for effect in CATALOGUE:
        assert effect.name in {**proof.LINE_OF_EFFECT, **proof.WITHOUT_A_LINE}, effect.name
    assert set(proof.unmatched_effects()) == set(proof.WITHOUT_A_LINE)


def test_heading_says_what_the_proof_is_not(proof: ModuleType) -> None:
    text = proof.report(drawn(proof, 3), [])
    assert text.startswith("Software validation")
    assert "not evidence for a facility" in text


@pytest.fixture(scope="module")
def few(proof: ModuleType) -> list[list[object]]:
    """Three whole runs through engine, sockets and record, each with its own standard, meter and leads."""
    bench = proof.proof_bench()
    return [proof.proved_run(seed, bench) for seed in range(3)]


def test_whole_runs_agree_with_the_truth_of_the_bench(proof: ModuleType, few: list[list[object]]) -> None:
    assert [len(run) for run in few] == [33, 33, 33]
    z, covered = proof.rms_z(few), proof.coverage(few)
    assert z.within(0.93, 1.07, sigmas=3)
    assert z.within(0.7, 1.35)  # a budget wrong by a half is seen even in three runs
    assert covered.value > 0.85


def test_every_line_of_every_budget_is_set_against_its_truth(
    proof: ModuleType, few: list[list[object]]
) -> None:
    found = proof.pulls(few)
    assert set(found) == {"indication", "standard", "emf", "leads", "loading", "leakage"}
    for rms, _ in found.values():
        assert rms.within(0.3, 1.9), found
    for run in few:
        for point in run:
            # what is rectangular lies within its half-width, whatever the draw
            for line in ("emf", "leads", "loading", "leakage"):
                assert abs(point.pulls.get(line, 0.0)) <= math.sqrt(3.0) * 1.000001, (point.point, line)


def test_omitted_thermal_emf_is_told_apart_from_the_same_records(proof: ModuleType) -> None:
    # standard's error off, 10 uV of EMF: at 0.1 V its line is 96 % of u2
    bench = proof.proof_bench(standard="none", emf_v=10e-6)
    pairs = [proof.emf_run(seed, bench) for seed in range(5)]
    with_line, without = (proof.rms_z([[pair[index]] for pair in pairs]) for index in (0, 1))
    assert with_line.value < math.sqrt(3.0)
    assert without.value > 2.5
    assert all(a.error == pytest.approx(b.error, abs=1e-12) for a, b in pairs)  # the same records


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_hundred_seeds_meet_the_bar(proof: ModuleType) -> None:
    bench = proof.proof_bench()
    runs = [proof.proved_run(seed, bench) for seed in range(1000, 1200)]
    z = proof.rms_z(runs)
    assert z.within(0.93, 1.07), z
    covered = proof.coverage(runs)
    assert covered.within(0.94, 0.965, sigmas=3), covered
    _, excess = proof.false_accepts(runs)
    assert abs(excess.value) <= 3 * excess.error, excess
    for name, (rms, mean) in proof.pulls(runs).items():
        if name != "indication":  # its floor d/sqrt(12) is larger than the truth where noise dithers
            assert rms.within(0.9, 1.1, sigmas=3), (name, rms)
        assert abs(mean.value) <= 3.5 * mean.error, (name, mean)
