"""Second order: where the model bends within the uncertainty of its inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._combine import joint_factor
from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError
from calibrator_uncertainty._jets import Jet, apply
from calibrator_uncertainty._ops import Op
from calibrator_uncertainty._outside import refuse_outside
from calibrator_uncertainty._shapes import Normal, StudentT, kurtosis, skewness
from calibrator_uncertainty._structural import Gather, RunningSum, Sum

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._combine import Block
    from calibrator_uncertainty._inputs import Input
    from calibrator_uncertainty._program import Program
    from calibrator_uncertainty._step import Step

__all__ = ["SecondOrder", "second_order"]

_LINEAR = (Gather, Sum, RunningSum)  # operations on vectors that move and add


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

    Correlated normal inputs and shared causes are made of independent errors, whose formula it then is.
    Models may build vectors and matrices of sums and products.

    Raises:
        NotSupportedError: correlated inputs that are not normal, a model that decides by values, solves
            linear systems, interpolates or calls functions of one's own, or has a u of 0 and moves.
        InputError: an input without a fourth moment, as the mean of five readings or fewer.
        ModelError: a derivative that is not finite.

    Source: JCGM 100:2008, 5.1.2, note; H.1.7. JCGM 101:2008, 9.4 for the mean; 6.4.8 for correlated inputs.
    """
    refuse_outside(budget, "the second order")
    traced = budget._trace()
    program: Any = traced.program
    foreign = {step.op.name for step in program.steps if not isinstance(step.op, (Op, *_LINEAR))}
    if traced.branches or foreign:
        what = (
            f"a model that uses {', '.join(sorted(foreign))}" if foreign else "a model that looks at values"
        )
        raise NotSupportedError(
            f"the second order of {what}",
            where=budget.name,
            way_out="Use Monte Carlo.",
            code="second-order",
        )
    errors = _errors(budget)
    series = _series(budget, program, errors)
    first, second, third = (np.asarray(one, dtype=np.float64) for one in series.c[1:])
    value = float(np.ravel(series.c[0])[0])
    shapes = [error.moments for error in errors]
    mean = variance = math.nan
    if all(np.isfinite(one).all() for one in (first, second, third)):
        with np.errstate(over="ignore"):  # refused below
            mean, variance, linear = _moments(len(errors), shapes, (first, 2.0 * second, 6.0 * third))
    if not (math.isfinite(variance) and math.isfinite(mean) and math.isfinite(value)):
        raise ModelError(
            "a second or third derivative at the estimates is not finite",
            where=budget.name,
            way_out="Use monte_carlo(), with inputs that lie where the model is defined.",
            code="infinite-slope",
        )
    if variance == 0.0:
        _refuse_still(budget)
    return SecondOrder(
        name=budget.name,
        unit=budget.unit,
        value=value,
        mean=value + mean,
        u_first=math.sqrt(linear),
        u=math.sqrt(max(0.0, variance)),
    )


def _refuse_still(budget: Budget) -> None:
    """Refuse a second-order u of 0 where the model moves, as x³ at 0 does, or a limiter in its stop."""
    from calibrator_uncertainty._flat import budget_is_flat

    if budget_is_flat(budget):
        raise NotSupportedError(
            "the second order of a model that moves by higher derivatives or beyond a kink alone, where "
            "u = 0 would be wrong",
            where=budget.name,
            way_out="Use monte_carlo().",
            code="flat",
        )


@dataclass(frozen=True, slots=True)
class _Error:
    """An independent error of unit size: how each input moves with it, its skewness and kurtosis."""

    moves: dict[int, float]
    moments: tuple[float, float]


