"""A traced model as straight-line Python: one call gives the value and every derivative.

Interpreting the list of operations costs more than the arithmetic for single floats; the compiled code runs
as fast as derivatives written by hand. Its source comes from our own tables and numbered names alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeAlias

from calibrator_uncertainty._ops import MATH, Op

if TYPE_CHECKING:
    from calibrator_uncertainty._step import Step

__all__ = ["Compiled", "compile_program"]

Compiled: TypeAlias = Callable[..., tuple[float, tuple[float, ...]]]

_INLINE = {
    "add": "{a} + {b}",
    "subtract": "{a} - {b}",
    "multiply": "{a} * {b}",
    "divide": "{a} / {b}",
    "negative": "-{a}",
    "square": "{a} * {a}",
}
_LONGEST = 2000  # operations; compiling more takes longer than it saves
_NAMES = re.compile(r"\b([aby])\b")


def compile_program(
    inputs: int, constants: Sequence[Any], steps: Sequence[Step], output: int
) -> Compiled | None:
    """Return the compiled program, or None where it holds vectors."""
    if len(steps) > _LONGEST or any(not isinstance(step.op, Op) or step.shape for step in steps):
        return None
    if any(type(constant) is not float for constant in constants):
        return None
    names = {slot: f"x{slot}" for slot in range(inputs)}
    space: dict[str, Any] = {"m": MATH}
    for place, constant in enumerate(constants):
        names[inputs + place] = f"k{place}"
        space[f"k{place}"] = constant
    lines = _forward(steps, names, space)
    if output not in names:
        return None
    gradients = _backward(steps, names, lines, inputs, output)
    lines.append(f"return {names[output]}, ({''.join(f'{one}, ' for one in gradients)})")
    arguments = "".join(f"x{slot}, " for slot in range(inputs))
    # Constants are bound as defaults: local names are the fastest.
    bound = "".join(f", {name}={name}" for name in space)
    source = f"def traced({arguments}*{bound}):\n    " + "\n    ".join(lines)
    exec(_code(source), space)  # noqa: S102, RUF100 - see above
    traced: Compiled = space["traced"]
    return traced


@lru_cache(maxsize=512)  # points of a table have one model, so one source
def _code(source: str) -> CodeType:
    return compile(source, "<traced model>", "exec")


def _forward(steps: Sequence[Step], names: dict[int, str], space: dict[str, Any]) -> list[str]:
    lines = []
    for step in steps:
        name = f"v{step.out}"
        operands = [names[slot] for slot in step.args]
        template = _INLINE.get(step.op.name)
        if template is None:
            space[f"f_{step.op.name}"] = step.op.scalar
            lines.append(f"{name} = f_{step.op.name}({', '.join(operands)})")
        else:
            lines.append(f"{name} = {template.format(a=operands[0], b=operands[-1])}")
        names[step.out] = name
    return lines


def _backward(
    steps: Sequence[Step], names: dict[int, str], lines: list[str], inputs: int, output: int
) -> list[str]:
    """Add the sweep back and return the expression of each input's derivative."""
    adjoints: dict[int, list[str]] = {output: ["1.0"]}
    for step in reversed(steps):
        terms = adjoints.pop(step.out, None)
        if terms is None or not step.active:
            continue
        adjoint = terms[0]
        if len(terms) > 1 or not (adjoint.isidentifier() or adjoint == "1.0"):
            lines.append(f"d{step.out} = {' + '.join(terms)}")
            adjoint = f"d{step.out}"
        operands = [names[slot] for slot in step.args]
        meaning = {"a": operands[0], "b": operands[-1], "y": names[step.out]}
        for place, slot, _ in step.active:
            slope = _NAMES.sub(lambda match: meaning[match[1]], step.op.slopes[place])  # noqa: B023 - used at once
            adjoints.setdefault(slot, []).append(_times(adjoint, slope))
    return [" + ".join(adjoints.get(slot, ["0.0"])) for slot in range(inputs)]


def _times(adjoint: str, slope: str) -> str:
    if slope == "1.0":
        return adjoint
    if adjoint == "1.0":
        return f"({slope})"
    return f"-{adjoint}" if slope == "-1.0" and adjoint.isidentifier() else f"{adjoint} * ({slope})"
