"""Where every first derivative is zero: u = 0 is then of the first order alone, and must not pass as true.

A model is flat at its estimates, as y = x² at 0, a cosine at its top or a limiter in its stop, or it
really does not move, as x - x. Runs at points within four u tell which (JCGM 100:2008, 5.1.2, note; JCGM
101:2008, 9.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError, UncertaintyError
from calibrator_uncertainty._program import Program, is_moving, trace
from calibrator_uncertainty._shapes import quantile
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._sweep import reachable
from calibrator_uncertainty._unseen import is_stored_flat

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._outside import WideProgram
    from calibrator_uncertainty._running import Traced
    from calibrator_uncertainty._shapes import Shape
    from calibrator_uncertainty._tape import UncertainArray
    from calibrator_uncertainty._types import Numbers

__all__ = ["budget_is_flat", "flat_error", "flat_note", "refuse_flat", "value_is_flat"]

_ALONE = 64  # inputs that are moved one at a time
_ROUNDING = 1e-13
_GOLDEN = 0.6180339887498949
_FAR = 4.0  # u: a normal lies beyond once in 16 000 draws
_REACHES = (1.0, 2.0, _FAR)
_BEYOND = 100.0  # times the first order: no straight line goes as far within four u


def _points(
    estimates: Sequence[float],
    u: Sequence[float],
    shapes: Sequence[Shape],
    joined: np.ndarray | None = None,
) -> np.ndarray:
    """Return points to run a model at, the near ones first: estimates moved together and one at a time.

    `joined` has a column for each independent error, and how far, in u, each estimate moves with it.
    """
    spreads = np.array(u, dtype=np.float64)
    apart = np.eye(spreads.size) if joined is None else joined.T
    moving = np.flatnonzero((apart * spreads).any(axis=1))
    steps, signs = _unlike(len(apart))
    alone = [sign * apart[place] for place in moving[:_ALONE] for sign in (1.0, -1.0)]
    together = [way @ apart for way in (steps, -steps, steps * signs, -steps * signs)]
    ways = np.array([np.zeros(spreads.size), *together, *alone])
    ends = np.array([_ends(shape) for shape in shapes])
    far = np.concatenate([np.clip(reach * ways, ends[:, 0], ends[:, 1]) for reach in _REACHES])
    points: np.ndarray = far * spreads + np.array(estimates)
    return points


def _joined(budget: Budget) -> np.ndarray | None:
    """Return how inputs move with independent errors where some are shared or correlated, else None."""
    plan = budget._plan()
    if not plan.blocks:
        return None
    from calibrator_uncertainty._quantity import factor_of

    count = len(budget.inputs)
    columns = [np.eye(count)[:, list(plan.singles)]]
    for block in plan.blocks:
        signs = block.matrix[:, :1]
        one = bool((np.abs(block.matrix) == 1.0).all())  # exactly, so that what cancels does so exactly
        factor = signs if one else factor_of(block.matrix, budget.name)
        column = np.zeros((count, factor.shape[1]))
        column[list(block.places)] = factor
        columns.append(column)
    return np.concatenate(columns, axis=1)


def _unlike(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and signs that are unlike each other, so that nothing cancels by chance."""
    places = np.arange(count)
    return 0.3 + (_GOLDEN * places) % 0.7, np.where(places % 2, -1.0, 1.0)


def _ends(shape: Shape) -> tuple[float, float]:
    """Return how far, in u, a quantity may lie from its estimate: at most four."""
    try:
        low, high = np.asarray(quantile(shape, np.array([3e-5, 1.0 - 3e-5])), dtype=np.float64)
    except InputError:  # a shape of someone's own, or several errors together
        return -_FAR, _FAR
    return max(-_FAR, float(low)), min(_FAR, float(high))


def _moves(found: Numbers, scale: float, near: int, u: float) -> bool:
    """Tell whether results differ by more than `u` explains; where there is none nearby, it moves too."""
    if not np.isfinite(found[:near]).all():
        return True
    apart = np.abs(found[np.isfinite(found)] - found[0])
    return bool(np.max(apart) > max(_ROUNDING * scale, _BEYOND * u))


