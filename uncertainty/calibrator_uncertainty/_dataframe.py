"""A budget's result as matrix and data frame, and beside the verdict on it."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._types import DataFrame

if TYPE_CHECKING:
    from calibrator_uncertainty._clause8 import Clause8
    from calibrator_uncertainty._result import BudgetResult

__all__ = ["as_dataframe", "belongs", "correlation_matrix", "with_clause8"]

_HEAD = ("name", "value", "unit", "u", "dof", "k", "U", "probability", "covered", "policy")


def correlation_matrix(result: BudgetResult) -> np.ndarray:
    """Return the correlation matrix of the inputs; a shared cause gives 1, unless another r was given."""
    matrix = np.eye(len(result.lines))
    for i, one in enumerate(result.lines):
        for j, other in enumerate(result.lines):
            if one.shared is not None and one.shared == other.shared:
                matrix[i, j] = 1.0
    places = {line.name: place for place, line in enumerate(result.lines)}
    for one_name, other_name, r in result.correlations:
        i, j = places[one_name], places[other_name]
        matrix[i, j] = matrix[j, i] = r
    return matrix


def with_clause8(result: BudgetResult, verdict: Clause8) -> BudgetResult:
    """Return the result with its verdict (see `BudgetResult.with_clause8`)."""
    if not belongs(result, verdict):
        raise InputError(
            f"the verdict is on {verdict.name!r} at {100 * verdict.probability:g} %, not on this result",
            where=result.name,
            way_out="Give the verdict of validate_first_order on the same budget and policy.",
            code="another-result",
        )
    return replace(result, clause8=verdict)


def belongs(result: BudgetResult, verdict: Clause8) -> bool:
    """Tell whether a verdict was made for this result: it says how far its own ends lie from ours."""
    half = max(verdict.d_low, verdict.d_high)
    ours = (abs(result.value - result.U - verdict.low), abs(result.value + result.U - verdict.high))
    near = all(
        math.isclose(mine, its, rel_tol=1e-9, abs_tol=1e-9 * (result.U + half))
        for mine, its in zip(ours, (verdict.d_low, verdict.d_high), strict=True)
    )
    return verdict.name == result.name and verdict.probability == result.probability and near


def as_dataframe(result: BudgetResult) -> DataFrame:
    """Return the lines as a data frame (see `BudgetResult.to_dataframe`)."""
    try:
        pandas = importlib.import_module("pandas")
    except ModuleNotFoundError as problem:
        raise NotSupportedError(
            "a data frame is made by pandas, which is not installed",
            way_out="pip install pandas, or use to_columns().",
            code="pandas",
        ) from problem
    frame = pandas.DataFrame(result.to_columns())
    frame.attrs.update({what: getattr(result, what) for what in _HEAD})
    verdict = result.verdict
    frame.attrs["clause8"] = None if verdict is None else verdict.ok
    return frame
