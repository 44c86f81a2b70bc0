"""Orthogonal distance regression by ODRPACK95, where the `odr` extra is installed.

Only the solution is taken from it. Its `sd_beta` is scaled by the residuals whatever was stated of the
points; uncertainties are therefore computed here, at its solution, as for every other curve.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty.regression._noise import Independent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibrator_uncertainty.regression._forms import Form
    from calibrator_uncertainty.regression._noise import Noise

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["orthogonal"]

STOPPED_WELL = (
    1,
    2,
    3,
)  # ODRPACK95 User's Guide, 2.B.iii, INFO: sum of squares, parameters or both converged


def orthogonal(form: Form, x: Floats, y: Floats, noise: Noise, start: Floats) -> tuple[Floats, Floats]:
    """Return the parameters and the adjusted x.

    Raises:
        InputError: the package is missing, or points that have common errors or none in x or y.
        ModelError: no convergence.
    """
    try:
        odrpack = importlib.import_module("odrpack")  # an extra: not there for every type check
    except ImportError as problem:
        raise InputError(
            "engine='odrpack' needs the package odrpack",
            way_out="pip install odrpack, or leave engine out: the built-in one gives the same figures.",
            code="missing-package",
        ) from problem
    if not isinstance(noise, Independent) or np.any(noise.xy != 0.0) or np.any(noise.xx * noise.yy <= 0.0):
        raise InputError(
            "odrpack takes points with independent errors above zero in x and in y",
            way_out="Leave engine out: the built-in one takes any covariance.",
            code="engine",
        )
    found = odrpack.odr_fit(
        lambda where, beta: form.slopes(where, beta)[0],
        x,
        y,
        start,
        weight_x=1.0 / noise.xx,
        weight_y=1.0 / noise.yy,
        jac_beta=lambda where, beta: np.ascontiguousarray(form.slopes(where, beta)[1].T),
        jac_x=lambda where, beta: np.ascontiguousarray(form.slopes(where, beta)[2]),
        maxit=500,
        sstol=1e-15,
        partol=1e-15,
    )
    if found.info % 10 not in STOPPED_WELL:
        raise ModelError(
            f"odrpack has not converged: {found.stopreason}",
            way_out="Give start values nearer to the answer.",
            code="not-converged",
        )
    return np.asarray(found.beta, dtype=np.float64), np.asarray(found.xplusd, dtype=np.float64)
