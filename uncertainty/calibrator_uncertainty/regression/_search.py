"""From start values to the neighbourhood of the answer, for curves not linear in their parameters."""

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

__all__ = ["search"]


def search(form: Form, x: Floats, y: Floats, noise: Noise, start: Floats) -> Floats:
    """Return parameters near the least-squares ones, by Levenberg-Marquardt on y alone.

    Raises:
        ModelError: the model is not finite at the start.
    """
    from scipy.optimize import least_squares

    u = _scale(x, noise)

    def misfit(beta: Floats) -> Floats:
        try:
            value = form.slopes(x, beta)[0]
        except (
            ModelError
        ):  # out of the model's domain on the way: as bad as can be, and the search turns back
            return np.full(y.size, 1e150)
        return np.where(np.isfinite(value), (value - y) / u, 1e150)

    def jacobian(beta: Floats) -> Floats:
        found = form.slopes(x, beta)[1] / u[:, None]
        return np.where(np.isfinite(found), found, 0.0)

    _check_start(form, x, start)
    found = least_squares(
        misfit,
        start,
        jac=jacobian,
        method="lm",
        x_scale="jac",
        ftol=1e-14,
        xtol=1e-14,
        gtol=1e-15,
        max_nfev=5000,
    )
    return np.asarray(found.x, dtype=np.float64)


def _check_start(form: Form, x: Floats, start: Floats) -> None:
    problem: ModelError | None = None
    try:
        finite = bool(np.isfinite(form.slopes(x, start)[0]).all())
    except ModelError as found:
        if found.code not in ("not-finite", "infinite-slope"):
            raise
        finite, problem = False, found
    if not finite:
        raise ModelError(
            "the model gives no finite number at the start values",
            way_out="Choose start values at which it does.",
            code="start",
        ) from problem


def _scale(x: Floats, noise: Noise) -> Floats:
    spread = noise.yy if isinstance(noise, Independent) else np.sum(noise.y**2, axis=1)
    if np.any(spread <= 0.0):
        return np.ones(x.size)
    return np.sqrt(spread)
