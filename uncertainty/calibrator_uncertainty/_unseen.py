"""What Monte Carlo cannot see of a value: it was stored as linear, or a comparison chose its formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._ops import ADD, DIVIDE, MULTIPLY, NEGATIVE, SUBTRACT, Op
from calibrator_uncertainty._program import is_moving
from calibrator_uncertainty._structural import Gather, Linear, RunningSum, Solve, Sum
from calibrator_uncertainty._sweep import reachable, sweep
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = [
    "is_plainly_linear",
    "is_stored_flat",
    "lost_in_storing",
    "refuse_unseen",
    "remarks_on",
    "why_unseen",
]

_STORED = "linear as stored: a value behind it was not linear where it was made, or did not say so"
_LOOKED = (
    "a value was looked at: a comparison may have chosen the formula, of which one side is known; let a "
    "Budget run the model, or compare estimate(q)"
)
_MOVING = (Gather, Sum, RunningSum)


def why_unseen(value: UncertainArray) -> str:
    """Return why no verdict of clause 8 can be given on what is made so; empty where one can."""
    found = ""
    for node in reachable(value, _is_leaf):
        if node._looked or _lost(node) == "looked":
            return _LOOKED
        if _lost(node):
            found = _STORED
    return found


def remarks_on(value: UncertainArray) -> tuple[str, ...]:
    """Return what must stand beside the U of a value: a curve that does not fit, dof that differ."""
    found = (node._op.remark for node in reachable(value, _is_leaf) if isinstance(node._op, Linear))
    return tuple(dict.fromkeys(remark for remark in found if remark))


def lost_in_storing(
    value: UncertainArray, nodes: Sequence[UncertainArray], slopes: Sequence[Numbers]
) -> tuple[str, str]:
    """Return what slopes alone do not tell of a value, and what must stand beside its U.

    `nodes` is what the value was made of, none before what it is made of itself. The first of the two is
    "bent", "flat" or "looked"; empty where the value is linear. Flat is what has a u of 0 to first order
    alone, in any element.
    """
    remarks: dict[str, None] = {}
    lost = _shape_of(nodes, remarks)
    return _lost_of(value, lost, slopes), "; ".join(filter(None, remarks))


def is_plainly_linear(inner: Iterable[UncertainArray], errors: Iterable[UncertainArray]) -> bool:
    """Tell whether single numbers were only added, and multiplied and divided by exact ones."""
    for node in inner:
        op, args = node._op, node._args
        exact = op is MULTIPLY and type(args[0]) is not UncertainArray
        exact = exact or ((op is MULTIPLY or op is DIVIDE) and type(args[1]) is not UncertainArray)
        if node._looked or not (exact or op is ADD or op is SUBTRACT or op is NEGATIVE):
            return False
    return not any(error._looked for error in errors)


def _lost_of(value: UncertainArray, lost: str, slopes: Sequence[Numbers]) -> str:
    if lost != "bent" or (type(value._value) is float and any(_any(slope) for slope in slopes)):
        return lost
    spread = np.ravel(value.u)
    if spread.all():
        return lost
    from calibrator_uncertainty._flat import value_is_flat

    rows = [value] if not value.shape else list(value.ravel())
    zeros = (row for row, u in zip(rows, spread, strict=True) if u == 0.0)
    return "flat" if any(value_is_flat(row) for row in zeros) else lost


def _shape_of(nodes: Sequence[UncertainArray], remarks: dict[str, None]) -> str:
    """Return what is lost of the last of the nodes, which stand in the order made, and collect remarks."""
    moving: set[int] = set()
    lost = ""
    looked = False
    for node in nodes:
        looked = looked or node._looked
        op = node._op
        if op is None:
            u = None if node._leaf is None else node._leaf.u
            if u if type(u) is float else is_moving(node):
                moving.add(id(node))
            continue
        if op is ADD or op is SUBTRACT:
            one, other = node._args
            if id(one) in moving or id(other) in moving:
                moving.add(id(node))
            continue
        if type(op) is Linear:
            remarks[op.remark] = None
        if lost == "bent" and type(op) is Op:  # no worse can come of it
            continue
        active = [place for place, arg in enumerate(node._args) if id(arg) in moving]
        if active or lost:
            moving.add(id(node))
            here = _bends(op, active or [0])
            lost = _worse(lost, here) if here else lost
    return "looked" if looked else lost


def _bends(op: Numbers, active: Sequence[int]) -> str:
    """Return "bent" unless an operation is linear in its moving operands; a stored one tells of itself."""
    if op is ADD or op is SUBTRACT or op is NEGATIVE:
        return ""
    if isinstance(op, Linear):
        return "bent" if op.lost == "unknown" else op.lost
    linear = (
        isinstance(op, _MOVING)
        or (op is MULTIPLY and len(active) == 1)
        or (op is DIVIDE and list(active) == [0])
        or (isinstance(op, Solve) and list(active) == [1])
    )
    return "" if linear else "bent"


def _worse(one: str, other: str) -> str:
    order = ("", "bent", "flat", "looked")
    return max(one, other, key=order.index)


def is_stored_flat(value: UncertainArray) -> bool:
    """Tell whether a value moves with one that was stored with a u of 0 of the first order alone."""
    reached = sweep(value, lambda node: node._op is None or _lost(node) == "flat")
    return any(_lost(node) == "flat" and _any(slope) for node, slope in reached)


def _any(slope: Numbers) -> bool:
    if type(slope) is float:
        return slope != 0.0
    return bool(np.any(slope.data if hasattr(slope, "todense") else slope))


def refuse_unseen(budgets: Sequence[Budget]) -> None:
    """Refuse to validate what Monte Carlo cannot see.

    Raises:
        NotSupportedError: a model uses a value that is linear as stored, or was chosen by a comparison.
    """
    for budget in budgets:
        why = budget._trace().unseen
        if why:
            raise NotSupportedError(
                f"a verdict of clause 8 where the model's values are known in part: {why}",
                where=budget.name,
                way_out="Examine the value where its model is, before it is stored or chosen.",
                code="unseen",
            )


def _lost(node: UncertainArray) -> str:
    return node._op.lost if isinstance(node._op, Linear) else ""


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None
