"""Error plots as small SVGs: error against its limits, point by point, the U bar, the acceptance zone.

Every shape also tells without colour: a pass is a filled disc, a conditional verdict an open diamond, a
fail a square, an undetermined result an open disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

from calibrator.certificates._model import Result

__all__ = ["PlotText", "error_plot"]

_WIDTH, _HEIGHT = 700.0, 125.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 2.0, 27.0
_WIDEST: Final = 44.0  # of an acceptance zone
_REACH: Final = 1.4  # of the limit, where the axis ends
_INK, _GREY, _ZONE, _LINE = "#1b2733", "#6b7680", "#e4eef0", "#9f2b2b"
_COLOURS: Final = {"pass": "#0f6b4f", "fail": "#9f2b2b", "undetermined": _GREY}
_CONDITIONAL: Final = "#9a6200"
_MOST_LABELS: Final = 14


@dataclass(frozen=True, slots=True)
class PlotText:
    """The words of a plot: its axis, and for each point two short lines."""

    axis: str
    labels: tuple[tuple[str, str], ...]


def error_plot(results: tuple[Result, ...], text: PlotText, *, font: str = "Calibrator Sans") -> str:
    """Return the plot of a section as SVG, each error as a share of its limit T.

    The tolerance ±T is a line, the acceptance zone ±(T - w) a shaded band behind each point.
    """
    step = (_WIDTH - _LEFT - _RIGHT) / len(results)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{_HEIGHT:g}" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" font-family="{escape(font)}, Calibrator Sans SC, sans-serif">'
    ]
    zones, marks, labels = [], [], []
    every = -(-len(results) // _MOST_LABELS)
    for index, (result, label) in enumerate(zip(results, text.labels, strict=True)):
        x = _LEFT + step * (index + 0.5)
        zones.append(_zone(result, x, step))
        marks.append(_mark(result, x))
        if index % every == 0:
            labels.append(_label(label, x))
    parts += [*zones, *_axes(text.axis), *marks, *labels, "</svg>"]
    return "".join(parts)


def _y(share: float) -> float:
    half = (_HEIGHT - _TOP - _BOTTOM) / 2
    return round(_TOP + half - max(-_REACH, min(_REACH, share)) / _REACH * half, 2)


def _share(value: Decimal, result: Result) -> float:
    """Return a value as a share of the limit on its side, so that a limit lies at 1 or at -1.

    Limits that do not lie about zero are drawn with their middle at 0, a limit alone at its distance.
    """
    low, high = result.limit_lower, result.limit_upper
    if low is None or high is None:
        return _from_one(value, result)
    if low < 0 < high:
        return float(value / (high if value >= 0 else -low))
    return float((2 * value - low - high) / (high - low))


def _from_one(value: Decimal, result: Result) -> float:
    side, limit = (1, result.limit_upper) if result.limit_upper is not None else (-1, result.limit_lower)
    scale = result.limit or result.expanded_uncertainty or Decimal(1)
    return float(side + (value - (limit or Decimal(0))) / scale)


def _zone(result: Result, x: float, step: float) -> str:
    """Return the acceptance zone; one that a guard band leaves empty is a line in the middle."""
    band, lower, upper = result.guard_band or Decimal(0), result.limit_lower, result.limit_upper
    high = _REACH if upper is None else _share(upper - band, result)
    low = -_REACH if lower is None else _share(lower + band, result)
    if low > high:
        low = high = 0.0
    high, low = _y(high), _y(low)
    width = min(step * 0.72, _WIDEST)
    return (
        f'<rect x="{x - width / 2:.2f}" y="{high:g}" width="{width:.2f}" '
        f'height="{max(low - high, 0.6):.2f}" fill="{_ZONE}"/>'
    )


def _axes(title: str) -> list[str]:
    right = _WIDTH - _RIGHT
    parts = []
    for share, name, colour, width in ((0.0, "0", _GREY, 0.6), (1.0, "+T", _LINE, 1), (-1.0, "−T", _LINE, 1)):
        y = _y(share)
        parts.append(f'<path d="M{_LEFT:g} {y:g}H{right:g}" stroke="{colour}" stroke-width="{width:g}"/>')
        parts.append(_text(_LEFT - 6, y + 3.2, name, anchor="end", size=10, colour=colour))
    middle = _y(0)
    parts.append(
        f'<text x="12" y="{middle:g}" font-size="10" fill="{_INK}" text-anchor="middle" '
        f'transform="rotate(-90 12 {middle:g})">{escape(title)}</text>'
    )
    return parts


def _mark(result: Result, x: float) -> str:
    colour = _COLOURS.get(result.verdict, _CONDITIONAL)
    if result.error is None:
        return _no_number(result, x, colour)
    share, reach = _share(result.error, result), result.expanded_uncertainty or Decimal(0)
    if abs(share) > _REACH:
        return _shape(result.verdict, x, share, colour)
    high, low = _y(_share(result.error + reach, result)), _y(_share(result.error - reach, result))
    bar = f'<path d="M{x:.2f} {high:g}V{low:g}M{x - 4:.2f} {high:g}h8M{x - 4:.2f} {low:g}h8" '
    return f'{bar}stroke="{_INK}" stroke-width="0.9" fill="none"/>' + _shape(result.verdict, x, share, colour)


def _no_number(result: Result, x: float, colour: str) -> str:
    """Return the mark of a point without a number: over the range it lies beyond the axis, else nowhere."""
    if result.no_number == "overload":
        return _shape(result.verdict, x, -2 * _REACH if result.nominal < 0 else 2 * _REACH, colour)
    return _text(x, _y(0) + 5, "?", anchor="middle", size=15, colour=colour)


def _shape(verdict: str, x: float, share: float, colour: str) -> str:
    y = _y(share)
    if abs(share) > _REACH:  # beyond the axis: an arrow head that points away
        d = -5 if share > 0 else 5
        return f'<path d="M{x - 4.5:.2f} {y - d:g}h9l-4.5 {d:g}z" fill="{colour}"/>'
    if verdict == "pass":
        return f'<circle cx="{x:.2f}" cy="{y:g}" r="3.4" fill="{colour}"/>'
    if verdict == "fail":
        return f'<rect x="{x - 3.6:.2f}" y="{y - 3.6:.2f}" width="7.2" height="7.2" fill="{colour}"/>'
    if verdict == "undetermined":
        return f'<circle cx="{x:.2f}" cy="{y:g}" r="3.4" fill="#ffffff" stroke="{colour}"/>'
    return (
        f'<path d="M{x:.2f} {y - 4.8:.2f}l4.8 4.8l-4.8 4.8l-4.8 -4.8z" '
        f'fill="#ffffff" stroke="{colour}" stroke-width="1.4"/>'
    )


def _label(label: tuple[str, str], x: float) -> str:
    bottom = _HEIGHT - _BOTTOM
    return _text(x, bottom + 12, label[0], anchor="middle", size=10, colour=_INK) + _text(
        x, bottom + 24, label[1], anchor="middle", size=9, colour=_GREY
    )


def _text(x: float, y: float, content: str, *, anchor: str, size: int, colour: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(content)}</text>'
    )
