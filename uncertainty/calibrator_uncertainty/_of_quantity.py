"""The budget behind a quantity: where its uncertainty comes from, and whether its U may be issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from calibrator_uncertainty._budget import Budget
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._quantity import magnitude_of
from calibrator_uncertainty._types import Quantity

__all__ = ["budget_of"]


@dataclass(frozen=True, slots=True)
class _Same:
    """A model without inputs: what it gives is there already."""

    value: Quantity
    whole: ClassVar[bool] = True

    def __call__(self) -> Quantity:
        """Return the quantity."""
        return self.value


def budget_of(value: Quantity, *, name: str = "") -> Budget:
    """Return the budget of a single uncertain quantity, a line for each elementary error behind it.

    Its table, k, U, Monte Carlo and the verdict of clause 8 are those of any budget. A line's error has
    estimate 0 and u = 1, so that its sensitivity is its contribution; what was estimated together is one.
    What was loaded from a file or converted from another library is as linear as it was stored.

    Raises:
        NotSupportedError: a value without uncertainty of ours, or an array.

    Source: JCGM 100:2008, 7.2.1; JCGM 101:2008, clause 8.

    Example:
        >>> from calibrator_uncertainty import normal, rectangular, uncertain
        >>> v, i = uncertain(normal("v", 1.0, 3e-3, "V")), uncertain(rectangular("i", 0.5, 2e-3, "A"))
        >>> [line.name for line in budget_of(v / i).evaluate().lines]
        ['v', 'i']
    """
    magnitude = magnitude_of(value)
    if magnitude.shape:
        raise NotSupportedError("a budget is made of one value", way_out="Take an element: q[0].")
    unit = f"{value.units:~}".replace("ΔdB", "dB") if hasattr(value, "_magnitude") else ""
    return Budget(_Same(value), (), unit=unit, name=name)
