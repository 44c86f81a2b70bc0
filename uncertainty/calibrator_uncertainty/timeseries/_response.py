"""What a system does to a series, and what came in where only what came out is known."""

from __future__ import annotations

import numpy as np

from calibrator_uncertainty._doors import FIGURE, FIGURES, SPECTRUM, WHOLE, asks, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import parse_unit, quantity
from calibrator_uncertainty.regression._data import plain_in, read_series, sparse
from calibrator_uncertainty.timeseries._linear import bare, linear_step
from calibrator_uncertainty.timeseries._spectrum import (
    Spectrum,
    from_spectrum,
    interval_in_seconds,
    spectrum,
)

__all__ = ["apply_response", "deconvolve", "inverse_filter", "low_pass"]


@asks(interval=FIGURE, response=SPECTRUM)
def apply_response(values: Quantity, interval: Quantity, response: Spectrum) -> Quantity:
    """Return the output of a system of known frequency response; the series is taken to repeat.

    Args:
        values: the input, plain or uncertain.
        interval: between samples; a plain number is in seconds.
        response: from 0 to half the sampling rate.

    Raises:
        InputError: a response that does not reach as far.
    """
    came_in = spectrum(values, interval)
    return from_spectrum(came_in * _reaching(response, came_in), read_series(values, "values").values.size)


@asks(interval=FIGURE, response=SPECTRUM, low_pass=optional(FIGURES))
def deconvolve(
    values: Quantity, interval: Quantity, response: Spectrum, *, low_pass: Quantity = None
) -> Quantity:
    """Estimate what went into a system from what came out; the series is taken to repeat.

    The uncertainty is that of the samples and of the response, with all covariances. What the low-pass takes
    away from the true input is an error of its own: state it where it counts.

    Args:
        values: the output, plain or uncertain.
        interval: between samples; a plain number is in seconds.
        response: from 0 to half the sampling rate.
        low_pass: gains at the frequencies of `spectrum(values, interval)`, as `low_pass()` gives them;
            without it noise is blown up wherever the response is small.

    Raises:
        InputError: a response that is zero or does not reach as far, gains of another length.

    Source: S. Eichstädt et al., Metrologia 47 (2010) 522; S. Eichstädt and V. Wilkens, Meas. Sci. Technol.
        27 (2016) 055001.
    """
    came_out = spectrum(values, interval)
    found = came_out / _reaching(response, came_out)
    if low_pass is not None:
        gain = np.asarray(low_pass, dtype=np.float64)
        if gain.shape != bare(found.frequency.magnitude).shape:
            raise InputError(
                f"low_pass has shape {gain.shape}; there are {found.frequency.magnitude.size} frequencies",
                way_out="Make it with low_pass(spectrum(values, interval).frequency, cutoff).",
                code="shape",
            )
        found = Spectrum(found.frequency, found.real * gain, found.imag * gain)
    return from_spectrum(found, read_series(values, "values").values.size)


@asks(response=SPECTRUM, interval=FIGURE, order=WHOLE, delay=WHOLE)
def inverse_filter(response: Spectrum, interval: Quantity, *, order: int, delay: int) -> Quantity:
    """Return the coefficients of a FIR filter that undoes a response, late by `delay` samples.

    Least squares over the frequencies of the response; the coefficients carry the response's uncertainty, and
    `fir_filter` takes them on to the series. Follow it by a low-pass where the response is small.

    Args:
        response: plain or uncertain, at frequencies up to half the sampling rate.
        interval: between samples; a plain number is in seconds.
        order: of the filter; it has `order` + 1 coefficients.
        delay: whole samples, about half the order.

    Raises:
        InputError: fewer frequencies than half the coefficients, or frequencies above half the rate.

    Source: C. Elster and A. Link, Metrologia 45 (2008) 464; S. Eichstädt et al., Metrologia 47 (2010) 522.
    """
    step = interval_in_seconds(interval)
    f = bare(plain_in(response.frequency, parse_unit("Hz"), "frequency"))
    if order < 1 or 2 * f.size <= order:
        raise InputError(f"{f.size} frequencies do not determine {order + 1} coefficients", code="points")
    if f[-1] > 0.5 / step * (1.0 + 1e-9):
        raise InputError(
            f"the response goes to {f[-1]:g} Hz, above half the sampling rate of {1.0 / step:g} Hz",
            way_out="Cut the response there, or sample faster.",
            code="response-range",
        )
    angle = 2.0 * np.pi * f * step
    late = Spectrum(
        response.frequency,
        quantity(np.cos(angle * delay), parse_unit("")),
        quantity(-np.sin(angle * delay), parse_unit("")),
    )
    real, imag, unit = (late / response)._parts()
    turns = np.outer(angle, np.arange(order + 1))
    solve = np.linalg.pinv(np.vstack((np.cos(turns), -np.sin(turns))))
    by_real, by_imag = solve[:, : f.size], solve[:, f.size :]
    value = by_real @ bare(real) + by_imag @ bare(imag)
    made = linear_step("inverse filter", value, [(real, sparse(by_real)), (imag, sparse(by_imag))])
    return quantity(made, unit)


@asks(cutoff=FIGURE, order=WHOLE)
def low_pass(frequency: Quantity, cutoff: Quantity, *, order: int = 4) -> np.ndarray:
    """Return the gains 1/(1 + (f/cutoff)^(2·order)) of a low-pass without phase.

    Raises:
        InputError: a cutoff that is not positive.
    """
    rows = read_series(frequency, "frequency")
    edge = float(plain_in(cutoff, rows.unit, "cutoff"))
    if not edge > 0.0:
        raise InputError(f"the cutoff is {edge}; it is positive", code="cutoff")
    gains: np.ndarray = 1.0 / (1.0 + (rows.values / edge) ** (2 * order))
    return gains


def _reaching(response: Spectrum, asked: Spectrum) -> Spectrum:
    own = bare(plain_in(response.frequency, parse_unit("Hz"), "frequency"))
    wanted = bare(asked.frequency.magnitude)
    if own.shape == wanted.shape and np.allclose(own, wanted, rtol=1e-9, atol=0.0):
        return response
    if own[0] > wanted[0] or own[-1] < wanted[-1] * (1.0 - 1e-12):
        raise InputError(
            f"the response is known from {own[0]:g} Hz to {own[-1]:g} Hz; the series needs {wanted[0]:g} Hz "
            f"to {wanted[-1]:g} Hz",
            way_out="Measure or model it there (fit_second_order, second_order_response).",
            code="response-range",
        )
    return response.at(quantity(np.minimum(wanted, own[-1]), parse_unit("Hz")))
