"""The authors' API: all that a procedure may use of the work.

A procedure imports this package, `calibrator_drivers.roles` and `calibrator_uncertainty`,
and nothing of engine or record.
"""

from calibrator.procedure import comparison
from calibrator.procedure._encode import decode_references, encode_references
from calibrator.procedure._facade import Bench, MeterHandle, PartHandle, SourceHandle
from calibrator.procedure._figures import MissingReferenceError, figure_input, required_figure
from calibrator.procedure._folder import content_hash, load_info
from calibrator.procedure._functions import FUNCTION_UNITS, READING_UNITS, RESULT_UNITS
from calibrator.procedure._registry import available, is_approved, load
from calibrator.procedure._regulation import ITEM, item_outcome
from calibrator.procedure._results import (
    CurveEvaluation,
    DerivedEvaluations,
    Evaluation,
    ParametersEvaluation,
    PointEvaluation,
)
from calibrator.procedure._table import INTERVALS, PointTable, load_table, parse_table
from calibrator.procedure._tabled import TabledProcedure, sections_asked
from calibrator.procedure._types import (
    CLASS,
    Contribution,
    FigureRule,
    Foresees,
    Manner,
    Point,
    PointLimits,
    PointObservations,
    PointReferences,
    Procedure,
    ProcedureInfo,
    Proof,
    Reading,
    Regulation,
    RegulationItem,
    Resume,
    Rounded,
    RuleOffer,
    Section,
    Text,
)

__all__ = [
    "CLASS",
    "FUNCTION_UNITS",
    "INTERVALS",
    "ITEM",
    "READING_UNITS",
    "RESULT_UNITS",
    "Bench",
    "Contribution",
    "CurveEvaluation",
    "DerivedEvaluations",
    "Evaluation",
    "FigureRule",
    "Foresees",
    "Manner",
    "MeterHandle",
    "MissingReferenceError",
    "ParametersEvaluation",
    "PartHandle",
    "Point",
    "PointEvaluation",
    "PointLimits",
    "PointObservations",
    "PointReferences",
    "PointTable",
    "Procedure",
    "ProcedureInfo",
    "Proof",
    "Reading",
    "Regulation",
    "RegulationItem",
    "Resume",
    "Rounded",
    "RuleOffer",
    "Section",
    "SourceHandle",
    "TabledProcedure",
    "Text",
    "available",
    "comparison",
    "content_hash",
    "decode_references",
    "encode_references",
    "figure_input",
    "is_approved",
    "item_outcome",
    "load",
    "load_info",
    "load_table",
    "parse_table",
    "required_figure",
    "sections_asked",
]
