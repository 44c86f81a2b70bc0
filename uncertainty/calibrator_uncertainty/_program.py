"""A model traced once: a list of operations that is run again on bare floats or arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._ops import MATH, Op
from calibrator_uncertainty._tape import UncertainArray, compute

__all__ = ["Program", "trace"]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: result slot, operation, operand slots."""

    out: int
    op: Op
    args: tuple[int, ...]
    active: tuple[bool, ...]  # whether an operand depends on an input at all


@dataclass(frozen=True, slots=True)
class Program:
    """Inputs in the first slots, then constants, then results; `output` is the last one's slot."""

    inputs: int
    constants: tuple[Any, ...]
    steps: tuple[Step, ...]
    output: int

    def values(self, inputs: Sequence[Any]) -> list[Any]:
        """Run forward; all slots filled."""
        slots: list[Any] = [*inputs, *self.constants]
        single = all(type(value) is float for value in slots)
        for step in self.steps:
            slots.append(compute(step.op, [slots[i] for i in step.args], single))
        return slots

    def __call__(self, inputs: Sequence[Any]) -> Any:  # noqa: ANN401 - float or array
        """Return the output for these inputs."""
        return self.values(inputs)[self.output]

    def gradient(self, slots: Sequence[Any]) -> list[Any]:
        """Sweep back over the slots of a forward run: the derivative of the output by each input."""
        adjoints: list[Any] = [None] * len(slots)
        adjoints[self.output] = 1.0
        for step in reversed(self.steps):
            adjoint = adjoints[step.out]
            if adjoint is None:
                continue
            result = slots[step.out]
            namespace: Any = MATH if type(result) is float else np
            args = [slots[i] for i in step.args]
            for place, active, partial in zip(step.args, step.active, step.op.partials, strict=True):
                if active:
                    slope = partial if isinstance(partial, float) else partial(namespace, *args, result)
                    term = adjoint * slope
                    before = adjoints[place]
                    adjoints[place] = term if before is None else before + term
        return [0.0 if adjoint is None else adjoint for adjoint in adjoints[: self.inputs]]


def trace(leaves: Sequence[UncertainArray], output: UncertainArray, where: str = "") -> Program:
    """Turn the memory of `output` into a program over `leaves`.

    Raises:
        ModelError: the output also depends on an uncertain value that is not among the leaves.
    """
    slot: dict[int, int] = {id(leaf): number for number, leaf in enumerate(leaves)}
    nodes = _reachable(output)
    constants: list[Any] = []
    places: dict[int, tuple[int, ...]] = {}
    for node in nodes:
        if node._op is None and id(node) not in slot:
            raise ModelError(
                "the model uses an uncertain value that is not one of its inputs",
                where=where,
                way_out="Make it an input of the budget.",
                code="hidden-input",
            )
    for node in nodes:
        found = []
        for arg in node._args:
            if isinstance(arg, UncertainArray):
                found.append(-1)
            else:
                found.append(len(leaves) + len(constants))
                constants.append(arg)
        places[id(node)] = tuple(found)
    steps: list[Step] = []
    active = set(range(len(leaves)))
    free = len(leaves) + len(constants)
    for node in nodes:
        if node._op is None:
            continue
        args = tuple(
            slot[id(arg)] if known < 0 else known
            for arg, known in zip(node._args, places[id(node)], strict=True)
        )
        steps.append(Step(free, node._op, args, tuple(place in active for place in args)))
        slot[id(node)] = free
        active.add(free)
        free += 1
    return Program(len(leaves), tuple(constants), tuple(steps), slot[id(output)])


def _reachable(output: UncertainArray) -> list[UncertainArray]:
    """Return every value that `output` was made of and itself, in the order they were made."""
    seen = {id(output): output}
    waiting = [output]
    while waiting:
        for arg in waiting.pop()._args:
            if isinstance(arg, UncertainArray) and id(arg) not in seen:
                seen[id(arg)] = arg
                waiting.append(arg)
    return sorted(seen.values(), key=lambda node: node._order)


def is_finite(value: Any) -> bool:  # noqa: ANN401 - float or array
    """Say whether a float, or every element of an array, is finite."""
    return math.isfinite(value) if isinstance(value, float) else bool(np.all(np.isfinite(value)))
