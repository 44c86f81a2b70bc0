"""Correlated inputs of any distribution drawn together: a Gaussian copula with the correlations told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibrator_uncertainty._combine import joint_factor
from calibrator_uncertainty._drawn import drawn_shape
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import Constant, Normal, Rectangular, Shape, StudentT, quantile

if TYPE_CHECKING:
    from calibrator_uncertainty._combine import Block
    from calibrator_uncertainty._inputs import Input

__all__ = ["Joint", "copula_note", "joint_of", "mixed_names"]

Floats = NDArray[np.float64]

_FARTHEST = 8.0  # standard deviations: beyond lies 1e-15
_FINE, _COARSE = 4001, 321
_LEAST_DOF = 2.0  # of t: below there is no standard deviation to be correlated


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """How a correlated block is drawn: normal deviates through `factor`, then each into its own shape.

    `dof` is that of the one χ² of a joint t; `shapes` is empty where the deviates stay as they are.
    """

    factor: Floats
    dof: float
    shapes: tuple[Shape, ...] = ()

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates of each input of the block, a row for each."""
        deviates = self.of_normals(rng.standard_normal((self.factor.shape[1], count)))
        if math.isfinite(self.dof):
            deviates *= np.sqrt(self.dof / rng.chisquare(self.dof, count))
        return deviates

    def of_normals(self, normals: Floats) -> Floats:
        """Return the deviates that independent normal ones become."""
        from scipy.special import ndtr

        mixed: Floats = self.factor @ normals[: self.factor.shape[1]]
        for row, shape in zip(mixed, self.shapes, strict=False):
            if not isinstance(shape, Normal):
                # just inside 0 and 1, where a t would be infinite
                row[:] = quantile(shape, np.clip(ndtr(row), 1e-300, 1.0 - 1e-16))
        return mixed


def joint_of(block: Block, inputs: Sequence[Input], where: str) -> Joint:
    """Return how a block of inputs with given correlations is drawn.

    Normal inputs are jointly normal, t ones jointly t. Where any has another distribution, each keeps its
    own, and a Gaussian copula joins them whose correlations are such that the draws have those told.

    Raises:
        InputError: a cause that is shared besides, an input whose distribution has no quantiles or no
            standard deviation, correlations that no such distributions can have.

    Source: JCGM 101:2008, 6.4.8; JCGM 102:2011, 5.3.2; M. C. Cario, B. L. Nelson, Modeling and generating
        random vectors with arbitrary marginal distributions (1997); R. B. Nelsen, An introduction to copulas.
    """
    ours = [inputs[place] for place in block.places]
    if any(one.shared for one in ours) or not _mixed(ours):
        return Joint(*joint_factor(block, inputs, where))
    from calibrator_uncertainty._quantity import factor_of

    shapes = tuple(_drawn(one, where) for one in ours)
    names = ", ".join(one.name for one in ours)
    matrix = np.eye(len(ours))
    for one in range(len(ours)):
        for other in range(one):
            told = float(block.matrix[one, other])
            pair = f"{ours[other].name} and {ours[one].name}"
            found = _normal_correlation(shapes[other], shapes[one], told, pair, where)
            matrix[one, other] = matrix[other, one] = found
    if float(np.linalg.eigvalsh(matrix)[0]) < -1e-8:
        raise InputError(
            f"{names} cannot have these correlations with their distributions",
            where=where,
            way_out="Bring the correlations nearer to zero, or state the common cause as shared.",
            code="correlated-shape",
        )
    return Joint(factor_of(matrix, names), math.inf, shapes)


def _mixed(inputs: Sequence[Input]) -> bool:
    return any(not isinstance(one.distribution, Normal | StudentT) for one in inputs)


def copula_note(blocks: Sequence[Block], inputs: Sequence[Input]) -> str:
    """Return which inputs a copula joins, as their correlations do not tell; nothing where none does."""
    joined = mixed_names(blocks, inputs)
    told = (f"{names} are joined by a Gaussian copula, which nobody told" for names in joined)
    return "; ".join(told)


def mixed_names(blocks: Sequence[Block], inputs: Sequence[Input]) -> list[str]:
    """Return the names of the inputs of each correlated block that is neither normal, t nor one error."""
    groups = []
    for block in blocks:
        ours = [inputs[place] for place in block.places]
        if block.explicit and block.one is None and _mixed(ours):
            groups.append(", ".join(one.name for one in ours))
    return groups


def _drawn(one: Input, where: str) -> Shape:
    """Return the shape that a correlated input is drawn in."""
    shape = drawn_shape(one.distribution, one.dof)
    few = isinstance(shape, StudentT) and shape.dof <= _LEAST_DOF
    way_out = "State the common cause as shared, or model it as an input of its own."
    if isinstance(shape, Constant) or few:
        raise InputError(
            f"{one.name} is {shape.name} without a standard deviation, and nothing is correlated with it",
            where=where,
            way_out=way_out,
            code="correlated-shape",
        )
    try:
        quantile(shape, np.array([0.25, 0.75]))
    except InputError as problem:
        raise InputError(
            f"{one.name} is {shape.name}, which has no quantiles, and cannot be drawn as correlated",
            where=where,
            way_out=way_out,
            code="correlated-shape",
        ) from problem
    return shape


def _normal_correlation(one: Shape, other: Shape, r: float, pair: str, where: str) -> float:
    """Return the correlation of two normal deviates whose values in these shapes have correlation `r`.

    Of two rectangles it is 2·sin(π·r/6); else it is found by quadrature over the two deviates.

    Raises:
        InputError: no correlation of the deviates gives `r`.
    """
    if isinstance(one, Rectangular) and isinstance(other, Rectangular):
        return 2.0 * math.sin(math.pi * r / 6.0)
    if r == 0.0:
        return 0.0
    from scipy.optimize import brentq

    first, second = _on_grid(one), _on_grid(other)
    end = math.copysign(1.0, r)
    farthest = _correlation(first, second, end)
    if abs(r) >= abs(farthest):
        if abs(r) - abs(farthest) < 1e-6:
            return end
        raise InputError(
            f"{pair} cannot have a correlation of {r:g}: {one.name} and {other.name} reach {farthest:.3g}",
            where=where,
            way_out="Give a smaller one, or state the common cause as shared.",
            code="correlated-shape",
        )
    return float(brentq(lambda rho: _correlation(first, second, rho) - r, 0.0, end, xtol=1e-9))


@cache
def _grid(count: int) -> tuple[Floats, Floats]:
    """Return normal deviates at even distances, and their weights."""
    at = np.linspace(-_FARTHEST, _FARTHEST, count)
    weights = np.exp(-0.5 * at * at)
    return at, weights / weights.sum()


def _on_grid(shape: Shape) -> Floats:
    """Return a shape's deviates over the normal ones, with mean 0 and standard deviation 1."""
    from scipy.special import ndtr

    at, weights = _grid(_FINE)
    values = quantile(shape, ndtr(at))
    values = values - weights @ values
    return np.asarray(values / math.sqrt(weights @ (values * values)), dtype=np.float64)


def _correlation(first: Floats, second: Floats, rho: float) -> float:
    """Return the correlation of two shapes' values whose normal deviates have correlation `rho`."""
    fine, weights = _grid(_FINE)
    if abs(rho) == 1.0:
        return float(weights @ (first * (second if rho > 0.0 else second[::-1])))
    at, share = _grid(_COARSE)
    one = np.interp(at, fine, first)
    places = rho * at[:, None] + math.sqrt(1.0 - rho * rho) * at[None, :]
    means = np.interp(places, fine, second) @ share
    return float(share @ (one * means))
