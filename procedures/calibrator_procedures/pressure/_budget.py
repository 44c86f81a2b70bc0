"""Budgets of pressure: what the visits of a target and the references are as inputs (DKD-R 6-1)."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input
from calibrator_procedures.pressure import _model

if TYPE_CHECKING:
    from calibrator.procedure import PointReferences
    from calibrator_procedures.pressure._visits import Target
    from calibrator_uncertainty import Budget, Input

__all__ = ["difference_budget", "error_budget"]

_COLUMN = 0.03  # relative half-width of a gas: room within 5 K, air within 20 hPa
_NONE = {"repeatability": "one series of each direction", "reproducibility": "mounted once"}


def error_budget(references: PointReferences, target: Target) -> Budget:
    """Return the budget of the error of indication at one pressure, mean of up and down.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    point, unit = references.point, references.point.unit
    inputs = [*_spread(target, unit), _resolution(references, target), *_reference(references, target)]
    if unit == "Pa":
        inputs.append(_looks(references, len(target.visits)))
        return Budget(_model.mean_error, inputs, unit=unit, name=point.id)
    inputs.append(figure_input(references, "meter"))
    inputs.append(constant("slope", target.per_pa, "A/Pa", source="4 mA to 20 mA over the span"))
    inputs.append(constant("start", 0.004, "A", source="4 mA at the lower range value"))
    return Budget(_model.loop_error, inputs, unit=unit, name=point.id)


def difference_budget(references: PointReferences, target: Target) -> Budget:
    """Return the budget of hysteresis at one pressure: the standard's error is in both directions."""
    from calibrator_uncertainty import Budget, constant

    point, unit = references.point, references.point.unit
    inputs = [
        constant("down", fmean(target.means("down")), unit, source="means on the way down"),
        constant("up", fmean(target.means("up")), unit, source="means on the way up"),
        _noise(target, unit, math.sqrt(1 / len(target.means("up")) + 1 / len(target.means("down")))),
        _twice(_resolution(references, target)),
        _looks(references, len(target.visits), between=True),
    ]
    return Budget(_model.difference, inputs, unit=unit, name=point.id)


def _spread(target: Target, unit: str) -> list[Input]:
    """Return indication and what the visits say: noise, zero f0, widths b', b and h."""
    from calibrator_uncertainty import constant

    both = [fmean(target.means(direction)) for direction in ("up", "down")]
    return [
        constant("indication", fmean(both), unit, source="mean of up and down"),
        _noise(target, unit, math.sqrt(1 / len(target.visits))),
        _width("zero", target.zero_shift, unit, "f0: zero after less zero before a cycle, the largest"),
        _width("repeatability", target.repeatability, unit, "b': series of one direction, zeros taken off"),
        _width("reproducibility", target.reproducibility, unit, "b: mounted again less mounted first"),
        _width("hysteresis", target.hysteresis, unit, "h: down less up, zeros taken off, mean of cycles"),
    ]


def _noise(target: Target, unit: str, factor: float) -> Input:
    """Return the scatter of readings within visits, pooled; 0 where each visit has one reading."""
    from calibrator_uncertainty import constant, student_t

    s, dof, count = target.pooled()
    if not s:
        return constant("noise", 0.0, unit, source="no scatter within the visits")
    u = s / math.sqrt(count) * factor
    return student_t("noise", 0.0, u, dof, unit, source=f"s of {count} readings a visit, pooled")


def _column(references: PointReferences, target: Target) -> Input:
    """Return the weight of a metre of what fills the line beyond the air: of a liquid by its density."""
    from calibrator_uncertainty import constant, rectangular

    liquid = references.contribution("density")
    if liquid is not None:
        weight = _model.liquid_pa_per_m(liquid.estimate)
        return rectangular(
            "column", weight, _model.G * liquid.half_width, "Pa/m", source=f"{liquid.source}, less air"
        )
    pressure = target.nominal
    column = _model.column_pa_per_m(pressure, 273.15 + target.temperature_c)
    if not column:
        return constant("column", 0.0, "Pa/m", source="no pressure")
    return rectangular("column", column, _COLUMN * abs(column), "Pa/m", source="nitrogen less air, ideal gas")


def _width(name: str, width: float | None, unit: str, source: str) -> Input:
    """Return a rectangular input of full width `width` about zero (DKD-R 6-1: width / (2 sqrt 3))."""
    from calibrator_uncertainty import constant, rectangular

    if not width:
        why = _NONE[name] if width is None else "none seen"
        return constant(name, 0.0, unit, source=f"{source}: {why}")
    return rectangular(name, 0.0, abs(width) / 2, unit, source=source)


def _reference(references: PointReferences, target: Target) -> list[Input]:
    from calibrator_uncertainty import constant

    return [
        constant(
            "applied",
            target.nominal,
            "Pa",
            source="set-point; indications are brought to it by the controller's reading",
        ),
        figure_input(references, "standard"),
        _column(references, target),
        figure_input(references, "height"),
    ]


def _resolution(references: PointReferences, target: Target) -> Input:
    """Return half a digit of what was read, by whatever part read it."""
    figure = figure_input(references, "resolution" if target.part == "uut" else f"{target.part}_resolution")
    return replace(figure, name="resolution")


def _looks(references: PointReferences, count: int, *, between: bool = False) -> Input:
    """Return what a person's looks do to their mean, or to the difference of the means of both ways.

    Each visit is a look of its own. A display that is read by an interface is not looked at.
    """
    from calibrator_uncertainty import constant, normal

    figure = references.contribution("reading")
    if figure is None:
        return constant("reading", 0.0, references.point.unit, source="read by an interface")
    u = figure.half_width / math.sqrt(3.0 * count) * (2.0 if between else 1.0)
    return normal("reading", 0.0, u, figure.unit, k=1.0, source=f"{figure.source}, {count} looks")


def _twice(figure: Input) -> Input:
    """Return the input of a difference of two indications: two independent ones of the same kind."""
    from calibrator_uncertainty import constant, normal

    if not figure.u:
        return constant(figure.name, 0.0, figure.unit, source=figure.source)
    return normal(
        figure.name, 0.0, math.sqrt(2.0) * figure.u, figure.unit, k=1.0, source=f"{figure.source}, twice"
    )
