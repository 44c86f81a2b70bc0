"""Draws of the inputs of several budgets at once; what is shared is drawn once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._combine import Block
from calibrator_uncertainty._copula import Joint, joint_of
from calibrator_uncertainty._drawn import drawn_shape
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._shapes import Constant
from calibrator_uncertainty._types import Numbers

if TYPE_CHECKING:
    import numpy as np

    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._inputs import Input
    from calibrator_uncertainty._shapes import Shape

__all__ = ["SharedDraws", "check_shared"]


class SharedDraws:
    """Draws deviates; the same `shared` text gets the same deviates, whichever budget asks first."""

    def __init__(self, budgets: Sequence[Budget], counts: Sequence[int], rng: np.random.Generator) -> None:
        """Plan `counts[i]` draws of `budgets[i]`; a shared input is drawn for the longest of its users."""
        self._rng = rng
        self._shapes: dict[str, Shape] = {}
        self._lengths: dict[str, int] = {}
        self._dofs: dict[str, float] = {}
        self._deviates: dict[str, Any] = {}
        self._joints: dict[Block, Joint] = {}
        for budget, count in zip(budgets, counts, strict=True):
            check_shared(budget.inputs, budget.name, self._shapes)
            for one in budget.inputs:
                if one.shared and one.u > 0.0:
                    self._lengths[one.shared] = max(self._lengths.get(one.shared, 0), count)
                    self._dofs[one.shared] = min(self._dofs.get(one.shared, math.inf), one.dof)

    def result(self, budget: Budget, count: int) -> Numbers:
        """Return `count` draws of the budget's result in its unit.

        Raises:
            ModelError: the model gives NaN or infinity inside the sampled range.
        """
        import numpy as np

        columns = self.columns(budget, count)
        drawn = np.broadcast_to(np.asarray(budget._sample(columns), dtype=np.float64), (count,))
        finite_or_refuse(budget, columns, drawn)
        return drawn

    def columns(self, budget: Budget, count: int) -> list[Any]:
        """Return `count` draws of each input, a float where it is exact."""
        joint: dict[int, Any] = {}
        for block in budget._plan().blocks:
            if block.explicit:
                joint.update(self._jointly(block, budget, count))
        columns: list[Any] = []
        for place, one in enumerate(budget.inputs):
            if one.u == 0.0 or isinstance(one.distribution, Constant):
                columns.append(float(one.estimate))
                continue
            deviates = joint[place] if place in joint else self._drawn(one, count)
            columns.append(one.estimate + one.u * deviates)
        return columns

    def _jointly(self, block: Block, budget: Budget, count: int) -> dict[int, Any]:
        """Draw a correlated block."""
        joint = self._joints.get(block)
        if joint is None:
            joint = self._joints[block] = joint_of(block, budget.inputs, budget.name)
        return dict(zip(block.places, joint.draw(self._rng, count), strict=True))

    def _drawn(self, one: Input, count: int) -> Numbers:
        shared = one.shared
        if not shared:
            return drawn_shape(one.distribution, one.dof).draw(self._rng, count)
        if shared not in self._deviates:
            shape = drawn_shape(one.distribution, self._dofs[shared])  # the smallest of those that are told
            self._deviates[shared] = shape.draw(self._rng, self._lengths[shared])
        return self._deviates[shared][..., :count]


def check_shared(inputs: Sequence[Input], where: str, shapes: dict[str, Shape] | None = None) -> None:
    """Refuse inputs that share one error and differ in distribution; `shapes` is what was seen before.

    Raises:
        InputError: two distributions of one error.
    """
    seen = {} if shapes is None else shapes
    for one in inputs:
        if not (one.shared and one.u > 0.0):
            continue
        known = seen.setdefault(one.shared, one.distribution)
        if known != one.distribution:
            raise InputError(
                f"inputs that share {one.shared!r} are {known.name} and {one.distribution.name}",
                where=f"{where} {one.name}".strip(),
                way_out="One physical error has one distribution.",
                code="shared-shape",
            )


def finite_or_refuse(budget: Budget, columns: Sequence[Any], drawn: Numbers) -> None:
    """Refuse draws of a result that are not finite, naming the place of the first.

    Raises:
        ModelError: the model gives NaN or infinity inside the sampled range.
    """
    import numpy as np

    finite = np.isfinite(drawn)
    if finite.all():
        return
    bad = int(np.argmin(finite))
    place = ", ".join(
        f"{one.name} = {column if isinstance(column, float) else column[bad]:.6g}"
        for one, column in zip(budget.inputs, columns, strict=True)
        if isinstance(column, float) or column.ndim == 1  # an ensemble has a row for each of its errors
    )
    raise ModelError(
        f"the model gives {drawn[bad]} at {place}",
        where=budget.name,
        way_out="The model must be defined wherever its inputs may lie.",
        code="not-finite",
    )
