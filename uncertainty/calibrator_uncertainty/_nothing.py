"""The one door at which a u of nothing is asked whether it is so only to first order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._errors import UncertaintyError
from calibrator_uncertainty._rounding import show

if TYPE_CHECKING:
    from calibrator_uncertainty._tape import UncertainArray

__all__ = ["as_text", "refuse_where_flat"]

_TINY = 1e-12  # of the value; less may be the rounding of a slope that is zero
_LOOKED_AT = 64  # elements of an array, that a large one does not take minutes


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def refuse_where_flat(magnitude: UncertainArray, *, restored: bool = True) -> None:
    """Refuse to go on from a value, or an element, whose u is nothing to first order alone.

    What was stored or converted is a straight line: less what it was made of it may seem to move. Such values
    are let through where `restored` is false, for a mere look at u.

    Raises:
        ModelError: it moves within the uncertainty of what it is made of, or a comparison chose it.
    """
    u = magnitude.u
    small = np.flatnonzero(np.ravel(u) <= _TINY * np.abs(np.ravel(magnitude._value)))
    if not small.size:
        return
    from calibrator_uncertainty._flat import refuse_flat
    from calibrator_uncertainty._structural import Linear
    from calibrator_uncertainty._sweep import reachable

    ops = [node._op for node in reachable(magnitude, _is_leaf)] if not restored else []
    if any(type(op) is Linear and op.lost not in {"", "flat"} for op in ops):
        return
    flat: Any = magnitude.ravel() if magnitude.shape else [magnitude]
    for place in small[:_LOOKED_AT].tolist():
        refuse_flat(flat[place], float(np.ravel(u)[place]))


def as_text(magnitude: UncertainArray, spec: str) -> str:
    """Return value ± u for people; where the first order is blind it says so, for u = 0 is wrong there."""
    value, u = magnitude._value, magnitude.u
    try:
        refuse_where_flat(magnitude, restored=False)
    except UncertaintyError as problem:
        if problem.code == "flat":
            known = show(value, u, spec) if magnitude.shape else f"{format(value, spec)} ± ?"
            where = " where it is 0" if magnitude.shape else ""
            return f"{known} (flat: the first order does not know u{where})"
    return show(value, u, spec)