def _errors(budget: Budget) -> list[_Error]:
    """Return the independent errors that the inputs are made of.

    Raises:
        NotSupportedError: correlated inputs that are not normal.
    """
    plan, inputs = budget._plan(), budget.inputs
    found = [
        _Error({place: inputs[place].u}, _shape_of(inputs[place], budget.name))
        for place in plan.singles
        if inputs[place].u > 0.0
    ]
    for block in plan.blocks:
        if not block.explicit:  # one shared cause
            moves = {place: inputs[place].u for place in block.places if inputs[place].u > 0.0}
            if moves:
                found.append(_Error(moves, _shape_of(inputs[next(iter(moves))], budget.name)))
            continue
        if block.one is not None:  # one rectangle or U-shape, told as correlations of 1 and -1
            signs = zip(block.places, block.matrix[0], strict=True)
            moves = {place: float(sign) * inputs[place].u for place, sign in signs if inputs[place].u > 0.0}
            found.append(_Error(moves, _shape_of(inputs[block.places[0]], budget.name)))
            continue
        _refuse_mixed(block, inputs, budget.name)
        factor, dof = joint_factor(block, inputs, budget.name)
        if math.isfinite(dof):
            raise _of_correlated(block, inputs, "t-distributed", budget.name)
        found += [
            _Error(
                {place: inputs[place].u * row[k] for place, row in zip(block.places, factor, strict=True)},
                (0.0, 3.0),
            )
            for k in range(factor.shape[1])
        ]
    return found


def _refuse_mixed(block: Block, inputs: Sequence[Input], where: str) -> None:
    """Refuse correlated inputs that are neither normal nor t: their joint fourth moments are not known.

    Raises:
        NotSupportedError: correlated rectangles and their like.
    """
    shapes = {inputs[place].distribution for place in block.places}
    mixed = sorted({one.name for one in shapes if not isinstance(one, Normal | StudentT)})
    if mixed and not any(inputs[place].shared for place in block.places):
        raise _of_correlated(block, inputs, " and ".join(mixed), where)


def _of_correlated(block: Block, inputs: Sequence[Input], shape: str, where: str) -> NotSupportedError:
    return NotSupportedError(
        f"the second order of {', '.join(inputs[place].name for place in block.places)}, which are "
        f"correlated and {shape}",
        where=where,
        way_out="Use Monte Carlo.",
        code="second-order",
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


def _series(budget: Budget, program: Program, errors: list[_Error]) -> Jet:
    """Run the model on series along e_i, then e_i + e_j and e_i - e_j for each pair of independent errors."""
    count = len(errors)
    pairs = [(i, j) for i in range(count) for j in range(i)]
    directions = np.zeros((count + 2 * len(pairs), count))
    directions[:count] = np.eye(count)
    for number, (i, j) in enumerate(pairs):
        directions[count + 2 * number, [i, j]] = 1.0
        directions[count + 2 * number + 1, [i, j]] = (1.0, -1.0)
    slots: list[Any] = [float(one.estimate) for one in budget.inputs]
    for place, one in enumerate(budget.inputs):
        amounts = np.array([error.moves.get(place, 0.0) for error in errors])
        if np.any(amounts):
            slots[place] = Jet([np.full(len(directions), one.estimate), directions @ amounts, 0.0, 0.0])
    slots += [one[..., None] if isinstance(one, np.ndarray) else one for one in program.constants]
    with np.errstate(all="ignore"):  # what is not finite is refused by the caller
        for step in program.steps:
            args = [slots[place] for place in step.args]
            if not any(isinstance(arg, Jet) for arg in args):
                slots.append(_plain(step, args))
            elif isinstance(step.op, Op):
                slots.append(apply(step.op, args))
            else:
                slots.append(_linear(step.op, args, len(directions)))
    out = slots[program.output]
    return out if isinstance(out, Jet) else Jet([out, *([np.zeros(len(directions))] * 3)])


def _plain(step: Step, args: list[Any]) -> Any:  # noqa: ANN401 - a float or an array
    """Run an operation on exact values; arrays have an axis over directions behind."""
    result = step.op.run(args, not any(type(arg) is not float for arg in args))
    return result[..., None] if step.shape and np.ndim(result) == len(step.shape) else result


def _linear(op: Any, args: list[Any], directions: int) -> Jet:  # noqa: ANN401 - one of _LINEAR
    """Apply an operation that moves or sums elements to each coefficient."""
    shapes = op.shapes if isinstance(op, Gather) else (op.shape,)
    found = []
    for power in range(4):
        operands = []
        for arg, shape in zip(args, shapes, strict=True):
            part: Any = arg.c[power] if isinstance(arg, Jet) else (arg if power == 0 else 0.0)
            operands.append(np.broadcast_to(part, (*shape, directions)))
        found.append(op.run(operands, False))
    return Jet(found)


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
    if not all(map(math.isfinite, terms)):
        return math.nan, math.nan, linear
    return 0.5 * math.fsum(second[:count]), math.fsum(terms), linear
