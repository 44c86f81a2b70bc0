"""Where every first derivative is zero: u = 0 is then of the first order alone, and must not pass as true.

A model is flat at its estimates, as y = x² at 0 or a cosine at its top, or it really does not move, as x - x.
A run at points within the uncertainty tells which (JCGM 100:2008, 5.1.2, note; JCGM 101:2008, 9.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError
from calibrator_uncertainty._program import Program, is_moving, trace
from calibrator_uncertainty._sweep import reachable

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._outside import WideProgram
    from calibrator_uncertainty._tape import UncertainArray

__all__ = ["flat_error", "flat_note", "is_flat", "refuse_flat"]

_ALONE = 64  # inputs that are moved one at a time
_ROUNDING = 1e-13
_GOLDEN = 0.6180339887498949


def is_flat(program: Program | WideProgram, estimates: Sequence[float], u: Sequence[float]) -> bool:
    """Tell whether a result whose slopes are all zero moves nevertheless within u of its inputs."""
    spreads = np.array(u, dtype=np.float64)
    moving = np.flatnonzero(spreads)
    if not moving.size:
        return False
    steps = 0.3 + (_GOLDEN * np.arange(spreads.size)) % 0.7  # unlike, so that nothing cancels by chance
    signs = np.where(np.arange(spreads.size) % 2, -1.0, 1.0)
    alone = [np.eye(spreads.size)[place] for place in moving[:_ALONE]]
    points = np.array([np.zeros(spreads.size), steps, steps * signs, *alone]) * spreads + np.array(estimates)
    with np.errstate(all="ignore"):  # a place where there is no value moves the result as well
        slots = program.values(list(points.T))
    found = np.broadcast_to(slots[program.output], (len(points),))
    if not np.isfinite(found).all():
        return True
    scale = max(float(np.max(np.abs(slot))) for slot in slots if np.size(slot))
    return bool(np.max(np.abs(found - found[0])) > _ROUNDING * scale)


def flat_note(budget: Budget) -> str:
    """Return what must stand beside a u = 0 that is of the first order alone; empty where u is 0 indeed."""
    inputs = budget.inputs
    if not is_flat(budget._trace().program, [one.estimate for one in inputs], [one.u for one in inputs]):
        return ""
    try:
        second = budget._base().second_order()
        told = f"the second order gives u = {second.u:.3g} and the mean {second.mean:.6g}"
        told += f" {budget.unit}" if budget.unit else ""
    except (NotSupportedError, InputError, ModelError) as problem:
        told = f"the second order cannot be told: {problem.what}"
    return (
        "U = 0 IS NOT AN UNCERTAINTY: every first derivative is zero at the estimates, and the first order "
        f"says nothing here (JCGM 100:2008, 5.1.2, note); {told}; use second_order() or monte_carlo()"
    )


def refuse_flat(magnitude: UncertainArray) -> None:
    """Refuse to expand a u of 0 that is of the first order alone.

    Raises:
        ModelError: the value moves within the uncertainty of what it is made of.
    """
    leaves = [node for node in reachable(magnitude, lambda node: node._op is None) if is_moving(node)]
    if not leaves or any(leaf.shape for leaf in leaves):
        return
    infos = [leaf._leaf.u if leaf._leaf is not None else 0.0 for leaf in leaves]
    if is_flat(trace(leaves, magnitude), [float(leaf._value) for leaf in leaves], infos):
        raise flat_error("the value")


def flat_error(what: str, where: str = "") -> ModelError:
    """Return the error of a u of 0 that is of the first order alone."""
    return ModelError(
        f"every first derivative of {what} is zero, and it moves nevertheless: u = 0 would be wrong",
        where=where,
        way_out="Use second_order() or monte_carlo() of a Budget: the first order says nothing here.",
        code="flat",
    )
