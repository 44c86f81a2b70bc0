"""What `evaluate` returns: a number at a point, a curve, or a set of parameters (DESIGN, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from calibrator.procedure._text import Text
    from calibrator_uncertainty import Budget

__all__ = [
    "CurveEvaluation",
    "DerivedEvaluations",
    "Evaluation",
    "ParametersEvaluation",
    "PointEvaluation",
]


@dataclass(frozen=True, slots=True)
class PointEvaluation:
    """The outcome of `evaluate` for one point: the error of indication and its budget."""

    point: str
    budget: Budget


@dataclass(frozen=True, slots=True)
class ParametersEvaluation:
    """A result that is a set of parameters which belong together, with their covariance matrix.

    `covariance` is the full matrix, row by row, in the products of the parameters' units; `units` are such as
    "V" or "ohm/degC", without prefix.
    """

    id: str  # unique in the section
    title: Text
    names: tuple[str, ...]
    values: tuple[float, ...]
    units: tuple[str, ...]
    covariance: tuple[tuple[float, ...], ...]
    points: tuple[str, ...]  # that it was made from


@dataclass(frozen=True, slots=True)
class CurveEvaluation:
    """A result that is a curve: a formula, its coefficients with covariance, and where it holds."""

    coefficients: ParametersEvaluation  # with the id and title of the curve
    formula: str  # of the output in the input and the coefficients, as LaTeX
    input: str  # the quantity that the curve takes, as the formula writes it
    input_unit: str
    domain: tuple[float, float]  # nothing is said beyond it


@dataclass(frozen=True, slots=True)
class DerivedEvaluations:
    """Curves and sets of parameters that are made from the points when asked for; a proof never asks."""

    make: Callable[[], Sequence[CurveEvaluation | ParametersEvaluation]]


Evaluation: TypeAlias = PointEvaluation | CurveEvaluation | ParametersEvaluation | DerivedEvaluations