def _program_moves(program: Program | WideProgram, columns: Sequence[Numbers], u: float) -> bool:
    with np.errstate(all="ignore"):  # a place where there is no value moves the result as well
        slots = program.values(list(columns))
    count = max(np.shape(column)[-1] for column in columns)
    finite = [np.abs(slot)[np.isfinite(slot)] for slot in map(np.asarray, slots) if np.size(slot)]
    scale = max((float(np.max(slot)) for slot in finite if slot.size), default=0.0)
    found = np.broadcast_to(slots[program.output], (count,))
    return _moves(found, scale, count // len(_REACHES), u)


def _columns(traced: Traced, points: np.ndarray) -> list[np.ndarray]:
    """Return the points by input; the errors of one line, as of an array, move unlike each other."""
    columns = list(points.T)
    for place, source in enumerate(reversed(traced.sources), start=1):
        if not source.single:
            steps, signs = _unlike(sum(leaf.size for leaf in source.leaves))
            columns[-place] = (steps * signs)[:, None] * columns[-place]
    return columns


def budget_is_flat(budget: Budget, u: float = 0.0) -> bool:
    """Tell whether a result moves within four u of its inputs by far more than its `u` to first order."""
    inputs = budget.inputs
    if not any(one.u for one in inputs):
        return False
    traced = budget._trace()
    steps: Any = getattr(traced.program, "program", traced.program).steps
    if any(isinstance(step.op, Linear) and step.op.lost == "flat" for step in steps):
        return True
    points = _points(
        [one.estimate for one in inputs],
        [one.u for one in inputs],
        [one.distribution for one in inputs],
        _joined(budget),
    )
    if not traced.branches:
        return _program_moves(traced.program, _columns(traced, points), u)
    if traced.sources:
        return True  # it cannot be run elsewhere, and nothing says that it does not move
    try:
        found = np.array([float(np.ravel(budget._sample(list(row[:, None])))[0]) for row in points])
    except UncertaintyError:  # it fails nearby: no u of 0
        return True
    scale = max(float(np.nanmax(np.abs(found))), float(np.max(np.abs(points))))
    return _moves(found, scale, len(points) // len(_REACHES), u)


def flat_note(budget: Budget, u: float = 0.0) -> str:
    """Return what must stand beside a u that is of the first order alone; empty where it is so small."""
    if not budget_is_flat(budget, u):
        return ""
    way = "use second_order() or monte_carlo()"
    try:
        second = budget._base().second_order()
        told = f"the second order gives u = {second.u:.3g} and the mean {second.mean:.6g}"
        told += f" {budget.unit}" if budget.unit else ""
    except (NotSupportedError, InputError, ModelError) as problem:
        told, way = f"the second order cannot be told: {problem.what}", "use monte_carlo()"
    return (
        "u = 0 IS NOT AN UNCERTAINTY, and there is no U: every first derivative is zero at the estimates"
        f"{', but for rounding' if u else ''}, and the first order "
        f"says nothing here (JCGM 100:2008, 5.1.2, note); {told}; {way}"
    )


def value_is_flat(magnitude: UncertainArray, u: float = 0.0) -> bool:
    """Tell whether a single value moves, within four u of what it is made of, far more than its `u`."""
    if is_stored_flat(magnitude):
        return True
    leaves = [node for node in reachable(magnitude, lambda node: node._op is None) if is_moving(node)]
    if not leaves:
        return False
    infos = [leaf._leaf for leaf in leaves if leaf._leaf is not None]
    deviates = _points([0.0] * len(infos), [1.0] * len(infos), [info.shape for info in infos])
    columns = []
    for leaf, info, moved in zip(leaves, infos, deviates.T, strict=True):
        steps, signs = _unlike(leaf.size)  # the errors of an array are unlike each other
        moves = (steps * signs).reshape((*leaf.shape, 1)) * moved if leaf.shape else moved
        base, spread = (
            one[..., None] if np.ndim(one) else one for one in map(np.asarray, (leaf._value, info.u))
        )
        columns.append(base + spread * moves)
    return _program_moves(trace(leaves, magnitude), columns, u)


def refuse_flat(magnitude: UncertainArray, u: float = 0.0) -> None:
    """Refuse to go on from a `u` that is nothing to first order alone.

    Raises:
        ModelError: the value moves within the uncertainty of what it is made of, or a comparison chose it.
    """
    if value_is_flat(magnitude, u):
        raise flat_error("the value")
    if u:
        return
    nodes = reachable(magnitude, lambda node: node._op is None)
    if any(node._looked and is_moving(node) for node in nodes if node._op is None):
        raise ModelError(
            "a value was looked at, and what was chosen by it has u = 0 on its side of the comparison alone",
            way_out="Let a Budget run the model and use monte_carlo(), or compare estimate(q).",
            code="looked-at",
        )


def flat_error(what: str, where: str = "") -> ModelError:
    """Return the error of a u of 0 that is of the first order alone."""
    return ModelError(
        f"every first derivative of {what} is zero, and it moves nevertheless: u = 0 would be wrong",
        where=where,
        way_out="Use monte_carlo() of a Budget, or second_order(): the first order says nothing here.",
        code="flat",
    )
