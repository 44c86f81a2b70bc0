"""A proof as one picture: rms z, coverage and pulls with their intervals over runs, between their bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from calibrator.proof._bars import COVERAGE, RMS_Z, missed, pull_bar
from calibrator.proof._statistics import Estimate
from calibrator.proof._summary import Summary
from calibrator.proof._text import HEADING

__all__ = ["as_svg"]

_WIDTH, _LEFT, _RIGHT, _ROW = 760, 190, 130, 18
_GOOD, _BAD, _BAR = "#1f5d8c", "#b3261e", "#dcebf5"


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    rows: Sequence[tuple[str, Estimate]]
    low: float
    high: float
    bar: tuple[float, float]
    percent: bool = False


def as_svg(proof: Summary) -> str:
    """Return the text of the picture."""
    figures = {"all": proof.overall, **proof.by_section}
    bar = COVERAGE if proof.budget_kind == "model" else (COVERAGE[0], 1.0)
    panels = (
        _Panel("rms z", [(k, v.rms_z) for k, v in figures.items()], 0.7, 1.3, RMS_Z),
        _Panel("coverage of U", [(k, v.coverage) for k, v in figures.items()], 0.88, 1.0, bar, True),
        _Panel("rms of pull", [(pull.line, pull.rms) for pull in proof.pulls], 0.7, 1.3, pull_bar(proof)),
        _Panel("mean of pull", [(pull.line, pull.mean) for pull in proof.pulls], -0.3, 0.3, (0.0, 0.0)),
    )
    verdict = (
        "holds" if not (found := missed(proof)) else f"{len(found)} bar{'s' if len(found) > 1 else ''} missed"
    )
    title = f"Proof of {proof.procedure} {proof.version} on {proof.uut}: {verdict}"
    top, parts = 78, []
    for panel in panels:
        parts.append(_panel(panel, top))
        top += _ROW * (len(panel.rows) + 2)
    words = HEADING.split(": ", 1)[0]
    under = (
        f"{proof.overall.runs} runs from seed {proof.first_seed}; bars of +/- 2 standard errors between runs"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}"'
        f' viewBox="0 0 {_WIDTH} {top}" font-family="sans-serif" font-size="12" role="img"'
        f' aria-label="{escape(title)}">\n'
        f'<rect width="{_WIDTH}" height="{top}" fill="white"/>\n'
        f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>\n'
        f'<text x="16" y="42">{escape(under)}</text>\n'
        f'<text x="16" y="60" fill="{_BAD}">{escape(words)}</text>\n{"".join(parts)}</svg>\n'
    )


def _panel(panel: _Panel, top: int) -> str:
    """Return a panel: the band between its bars, and one line a row."""

    def x(value: float) -> float:
        share = (min(max(value, panel.low), panel.high) - panel.low) / (panel.high - panel.low)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    height = _ROW * len(panel.rows)
    low, high = x(panel.bar[0]), x(panel.bar[1])
    parts = [
        f'<text x="16" y="{top + 4}" font-weight="bold">{escape(panel.title)}</text>\n'
        f'<text x="{_WIDTH - _RIGHT}" y="{top + 4}" text-anchor="end" fill="#5f6b76">{_bar(panel)}</text>\n',
        f'<rect x="{low}" y="{top + 8}" width="{max(high - low, 1.0):.1f}" height="{height}"'
        f' fill="{_BAR}"/>\n',
    ]
    for index, (name, estimate) in enumerate(panel.rows):
        parts.append(_line(panel, name, estimate, top + 8 + _ROW * index + _ROW // 2, x))
    return "".join(parts)


def _bar(panel: _Panel) -> str:
    low, high = panel.bar
    if low == high:
        return f"bar: {low:g} within 3 standard errors"
    shown = (f"{low:.1%}", f"{high:.1%}") if panel.percent else (f"{low:g}", f"{high:g}")
    return f"bar: {shown[0]} to {shown[1]}"


def _line(panel: _Panel, name: str, estimate: Estimate, y: int, x: Callable[[float], float]) -> str:
    if not math.isfinite(estimate.value):
        return ""
    spread = 2.0 * estimate.error if math.isfinite(estimate.error) else 0.0
    good = estimate.within(*panel.bar, sigmas=3.0)
    colour = _GOOD if good else _BAD
    value = f"{estimate.value:.2%}" if panel.percent else f"{estimate.value:.3f}"
    return (
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>\n'
        f'<line x1="{x(estimate.value - spread)}" x2="{x(estimate.value + spread)}" y1="{y}" y2="{y}"'
        f' stroke="{colour}" stroke-width="2"/>\n'
        f'<circle cx="{x(estimate.value)}" cy="{y}" r="3.5" fill="{colour}"/>\n'
        f'<text x="{_WIDTH - _RIGHT + 12}" y="{y + 4}" fill="{colour}">{value}</text>\n'
    )
