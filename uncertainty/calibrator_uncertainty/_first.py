"""The first evaluation of a model of single numbers: its slopes straight from the tape of its run with units.

A program, and the code that it is compiled to, cost more than the one run that they would serve; they are
made when the model is asked a second time, at other estimates. Terms are added in the order of the compiled
code, so that both give the same floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from calibrator_uncertainty._ops import Op
from calibrator_uncertainty._program import is_moving
from calibrator_uncertainty._sweep import reachable
from calibrator_uncertainty._tape import UncertainArray

__all__ = ["moving_nodes", "slopes_of"]

_LONGEST = 2000  # operations, as for what is compiled


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def moving_nodes(leaves: Sequence[UncertainArray], output: UncertainArray) -> list[UncertainArray] | None:
    """Return the operations behind `output` that depend on `leaves`, in the order made.

    None where it holds vectors, operations of their own kind, or uncertain values from elsewhere.
    """
    nodes = reachable(output, _is_leaf)
    if len(nodes) > _LONGEST:
        return None
    moving = {id(leaf) for leaf in leaves}
    found = []
    for node in nodes:
        if type(node._value) is not float:
            return None
        if node._op is None:
            if id(node) not in moving and is_moving(node):
                return None
            continue
        if type(node._op) is not Op:
            return None
        active = False
        for arg in node._args:
            if type(arg) is UncertainArray:
                active = active or id(arg) in moving
            elif type(arg) is not float:
                return None
        if active:
            moving.add(id(node))
            found.append(node)
    return found


def slopes_of(
    leaves: Sequence[UncertainArray], nodes: Sequence[UncertainArray], output: UncertainArray
) -> tuple[float, ...]:
    """Return the derivative of `output` by each leaf, swept back over `nodes`.

    Raises:
        ModelError: a derivative is infinite or does not exist, naming the operation.
    """
    adjoints: dict[int, float] = {id(output): 1.0}
    moving = {id(node) for node in nodes} | {id(leaf) for leaf in leaves}
    for node in reversed(nodes):
        adjoint = adjoints.get(id(node))
        if adjoint is None:
            continue
        op, args = node._op, node._args
        values: list[Any] = []
        for place, arg in enumerate(args):
            if id(arg) not in moving:
                continue
            slope = op.partials[place]
            if type(slope) is not float:
                values = values or [one._value if type(one) is UncertainArray else one for one in args]
                slope = op.slope(place, values, node._value)
            term = adjoint * slope
            before = adjoints.get(id(arg))
            adjoints[id(arg)] = term if before is None else before + term
    return tuple([adjoints.get(id(leaf), 0.0) for leaf in leaves])
