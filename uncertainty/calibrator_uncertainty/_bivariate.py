"""The uncertainty of a complex number: a 2 x 2 matrix, Willink-Hall dof, and the ellipse."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import numbers, one_number
from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._doors import FIGURES, NUMBER, asks
from calibrator_uncertainty._draws import SharedDraws
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._of_quantity import budget_of
from calibrator_uncertainty._quantity import correlated, covariance_in
from calibrator_uncertainty._regions import Examination, RegionVerdict, correlation_of
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_in, figures_in, parse_unit, quantity
from calibrator_uncertainty._unseen import refuse_unseen

__all__ = ["ComplexUncertainty", "complex_uncertainty", "uncertain_complex"]

_NOTHING = "JCGM 102, clause 8: not examined: it came without the number that it is of"


def uncertain_complex(
    name: str,
    estimate: complex,
    u: Any,  # noqa: ANN401 - a number, a pair, or a 2 x 2 matrix
    unit: str,
    *,
    dof: float = math.inf,
    source: str = "",
    together: bool = True,
) -> Quantity:
    """Return a complex quantity; `u` is one number for both parts, a pair, or their 2 x 2 covariance matrix.

    Args:
        name: of the quantity.
        estimate: in `unit`.
        u: in `unit`; a matrix in its square.
        unit: of both parts.
        dof: degrees of freedom of each part.
        source: where it comes from.
        together: both parts were estimated from the same readings and are one term of the effective degrees
            of freedom; False where they were estimated independently, as GTC's `ucomplex` takes them.

    Raises:
        InputError: an estimate that is not finite, a matrix that cannot be, or independent parts that are
            correlated.
    """
    figure = figures_in(estimate, unit, name)
    if isinstance(figure, list | tuple) or np.ndim(figure):
        raise InputError(
            f"{name} is {estimate!r}, which is no single number",
            way_out="Readings of the parts are taken by simultaneous(), arrays made with complex_array().",
            code="number",
        )
    if not isinstance(figure, complex | np.complexfloating):
        figure = one_number(figure, name)
    estimate = complex(figure)
    if not cmath.isfinite(estimate):
        raise InputError(f"the estimate of {name} is {estimate}; it must be finite", code="not-finite")
    given = _spread_in(u, unit, name)
    matrix = given if given.ndim == 2 else np.diag(np.broadcast_to(given, (2,)) ** 2)
    names = [f"{name} real", f"{name} imag"]
    if not together and matrix.shape == (2, 2) and matrix[0, 1] != 0.0:
        raise InputError(f"the parts of {name} are correlated, and so not independent", code="correlation")
    if not together:
        own = [
            correlated([part], [figure], matrix[[i]][:, [i]], [""], dof=dof, source=source)[0]
            for i, (part, figure) in enumerate(zip(names, (estimate.real, estimate.imag), strict=True))
        ]
        return quantity(UncertainComplex(own[0]._magnitude, own[1]._magnitude), parse_unit(unit, name))
    parts = correlated(names, [estimate.real, estimate.imag], matrix, ["", ""], dof=dof, source=source)
    return quantity(UncertainComplex(parts[0]._magnitude, parts[1]._magnitude), parse_unit(unit, name))


def _spread_in(u: Any, unit: str, name: str) -> np.ndarray:  # noqa: ANN401 - number, pair or matrix
    """Return u, or a covariance matrix in the square of the unit, as plain figures."""
    FIGURES(u, f"u of {name}")
    bare = getattr(u, "_magnitude", u)
    nested = isinstance(bare[0], list | tuple) if isinstance(bare, list | tuple) else np.ndim(bare) == 2
    if nested:
        return covariance_in(u, [unit, unit], name)
    spreads = numbers(difference_in(u, unit, name), f"u of {name}")
    if not (np.isfinite(spreads).all() and (spreads >= 0.0).all()):
        raise InputError(f"u of {name} is {u}; it is finite and never negative", code="negative-u")
    return spreads


@dataclass(frozen=True, slots=True, eq=False)
class ComplexUncertainty:
    """Covariance matrix of (real, imaginary), effective dof, and k of the ellipse of 95 %.

    `verdict` and `clause8_text` say whether the first order may be used for it; `str()` tells it too.
    """

    matrix: np.ndarray
    dof: float
    k: float
    probability: float
    origin: Examination | None = field(default=None, repr=False)

    @property
    def verdict(self) -> RegionVerdict | None:
        """Whether first order may be used for the ellipse (JCGM 102:2011, clause 8), or None."""
        return None if self.origin is None else self.origin.found()[0]

    @property
    def clause8_text(self) -> str:
        """The verdict in a line, or why there is none."""
        return _NOTHING if self.origin is None else self.origin.text()

    def __str__(self) -> str:
        real, imag = np.sqrt(np.diag(self.matrix))
        r = correlation_of(self.matrix)[0, 1]
        return (
            f"u = {real:.3g} (real), {imag:.3g} (imaginary), r = {r:.3f}, dof = {self.dof:.3g}, "
            f"k = {self.k:.3f} (p = {self.probability:g}); {self.clause8_text}"
        )


@dataclass(frozen=True, slots=True)
class _Both:
    """Draws both parts of a complex number, what they have in common once."""

    value: UncertainComplex

    def __call__(self, rng: np.random.Generator, draws: int) -> np.ndarray:
        """Return real parts and imaginary parts.

        Raises:
            NotSupportedError: what is known of the number in part only.
        """
        parts = (self.value.real, self.value.imag)
        budgets = {
            row: budget_of(part)._whole()
            for row, part in enumerate(parts)
            if isinstance(part, UncertainArray)
        }
        refuse_unseen(list(budgets.values()))
        shared = SharedDraws(list(budgets.values()), [draws] * len(budgets), rng)
        return np.array(
            [
                shared.result(budgets[row], draws) if row in budgets else np.full(draws, float(part))
                for row, part in enumerate(parts)
            ]
        )


@asks(probability=NUMBER)
def complex_uncertainty(value: Any, *, probability: float = 0.95) -> ComplexUncertainty:  # noqa: ANN401
    """Return covariance matrix, Willink-Hall effective dof and bivariate coverage factor of a complex value.

    The region is the ellipse (z - ẑ)ᵀ V⁻¹ (z - ẑ) ≤ k², k² = 2ν/(ν-1)·F(2, ν-1). Correlated parts that were
    estimated together count as one term. With ν ≤ 1 there is no finite region and k is infinite.

    Raises:
        NotSupportedError: a value that is not complex.
        ModelError: every first derivative is zero, where the first order says nothing.

    Source: R. Willink, B. D. Hall, Metrologia 39 (2002) 361; JCGM 102:2011, 6.5.2.
    """
    magnitude = getattr(value, "_magnitude", value)
    if not isinstance(magnitude, UncertainComplex):
        raise NotSupportedError(f"{value!r} is not an uncertain complex number", code="plain")
    if magnitude.shape:
        raise NotSupportedError("a covariance matrix is that of one number", way_out="Take an element: z[0].")
    terms = _terms(magnitude)
    total = sum((matrix for matrix, _ in terms), np.zeros((2, 2)))
    if not total.any():
        for part in (magnitude.real, magnitude.imag):
            if isinstance(part, UncertainArray):
                refuse_where_flat(part, restored=False)
    dof = _willink_hall(terms, total)
    k = _bivariate_factor(dof, probability)
    centre = np.array([np.real(magnitude.value), np.imag(magnitude.value)])
    examination = Examination(_Both(magnitude), (("real", "imaginary"), centre, total, k, probability))
    return ComplexUncertainty(total, dof, k, probability, examination)


def _terms(value: UncertainComplex) -> list[tuple[np.ndarray, float]]:
    """Return each independent term's covariance matrix and dof."""
    slopes: dict[int, list[Any]] = {}
    for row, part in enumerate((value.real, value.imag)):
        if not isinstance(part, UncertainArray):
            continue
        for leaf, slope in by_leaf(part):
            if leaf._leaf is not None:
                dense = slope.toarray().ravel() if hasattr(slope, "toarray") else np.ravel(slope)
                entry = slopes.setdefault(leaf._leaf.number, [leaf, np.zeros((2, leaf.size))])
                entry[1][row] += dense
    groups: dict[Any, list[Any]] = {}
    for leaf, pair in slopes.values():
        parts = pair * np.ravel(np.broadcast_to(leaf._leaf.u, leaf.shape))
        columns = [parts] if leaf._leaf.group else [parts[:, [i]] for i in range(parts.shape[1])]
        for number, column in enumerate(columns):
            key = leaf._leaf.group or (leaf._leaf.number, number)
            known = groups.setdefault(key, [np.zeros((2, 2)), leaf._leaf.dof])
            known[0] = known[0] + column @ column.T
            known[1] = min(known[1], leaf._leaf.dof)
    return [(matrix, dof) for matrix, dof in groups.values()]


def _willink_hall(terms: list[tuple[np.ndarray, float]], total: np.ndarray) -> float:
    """Match the total variance of the elements of the estimated covariance matrix (Willink & Hall)."""
    weight = math.fsum(_spread(matrix) / dof for matrix, dof in terms if math.isfinite(dof))
    return _spread(total) / weight if weight > 0.0 else math.inf


def _spread(matrix: np.ndarray) -> float:
    v11, v22, v12 = float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 1])
    return 2.0 * v11 * v11 + v11 * v22 + v12 * v12 + 2.0 * v22 * v22


def _bivariate_factor(dof: float, probability: float) -> float:
    from scipy.special import chdtri, fdtri

    if not 0.0 < probability < 1.0:
        raise InputError(
            f"a coverage probability is {probability}; it lies between 0 and 1", code="probability"
        )
    if math.isinf(dof):
        return math.sqrt(float(chdtri(2.0, 1.0 - probability)))
    if dof <= 1.0:
        return math.inf
    return math.sqrt(2.0 * dof / (dof - 1.0) * float(fdtri(2.0, dof - 1.0, probability)))
