"""A calibration curve: forward and inverse evaluation with everything that it is correlated with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._branches import is_watched, note_check
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._shapes import StudentT
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import quantity
from calibrator_uncertainty.regression._data import asked_in
from calibrator_uncertainty.regression._estimate import Reading
from calibrator_uncertainty.regression._fit import Fit
from calibrator_uncertainty.regression._forms import Form
from calibrator_uncertainty.regression._quality import Goodness
from calibrator_uncertainty.regression._roots import Heights, solved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Curve"]

GRID = 513
FLAT = 1e-9  # slope against the mean slope over the range, below which there is no first order


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A fitted curve over the range of its points.

    `curve["slope"]` is a parameter, `curve(x)` the value at x, `curve.inverse(y)` the x of a y; each is
    correlated with the others, with the points and with whatever these were made of.
    """

    fit: Fit
    form: Form
    beta: UncertainArray
    x_unit: Quantity
    y_unit: Quantity
    span: tuple[float, float]
    reading: Reading | None = None

    def __getitem__(self, name: str) -> Quantity:
        return self.fit[name]

    @property
    def parameters(self) -> dict[str, Quantity]:
        """The parameters by name."""
        return self.fit.parameters

    def __str__(self) -> str:
        low, high = self.span
        return f"{self.fit}\nfrom x = {low:g} to {high:g} {self.x_unit:~}".rstrip()

    @property
    def goodness(self) -> Goodness:
        """How well the curve fits its points."""
        return self.fit.goodness

    @property
    def covariance(self) -> Floats:
        """Covariance matrix of the parameters, in products of their units."""
        return self.fit.covariance

    def __call__(self, x: Quantity, *, new_reading: bool = False, extrapolate: bool = False) -> Quantity:
        """Return y at x (one or a row, plain or uncertain).

        Args:
            x: where; a plain number only where the points have no unit.
            new_reading: add the scatter of one further reading, as the residuals show it.
            extrapolate: allow x outside the points.

        Raises:
            InputError: x outside the points, or no scatter known for `new_reading`.

        Source: ISO/TS 28037:2010, clause 11.2.
        """
        where = _number(asked_in(x, self.x_unit, "x"))
        note_check()
        self._inside(_unseen(where), extrapolate)
        value = self.form.evaluate(where, self.beta)
        if new_reading:
            value = value + self._scatter(np.shape(value))
        return quantity(value, self.y_unit)

    def inverse(
        self, y: Quantity, *, near: Quantity = None, new_reading: bool = False, extrapolate: bool = False
    ) -> Quantity:
        """Return the x at which the curve has the value y (one or a row, plain or uncertain).

        Args:
            y: the value; a plain number only where the points have no unit.
            near: where the curve passes y more than once, the neighbourhood that is meant.
            new_reading: y is one further reading with the scatter that the residuals show.
            extrapolate: allow x outside the points, up to the width of their range on each side.

        Raises:
            InputError: no such x in the range, or several and no `near`.
            ModelError: the curve is flat there.

        Source: ISO/TS 28037:2010, clause 11.1.
        """
        value = _number(asked_in(y, self.y_unit, "y"))
        bare = _unseen(value)
        close = None if near is None else float(_bare(asked_in(near, self.x_unit, "near")))
        note_check()
        heights = self._heights(extrapolate)
        found = np.array([heights.only_root(float(one), close) for one in np.ravel(bare)])
        _, _, slope = self.form.slopes(found, _unseen(self.beta))
        if np.any(np.abs(slope) <= FLAT * self._steepness()):
            raise ModelError("the curve is flat at the x sought: no first order", code="flat")
        root: Numbers = found.reshape(bare.shape) if bare.shape else float(found[0])
        rate: Numbers = slope.reshape(bare.shape) if bare.shape else float(slope[0])
        if new_reading:
            value = value + self._scatter(bare.shape)
        first = root + (value - self.form.evaluate(root, self.beta)) / rate
        return quantity(self._solved(first, value) if is_watched() else first, self.x_unit)

    def _solved(self, x: Numbers, y: Numbers) -> Numbers:
        """Go on from a root to first order by Newton's steps, which a model takes anew for each draw."""
        low, high = self.span
        return solved(lambda at: self.form.evaluate(at, self.beta), x, y, high - low)

    def _inside(self, where: Floats, extrapolate: bool) -> None:
        low, high = self.span
        room = 1e-9 * (high - low)
        outside = (where < low - room) | (where > high + room)
        if not np.isfinite(where).all():
            raise InputError(f"x is {where}; a curve is read at finite numbers", code="not-finite")
        if not extrapolate and np.any(outside):
            raise InputError(
                f"x = {np.ravel(where[outside])[0]:g} lies outside the points, which go from {low:g} to "
                f"{high:g} {self.x_unit}",
                way_out="Measure there, or ask for extrapolate=True and answer for it.",
                code="extrapolation",
            )

    def _steepness(self) -> float:
        low, high = self.span
        value, _, _ = self.form.slopes(np.linspace(low, high, 33), _unseen(self.beta))
        return float(np.ptp(value)) / (high - low) if high > low else 0.0

    def _scatter(self, shape: tuple[int, ...]) -> UncertainArray:
        if self.reading is None:
            raise InputError(
                "this curve was fitted with stated uncertainties: it knows no scatter of a reading",
                way_out="Give y its own u instead of new_reading.",
                code="no-scatter",
            )
        u: Numbers = np.full(shape, self.reading.deviation) if shape else self.reading.deviation
        dof = float(self.reading.dof)
        return UncertainArray.leaf(
            np.zeros(shape) if shape else 0.0,
            u,
            dof,
            shape=StudentT(dof),
            name="a further reading",
            group=self.reading.group,
        )

    def _heights(self, extrapolate: bool) -> Heights:
        low, high = self.span
        if extrapolate:
            low, high = low - (high - low), high + (high - low)
        parameters, grid = _unseen(self.beta), np.linspace(low, high, GRID)

        def at(x: Floats) -> Floats:
            with np.errstate(all="ignore"):
                return _unseen(self.form.evaluate(x, parameters))

        way_out = "Calibrate as far as it is used, or ask for extrapolate=True and answer for it."
        return Heights(at, grid, at(grid), "the curve", f"{self.x_unit}", f"{self.y_unit}", way_out)


def _number(value: Numbers) -> Numbers:
    if isinstance(value, UncertainArray):
        return value
    array = np.asarray(value, dtype=np.float64)
    return array if array.ndim else float(array)


def _unseen(value: Numbers) -> Floats:
    """Return the bare value; a model that looks at it so holds wherever its estimates lie in the range."""
    return np.asarray(value._value if isinstance(value, UncertainArray) else value, dtype=np.float64)


def _bare(value: Numbers) -> Floats:
    return np.asarray(value.value if isinstance(value, UncertainArray) else value, dtype=np.float64)
