"""A budget as a bar picture: which input costs what."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator_uncertainty._result import BudgetResult

__all__ = ["as_svg"]

_ROW, _LABEL, _BAR, _FIGURE = 22, 190, 320, 90


def as_svg(result: BudgetResult, *, title: str = "") -> str:
    """Return an SVG of the shares of u², the largest first; texts escaped, with a description for readers."""
    lines = sorted((line for line in result.lines if line.share != 0.0), key=lambda line: -abs(line.share))
    largest = max((abs(line.share) for line in lines), default=1.0)
    width, height = _LABEL + _BAR + _FIGURE, _ROW * (len(lines) + 2)
    heading = html.escape(title or result.name or "Uncertainty budget")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12">',
        f"<title>{heading}</title>",
        f"<desc>{html.escape(_description(result))}</desc>",
        f'<text x="4" y="16" font-weight="bold">{heading}</text>',
    ]
    for row, line in enumerate(lines, start=1):
        y = _ROW * row + 4
        length = max(1.0, _BAR * abs(line.share) / largest)
        colour = "#2b6cb0" if line.share > 0 else "#c05621"
        parts.append(f'<text x="{_LABEL - 6}" y="{y + 14}" text-anchor="end">{html.escape(line.name)}</text>')
        parts.append(
            f'<rect x="{_LABEL}" y="{y + 3}" width="{length:.1f}" height="{_ROW - 8}" fill="{colour}"/>'
        )
        parts.append(f'<text x="{_LABEL + length + 6:.1f}" y="{y + 14}">{100 * line.share:.1f} %</text>')
    from calibrator_uncertainty._render import statement

    parts.append(f'<text x="4" y="{height - 7}">{html.escape(statement(result))}</text>')
    return "\n".join([*parts, "</svg>"])


def _description(result: BudgetResult) -> str:
    shares = ", ".join(f"{line.name} {100 * line.share:.1f} %" for line in result.lines if line.share != 0.0)
    return f"Shares of the variance: {shares or 'none'}."
