"""Second order: where the model bends within the uncertainty of its inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError
from calibrator_uncertainty._jets import Jet, apply
from calibrator_uncertainty._ops import Op
from calibrator_uncertainty._outside import refuse_outside
from calibrator_uncertainty._shapes import kurtosis, skewness

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._inputs import Input
    from calibrator_uncertainty._program import Program

__all__ = ["SecondOrder", "second_order"]


@dataclass(frozen=True, slots=True)
class SecondOrder:
    """Second-order result in the unit of the budget.

    `mean` is the expectation, `value` plus half the sum of f_ii·u_i²; `u_first` is the first-order u.
    """

    name: str
    unit: str
    value: float
    mean: float
    u_first: float
    u: float


def second_order(budget: Budget) -> SecondOrder:
    """Propagate to second order, third-derivative terms included.

    u² = Σ f_i²u_i² + Σ_i γ f_i f_ii u_i³ + Σ_i≠j (½f_ij² + f_i f_ijj) u_i²u_j²
    + Σ_i (¼(κ-1)f_ii² + κ/3 f_i f_iii) u_i⁴, which for normal inputs (skewness γ = 0, kurtosis κ = 3) is the
    formula of the GUM; γ and κ of rectangular, exponential, measured and other shapes are their own.
    Derivatives are exact. It holds where the first order is zero, as for y = x² at 0.

    Raises:
        NotSupportedError: correlated or shared inputs, a model that builds vectors or decides by values.
        InputError: an input without a fourth moment, as the mean of five readings or fewer.
        ModelError: a derivative that is not finite.

    Source: JCGM 100:2008, 5.1.2, note; H.1.7. JCGM 101:2008, 9.4 for the mean.
    """
    refuse_outside(budget, "the second order")
    traced = budget._trace()
    program: Any = traced.program
    plan = budget._plan()
    if plan.blocks or traced.branches or any(not isinstance(step.op, Op) for step in traced.program.steps):
        raise NotSupportedError(
            "the second order is for independent inputs and models of plain functions",
            where=budget.name,
            way_out="Use Monte Carlo.",
            code="second-order",
        )
    moving = [place for place, one in enumerate(budget.inputs) if one.u > 0.0]
    series = _series(budget, program, moving)
    first, second, third = (np.asarray(one, dtype=np.float64) for one in series.c[1:])
    value = float(np.ravel(series.c[0])[0])
    shapes = [_shape_of(budget.inputs[place], budget.name) for place in moving]
    mean, variance, linear = _moments(len(moving), shapes, (first, 2.0 * second, 6.0 * third))
    if not (math.isfinite(variance) and math.isfinite(mean) and math.isfinite(value)):
        raise ModelError(
            "a second or third derivative at the estimates is not finite",
            where=budget.name,
            way_out="Use Monte Carlo.",
            code="infinite-slope",
        )
    return SecondOrder(
        name=budget.name,
        unit=budget.unit,
        value=value,
        mean=value + mean,
        u_first=math.sqrt(linear),
        u=math.sqrt(max(0.0, variance)),
    )


def _shape_of(one: Input, where: str) -> tuple[float, float]:
    """Return skewness and kurtosis of an input.

    Raises:
        InputError: it has no fourth moment, or does not say it.
    """
    try:
        return skewness(one.distribution), kurtosis(one.distribution)
    except InputError as problem:
        raise InputError(
            f"{one.name}: {problem.what}", where=where, way_out=problem.way_out, code=problem.code
        ) from problem


def _series(budget: Budget, program: Program, moving: list[int]) -> Jet:
    """Run the model on series along u_i e_i, then u_i e_i + u_j e_j and u_i e_i - u_j e_j for each pair."""
    count = len(moving)
    pairs = [(i, j) for i in range(count) for j in range(i)]
    directions = np.zeros((count + 2 * len(pairs), count))
    directions[:count] = np.eye(count)
    for number, (i, j) in enumerate(pairs):
        directions[count + 2 * number, [i, j]] = 1.0
        directions[count + 2 * number + 1, [i, j]] = (1.0, -1.0)
    slots: list[Any] = [float(one.estimate) for one in budget.inputs]
    for column, place in enumerate(moving):
        one = budget.inputs[place]
        slots[place] = Jet([np.full(len(directions), one.estimate), directions[:, column] * one.u, 0.0, 0.0])
    slots += program.constants
    with np.errstate(all="ignore"):  # what is not finite is refused by the caller
        for step in program.steps:
            args = [slots[place] for place in step.args]
            bent = any(isinstance(arg, Jet) for arg in args)
            slots.append(apply(step.op, args) if bent else step.op.run(args, True))
    out = slots[program.output]
    return out if isinstance(out, Jet) else Jet([out, *([np.zeros(len(directions))] * 3)])


def _moments(
    count: int, shapes: list[tuple[float, float]], derivatives: tuple[Any, Any, Any]
) -> tuple[float, float, float]:
    """Return the shift of the mean, the variance and its linear part from directional derivatives."""
    first, second, third = (np.broadcast_to(one, (count + count * (count - 1),)) for one in derivatives)
    linear = math.fsum(first[:count] ** 2)
    terms = [linear]
    for i in range(count):
        skew, kurt = shapes[i]
        terms.append(skew * first[i] * second[i])
        terms.append((kurt - 1.0) / 4.0 * second[i] ** 2 + kurt / 3.0 * first[i] * third[i])
    place = count
    for i in range(count):
        for j in range(i):
            plus, minus = place, place + 1
            mixed = (second[plus] - second[minus]) / 4.0
            ijj = (third[plus] + third[minus] - 2.0 * third[i]) / 6.0
            iij = (third[plus] - third[minus] - 2.0 * third[j]) / 6.0
            terms.append(mixed**2 + first[i] * ijj + first[j] * iij)
            place += 2
    return 0.5 * math.fsum(second[:count]), math.fsum(terms), linear
