"""What an input is drawn from: its distribution, widened where its u is known with few degrees of freedom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import (
    SQRT3,
    Arcsine,
    Normal,
    Rectangular,
    Shape,
    StudentT,
    Trapezoidal,
    Triangular,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["InexactWidth", "drawn_shape"]

_HALVINGS = 60  # of the bracket of a quantile: below the last bit


@dataclass(frozen=True, slots=True)
class InexactWidth:
    """A distribution between limits whose half-width a is known to ±`ratio`·a; of a rectangle, 6.4.3.

    The half-width itself is kept, so that the standard deviation is √(1 + ratio²/3).

    Source: JCGM 101:2008, 6.4.3 (curvilinear trapezoid, for the rectangle).
    """

    shape: Shape
    ratio: float
    name: ClassVar[str] = "inexact limits"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates (JCGM 101:2008, 6.4.3.4)."""
        widths = rng.random(count)
        widths -= 0.5
        widths *= 2.0 * self.ratio
        widths += 1.0
        widths *= self.shape.draw(rng, count)
        return widths

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`.

        Raises:
            InputError: another shape than a rectangle.
        """
        import numpy as np

        if not isinstance(self.shape, Rectangular):
            raise InputError(
                f"the shape {self.shape.name!r} with finite dof has no quantile function",
                way_out="Use monte_carlo.",
                code="shape",
            )
        side = np.minimum(p, 1.0 - np.asarray(p, dtype=np.float64))
        low, high = np.zeros_like(side), np.full_like(side, 1.0 + self.ratio)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            beyond = self._above(middle) > side
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
        found: Floats = np.where(np.asarray(p) < 0.5, -low, low) * SQRT3
        return found

    def _above(self, x: Floats) -> Floats:
        """Return the probability above x ≥ 0, in half-widths: the mean of (h - x)/2h over the widths h."""
        import numpy as np

        widest, least = 1.0 + self.ratio, 1.0 - self.ratio
        start = np.maximum(x, least)
        found: Floats = (widest - start - x * np.log(widest / start)) / (4.0 * self.ratio)
        return found


def drawn_shape(shape: Shape, dof: float) -> Shape:
    """Return what Monte Carlo draws for an input of this distribution whose u has `dof`.

    A normal becomes the scaled and shifted t (a mean or a certificate whose U comes with its degrees of
    freedom). A rectangle or another distribution between limits gets limits that are inexact by 1/√(2ν),
    which is what ν says of its u. Whatever says its own spread (t, draws, histograms) stays.

    Source: JCGM 101:2008, 6.4.9.2, 6.4.9.7, 6.4.3 and 9.5 (H.1); JCGM 100:2008, G.4.2.
    """
    if math.isinf(dof):
        return shape
    if isinstance(shape, Normal):
        return StudentT(dof)
    if isinstance(shape, Rectangular | Triangular | Trapezoidal | Arcsine):
        return InexactWidth(shape, 1.0 / math.sqrt(2.0 * dof))
    return shape
