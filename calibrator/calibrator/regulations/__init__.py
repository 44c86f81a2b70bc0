"""Regulations, specifications and guides as dated data: which edition holds on the day of the work.

Every figure of an edition has a status, a source and, where it is known, a clause. Formulas are coefficients.
"""

from calibrator.regulations._apply import PointsHeld, due_after, points_at, points_held, step_of
from calibrator.regulations._checked import (
    Checked,
    known_of,
    load_checked,
    mark_checked,
    standing,
    status_of,
    unverified,
)
from calibrator.regulations._diff import Change, differences, figure_of, flat
from calibrator.regulations._limits import limit_at
from calibrator.regulations._lookup import Found, Library
from calibrator.regulations._parse import parse_edition
from calibrator.regulations._store import GROUP, load_library
from calibrator.regulations._types import (
    FIGURES,
    Conditions,
    Decision,
    Edition,
    Interval,
    Known,
    MpeRow,
    Points,
    Ratio,
    Rounding,
    Sequence,
)

__all__ = [
    "FIGURES",
    "GROUP",
    "Change",
    "Checked",
    "Conditions",
    "Decision",
    "Edition",
    "Found",
    "Interval",
    "Known",
    "Library",
    "MpeRow",
    "Points",
    "PointsHeld",
    "Ratio",
    "Rounding",
    "Sequence",
    "differences",
    "due_after",
    "figure_of",
    "flat",
    "known_of",
    "limit_at",
    "load_checked",
    "load_library",
    "mark_checked",
    "parse_edition",
    "points_at",
    "points_held",
    "standing",
    "status_of",
    "step_of",
    "unverified",
]
