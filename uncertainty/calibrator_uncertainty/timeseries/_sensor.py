"""The sensor with one resonance: S(f) = S0 / (1 + 2jδ·f/f0 - (f/f0)²)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._doors import FIGURE, FIGURES, SPECTRUM, asks
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import parse_unit, quantity
from calibrator_uncertainty.regression._data import Series, plain_in, read_series
from calibrator_uncertainty.regression._estimate import Options, Scatter, estimate
from calibrator_uncertainty.regression._fit import Fit
from calibrator_uncertainty.timeseries._linear import bare
from calibrator_uncertainty.timeseries._spectrum import Spectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["fit_second_order", "second_order_response"]

FAR = 1e3  # times the highest frequency: no resonance can be told from there


@dataclass(frozen=True, slots=True)
class _Resonance:
    """The real parts at all frequencies followed by the imaginary parts; the numbers are S0, δ and f0."""

    linear: bool = False

    def evaluate(self, x: Numbers, beta: Numbers) -> Numbers:
        half = np.shape(x)[0] // 2
        real, imag = _parts(x[:half], beta[0], beta[1], beta[2])
        return np.concatenate([real, imag])

    def slopes(self, x: Floats, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return both parts, their derivatives by S0, δ and f0, and by f."""
        f = x[: x.size // 2]
        gain, damping, resonance = (float(one) for one in beta)
        w = f / resonance
        below = 1.0 + 2j * damping * w - w * w
        value = gain / below
        by_w = -value / below * (2j * damping - 2.0 * w)
        columns = [1.0 / below, -value / below * 2j * w, -by_w * w / resonance]
        return _split(value), np.column_stack([_split(one) for one in columns]), _split(by_w / resonance)


def _split(row: NDArray[np.complexfloating]) -> Floats:
    return np.concatenate((row.real, row.imag))


def _parts(f: Numbers, gain: Numbers, damping: Numbers, resonance: Numbers) -> tuple[Numbers, Numbers]:
    w = f / resonance
    left = 1.0 - w * w
    right = 2.0 * damping * w
    size = left * left + right * right
    return gain * left / size, -1.0 * gain * right / size


@asks(response=SPECTRUM)
def fit_second_order(response: Spectrum, *, scatter: Scatter | None = None) -> Fit:
    """Fit static sensitivity `S0`, `damping` and `resonance` to a measured response.

    The covariance of all real and imaginary parts weighs the points, and reaches the parameters.

    Args:
        response: real and imaginary parts, plain or uncertain.
        scatter: as of `regression.fit_line`.

    Raises:
        InputError: fewer than two frequencies.
        ModelError: a response without a resonance.

    Source: A. Link et al., Measurement 40 (2007) 928; S. Eichstädt, PTB-Bericht MA-93 (2012).
    """
    frequency = read_series(response.frequency, "frequency")
    real, imag, unit = response._parts()
    if frequency.values.size < 2:
        raise InputError("a second-order fit needs two frequencies or more", code="points")
    values = np.concatenate((bare(real), bare(imag)))
    errors: Numbers = None
    if isinstance(real, UncertainArray) or isinstance(imag, UncertainArray):
        errors = np.concatenate([_tape(real), _tape(imag)])
    both = Series("response", values, unit, errors)
    twice = Series("frequency", np.concatenate((frequency.values, frequency.values)), frequency.unit, None)
    start = _start(frequency.values, bare(real) + 1j * bare(imag))
    found = estimate(_Resonance(), twice, both, Options(scatter, start=start))
    _check_resonance(found.beta, frequency.values)
    units = (unit, parse_unit(""), frequency.unit)
    residuals = quantity(found.residuals, unit)
    return Fit(
        ("S0", "damping", "resonance"), units, found.beta, found.goodness, residuals, found.standardised
    )


def _check_resonance(beta: UncertainArray, frequency: Floats) -> None:
    resonance, u = float(np.asarray(beta.value)[2]), float(np.asarray(beta.u)[2])
    if not (0.0 < resonance < FAR * float(frequency.max()) and u < resonance):
        raise ModelError(
            f"these frequencies tell no resonance: it would lie at {resonance:.3g} Hz with u = {u:.3g} Hz, "
            f"and the response was measured up to {frequency.max():g} Hz",
            way_out="Measure nearer to the resonance, or take the response as flat.",
            code="no-resonance",
        )


def _tape(part: Numbers) -> UncertainArray:
    return part if isinstance(part, UncertainArray) else UncertainArray(np.asarray(part, dtype=np.float64))


def _start(f: Floats, response: NDArray[np.complex128]) -> Floats:
    """1/S is linear in 1/S0, 1/(S0 f0²) and 2δ/(S0 f0)."""
    scale = float(f[-1])
    w = f / scale
    inverse = 1.0 / response
    level, curvature = np.linalg.lstsq(np.column_stack((np.ones(w.size), -w * w)), inverse.real, rcond=None)[
        0
    ]
    loss = float(w @ inverse.imag) / float(w @ w)
    if not level * curvature > 0.0:
        raise ModelError(
            "the response shows no resonance: its real part does not fall as that of a second-order sensor",
            way_out="Measure nearer to the resonance, or check the sign of the response.",
            code="no-resonance",
        )
    ratio = float(np.sqrt(level / curvature))
    return np.array([1.0 / level, loss * ratio / (2.0 * level), ratio * scale])


@asks(frequency=FIGURES, gain=FIGURE, damping=FIGURE, resonance=FIGURE)
def second_order_response(
    frequency: Quantity, gain: Quantity, damping: Quantity, resonance: Quantity
) -> Spectrum:
    """Return the response of a second-order sensor at given frequencies, with its parameters' uncertainty.

    Args:
        frequency: where, exact; plain numbers are Hz.
        gain: static sensitivity S0.
        damping: δ, without unit.
        resonance: f0; a plain number is in Hz.

    Raises:
        UnitsError: a parameter of another dimension.
    """
    hertz = parse_unit("Hz")
    f = np.asarray(plain_in(frequency, hertz, "frequency"), dtype=np.float64)
    unit = gain.units if hasattr(gain, "_REGISTRY") else parse_unit("")
    real, imag = _parts(
        f,
        plain_in(gain, unit, "gain"),
        plain_in(damping, parse_unit(""), "damping"),
        plain_in(resonance, hertz, "resonance"),
    )
    return Spectrum(quantity(f, hertz), quantity(real, unit), quantity(imag, unit))
