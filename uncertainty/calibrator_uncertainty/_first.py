"""The first evaluation of a model of single numbers: its slopes straight from the tape of its run with units.

A program, and the code that it is compiled to, cost more than the one run that they would serve; they are
made when the model is asked a second time, at other estimates. Terms are added in the order of the compiled
code, so that both give the same floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from calibrator_uncertainty._ops import MULTIPLY, Op
from calibrator_uncertainty._program import is_moving
from calibrator_uncertainty._tape import UncertainArray

__all__ = ["moving_nodes", "slopes_of"]

_LONGEST = 2000  # operations, as for what is compiled
_order = attrgetter("_order")


def moving_nodes(leaves: Sequence[UncertainArray], output: UncertainArray) -> list[UncertainArray] | None:
    """Return the operations behind `output` that depend on `leaves`, in the order made.

    None where it holds vectors, operations of their own kind, or uncertain values from elsewhere.
    """
    moving = {id(leaf) for leaf in leaves}
    made: dict[int, UncertainArray] = {}
    # the output is looked at as an operand is; a loop of its own, for a model is run here but once
    waiting: list[tuple[Any, ...]] = [(output,)]
    while waiting:
        for arg in waiting.pop():
            if type(arg) is not UncertainArray:
                if type(arg) is not float:
                    return None
                continue
            key = id(arg)
            if key in made or key in moving:
                continue
            if type(arg._value) is not float:
                return None
            if arg._op is None:
                if is_moving(arg):
                    return None
                continue
            if type(arg._op) is not Op or len(made) >= _LONGEST:
                return None
            made[key] = arg
            waiting.append(arg._args)
    found = []
    for node in sorted(made.values(), key=_order):
        for arg in node._args:
            if id(arg) in moving:
                moving.add(id(node))
                found.append(node)
                break
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
    known = adjoints.get
    for node in reversed(nodes):
        adjoint = known(id(node))
        if adjoint is None:
            continue
        op, args = node._op, node._args
        values: list[Any] = []
        for place, arg in enumerate(args):
            key = id(arg)
            if key not in moving:
                continue
            slope = op.partials[place]
            if op is MULTIPLY:  # most of what has no constant slope
                other = args[1 - place]
                slope = other._value if type(other) is UncertainArray else other
            elif type(slope) is not float:
                values = values or [one._value if type(one) is UncertainArray else one for one in args]
                slope = op.slope(place, values, node._value)
            before = known(key)
            adjoints[key] = adjoint * slope if before is None else before + adjoint * slope
    return tuple([adjoints.get(id(leaf), 0.0) for leaf in leaves])
