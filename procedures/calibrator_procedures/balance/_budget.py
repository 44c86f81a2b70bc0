"""Budgets of a balance: which recorded figure is which input (EURAMET cg-18, 7.1)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.balance import _model
from calibrator_procedures.balance._placings import by_changeover, interval_g

if TYPE_CHECKING:
    from calibrator.procedure import PointReferences
    from calibrator_procedures.balance._placings import Scatter
    from calibrator_uncertainty import Budget, Input

__all__ = ["eccentricity_budget", "error_budget", "half_digit", "spread_budget"]


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
        replace(figure_input(references, "standard"), name="weight"),
        *(figure_input(references, kind) for kind in ("drift", "buoyancy", "convection")),
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
    return required_figure(references, kind).half_width


def _rounding(name: str, references: PointReferences, kind: str, factor: float) -> Input:
    """Return the rounding of an indication, or of `factor` squared independent ones."""
    from calibrator_uncertainty import normal, rectangular

    half, source = _half_width(references, kind)
    if factor == 1.0:
        return rectangular(name, 0.0, half, "g", source=source)
    u = factor * half / math.sqrt(3.0)
    return normal(name, 0.0, u, "g", k=1.0, source=f"{source}, of two indications")


def _half_width(references: PointReferences, kind: str) -> tuple[float, str]:
    """Return half a scale interval; at the changeover point what small weights and zero-setting leave.

    The last of the weights of e/10 is put down anywhere within a tenth of e after the changeover, so that P
    is up to e/10 too low; half of that is the mean of it, which the formula of the standard does not take
    off. A rectangle of +-e/10 has the same root mean square. Zero is set in the interval at zero, which of a
    multi-interval scale is finer than that of a load in a higher partial range.
    """
    figure = required_figure(references, kind)
    if not by_changeover(references.point):
        return figure.half_width, figure.source
    if kind == "zero_resolution":
        return figure.half_width / 2.0, "zero set within a quarter of e there (OIML R 76-1, 4.5.2)"
    return interval_g(
        references.point
    ) / 10.0, "weights of e/10 at the changeover point (OIML R 76-1, A.4.4.3)"


def _repeatability(scatter: Scatter, factor: float) -> Input:
    from calibrator_uncertainty import constant, student_t

    source = f"s of {len(scatter.values)} placings of {scatter.load_g:g} g"
    if not scatter.s:
        return constant("repeatability", 0.0, "g", source=f"{source}: all the same, rounding covers it")
    return student_t("repeatability", 0.0, factor * scatter.s, scatter.dof, "g", source=source)
