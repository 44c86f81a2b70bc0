"""The status of the figures behind a verdict (METROLOGY 9)."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator.procedure import Contribution, PointReferences
from calibrator_drivers.accuracy import Status

__all__ = ["FigureStatus", "figure_status", "standards_of"]

# Figures of the standard's own specification; those of leads and of the UUT are not the standard's.
OF_THE_STANDARD = ("standard", "source_resistance")
ARTEFACT = "artefact"  # a short or open terminals: no specified value stands behind the point


@dataclass(frozen=True, slots=True)
class FigureStatus:
    """Status of the limit, the weakest among the standard's figures, and whether both decide when live."""

    limit: str
    standard: str
    decides: bool

    def as_json(self) -> dict[str, str]:
        """Return the two statuses as `show --json` prints them."""
        return {"limit": self.limit, "standard": self.standard}


def standards_of(references: PointReferences) -> list[Contribution]:
    """Return the figures of standards at a point: not those of leads, tables or the unit under test."""
    return [
        item
        for item in references.contributions
        if item.kind in OF_THE_STANDARD or item.shared.startswith("standard:")
    ]


def figure_status(references: PointReferences) -> FigureStatus:
    """Return the statuses at one point; a figure confirmed by a named person decides like a seen one."""
    limits = references.limits
    figures = standards_of(references)
    standard = str(Status.weakest(*(Status(item.status) for item in figures))) if figures else ARTEFACT
    open_figures = [item for item in figures if not item.confirmed and not Status(item.status).decides_live]
    limit_decides = bool(limits.confirmed) or Status(limits.status).decides_live
    rounding = limits.rounding
    if rounding is not None and rounding.judged == "rounded":  # the step decides as the limit does
        limit_decides = limit_decides and Status(rounding.status).decides_live
    return FigureStatus(limits.status, standard, limit_decides and not open_figures)
