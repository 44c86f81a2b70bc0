"""An expanded uncertainty that was issued: a number that can be asked for its verdict of clause 8."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._arcsine import arcsine_factor
from calibrator_uncertainty._coverage import coverage_factor
from calibrator_uncertainty._errors import NotSupportedError, UncertaintyError
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._quantity import magnitude_of
from calibrator_uncertainty._shapes import Arcsine, Rectangular, Shape
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibrator_uncertainty._clause8 import Clause8

__all__ = ["ExpandedUncertainty", "clause8_of", "expanded_uncertainty", "issued"]


class ExpandedUncertainty(float):
    """U = k·u as a float that knows whose it is, and by `verdict` and `clause8_text` whether it may be used.

    In another unit of the same kind, `U.to("mV")`, it is still that U, with the verdict that was found in
    the unit of its quantity. What else is computed of it is a plain float: twice a U is no issued one.

    Source: JCGM 101:2008, clause 8.

    Example:
        >>> from calibrator_uncertainty import expanded_uncertainty, normal, uncertain
        >>> U = expanded_uncertainty(uncertain(normal("v", 10.0, 0.1, "V")))
        >>> f"{U:.3f}", U.magnitude.verdict.ok
        ('0.196 volt', True)
    """

    __slots__ = ("_found", "_of", "policy")

    _of: Quantity
    _found: tuple[Clause8 | None, str] | None  # drawn when it is asked
    policy: str

    def __new__(cls, figure: float, of: Quantity, policy: str) -> ExpandedUncertainty:
        """Return the figure with the quantity whose U it is, and the coverage policy."""
        made = super().__new__(cls, figure)
        made._of = of
        made._found = None
        made.policy = policy
        return made

    @property
    def verdict(self) -> Clause8 | None:
        """Whether first order may be used for this U; None where it cannot be told."""
        return self._asked()[0]

    @property
    def clause8_text(self) -> str:
        """The verdict in a line, with what else must stand beside this U."""
        return self._asked()[1]

    def _asked(self) -> tuple[Clause8 | None, str]:
        """Return the verdict, always of the same seed, and its line."""
        if self._found is None:
            from calibrator_uncertainty._of_quantity import budget_of
            from calibrator_uncertainty._render import judged

            try:
                result = budget_of(self._of).evaluate(policy=self.policy)
                self._found = result.verdict, "; ".join((judged(result), *result.notes))
            except UncertaintyError as problem:  # as where a derivative exists for none but a constant
                self._found = None, f"JCGM 101, clause 8: not examined: {problem.what.rstrip('.')}"
        return self._found

    def _in_another_unit(self, figure: float) -> ExpandedUncertainty:
        """Return the same U as another figure, which a positive factor makes of this one."""
        made = ExpandedUncertainty(figure, self._of, self.policy)
        made._found = self._found
        return made

    def __copy__(self) -> ExpandedUncertainty:
        return self

    def __deepcopy__(self, memo: object) -> ExpandedUncertainty:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return ExpandedUncertainty, (float(self), self._of, self.policy)


def expanded_uncertainty(value: Quantity, *, policy: str = "p95") -> Quantity:
    """Return U = k·u of a scalar quantity, k by a coverage policy as for a budget, which bears its verdict.

    The number in it, `U.magnitude` (or `U`, where there is no unit), is an `ExpandedUncertainty`.

    Raises:
        ModelError: every first derivative is zero, as of x² at 0, where the first order says nothing.
    """
    found = issued(value, policy)
    return quantity(found, difference_unit(value.units)) if hasattr(value, "_magnitude") else found


def issued(value: Quantity, policy: str) -> ExpandedUncertainty:
    """Return U of a scalar quantity as a number in its unit."""
    magnitude = magnitude_of(value)
    if magnitude.shape:
        raise NotSupportedError("U is given for one value", way_out="Take an element: q[0].")
    u = float(magnitude.u)
    refuse_where_flat(magnitude)
    dof = float(magnitude.dof)
    k = coverage_factor(policy, dof, rectangles=rectangles_of(magnitude), u=u)
    k = arcsine_factor(policy, max(_parts(magnitude, Arcsine), default=0.0), u, dof) or k
    return ExpandedUncertainty(k * u, value, policy)


def clause8_of(expanded: Quantity) -> tuple[Clause8 | None, str]:
    """Return the verdict on a U and its text: that of an `ExpandedUncertainty`, or that there is none."""
    number = getattr(expanded, "_magnitude", expanded)
    if isinstance(number, ExpandedUncertainty):
        return number.verdict, number.clause8_text
    return None, "JCGM 101, clause 8: not examined: U was given or changed as a plain number"


def rectangles_of(magnitude: UncertainArray) -> list[float]:
    """Return the |c·u| of the rectangular errors of a scalar, the largest of them at least."""
    return _parts(magnitude, Rectangular)


def arcsine_of(magnitude: UncertainArray) -> float:
    """Return the |c·u| of the largest U-shaped error of a scalar, 0 where there is none."""
    return max(_parts(magnitude, Arcsine), default=0.0)


def largest_of(
    magnitude: UncertainArray, kind: type[Shape]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the two largest |c·u| of the errors of one shape of each element, 0 where there are none."""
    first, second = np.zeros(magnitude.shape), np.zeros(magnitude.shape)
    for leaf, slope in by_leaf(magnitude):
        info = leaf._leaf
        if info is None or not isinstance(info.shape, kind):
            continue
        for part in _of_elements(slope, np.broadcast_to(info.u, leaf.shape), magnitude.shape):
            second = np.maximum(second, np.minimum(first, part))
            first = np.maximum(first, part)
    return first, second


def _of_elements(slope: Any, u: NDArray[np.float64], shape: tuple[int, ...]) -> list[NDArray[np.float64]]:  # noqa: ANN401 - a number, an array or a sparse matrix
    """Return |c·u| of a leaf for each element of the output: one, or the two largest of many."""
    if not hasattr(slope, "tocsr"):
        return [np.broadcast_to(np.abs(slope * u), shape)]
    parts = abs(slope.multiply(u.ravel()[None, :])).tocsr()
    largest = np.zeros((2, parts.shape[0]))
    for row, (begin, end) in enumerate(pairwise(parts.indptr)):
        found = np.sort(parts.data[begin:end])[-2:]
        largest[: found.size, row] = found[::-1]
    return [one.reshape(shape) for one in largest]


def _parts(magnitude: UncertainArray, kind: type[Shape]) -> list[float]:
    """Return the |c·u| of the elementary errors of one shape, for the choice of k."""
    found: list[float] = []
    for leaf, slope in by_leaf(magnitude):
        info = leaf._leaf
        if info is None or not isinstance(info.shape, kind):
            continue
        if isinstance(slope, float):
            found.append(abs(slope * info.u))
        else:  # a row of an array's independent errors; the largest decide
            spreads = np.broadcast_to(info.u, leaf.shape).ravel()
            parts = np.abs(np.asarray(slope.multiply(spreads[None, :]).tocsr().data))
            found += np.sort(parts)[-2:].tolist()
    return found
