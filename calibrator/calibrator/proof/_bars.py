"""The bars of a proof, and what is missed (METROLOGY 27 to 29)."""

from __future__ import annotations

from collections.abc import Iterator

from calibrator.proof._points import MODEL_AGREES
from calibrator.proof._statistics import Estimate
from calibrator.proof._summary import Summary

__all__ = ["COVERAGE", "ENOUGH_RUNS", "PULL", "RMS_Z", "missed", "pull_bar", "widening"]

RMS_Z = (0.93, 1.07)
COVERAGE = (0.94, 0.965)  # of a model budget; a guideline one has the lower bar only
PULL = (0.9, 1.1)
ENOUGH_RUNS = 4000
_NAMED = 5  # lost runs that are named each


def missed(proof: Summary) -> tuple[str, ...]:
    """Return one sentence for each bar that is missed, naming what; nothing where the proof holds.

    A planted defect that nothing names is missed too: the proof must find it.

    With fewer than 4000 runs a bar is missed where even 3 between-run standard errors do not excuse it.
    """
    found = (
        *_lost(proof),
        *_figures(proof),
        *_pulls(proof),
        *_effects(proof),
        *_risks(proof),
        *_agreement(proof),
    )
    if proof.planted and not found:
        return (f"nothing names the planted defect: {proof.planted}",)
    return found


def widening(estimate: Estimate) -> float:
    """Return by how many standard errors a bar is widened for an estimate."""
    return 0.0 if estimate.runs >= ENOUGH_RUNS else estimate.sigmas


def pull_bar(proof: Summary) -> tuple[float, float]:
    """Return the bar of a pull's rms: a guideline's line may be wider than what happens, never narrower."""
    return (0.0, PULL[1]) if proof.budget_kind == "guideline" else PULL


def _out(estimate: Estimate, low: float, high: float) -> bool:
    """Say whether a bar is missed; a single run misses none."""
    return estimate.runs > 1 and not estimate.within(low, high, widening(estimate))


def _lost(proof: Summary) -> Iterator[str]:
    """Name the first runs that gave fewer numbers than were asked for; none may be left out unseen."""
    for what in proof.lost[:_NAMED]:
        yield f"a run is lost: {what}"
    if len(proof.lost) > _NAMED:
        yield f"{len(proof.lost) - _NAMED} more runs are lost, {len(proof.lost)} in all"


def _figures(proof: Summary) -> Iterator[str]:
    covered, z = proof.overall.coverage, proof.overall.rms_z
    if proof.budget_kind == "guideline":
        if _out(covered, COVERAGE[0], 1.0):
            yield f"coverage is {covered}, the bar of a guideline budget is {COVERAGE[0]:.0%} or more"
        return
    if _out(z, *RMS_Z):
        yield f"rms z is {z}, the bar is {RMS_Z[0]} to {RMS_Z[1]}"
    if _out(covered, *COVERAGE):
        yield f"coverage is {covered}, the bar is {COVERAGE[0]:.1%} to {COVERAGE[1]:.1%}"


def _pulls(proof: Summary) -> Iterator[str]:
    low, high = pull_bar(proof)
    for pull in proof.pulls:
        if _out(pull.rms, low, high):
            yield f"pull of {pull.line!r} has the rms {pull.rms}, the bar is {low:g} to {high:g}"
        if not pull.mean.is_zero:
            yield f"pull of {pull.line!r} has the mean {pull.mean}, the bar is 0 within 3 standard errors"


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
        # a guideline's U is wider than what happens, so that it predicts more risk than there is
        safe = proof.budget_kind == "guideline" and risk.excess.value < 0.0
        if risk.excess.runs > 1 and not risk.excess.is_zero and not safe:
            yield f"{risk.name} was observed {risk.excess} beyond the predicted {risk.predicted.value:.4f}"


def _agreement(proof: Summary) -> Iterator[str]:
    if proof.compares_model and proof.model_off > MODEL_AGREES:
        yield (
            f"the model at the true inputs lies {proof.model_off:.3g} u from the truth at"
            f" {proof.model_off_at} (allowed {MODEL_AGREES:g} u): it is not the bench's physics"
        )
    for what in proof.differs:
        yield f"a run over sockets and SQLite was not the same: {what}"
