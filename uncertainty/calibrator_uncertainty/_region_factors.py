"""Coverage factors of joint regions to first order, of ellipses and rectangles."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

__all__ = ["effective_joint_dof", "ellipse_factor", "rank_of", "rectangle_factor"]

_SINGULAR = 1e-9


def _scaled(covariance: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return a covariance matrix in units of each u, so that nothing vanishes."""
    safe = np.where(u > 0.0, u, 1.0)
    scaled: np.ndarray = covariance / np.outer(safe, safe)
    return scaled


def rank_of(covariance: np.ndarray) -> int:
    """Return how many dimensions the results have: fewer where some follow from the others."""
    scaled = _scaled(covariance, np.sqrt(np.diag(covariance)))
    return max(1, int(np.linalg.matrix_rank(scaled, tol=_SINGULAR, hermitian=True)))


def effective_joint_dof(terms: Sequence[tuple[np.ndarray, float]], covariance: np.ndarray) -> float:
    """Return the degrees of freedom of a covariance matrix that is a sum of estimated ones.

    The total variance of its elements is matched, each result in units of its u; for one result that is
    Welch-Satterthwaite.

    Source: R. Willink, B. D. Hall, Metrologia 39 (2002) 361, of two results; for more by the same argument.
    """
    u = np.sqrt(np.diag(covariance))
    weight = math.fsum(_spread(_scaled(matrix, u)) / dof for matrix, dof in terms if math.isfinite(dof))
    return _spread(_scaled(covariance, u)) / weight if weight > 0.0 else math.inf


def _spread(matrix: np.ndarray) -> float:
    """Return the summed variances of the elements of an estimated covariance matrix, times its dof."""
    variances = np.diag(matrix)
    squares = np.outer(variances, variances) + matrix * matrix
    return float(squares[np.triu_indices(len(matrix))].sum())


def ellipse_factor(dimensions: int, dof: float, probability: float) -> float:
    """Return k of the ellipsoid: of χ², with finite `dof` of Hotelling's T², infinite for too few.

    Source: JCGM 102:2011, 6.5.2; H. Hotelling, Ann. Math. Stat. 2 (1931) 360.
    """
    from scipy.special import chdtri, fdtri

    if math.isinf(dof):
        return math.sqrt(float(chdtri(float(dimensions), 1.0 - probability)))
    left = dof - dimensions + 1.0
    if left <= 0.0:
        return math.inf
    return math.sqrt(dimensions * dof / left * float(fdtri(float(dimensions), left, probability)))


def rectangle_factor(covariance: np.ndarray, dof: float, probability: float) -> float:
    """Return k of the rectangle: exact of two normal results, else Šidák's, which is never too small.

    With finite `dof` it is the t of the probability that each side has alone.

    Source: JCGM 102:2011, 6.5.4; Z. Šidák, J. Am. Stat. Assoc. 62 (1967) 626; D. B. Owen, Ann. Math. Stat.
        27 (1956) 1075 for two results.
    """
    from scipy.special import ndtr, ndtri, stdtrit

    u = np.sqrt(np.diag(covariance))
    places = np.flatnonzero(u > 0.0)
    matrix = _scaled(covariance, u)[np.ix_(places, places)]
    count = 1 if places.size == 0 or rank_of(matrix) == 1 else places.size  # one error moves all alike
    k = float(ndtri((1.0 + probability ** (1.0 / count)) / 2.0))
    if count == 2:
        k = _of_two(float(np.clip(matrix[0, 1], -1.0, 1.0)), probability, k)
    if math.isinf(dof):
        return k
    return float(stdtrit(dof, float(ndtr(k))))


def _of_two(r: float, probability: float, most: float) -> float:
    """Return k with |z₁| ≤ k and |z₂| ≤ k at `probability`, of two normal deviates of correlation `r`."""
    from scipy.optimize import brentq
    from scipy.special import ndtri, owens_t

    if abs(r) < _SINGULAR:
        return most
    slope = math.sqrt((1.0 - r) / (1.0 + r))

    def missing(k: float) -> float:
        outside = 4.0 * float(owens_t(k, slope) + owens_t(k, 1.0 / slope))
        return 1.0 - outside - probability

    return float(brentq(missing, float(ndtri((1.0 + probability) / 2.0)) - 1e-9, most + 1e-9, xtol=1e-13))
