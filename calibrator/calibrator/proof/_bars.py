"""The bars of a proof, and what is missed (METROLOGY 27 to 29)."""

from __future__ import annotations

from collections.abc import Iterator

from calibrator.proof._points import MODEL_AGREES
from calibrator.proof._statistics import Estimate
from calibrator.proof._summary import Summary

__all__ = ["COVERAGE", "ENOUGH_RUNS", "PULL", "RMS_Z", "missed"]

RMS_Z = (0.93, 1.07)
COVERAGE = (0.94, 0.965)  # of a model budget; a guideline one has the lower bar only
PULL = (0.9, 1.1)
ENOUGH_RUNS = 4000
_SIGMAS = 3.0


def missed(proof: Summary) -> tuple[str, ...]:
    """Return one sentence for each bar that is missed, naming what; nothing where the proof holds.

    With fewer than 4000 runs a bar is missed where even 3 between-run standard errors do not excuse it.
    """
    return (*_figures(proof), *_pulls(proof), *_effects(proof), *_risks(proof), *_agreement(proof))


def widening(proof: Summary) -> float:
    """Return by how many standard errors the bars are widened."""
    return 0.0 if proof.overall.runs >= ENOUGH_RUNS else _SIGMAS


def _figures(proof: Summary) -> Iterator[str]:
    sigmas = widening(proof)
    covered = proof.overall.coverage
    if proof.budget_kind == "guideline":
        if not covered.within(COVERAGE[0], 1.0, sigmas):
            yield f"coverage is {covered}, the bar of a guideline budget is {COVERAGE[0]:.0%} or more"
        return
    if not proof.overall.rms_z.within(*RMS_Z, sigmas):
        yield f"rms z is {proof.overall.rms_z}, the bar is {RMS_Z[0]} to {RMS_Z[1]}"
    if not covered.within(*COVERAGE, sigmas):
        yield f"coverage is {covered}, the bar is {COVERAGE[0]:.1%} to {COVERAGE[1]:.1%}"


def _pulls(proof: Summary) -> Iterator[str]:
    sigmas = widening(proof)
    for pull in proof.pulls:
        if not pull.rms.within(*PULL, sigmas):
            yield f"pull of {pull.line!r} has the rms {pull.rms}, the bar is {PULL[0]} to {PULL[1]}"
        if not _is_zero(pull.mean):
            yield f"pull of {pull.line!r} has the mean {pull.mean}, the bar is 0 within 3 standard errors"


def _is_zero(mean: Estimate) -> bool:
    return abs(mean.value) <= _SIGMAS * mean.error


def _effects(proof: Summary) -> Iterator[str]:
    effects = proof.effects
    for name, (where, size) in effects.gaps.items():
        yield f"effect without a line: {name!r} acts at {where}, by {size:.3g} u, and no line allows for it"
    for name, line in effects.without_line.items():
        yield f"effect without a line: {name!r}, whose line {line!r} no budget has"
    for name in effects.unexplained:
        yield f"effect without a line: {name!r}, and the proof's plug gives no reason"
    for name, where in effects.unmatched.items():
        yield f"line without an effect: {name!r} at {where}, for which the bench knows no truth"


def _risks(proof: Summary) -> Iterator[str]:
    for risk in proof.risks:
        if risk.excess.runs > 1 and not _is_zero(risk.excess):
            yield f"{risk.name} was observed {risk.excess} beyond the predicted {risk.predicted.value:.4f}"


def _agreement(proof: Summary) -> Iterator[str]:
    if proof.compares_model and proof.model_off > MODEL_AGREES:
        yield (
            f"the model at the true inputs lies {proof.model_off:.3g} u from the truth at"
            f" {proof.model_off_at} (allowed {MODEL_AGREES:g} u): it is not the bench's physics"
        )
    for what in proof.differs:
        yield f"a run over sockets and SQLite was not the same: {what}"
