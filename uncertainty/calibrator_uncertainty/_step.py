"""One operation of a traced model."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator_uncertainty._structural import Shape
from calibrator_uncertainty._types import Numbers

__all__ = ["Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: result slot, operation, operand slots and the operands to sweep back to."""

    out: int
    op: Numbers
    args: tuple[int, ...]
    active: tuple[tuple[int, int, Shape], ...]  # place in args, slot, shape within the model
    shape: Shape
