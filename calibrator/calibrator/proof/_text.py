"""A proof as a person reads it: one text for the terminal and for docs/proof."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from calibrator.proof._bars import COVERAGE, ENOUGH_RUNS, RMS_Z, missed, pull_bar, widening

if TYPE_CHECKING:
    from calibrator.proof._statistics import Estimate
    from calibrator.proof._summary import Figures, Summary

__all__ = ["HEADING", "heading", "report"]

HEADING = (
    "VALIDATION OF SOFTWARE (ISO/IEC 17025:2017, 7.11.2), NOT OF A FACILITY: it shows that model, budget and"
    " code agree on simulated benches, and is no evidence for a standard, an instrument or a room (7.6, 7.7)."
)
_WAYS = {
    "budget": "as the budget says",
    "normal": "normal, sigma = spec/2.58 or as its k",
    "rectangular": "rectangular over the specification",
    "limit": "fixed at its limit",
}


def heading(proof: Summary) -> list[str]:
    """Return what is said above every rendering."""
    lines = [
        HEADING,
        "",
        f"procedure {proof.procedure} {proof.version} ({proof.content_hash[:12]}), unit {proof.uut},"
        f" {proof.budget_kind} budget",
        f"{proof.overall.runs} runs from seed {proof.first_seed}, {proof.overall.points} points,"
        f" sections {', '.join(proof.sections)}{'' if proof.complete else ' (not the whole procedure)'}",
    ]
    if proof.lost:
        lines.append(f"LOST: {len(proof.lost)} runs gave fewer numbers than were asked for")
    if proof.truth:
        lines.append(f"truth: {proof.truth}")
    if proof.planted:
        lines.append(f"PLANTED DEFECT: {proof.planted}")
    return lines


def report(proof: Summary) -> str:
    """Return the whole report."""
    parts = (
        heading(proof),
        _figures(proof),
        _pulls(proof),
        _effects(proof),
        _risks(proof),
        _drawn(proof),
        _ground(proof),
        _verdict(proof),
    )
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _figures(proof: Summary) -> list[str]:
    head = f"{'':<18}{'points':>8}  {'rms z':<20}{'coverage of U':<20}U/U_min (smallest to largest)"
    rows = [_row("all", proof.overall), *(_row(name, item) for name, item in proof.by_section.items())]
    model = f"bars: rms z {RMS_Z[0]} to {RMS_Z[1]}, coverage {COVERAGE[0]:.1%} to {COVERAGE[1]:.1%}"
    bar = model if proof.budget_kind == "model" else f"bar: coverage {COVERAGE[0]:.0%} or more"
    if proof.overall.runs < ENOUGH_RUNS:
        bar += f"; with fewer than {ENOUGH_RUNS} runs widened by 3 standard errors"
    return [head, *rows, bar, "each with its standard error between runs, since points share the standard"]


def _row(name: str, item: Figures) -> str:
    ratio = f"{item.ratio:.2f} ({item.ratio_low:.2f} to {item.ratio_high:.2f})"
    if math.isnan(item.ratio):
        ratio = "not known: no error was seen"
    return f"{name:<18}{item.points:>8}  {_text(item.rms_z):<20}{_text(item.coverage):<20}{ratio}"


def _pulls(proof: Summary) -> list[str]:
    lines = ["pull of every budget line, (true - estimate)/u as normal score", f"{'line':<20}{'rms':<20}mean"]
    for pull in proof.pulls:
        low = not pull.rms.within(*pull_bar(proof), widening(pull.rms)) or not pull.mean.is_zero
        lines.append(f"{pull.line:<20}{_text(pull.rms):<20}{_text(pull.mean)}{'   <--' if low else ''}")
    bar = pull_bar(proof)
    return [*lines, f"bars: rms {bar[0]:g} to {bar[1]:g}, mean 0 within 3 standard errors"]


def _effects(proof: Summary) -> list[str]:
    effects = proof.effects
    named = [f"  {name}: at {where}, {size:.3g} u" for name, (where, size) in effects.gaps.items()]
    named += [f"  {name}: no budget has its line {line}" for name, line in effects.without_line.items()]
    named += [f"  {name}: no line and no reason" for name in effects.unexplained]
    lines = ["effects of the bench without a line:", *(named or ["  none that is not explained below"])]
    unmatched = [f"  {name}: at {where}" for name, where in effects.unmatched.items()]
    lines += ["lines without an effect of the bench:", *(unmatched or ["  none that is not explained below"])]
    lines += list(_reasons("effects that need no line:", effects.excused_effects))
    lines += list(_reasons("lines that the bench has no effect for:", effects.excused_lines))
    return lines


def _reasons(title: str, reasons: Mapping[str, str]) -> Iterator[str]:
    if reasons:
        yield title
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"  {', '.join(names)}: {reason}"


def _risks(proof: Summary) -> list[str]:
    if not proof.risks:
        return []
    lines = [f"{'risk':<16}{'predicted':<12}{'observed - predicted':<24}prior"]
    for risk in proof.risks:
        prior = risk.prior or "none: of points accepted or rejected, simple acceptance"
        if not risk.predicted.runs:
            lines.append(f"{risk.name:<16}not tested: no such point, but for those that are left out below")
            continue
        lines.append(f"{risk.name:<16}{risk.predicted.value:<12.4f}{_text(risk.excess, 5):<24}{prior}")
    no_more = "no more is observed than predicted" if proof.budget_kind == "guideline" else "both agree"
    lines.append(f"bar: {no_more} within 3 standard errors between runs")
    if proof.reach:
        lines.append(
            f"the population does not reach T + 4u at {len(proof.reach)} points, such as {proof.reach[0]}"
        )
    if proof.small:
        lines.append(
            f"specific risks suppose errors of any size, and {len(proof.small)} points have small ones,"
            f" or always the same, whatever unit is drawn: left out, such as {proof.small[0]}"
        )
    return lines


def _drawn(proof: Summary) -> list[str]:
    if len(proof.drawn) < 2:
        return []
    lines = [
        "sensitivity to how the standard's error is drawn (no bar)",
        f"{'':<42}{'runs':>6}  coverage of U",
    ]
    for way, item in proof.drawn.items():
        lines.append(f"  {_WAYS[way]:<40}{item.runs:>6}  {_text(item.coverage)}   rms z {_text(item.rms_z)}")
    return lines


def _ground(proof: Summary) -> list[str]:
    lines = [
        f"a run takes {proof.duration_s.value / 60:.0f} min on the bench and"
        f" {1000 * proof.seconds_a_run:.0f} ms of a process here, shared with whatever else ran"
    ]
    if proof.compares_model:
        lines.append(
            f"the model at the true inputs lies within {proof.model_off:.1e} u of the truth"
            f" (worst at {proof.model_off_at})"
        )
    if proof.repeated:
        same = proof.repeated - len(proof.differs)
        lines.append(
            f"{proof.repeated} runs repeated over sockets and SQLite: {same} the same in every field of"
            " show --json but the id"
        )
    return [*lines, *proof.notes]


def _verdict(proof: Summary) -> list[str]:
    found = missed(proof)
    if not found:
        return ["HOLDS: no bar is missed."]
    return [f"MISSED: {len(found)} bar{'s' if len(found) > 1 else ''}", *(f"  {item}" for item in found)]


def _text(estimate: Estimate, digits: int = 4) -> str:
    """Return an estimate in words where it has no value, or no error since one run has no spread."""
    if not estimate.runs:
        return "not tested"
    if math.isinf(estimate.error):
        return f"{estimate.value:.{digits}f} (one run)"
    return f"{estimate.value:.{digits}f} +/- {estimate.error:.{digits}f}"
