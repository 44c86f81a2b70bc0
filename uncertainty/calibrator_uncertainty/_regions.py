"""Whether a coverage region of the first order may be used: its ends against those of draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import UncertaintyError
from calibrator_uncertainty._rounding import leading_place
from calibrator_uncertainty._types import Numbers

__all__ = ["Examination", "RegionVerdict", "correlation_of"]

Draw: TypeAlias = "Callable[[np.random.Generator, int], np.ndarray]"

_SEED = 101  # the same region gets the same verdict, in any process
_DRAWS = 100_000
_NDIG = 1


@dataclass(frozen=True, slots=True)
class RegionVerdict:
    """Whether the ellipse of the first order is that of Monte Carlo, to `ndig` digit(s) of each u.

    `apart` is how far the ends y ± k·u of each result lie from the drawn ones, `delta` how far they may;
    `eigenvalue_apart` is the difference of the largest eigenvalue of the correlation matrix, which may be
    `eigenvalue_delta`. `inside` is the part of the draws within the ellipse that was stated. k and u are
    judged together, as JCGM 101, 8.1 judges ends: draws of few degrees of freedom have a larger u and a
    smaller k.

    Source: JCGM 102:2011, clause 8 (memory).
    """

    ok: bool
    names: tuple[str, ...]
    apart: tuple[float, ...]
    delta: tuple[float, ...]
    eigenvalue_apart: float
    eigenvalue_delta: float
    inside: float
    probability: float
    draws: int
    ndig: int


class Examination:
    """The verdict on one region, drawn when it is first asked; a pickle holds the verdict, not the model."""

    __slots__ = ("_draw", "_found", "_known")

    def __init__(
        self, draw: Draw | None, known: tuple[Any, ...], found: tuple[RegionVerdict | None, str] | None = None
    ) -> None:
        """Keep how results are drawn, and (names, estimates, covariance, k, probability) of the region."""
        self._draw = draw
        self._known = known
        self._found = found

    def found(self) -> tuple[RegionVerdict | None, str]:
        """Return the verdict, or None and why there is none."""
        if self._found is None:
            self._found = self._examine()
        return self._found

    def text(self) -> str:
        """Return the verdict in a line."""
        verdict, why = self.found()
        if verdict is None:
            return f"JCGM 102, clause 8: not examined: {why}"
        apart = ", ".join(
            f"{name} {one:.2g} (at most {most:.2g})"
            for name, one, most in zip(verdict.names, verdict.apart, verdict.delta, strict=True)
        )
        said = "is" if verdict.ok else "is NOT"
        return (
            f"JCGM 102, clause 8: first order {said} validated to {verdict.ndig} digit(s): the ends of the "
            f"ellipse differ from Monte Carlo by {apart}; it holds {100 * verdict.inside:.1f} % of the draws"
        )

    def _examine(self) -> tuple[RegionVerdict | None, str]:
        if self._draw is None:
            return None, "drawn by Monte Carlo itself, there is no first order"
        rng = np.random.Generator(np.random.SFC64(_SEED))
        try:
            table = self._draw(rng, _DRAWS)
        except UncertaintyError as problem:
            return None, problem.what.rstrip(".")
        return _compare(table, *self._known), ""

    def __reduce__(self) -> tuple[Any, ...]:
        return Examination, (None, (), self.found())


def _compare(  # noqa: PLR0917 - what makes a region
    table: np.ndarray, names: Sequence[str], estimates: np.ndarray, covariance: np.ndarray, k: float, p: float
) -> RegionVerdict:
    u = np.sqrt(np.diag(covariance))
    mean, drawn = table.mean(axis=1), np.atleast_2d(np.cov(table))
    widest = np.sqrt(np.quantile(_distances(table, mean, drawn), p)) * np.sqrt(np.diag(drawn))
    stated = np.where(u > 0.0, k * u, 0.0)  # k may be infinite
    apart = np.maximum(np.abs(estimates + stated - mean - widest), np.abs(estimates - stated - mean + widest))
    delta = np.array([0.5 * 10.0 ** leading_place(float(one), _NDIG) if one > 0.0 else 0.0 for one in u])
    rounding = 1e-12 * (np.abs(estimates) + widest)
    eigenvalue = abs(_largest(covariance) - _largest(drawn))
    most = 0.5 * 10.0 ** leading_place(_largest(covariance), _NDIG)
    inside = float(np.mean(_distances(table, estimates, covariance) <= k * k)) if math.isfinite(k) else 1.0
    return RegionVerdict(
        ok=bool(np.all(apart <= delta + rounding)) and eigenvalue <= most,
        names=tuple(names),
        apart=tuple(apart.tolist()),
        delta=tuple(delta.tolist()),
        eigenvalue_apart=eigenvalue,
        eigenvalue_delta=most,
        inside=inside,
        probability=p,
        draws=table.shape[1],
        ndig=_NDIG,
    )


def _distances(table: np.ndarray, centre: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return (y - ŷ)ᵀ V⁻¹ (y - ŷ) of each draw, in units of each u so that nothing vanishes."""
    u = np.sqrt(np.diag(covariance))
    safe = np.where(u > 0.0, u, 1.0)
    inverse = np.linalg.pinv(covariance / np.outer(safe, safe), rcond=1e-10, hermitian=True)
    centred = (table - centre[:, None]) / safe[:, None]
    found: np.ndarray = np.einsum("ip,ip->p", centred, inverse @ centred)
    return found


def correlation_of(covariance: np.ndarray) -> np.ndarray:
    """Return a correlation matrix; 0 beside a result without uncertainty, 1 on the diagonal."""
    u = np.sqrt(np.diag(covariance))
    spread = np.outer(u, u)
    found: Numbers = np.where(spread > 0.0, covariance / np.where(spread > 0.0, spread, 1.0), 0.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _largest(covariance: np.ndarray) -> float:
    return float(np.linalg.eigvalsh(correlation_of(covariance))[-1])
