"""A model traced once: a list of operations that is run again on bare floats or arrays.

The model's inputs and its result are scalars; in between there may be vectors and matrices. Run on arrays,
the axis over draws or points stands last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._choosing import Choose, Interpolation
from calibrator_uncertainty._compile import Compiled, compile_program
from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._foreign import run_foreign, slope_foreign
from calibrator_uncertainty._ops import Op
from calibrator_uncertainty._step import Step
from calibrator_uncertainty._structural import Gather, Linear, RunningSum, Solve, Sum, fold
from calibrator_uncertainty._sweep import reachable
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = ["Program", "is_moving", "trace"]

# Operations that know the shapes of the model; every other one is elementwise.
_OF_ARRAYS = (Gather, Sum, RunningSum, Solve, Linear, Choose, Interpolation)


@dataclass(frozen=True, slots=True)
class Program:
    """Inputs in the first slots, then constants, then results; `output` is the last one's slot."""

    inputs: int
    constants: tuple[Any, ...]
    steps: tuple[Step, ...]
    output: int
    compiled: Compiled | None  # straight-line code where the model holds scalars only

    def value_and_gradient(self, inputs: Sequence[float]) -> tuple[float, Sequence[float]]:
        """Return the output and its derivative by each input, for single floats.

        Raises:
            ModelError: no finite value or derivative, naming the operation.
        """
        if self.compiled is not None:
            try:
                return self.compiled(*inputs)
            except (ValueError, ZeroDivisionError, OverflowError):
                pass  # the slow way names the operation
        slots = self.values(inputs)
        return slots[self.output], self.gradient(slots)

    def values(self, inputs: Sequence[Any], batch: bool | None = None) -> list[Any]:
        """Run forward; all slots filled. Inputs that are arrays are draws, unless `batch` says otherwise."""
        if batch is None:
            batch = any(type(value) is not float for value in inputs)
        constants = self.constants
        if batch:
            constants = tuple(c[..., None] if isinstance(c, np.ndarray) else c for c in constants)
        slots: list[Any] = [*inputs, *constants]
        for step in self.steps:
            args = [slots[place] for place in step.args]
            result = _run(step.op, args, not any(type(value) is not float for value in args))
            if batch and step.shape and np.ndim(result) == len(step.shape):
                result = result[..., None]  # made of exact scalars alone: the same for every draw
            slots.append(result)
        return slots

    def __call__(self, inputs: Sequence[Any]) -> Numbers:
        """Return the output for these inputs."""
        return self.values(inputs)[self.output]

    def gradient(self, slots: Sequence[Any], batch: bool | None = None) -> list[Any]:
        """Sweep back over the slots of a forward run: the derivative of the output by each input."""
        adjoints: list[Any] = [None] * len(slots)
        if batch is None:
            batch = any(type(value) is not float for value in slots[: self.inputs])
        # What is carried back through vectors has the axis over points too, as the vectors have.
        vectors = batch and any(
            step.shape or any(shape for _, _, shape in step.active) for step in self.steps
        )
        adjoints[self.output] = np.ones(1) if vectors else 1.0
        for step in reversed(self.steps):
            adjoint = adjoints[step.out]
            if adjoint is None:
                continue
            result = slots[step.out]
            args = [slots[place] for place in step.args]
            for place, slot, shape in step.active:
                if isinstance(step.op, _OF_ARRAYS):
                    term = step.op.pull(place, adjoint, args, result)
                else:
                    term = adjoint * _slope(step.op, place, args, result)
                    if shape != step.shape:
                        term = fold(term, shape, step.shape)
                before = adjoints[slot]
                adjoints[slot] = term if before is None else before + term
        return [0.0 if adjoint is None else adjoint for adjoint in adjoints[: self.inputs]]


def _run(op: Numbers, args: list[Any], single: bool) -> Numbers:
    if isinstance(op, (Op, *_OF_ARRAYS)):
        return op.run(args, single)
    return op.run(args, True) if single else run_foreign(op, args)


def _slope(op: Numbers, place: int, args: list[Any], result: Numbers) -> Numbers:
    if isinstance(op, Op) or type(result) is float:
        return op.slope(place, args, result)
    return slope_foreign(op, place, args, result)


def trace(leaves: Sequence[UncertainArray], output: UncertainArray, where: str = "") -> Program:
    """Turn the memory of `output` into a program over `leaves`.

    Raises:
        ModelError: the output is an array, or depends on an uncertain value that is not among the leaves.
    """
    if output.shape:
        raise ModelError(
            f"the model gives an array of shape {output.shape}; a budget has one measurand",
            where=where,
            way_out="Make a budget for each element.",
            code="array-result",
        )
    slot: dict[int, int] = {id(leaf): number for number, leaf in enumerate(leaves)}
    nodes = reachable(output, lambda node: node._op is None)
    constants = _collect_constants(nodes, slot, len(leaves), where)
    active = set(range(len(leaves)))
    shapes = [leaf.shape for leaf in leaves] + [np.shape(value) for value in constants]
    steps: list[Step] = []
    known = iter(range(len(leaves), len(leaves) + len(constants)))
    bare = {
        (id(node), place): next(known)
        for node in nodes
        for place, arg in enumerate(node._args)
        if type(arg) is not UncertainArray
    }
    for node in nodes:
        if node._op is None:
            continue
        args = tuple(
            slot[id(arg)] if type(arg) is UncertainArray else bare[id(node), place]
            for place, arg in enumerate(node._args)
        )
        out = len(shapes)
        moving = tuple((place, one, shapes[one]) for place, one in enumerate(args) if one in active)
        if moving:
            active.add(out)
        steps.append(Step(out, node._op, args, moving, node.shape))
        slot[id(node)] = out
        shapes.append(node.shape)
    out_slot = slot[id(output)]
    single = not any(leaf.shape for leaf in leaves)
    compiled = compile_program(len(leaves), constants, steps, out_slot) if single else None
    return Program(len(leaves), tuple(constants), tuple(steps), out_slot, compiled)


def is_moving(leaf: UncertainArray) -> bool:
    """Tell whether an elementary value has an uncertainty at all."""
    if leaf._leaf is None:
        return False
    u = leaf._leaf.u
    return u != 0.0 if type(u) is float else bool(np.any(u))


def _collect_constants(
    nodes: Sequence[UncertainArray], slot: dict[int, int], first: int, where: str
) -> list[Any]:
    """List bare operands, then exact values; the latter get their slots here."""
    constants: list[Any] = [arg for node in nodes for arg in node._args if type(arg) is not UncertainArray]
    for node in nodes:
        if node._op is not None or id(node) in slot:
            continue
        if is_moving(node):
            raise ModelError(
                "the model uses an uncertain value that is not one of its inputs",
                where=where,
                way_out="Make it an input of the budget.",
                code="hidden-input",
            )
        slot[id(node)] = first + len(constants)
        constants.append(node._value)
    return constants
