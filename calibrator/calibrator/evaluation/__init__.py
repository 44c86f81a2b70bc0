"""Evaluation: results as a pure function of a run's events and the references recorded with them."""

from calibrator.evaluation._capability import OUTSIDE_SCOPE, RAISED, Stated, stated
from calibrator.evaluation._collect import Collector, ObservedPoint, RunContent, collect
from calibrator.evaluation._coverage import ABOUT_95, COVERAGES, FIXED, RESTS_ON_U, covered_by
from calibrator.evaluation._curves import curves_of_section
from calibrator.evaluation._figures import standards_of
from calibrator.evaluation._joint import joint
from calibrator.evaluation._numbers import value_of_raw
from calibrator.evaluation._recompute import Difference, recompute, recompute_events
from calibrator.evaluation._rounding import Rounder, rounding_of
from calibrator.evaluation._rule_offers import TWO_SIDED, arcsine_in, rectangles_in, rule_offers
from calibrator.evaluation._section import evaluate_now, evaluate_section, live
from calibrator.evaluation._session_check import (
    CLOSING,
    OPENING,
    check_point_id,
    control_limits,
    is_check,
    judged_check,
    provisional,
    session_check,
)
from calibrator.evaluation._show import as_told, budget, show, show_events, without_number
from calibrator.evaluation._summary import Summary, summarize, verdict_of_run
from calibrator.evaluation._taxa import known_taxa, own_taxa, recorded_taxa, taxon_of, with_taxa

__all__ = [
    "ABOUT_95",
    "CLOSING",
    "COVERAGES",
    "FIXED",
    "OPENING",
    "OUTSIDE_SCOPE",
    "RAISED",
    "RESTS_ON_U",
    "TWO_SIDED",
    "Collector",
    "Difference",
    "ObservedPoint",
    "Rounder",
    "RunContent",
    "Stated",
    "Summary",
    "arcsine_in",
    "as_told",
    "budget",
    "check_point_id",
    "collect",
    "control_limits",
    "covered_by",
    "curves_of_section",
    "evaluate_now",
    "evaluate_section",
    "is_check",
    "joint",
    "judged_check",
    "known_taxa",
    "live",
    "own_taxa",
    "provisional",
    "recompute",
    "recompute_events",
    "recorded_taxa",
    "rectangles_in",
    "rounding_of",
    "rule_offers",
    "session_check",
    "show",
    "show_events",
    "standards_of",
    "stated",
    "summarize",
    "taxon_of",
    "value_of_raw",
    "verdict_of_run",
    "with_taxa",
    "without_number",
]
