"""Parameters and true x together, by Levenberg-Marquardt: for points far from any curve of the kind.

Gauss-Newton with the true x eliminated settles in a few rounds where residuals are of the size of u. Where
they are much larger it may circle; this always goes downhill, at the price of n + p unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty.regression._noise import Independent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibrator_uncertainty.regression._forms import Form
    from calibrator_uncertainty.regression._noise import Noise

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["downhill"]

MOST = 500
EXACT = 1e-14  # of the mean variance: stands for u = 0 while searching


@dataclass(frozen=True, slots=True)
class _Problem:
    """2n equations in n + p unknowns: the parameters, then the true x."""

    form: Form
    data: Floats  # x, then y
    white: Floats
    width: int

    def misfit(self, unknown: Floats) -> Floats:
        """Return the standardised errors."""
        true = unknown[self.width :]
        try:
            value = self.form.slopes(true, unknown[: self.width])[0]
        except ModelError:  # out of the model's domain on the way: the search turns back
            return np.full(self.data.size, 1e150)
        found: Floats = self.white @ (np.concatenate((true, value)) - self.data)
        return np.where(np.isfinite(found), found, 1e150)

    def jacobian(self, unknown: Floats) -> Floats:
        """Return their derivatives."""
        _, design, slope = self.form.slopes(unknown[self.width :], unknown[: self.width])
        count = slope.size
        full = np.zeros((2 * count, self.width + count))
        full[:count, self.width :] = np.eye(count)
        full[count:, : self.width] = design
        full[count:, self.width :] = np.diag(slope)
        found: Floats = self.white @ full
        return np.where(np.isfinite(found), found, 0.0)


def downhill(form: Form, x: Floats, y: Floats, noise: Noise, start: Floats) -> tuple[Floats, Floats]:
    """Return the parameters and the true x.

    Raises:
        ModelError: more points than this is made for, or no convergence.
    """
    from scipy.optimize import least_squares

    if x.size > MOST:
        raise ModelError(
            f"the fit of {x.size} points has not settled",
            way_out="Give start values nearer to the answer, or try fit_curve with engine='odrpack'.",
            code="not-converged",
        )
    problem = _Problem(form, np.concatenate((x, y)), _whitening(noise), start.size)
    found = least_squares(
        problem.misfit,
        np.concatenate((start, x)),
        jac=problem.jacobian,
        method="lm",
        x_scale="jac",
        ftol=1e-15,
        xtol=1e-15,
        gtol=1e-15,
    )
    if found.status <= 0:
        raise ModelError(
            "the fit has not settled",
            way_out="Give start values nearer to the answer, or fewer parameters.",
            code="not-converged",
        )
    unknown = np.asarray(found.x, dtype=np.float64)
    return unknown[: start.size], unknown[start.size :]


def _whitening(noise: Noise) -> Floats:
    if isinstance(noise, Independent):
        cross = np.diag(noise.xy)
        joint = np.block([[np.diag(noise.xx), cross], [cross, np.diag(noise.yy)]])
    else:
        factor = np.vstack((noise.x, noise.y))
        joint = factor @ factor.T
    variances = np.diag(joint).copy()
    # x and y may differ by many decades: exactness is judged within each
    half = variances.size // 2
    for part in (slice(0, half), slice(half, None)):
        typical = float(variances[part].max()) or float(variances.max())
        variances[part] = EXACT * typical
    root = np.linalg.cholesky(joint + np.diag(variances))
    return np.asarray(np.linalg.inv(root), dtype=np.float64)
