"""Forms of a curve: what y is as a function of x and of the parameters that are fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import ModelError, UnitsError
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import magnitude_in, quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Columns", "Form", "Model", "Polynomial"]


class Form(Protocol):
    """A family of curves with p fitted numbers."""

    @property
    def linear(self) -> bool:
        """Whether y is linear in the fitted numbers."""
        ...

    def evaluate(self, x: Numbers, beta: Numbers) -> Numbers:
        """Return y at x, plain or uncertain."""
        ...

    def slopes(self, x: Floats, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return y (n), its derivatives by the fitted numbers (n x p) and by x (n)."""
        ...


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial as a Chebyshev series in (x - centre)/half, which keeps its digits at any degree."""

    degree: int
    centre: float
    half: float

    @property
    def linear(self) -> bool:
        """True: y is linear in the coefficients."""
        return True

    @classmethod
    def over(cls, x: Floats, degree: int) -> Polynomial:
        """Return the form for points at x, with a centre and width of few bits so that scaling is exact."""
        low, high = float(x.min()), float(x.max())
        half = float(np.exp2(np.ceil(np.log2((high - low) / 2.0)))) if high > low else 1.0
        return cls(degree, float(np.round((low + high) / 2.0 / half * 16.0) * half / 16.0), half)

    def design(self, x: Floats) -> Floats:
        """Return the Chebyshev polynomials at x, one column each."""
        inner = (x - self.centre) / self.half
        return np.asarray(np.polynomial.chebyshev.chebvander(inner, self.degree), dtype=np.float64)

    def evaluate(self, x: Numbers, beta: Numbers) -> Numbers:
        """Return y at x by Clenshaw's recurrence, plain or uncertain."""
        t = (x - self.centre) / self.half
        if self.degree == 0:
            return beta[0] + 0.0 * t
        second: Numbers = 0.0
        first: Numbers = beta[self.degree]
        for place in range(self.degree - 1, 0, -1):
            first, second = beta[place] + 2.0 * t * first - second, first
        return beta[0] + t * first - second

    def slopes(self, x: Floats, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return y, its derivatives by the coefficients and by x."""
        design = self.design(x)
        series = np.polynomial.chebyshev.Chebyshev(beta)
        inner = (x - self.centre) / self.half
        return design @ beta, design, np.asarray(series.deriv()(inner)) / self.half

    def to_powers(self, origin: float) -> list[list[Fraction]]:
        """Return the exact matrix that turns the series into powers of (x - origin), lowest first."""
        shift = (Fraction(origin) - Fraction(self.centre)) / Fraction(self.half)
        scale = 1 / Fraction(self.half)
        size = self.degree + 1
        rows = [[Fraction(0)] * size for _ in range(size)]
        before, now = [Fraction(1)], [shift, scale]  # T0 and T1 as powers of (x - origin)
        for place in range(size):
            for power, figure in enumerate(before):
                rows[power][place] = figure
            following = [2 * shift * figure for figure in now] + [Fraction(0)]
            for power, figure in enumerate(now):
                following[power + 1] += 2 * scale * figure
            for power, figure in enumerate(before):
                following[power] -= figure
            before, now = now, following
        return rows


@dataclass(frozen=True, slots=True)
class Model:
    """A curve by a function of x and the parameters, as the metrologist wrote it, with units."""

    function: Callable[..., Quantity]
    x_unit: Quantity
    y_unit: Quantity
    units: tuple[Quantity, ...]
    names: tuple[str, ...]

    @property
    def linear(self) -> bool:
        """False: it is solved by iteration, whatever it is."""
        return False

    def evaluate(self, x: Numbers, beta: Numbers) -> Numbers:
        """Return y at x in its unit, plain or uncertain.

        Raises:
            UnitsError: the model's result has another dimension.
        """
        return self._call(x, [beta[place] for place in range(len(self.units))])

    def slopes(self, x: Floats, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return y, its derivatives by the parameters and by x, from the tape.

        Raises:
            ModelError: the model does not use x, or gives another number of values.
        """
        argument = UncertainArray.leaf(x, 0.0, name="x")
        leaves = [
            UncertainArray.leaf(float(value), 0.0, name=name)
            for name, value in zip(self.names, beta, strict=True)
        ]
        with np.errstate(all="ignore"):
            result = self._call(argument, leaves)
            if not isinstance(result, UncertainArray) or result.shape != x.shape:
                given: Numbers = getattr(result, "value", result)
                raise ModelError(
                    f"the model gives values of shape {np.shape(given)} for {x.size} points",
                    way_out="Write it as a function of x and the parameters with numpy's functions.",
                    code="shape",
                )
            found = {id(leaf): slope for leaf, slope in by_leaf(result)}
        columns = [self._column(found.get(id(leaf), 0.0), x.size) for leaf in leaves]
        return (
            np.asarray(result._value),  # its own leaves: nothing that a model is traced by
            np.column_stack(columns),
            self._column(found.get(id(argument), 0.0), x.size),
        )

    @staticmethod
    def _column(slope: Numbers, count: int) -> Floats:
        if hasattr(slope, "todense"):
            dense = np.asarray(slope.todense())
            slope = dense[:, 0] if dense.shape[1] == 1 else np.diagonal(dense)
        return np.broadcast_to(np.asarray(slope, dtype=np.float64), (count,))

    def _call(self, x: Numbers, parameters: Sequence[Numbers]) -> Numbers:
        if self._plain():
            return self.function(x, *parameters)
        given = [quantity(value, unit) for value, unit in zip(parameters, self.units, strict=True)]
        import pint

        try:
            result = self.function(quantity(x, self.x_unit), *given)
        except pint.errors.DimensionalityError as problem:
            raise UnitsError(
                f"the model's units do not fit: {problem}",
                way_out="Give x and each start value the unit that the model needs.",
                code="dimension",
            ) from problem
        return magnitude_in(result, f"{self.y_unit}", "the curve's model")

    def _plain(self) -> bool:
        return all(
            unit.dimensionless and unit == unit._REGISTRY.Unit("")
            for unit in (self.x_unit, self.y_unit, *self.units)
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """A sum of exact columns; x is the number of the row."""

    design: Floats

    @property
    def linear(self) -> bool:
        """True: y is linear in the parameters."""
        return True

    def evaluate(self, x: Numbers, beta: Numbers) -> Numbers:
        """Return y at rows x."""
        return self.design[np.asarray(x, dtype=np.intp)] @ beta

    def slopes(self, x: Floats, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return y, the columns, and no slope."""
        return self.design @ beta, self.design, np.zeros(x.size)
