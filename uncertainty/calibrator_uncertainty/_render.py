"""A budget as the table that an assessor expects: text, Markdown and HTML."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
from calibrator_uncertainty._verdict import verdict_on

if TYPE_CHECKING:
    from calibrator_uncertainty._result import BudgetLine, BudgetResult

__all__ = ["as_html", "as_markdown", "as_text"]

HEAD = ("quantity", "value", "unit", "distribution", "u", "dof", "sensitivity", "contribution", "share")
NUMERIC = (1, 4, 5, 6, 7, 8)
_FEW = 0.94  # below, k = 2 is far from the 95.45 % that it stands for


def as_text(result: BudgetResult) -> str:
    """Return a table for a terminal, with the statement of the result below."""
    rows = [HEAD, *_rows(result)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in NUMERIC and number else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for number, row in enumerate(rows)
    ]
    rule = "-" * max(len(line) for line in lines)
    title = [result.name] if result.name else []
    return "\n".join([*title, lines[0], rule, *lines[1:], rule, statement(result), *remarks(result)])


def as_markdown(result: BudgetResult) -> str:
    """Return a Markdown table with the statement of the result below."""
    rows = ["| " + " | ".join(HEAD) + " |", "| " + " | ".join(_marks()) + " |"]
    rows += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in _rows(result)]
    title = [f"**{result.name}**", ""] if result.name else []
    return "\n".join([*title, *rows, "", statement(result), *(f"\n{one}" for one in remarks(result))])


def as_html(result: BudgetResult) -> str:
    """Return an HTML table; every text is escaped."""
    head = "".join(f"<th>{cell}</th>" for cell in HEAD)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(result)
    )
    caption = html.escape(result.name)
    foot = "<br>".join(html.escape(one) for one in (statement(result), *remarks(result)))
    return (
        f'<table class="budget">\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n"
        f'<tfoot><tr><td colspan="{len(HEAD)}">{foot}</td></tr></tfoot>\n</table>'
    )


def statement(result: BudgetResult) -> str:
    """Return the result in one line: value ± U with k, dof and what k rests on."""
    if math.isnan(result.U):
        return f"{result.value:.10g} {result.unit}".rstrip() + ", U is not known to first order"
    rounded = round_uncertainty(result.U)
    value = plain(round_like(result.value, rounded))
    basis = "k = 2" if result.policy == "k2" else f"p = {100 * result.probability:g} %"
    if result.policy == "k2" and result.covered < _FEW:
        basis = f"k = 2 covers {100 * result.covered:.1f} % by t"
    unit = f" {result.unit}" if result.unit else ""
    return (
        f"({value} ± {plain(rounded)}){unit}, k = {result.k:.2f} ({basis}), "
        f"u = {_figures(result.u, 3)}{unit}, dof = {_dof(result.dof)}"
    )


def remarks(result: BudgetResult) -> tuple[str, ...]:
    """Return what must stand below the table: given correlations, notes, and what clause 8 says of U."""
    given = tuple(f"r({one}, {other}) = {r:g}" for one, other, r in result.correlations)
    return (*((", ".join(given),) if given else ()), *result.notes, judged(result))


def judged(result: BudgetResult) -> str:
    """Return what Monte Carlo says of this U, in a line (JCGM 101:2008, clause 8)."""
    verdict, why = verdict_on(result)
    if verdict is None:
        return f"JCGM 101, clause 8: not examined: {why}"
    unit = f" {result.unit}" if result.unit else ""
    tolerance = _figures(verdict.delta, 2)
    apart = f"{_figures(verdict.d_low, 2)} and {_figures(verdict.d_high, 2)}{unit}"
    loose = ""
    if 2.0 * verdict.endpoint_error > verdict.delta > 0.0:
        loose = (
            f"; its ends are themselves known to {_figures(verdict.endpoint_error, 2)}{unit} only: ask "
            "validate_first_order for more draws"
        )
    if verdict.ok:
        return (
            f"JCGM 101, clause 8: first order is validated to {verdict.ndig} digit(s): "
            f"its ends differ from Monte Carlo by {apart}, at most {tolerance}{unit}{loose}"
        )
    rounded = round_uncertainty(result.U)
    low, high = (plain(round_like(end, rounded)) for end in (verdict.low, verdict.high))
    return (
        f"JCGM 101, clause 8: first order is NOT validated: its ends differ from Monte Carlo by {apart}, "
        f"more than {tolerance}{unit}; Monte Carlo gives [{low}, {high}]{unit} at "
        f"{100 * verdict.probability:g} %{loose}"
    )


def _marks() -> Sequence[str]:
    return [("---:" if column in NUMERIC else "---") for column in range(len(HEAD))]


def _rows(result: BudgetResult) -> list[tuple[str, ...]]:
    return [_row(line) for line in result.lines]


def _row(line: BudgetLine) -> tuple[str, ...]:
    value = plain(round_like(line.value, round_uncertainty(line.u))) if line.u else f"{line.value:.10g}"
    return (
        line.name,
        value,
        line.unit,
        line.distribution,
        _figures(line.u, 3),
        _dof(line.dof),
        _figures(line.sensitivity, 4),
        _figures(line.contribution, 3),
        f"{100 * line.share + 0.0:.1f} %",
    )


def _figures(number: float, digits: int) -> str:
    return "0" if number == 0 else f"{Decimal(f'{number:.{digits}g}'):g}"


def _dof(dof: float) -> str:
    if math.isinf(dof):
        return "∞"
    return f"{dof:.0f}" if dof >= 100.0 else f"{dof:.1f}".rstrip("0").rstrip(".")
