"""Evaluation: results as a pure function of a run's events and the references recorded with them."""

from calibrator.evaluation._collect import ObservedPoint, RunContent, collect
from calibrator.evaluation._joint import joint
from calibrator.evaluation._recompute import Difference, recompute
from calibrator.evaluation._rule_offers import rule_offers
from calibrator.evaluation._section import evaluate_section, live
from calibrator.evaluation._show import budget, show
from calibrator.evaluation._summary import Summary, summarize

__all__ = [
    "Difference",
    "ObservedPoint",
    "RunContent",
    "Summary",
    "budget",
    "collect",
    "evaluate_section",
    "joint",
    "live",
    "recompute",
    "rule_offers",
    "show",
    "summarize",
]
