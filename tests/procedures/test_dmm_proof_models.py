"""The proof sees a wrong model even in a term that others swamp: defects are planted, the records stay."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from calibrator_procedures.dmm import _model

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "proof_dmm.py"
SEED = 5


@pytest.fixture(scope="module")
def proof() -> Iterator[ModuleType]:
    """The script `benchmarks/proof_dmm.py` as a module of another name than its other test gives it."""
    spec = importlib.util.spec_from_file_location("proof_dmm_models", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["proof_dmm_models"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["proof_dmm_models"]


@pytest.fixture(scope="module")
def bench(proof: ModuleType) -> str:
    return str(proof.proof_bench())


@pytest.fixture(scope="module")
def events(proof: ModuleType, bench: str) -> Any:
    """One whole run over every point."""
    return proof.one_run(SEED, bench)[1]


def test_right_models_give_the_truth_at_the_true_inputs(proof: ModuleType, bench: str, events: Any) -> None:
    found = proof.prove(events, SEED, bench)
    assert len(found) == 33
    assert max(point.model_off for point in found) < 1e-9


def changed(name: str, **factors: float) -> Callable[..., Any]:
    """A model whose inputs are multiplied: -1 turns a sign around, 0 leaves the term out."""
    right = getattr(_model, name)

    def wrong(**inputs: Any) -> Any:
        return right(**{key: factors.get(key, 1.0) * value for key, value in inputs.items()})

    return wrong


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("voltage_error", {"loading": -1.0}),
        ("voltage_error", {"leads": 0.0}),
        ("voltage_error", {"source_resistance": 0.0}),
        ("voltage_error", {"standard": -1.0}),
        ("voltage_error", {"emf": -1.0}),
        ("resistance_error", {"leakage": -1.0}),
        ("resistance_error", {"emf": -1.0}),
        ("resistance_error", {"standard": 0.0}),
        ("current_error", {"standard": -1.0}),
        ("short_voltage_error", {"emf": -1.0}),
        ("short_resistance_error", {"emf": 0.0}),
    ],
)
def test_a_planted_defect_of_a_model_is_found(
    proof: ModuleType, bench: str, events: Any, monkeypatch: pytest.MonkeyPatch, name: str, factors: Any
) -> None:
    monkeypatch.setattr(_model, name, changed(name, **factors))
    with pytest.raises(proof.WrongModelError, match="at the true inputs") as caught:
        proof.prove(events, SEED, bench)
    assert caught.value.off > proof.MODEL_AGREES
