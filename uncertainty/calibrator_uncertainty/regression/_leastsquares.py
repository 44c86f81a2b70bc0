"""The linear kernels: weighted least squares by QR with refinement, and Gauss-Markov with any covariance.

Gauss-Markov comes in two ways: by Cholesky's triangle where the covariance has one, and without any inverse.

Every other fit is a sequence of these. A kernel returns, beside the estimate, its sensitivity to the data:
that is what carries correlations through a fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Step", "clear_root", "gauss_markov", "generalised", "weighted"]

# Refining costs about 20 µs a point: always for few points, else from this condition number on.
FEW = 500
REFINE_ABOVE = 1e3
SINGULAR = 1e-14
# Least part of a point's u that is its own, where Cholesky's way is as good as the slow one
CLEAR = 1e-3


@dataclass(frozen=True, slots=True)
class Step:
    """A least-squares estimate, p parameters of n data."""

    estimate: Floats  # p
    gain: Floats  # p x n: derivative of the estimate by the data
    errors: Floats  # standardised errors of the data, of which chi-square is the sum of squares
    factor: Floats  # p x m, covariance = factor factorᵀ
    dof: int

    @property
    def chi_square(self) -> float:
        """Observed chi-square."""
        return float(self.errors @ self.errors)


def weighted(design: Floats, u: Floats, data: Floats, where: str, *, exact: bool = True) -> Step:
    """Return the weighted least-squares estimate for independent data of standard uncertainty `u` > 0.

    The solution is refined by residuals computed without rounding, for many points only where it matters.

    Raises:
        ModelError: dependent columns.

    Source: Å. Björck, BIT 7 (1967) 257 (refinement); ISO/TS 28037:2010, clause 6.
    """
    matrix = design / u[:, None]
    right = data / u
    scale = np.linalg.norm(matrix, axis=0)
    _check_columns(scale, where)
    scale = np.exp2(np.round(np.log2(scale)))  # powers of two: dividing by them rounds nothing
    scaled = matrix / scale
    q, r = np.linalg.qr(scaled)
    condition = _condition(r, where)
    inverse = _inverse(r)
    solution = inverse @ (q.T @ right)
    residual = right - scaled @ solution
    if exact and (condition > REFINE_ABOVE or data.size <= FEW):
        for _ in range(3):
            solution, residual = _refine(scaled, q, inverse, right, solution, residual)
    gain = (inverse @ q.T) / u / scale[:, None]
    return Step(solution / scale, gain, residual, inverse / scale[:, None], data.size - design.shape[1])


def clear_root(covariance: Floats) -> Floats | None:
    """Return the lower triangle whose square is the covariance, None where it is singular or nearly so."""
    spread = np.sqrt(np.diag(covariance))
    if not np.all(spread > 0.0):
        return None
    try:
        root = np.linalg.cholesky(covariance / np.outer(spread, spread))
    except np.linalg.LinAlgError:
        return None
    return None if np.min(np.diag(root)) < CLEAR else np.asarray(root * spread[:, None])


def generalised(design: Floats, noise: Floats, data: Floats, where: str) -> Step:
    """Return the best estimate for data with covariance noise·noiseᵀ, quickly where that is not singular.

    Raises:
        ModelError: as `gauss_markov`.

    Source: ISO/TS 28037:2010, clause 9 (Cholesky).
    """
    triangular = noise.shape[0] == noise.shape[1] and not np.any(np.triu(noise, 1))
    root = noise if triangular and np.all(np.diag(noise) > 0.0) else clear_root(noise @ noise.T)
    if root is None:
        return gauss_markov(design, noise, data, where)
    from scipy.linalg import solve_triangular

    white = solve_triangular(root, np.column_stack((design, data)), lower=True)
    step = weighted(white[:, :-1], np.ones(data.size), white[:, -1], where, exact=False)
    gain = solve_triangular(root, step.gain.T, lower=True, trans="T").T
    errors = step.errors
    if root is not noise:  # the least errors that leave these residuals
        errors = noise.T @ solve_triangular(root, errors, lower=True, trans="T")
    return Step(step.estimate, gain, errors, gain @ noise, step.dof)


def gauss_markov(design: Floats, noise: Floats, data: Floats, where: str) -> Step:
    """Return the best estimate for data with covariance noise·noiseᵀ, which may be singular.

    Raises:
        ModelError: dependent columns, or points declared exact which no curve of this kind meets.

    Source: C. C. Paige, SIAM J. Numer. Anal. 16 (1979) 165; ISO/TS 28037:2010, clauses 9 and 10.
    """
    width = design.shape[1]
    scale = np.linalg.norm(design, axis=0)
    _check_columns(scale, where)
    q, r = np.linalg.qr(design / scale, mode="complete")
    r = r[:width]
    _condition(r, where)
    rest = q[:, width:].T
    spread = rest @ noise
    inverse, rank = _pseudo_inverse(spread, noise)
    errors = inverse @ (rest @ data)
    left = rest @ data - spread @ errors
    if float(np.linalg.norm(left)) > 1e-9 * max(float(np.linalg.norm(data)), 1e-300):
        raise ModelError(
            "points stated without uncertainty do not lie on any curve of this kind",
            where=where,
            way_out="Give the points their uncertainty, or use a curve of a higher degree.",
            code="inconsistent",
        )
    solve = (_inverse(r) @ q[:, :width].T) / scale[:, None]
    gain = solve - (solve @ noise) @ (inverse @ rest)
    estimate = solve @ (data - noise @ errors)
    return Step(estimate, gain, errors, gain @ noise, rank)


def _pseudo_inverse(spread: Floats, noise: Floats) -> tuple[Floats, int]:
    if min(spread.shape) == 0:
        return np.zeros(spread.shape[::-1]), 0
    left, sizes, right = np.linalg.svd(spread, full_matrices=False)
    kept = sizes > SINGULAR * 100 * max(float(np.linalg.norm(noise, 2)), 1e-300)
    found: Floats = (right[kept].T / sizes[kept]) @ left[:, kept].T
    return found, int(kept.sum())


def _check_columns(scale: Floats, where: str) -> None:
    if not np.isfinite(scale).all() or np.any(scale == 0.0):
        raise ModelError(
            "a parameter has no influence, or an infinite one, on any of the points",
            where=where,
            way_out="Leave the parameter out, or measure where it matters.",
            code="no-influence",
        )


def _condition(r: Floats, where: str) -> float:
    sizes = np.linalg.svd(r, compute_uv=False)
    if sizes[-1] <= SINGULAR * sizes[0]:
        condition = sizes[0] / max(float(sizes[-1]), 1e-300)
        raise ModelError(
            f"the parameters cannot be told apart by these points (condition {condition:.1g})",
            where=where,
            way_out="Use fewer parameters, or points at other places.",
            code="singular",
        )
    return float(sizes[0] / sizes[-1])


def _inverse(r: Floats) -> Floats:
    """Invert an upper triangle by back substitution; it is small."""
    size = r.shape[0]
    inverse = np.eye(size)
    for row in range(size - 1, -1, -1):
        inverse[row] = (inverse[row] - r[row, row + 1 :] @ inverse[row + 1 :]) / r[row, row]
    return inverse


def _refine(  # noqa: PLR0917
    matrix: Floats, q: Floats, inverse: Floats, right: Floats, solution: Floats, residual: Floats
) -> tuple[Floats, Floats]:
    """Improve solution and residual together, by what they leave of residual + A·solution = right."""
    missing = exact_rows(np.column_stack((matrix, -right, residual)), np.append(solution, (1.0, 1.0)))
    skew = exact_rows(matrix.T, residual)
    inner = q.T @ missing
    across = inverse.T @ skew
    step = inverse @ (inner - across)
    return solution - step, residual - (missing - q @ inner) - q @ across


def exact_rows(matrix: Floats, vector: Floats) -> Floats:
    """Return matrix @ vector with products and sums free of rounding until the last."""
    product = matrix * vector
    high, low = _halves(matrix)
    top, bottom = _halves(np.broadcast_to(vector, matrix.shape))
    rest = ((high * top - product) + high * bottom + low * top) + low * bottom
    return np.array([math.fsum((*p, *e)) for p, e in zip(product.tolist(), rest.tolist(), strict=True)])


def _halves(numbers: Floats) -> tuple[Floats, Floats]:
    """Split doubles into two halves whose products are exact (T. J. Dekker, Numer. Math. 18 (1971) 224)."""
    wide = 134217729.0 * numbers
    high: Floats = wide - (wide - numbers)
    return high, numbers - high
