"""Plots of results that are curves: the curve with the band of its U, and that U at a scale of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any, Final

from calibrator.certificates._dimension import output_unit
from calibrator.certificates._formulas import Formula, formula
from calibrator.certificates._model import Certificate, Curve
from calibrator.certificates._numbers import signed
from calibrator.certificates._readable import SUPERSCRIPT, readable_formula, unit_text
from calibrator.certificates._words import Speaker
from calibrator.procedure import Text

__all__ = ["curve_plots", "sampled"]

_FONTS: Final = "Calibrator Sans, Calibrator Sans SC, sans-serif"
COVERAGE_FACTOR: Final = 2.0
_SAMPLES: Final = 61
_WIDTH, _HEIGHT, _GAP = 700.0, 150.0, 58.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 8.0, 6.0, 30.0
_NOTE: Final = Text(
    "Left: the curve, its band ±U shaded (k = 2). Right: U of the curve (k = 2).",
    "左：曲线，阴影为 ±U（k = 2）。右：曲线的 U（k = 2）。",
)
_ALONE: Final = Text("The curve; it is stated without uncertainty.", "曲线；未给出不确定度。")
_INK, _GREY, _BAND, _HAIR = "#1b2733", "#6b7680", "#cfe0e3", "#c3ccd1"


@dataclass(frozen=True, slots=True)
class Sampled:
    """A curve at values of its input, with the expanded uncertainty (k = 2) there."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    U: tuple[float, ...]


def curve_plots(model: Certificate, speaker: Speaker) -> list[dict[str, Any]]:
    """Return a plot with title and alternative text for every curve whose formula can be read."""
    found = []
    for section in model.sections:
        for curve in section.curves:
            drawn = sampled(curve)
            if drawn is not None:
                found.append(
                    {
                        "title": speaker.tell(curve.title),
                        "svg": _svg(curve, drawn),
                        "alt": _alternative(curve, drawn, speaker),
                        "note": speaker.tell(_NOTE if any(drawn.U) else _ALONE),
                    }
                )
    return found


def sampled(curve: Curve) -> Sampled | None:
    """Return a curve at even steps over its domain; None of a set of parameters or a formula not understood.

    U follows from the full covariance of the coefficients (JCGM 100:2008, 5.2.2), their differences taken at
    a hundredth of each standard uncertainty.
    """
    if curve.domain_lower is None or curve.domain_upper is None:
        return None
    function = formula(curve.formula, (*curve.names, curve.input))
    if function is None:
        return None
    low, high = float(curve.domain_lower), float(curve.domain_upper)
    x = tuple(low + (high - low) * i / (_SAMPLES - 1) for i in range(_SAMPLES))
    try:
        pairs = [_at(function, curve, value) for value in x]
    except (ArithmeticError, ValueError):
        return None  # a formula that has no value somewhere in its domain is not drawn
    if not all(isinstance(y, float) and math.isfinite(y) and math.isfinite(U) for y, U in pairs):
        return None
    return Sampled(x, tuple(y for y, _ in pairs), tuple(U for _, U in pairs))


def _at(function: Formula, curve: Curve, x: float) -> tuple[float, float]:
    values = {name: float(value) for name, value in zip(curve.names, curve.values, strict=True)}
    values[curve.input] = x
    slopes = []
    for index, name in enumerate(curve.names):
        step = math.sqrt(float(curve.covariance[index][index])) / 100.0
        if not step:
            slopes.append(0.0)
            continue
        up, down = ({**values, name: values[name] + way * step} for way in (1, -1))
        slopes.append((function(up) - function(down)) / (2.0 * step))
    square = math.fsum(
        slopes[i] * slopes[j] * float(curve.covariance[i][j])
        for i in range(len(slopes))
        for j in range(len(slopes))
    )
    return function(values), COVERAGE_FACTOR * math.sqrt(max(square, 0.0))


def _svg(curve: Curve, drawn: Sampled) -> str:
    half = (_WIDTH - _LEFT - _RIGHT - _GAP) / 2
    band = (
        [y + U for y, U in zip(drawn.y, drawn.U, strict=True)],
        [y - U for y, U in zip(drawn.y, drawn.U, strict=True)],
    )
    left = _Panel(_LEFT, half, drawn.x, (*band[0], *band[1]))
    known = any(drawn.U)  # a bound without uncertainty has no U to be drawn
    right = _Panel(_LEFT + half + _GAP, half, drawn.x, (0.0, *drawn.U))
    there = " ".join(left.point(x, y) for x, y in zip(drawn.x, band[0], strict=True))
    back = " ".join(left.point(x, y) for x, y in reversed([*zip(drawn.x, band[1], strict=True)]))
    named = f"{curve.input} / {_unit(curve.input_unit)}"
    output = readable_formula(curve.formula.partition("=")[0])
    unit = " / ".join(["", unit_text(found)]) if (found := output_unit(curve)) else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{_HEIGHT:g}" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" font-family="{_FONTS}">',
        *left.axes(named, f"{output}{unit}"),
        *(right.axes(named, f"U({output}){unit}" if output else f"U{unit}") if known else []),
        *([f'<polygon points="{there} {back}" fill="{_BAND}"/>'] if known else []),
        left.line(drawn.x, drawn.y),
        *([right.line(drawn.x, drawn.U)] if known else []),
        "</svg>",
    ]
    return "".join(parts)


