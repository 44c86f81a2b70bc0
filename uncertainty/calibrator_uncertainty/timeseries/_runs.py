"""The mean of several measured responses, with the covariance of its real and imaginary parts."""

from __future__ import annotations

import numpy as np

from calibrator_uncertainty._doors import COMPLEX_ROW, TEXT, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.regression._data import correlated_array, read_series
from calibrator_uncertainty.timeseries._spectrum import Spectrum

__all__ = ["mean_response"]


@asks(runs=COMPLEX_ROW, unit=TEXT)
def mean_response(frequency: Quantity, runs: Quantity, unit: str = "", *, jointly: bool = False) -> Spectrum:
    """Return the mean of a response that was measured several times, with n - 1 degrees of freedom.

    Args:
        frequency: rising, exact.
        runs: complex values in `unit`, one row per run and one column per frequency.
        unit: of the response.
        jointly: estimate the covariances between frequencies too, not only those of real and imaginary part
            at each; that takes more runs than there are parts, or nothing could be weighed by them.

    Raises:
        InputError: fewer than two runs (`jointly`: too few for their covariance), rows of another length.

    Source: JCGM 102:2011, 5.3.2; JCGM 100:2008, H.2.

    Example:
        >>> found = mean_response([10.0, 20.0], [[1 + 0.1j, 0.9 + 0.2j], [1.2 + 0.1j, 0.9 + 0.4j]], "V/N")
        >>> found.real.magnitude.u.round(3).tolist(), found.imag.magnitude.u.round(3).tolist()
        ([0.1, 0.0], [0.0, 0.1])
    """
    table = np.asarray(runs, dtype=np.complex128)
    places = read_series(frequency, "frequency").values.size
    if table.ndim != 2 or table.shape[1] != places:
        raise InputError(
            f"the runs have shape {table.shape}; {places} frequencies need a row of {places} for each run",
            code="shape",
        )
    count = table.shape[0]
    least = 2 * places + 1 if jointly else 2
    if count < least:
        raise InputError(
            f"{count} runs do not tell the covariance of {2 * places if jointly else 2} parts",
            way_out=f"Take {least} runs or more" + (", or leave out jointly." if jointly else "."),
            code="readings",
        )
    parts = np.concatenate((table.real, table.imag), axis=1)
    spread = np.cov(parts, rowvar=False, ddof=1) / count
    if not jointly:
        near = np.abs(np.subtract.outer(np.arange(2 * places), np.arange(2 * places))) % places == 0
        spread = np.where(near, spread, 0.0)
    both = correlated_array(parts.mean(axis=0), spread, unit, dof=count - 1.0, name="mean of runs")
    return Spectrum(frequency, both[:places], both[places:])
