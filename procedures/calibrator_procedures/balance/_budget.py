"""Budgets of a balance: which recorded figure is which input (EURAMET cg-18, 7.1)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from calibrator_procedures.balance import _model

if TYPE_CHECKING:
    from calibrator.procedure import Contribution, PointReferences
    from calibrator_procedures.balance._placings import Scatter
    from calibrator_uncertainty import Budget, Input

__all__ = ["MissingReferenceError", "eccentricity_budget", "error_budget", "half_digit", "spread_budget"]


class MissingReferenceError(ValueError):
    """A budget needs a figure that the references do not hold: nothing is silently zero."""

    code = "reference-missing"

    def __init__(self, point: str, kind: str) -> None:
        super().__init__(
            f"the budget of {point} needs the figure {kind!r}, which its references do not hold."
            " Fix the references of the run again from the bench file and the accuracy tables."
        )
        self.point = point
        self.kind = kind


def error_budget(references: PointReferences, indication: float, scatter: Scatter) -> Budget:
    """Return the budget of the error of indication at one load.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    inputs = [
        constant("indication", indication, "g", source="read at rest"),
        _rounding("rounding", references, "resolution", 1.0),
        _rounding("zero", references, "zero_resolution", 1.0),
        _repeatability(scatter, 1.0),
        replace(_figure(references, "standard"), name="weight"),
        *(_figure(references, kind) for kind in ("drift", "buoyancy", "convection")),
    ]
    return Budget(_model.error_of_indication, inputs, unit="g", name=references.point.id)


def eccentricity_budget(
    references: PointReferences, indication: float, centre: float, scatter: Scatter
) -> Budget:
    """Return the budget of the difference between a place off the centre and the centre."""
    from calibrator_uncertainty import Budget, constant

    inputs = [
        constant("indication", indication, "g", source="read at rest"),
        constant("centre", centre, "g", source="the same load at the centre"),
        _rounding("rounding", references, "resolution", math.sqrt(2.0)),
        _rounding("zero", references, "zero_resolution", math.sqrt(2.0)),
        _repeatability(scatter, math.sqrt(2.0)),
    ]
    return Budget(_model.off_centre, inputs, unit="g", name=references.point.id)


def spread_budget(references: PointReferences, scatter: Scatter) -> Budget:
    """Return the budget of the largest difference between placings of one load."""
    from calibrator_uncertainty import Budget, constant

    inputs = [
        constant("highest", max(scatter.values), "g", source=f"highest of {len(scatter.values)}"),
        constant("lowest", min(scatter.values), "g", source=f"lowest of {len(scatter.values)}"),
        _rounding("rounding", references, "resolution", math.sqrt(2.0)),
    ]
    return Budget(_model.spread, inputs, unit="g", name=references.point.id)


def half_digit(references: PointReferences, kind: str) -> float:
    """Return half a scale interval, in g."""
    return _require(references, kind).half_width


def _rounding(name: str, references: PointReferences, kind: str, factor: float) -> Input:
    """Return the rounding of an indication, or of `factor` squared independent ones."""
    from calibrator_uncertainty import normal, rectangular

    figure = _require(references, kind)
    if factor == 1.0:
        return rectangular(name, 0.0, figure.half_width, "g", source=figure.source)
    u = factor * figure.half_width / math.sqrt(3.0)
    return normal(name, 0.0, u, "g", k=1.0, source=f"{figure.source}, of two indications")


def _repeatability(scatter: Scatter, factor: float) -> Input:
    from calibrator_uncertainty import constant, student_t

    source = f"s of {len(scatter.values)} placings of {scatter.load_g:g} g"
    if not scatter.s:
        return constant("repeatability", 0.0, "g", source=f"{source}: all the same, rounding covers it")
    return student_t("repeatability", 0.0, factor * scatter.s, scatter.dof, "g", source=source)


def _figure(references: PointReferences, kind: str) -> Input:
    """Return the input made of one recorded figure, exact where its half-width is zero."""
    from calibrator_uncertainty import constant, from_half_width

    figure = _require(references, kind)
    if figure.half_width == 0:
        return constant(kind, figure.estimate, figure.unit, source=figure.source)
    return from_half_width(
        kind,
        figure.estimate,
        figure.half_width,
        figure.unit,
        k=figure.k,
        treat_as=figure.treat_as,
        source=figure.source,
        shared=figure.shared or None,
    )


def _require(references: PointReferences, kind: str) -> Contribution:
    figure = references.contribution(kind)
    if figure is None:
        raise MissingReferenceError(references.point.id, kind)
    return figure