class _Panel:
    """One pair of axes."""

    def __init__(self, left: float, width: float, x: Sequence[float], y: Sequence[float]) -> None:
        self._left, self._width = left, width
        self._x = (min(x), max(x))
        low, high = min(y), max(y)
        room = (high - low) * 0.06 or abs(high) * 0.06 or 1.0
        self._y = (low - (room if low else 0.0), high + room)

    def _across(self, x: float) -> float:
        low, high = self._x
        return self._left + (x - low) / ((high - low) or 1.0) * self._width

    def _down(self, y: float) -> float:
        low, high = self._y
        return _TOP + (high - y) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    def point(self, x: float, y: float) -> str:
        """Return a point as polygon and path have it."""
        return f"{self._across(x):.2f},{self._down(y):.2f}"

    def line(self, x: Sequence[float], y: Sequence[float]) -> str:
        """Return a drawn line."""
        points = " ".join(self.point(a, b) for a, b in zip(x, y, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{_INK}" stroke-width="1.2"/>'

    def axes(self, across: str, up: str) -> list[str]:
        """Return frame, ticks with their numbers, and the names of both axes."""
        bottom, right = _HEIGHT - _BOTTOM, self._left + self._width
        parts = [
            f'<path d="M{self._left:g} {_TOP:g}V{bottom:g}H{right:g}" fill="none" stroke="{_GREY}"/>',
            _text((self._left + right) / 2, _HEIGHT - 4, across, "middle", _INK),
            f'<text x="{self._left - 46:.2f}" y="{(_TOP + bottom) / 2:.2f}" font-size="10" fill="{_INK}" '
            f'text-anchor="middle" transform="rotate(-90 {self._left - 46:.2f} {(_TOP + bottom) / 2:.2f})">'
            f"{escape(up)}</text>",
        ]
        for value in _ticks(*self._x):
            x = self._across(float(value))
            parts.append(f'<path d="M{x:.2f} {bottom:g}v3" stroke="{_GREY}"/>')
            parts.append(_text(x, bottom + 13, _tick_text(value), "middle", _GREY))
        for value in _ticks(*self._y):
            y = self._down(float(value))
            parts.append(f'<path d="M{self._left:g} {y:.2f}H{right:g}" stroke="{_HAIR}" stroke-width="0.5"/>')
            parts.append(_text(self._left - 4, y + 3.2, _tick_text(value), "end", _GREY))
        return parts


def _ticks(low: float, high: float, count: int = 4) -> list[Decimal]:
    """Return round values between two ends: steps of 1, 2 or 5 times a power of ten."""
    span = (high - low) or 1.0
    power = math.floor(math.log10(span / count))
    step = next(s for s in (1, 2, 5, 10) if s * 10.0**power >= span / count * 0.999)
    size = Decimal(step).scaleb(power)
    first = math.ceil(low / float(size) - 1e-9)
    return [size * n for n in range(first, math.floor(high / float(size) + 1e-9) + 1)]


def _tick_text(value: Decimal) -> str:
    if value and not -4 <= value.adjusted() < 6:
        mantissa = value.scaleb(-value.adjusted()).normalize()
        power = str(value.adjusted()).translate(SUPERSCRIPT)
        return f"{signed(mantissa, plus=False)} × 10{power}"
    return signed(value.normalize() if value else Decimal(0), plus=False)


def _text(x: float, y: float, content: str, anchor: str, colour: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="9" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(content)}</text>"
    )


def _unit(unit: str) -> str:
    return {"degC": "°C", "ohm": "Ω", "deg": "°"}.get(unit, unit)


def _alternative(curve: Curve, drawn: Sampled, speaker: Speaker) -> str:
    span = f"{drawn.x[0]:g} … {drawn.x[-1]:g} {_unit(curve.input_unit)}"
    largest = f"{max(drawn.U):.2g}"
    told = Text(
        f"Curve {curve.title.en}, {span}; largest U {largest} (k = 2).",
        f"曲线 {curve.title.zh}，{span}；最大 U {largest}（k = 2）。",
    )
    return " / ".join(speaker.tell(told))
