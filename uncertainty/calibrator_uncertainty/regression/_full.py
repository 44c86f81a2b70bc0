"""Parameters and true x together, by Levenberg-Marquardt: for points far from any curve of the kind.

Gauss-Newton with the true x eliminated settles in a few rounds where residuals are of the size of u. Where
they are much larger it may circle; this always goes downhill, at the price of n + p unknowns.
"""

from __future__ import annotations

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


def downhill(form: Form, x: Floats, y: Floats, noise: Noise, start: Floats) -> tuple[Floats, Floats]:
    """Return the parameters and the true x.

    Raises:
        ModelError: more points than this is made for, or no convergence.
    """
    from scipy.optimize import least_squares

    count, width = x.size, start.size
    if count > MOST:
        raise ModelError(
            f"the fit of {count} points has not settled",
            way_out="Give start values nearer to the answer, or try fit_curve with engine='odrpack'.",
            code="not-converged",
        )
    white = _whitening(noise)
    data = np.concatenate((x, y))

    def misfit(unknown: Floats) -> Floats:
        true = unknown[width:]
        try:
            value = form.slopes(true, unknown[:width])[0]
        except ModelError:  # out of the model's domain on the way
            return np.full(2 * count, 1e150)
        found: Floats = white @ (np.concatenate((true, value)) - data)
        return np.where(np.isfinite(found), found, 1e150)

    def jacobian(unknown: Floats) -> Floats:
        _, design, slope = form.slopes(unknown[width:], unknown[:width])
        full = np.zeros((2 * count, width + count))
        full[:count, width:] = np.eye(count)
        full[count:, :width] = design
        full[count:, width:] = np.diag(slope)
        found: Floats = white @ full
        return np.where(np.isfinite(found), found, 0.0)

    unknown = np.concatenate((start, x))
    found = least_squares(
        misfit, unknown, jac=jacobian, method="lm", x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15
    )
    if found.status <= 0:
        raise ModelError(
            "the fit has not settled",
            way_out="Give start values nearer to the answer, or fewer parameters.",
            code="not-converged",
        )
    return np.asarray(found.x[:width], dtype=np.float64), np.asarray(found.x[width:], dtype=np.float64)


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
