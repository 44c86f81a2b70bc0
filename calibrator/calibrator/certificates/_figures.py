"""Figures that nobody has checked against their document, as they stand in `references.fixed`."""

from __future__ import annotations

from typing import Final, Literal

from calibrator.certificates._bodies import Body
from calibrator.certificates._model import UnverifiedFigure

__all__ = ["DECIDING", "unverified_figures"]

DECIDING: Final = frozenset({"seen", "checked"})
"""Statuses that decide on a live bench (METROLOGY 9)."""

OF_THE_STANDARD: Final = frozenset({"standard", "source_resistance"})

Kind = Literal["limit", "standard", "other"]


def unverified_figures(references: Body) -> tuple[UnverifiedFigure, ...]:
    """Return each unverified figure once, with the points that depend on it.

    A figure that a named person has confirmed (document, page, date) is not listed.
    """
    found: dict[tuple[Kind, str, str], list[str]] = {}
    for body in references.get("points", ()):
        point = str(body["point"]["id"])
        for kind, figure in _figures(body):
            status = str(figure.get("status", ""))
            if status in DECIDING or figure.get("confirmed"):
                continue
            found.setdefault((kind, status, str(figure.get("source", ""))), []).append(point)
    return tuple(
        UnverifiedFigure(kind=kind, status=status, source=source, points=tuple(dict.fromkeys(points)))
        for (kind, status, source), points in found.items()
    )


def _figures(body: Body) -> list[tuple[Kind, Body]]:
    contributions: list[tuple[Kind, Body]] = [
        ("standard" if item["kind"] in OF_THE_STANDARD else "other", item)
        for item in body.get("contributions", ())
    ]
    return [("limit", body["limits"]), *contributions]
