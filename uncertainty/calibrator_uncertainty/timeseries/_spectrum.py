"""Spectra and frequency responses: real and imaginary parts with the covariance between all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._doors import FIGURE, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity
from calibrator_uncertainty._variances import covariance
from calibrator_uncertainty.regression._data import Series, plain_in, read_series, sparse
from calibrator_uncertainty.regression._table import Kind, Table
from calibrator_uncertainty.timeseries._linear import bare, linear_step

__all__ = ["Spectrum", "from_spectrum", "spectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Complex values at rising frequencies, as two rows of quantities of one unit.

    A frequency response is such a row too. Correlations between parts and frequencies are kept.
    """

    frequency: Quantity
    real: Quantity
    imag: Quantity

    def __post_init__(self) -> None:
        rows = [read_series(row, name) for row, name in self._rows()]
        sizes = {row.values.size for row in rows}
        if len(sizes) > 1:
            raise InputError("frequency, real and imag have different lengths", code="shape")
        plain_in(self.imag, self.real.units, "imag")
        if np.any(np.diff(rows[0].values) <= 0.0):
            raise InputError("the frequencies do not rise", way_out="Sort them.", code="not-rising")

    def _rows(self) -> tuple[tuple[Quantity, str], ...]:
        return (self.frequency, "frequency"), (self.real, "real"), (self.imag, "imag")

    @classmethod
    def from_polar(cls, frequency: Quantity, amplitude: Quantity, phase: Quantity) -> Spectrum:
        """Return the response of a certificate that gives amplitude and phase (plain phases are radians)."""
        angle = plain_in(phase, parse_unit("rad"), "phase")
        return cls(frequency, amplitude * np.cos(angle), amplitude * np.sin(angle))

    def __getitem__(self, place: int) -> Quantity:
        """Return one value as a complex uncertain quantity."""
        real, imag, unit = self._parts()
        return quantity(UncertainComplex(_uncertain(real)[place], _uncertain(imag)[place]), unit)

    @property
    def amplitude(self) -> Quantity:
        """Absolute values, uncertain."""
        real, imag, unit = self._parts()
        return quantity(np.hypot(real, imag), unit)

    @property
    def phase(self) -> Quantity:
        """Arguments in radians between -π and π, uncertain."""
        real, imag, _ = self._parts()
        return quantity(np.arctan2(imag, real), parse_unit("rad"))

    @property
    def value(self) -> np.ndarray:
        """The bare complex estimates, in the unit of `real`."""
        real, imag, _ = self._parts()
        found: np.ndarray = bare(real) + 1j * bare(imag)
        return found

    def covariance(self) -> np.ndarray:
        """Return the covariance matrix of all real parts followed by all imaginary parts, in unit²."""
        real, imag, _ = self._parts()
        both: Numbers = np.concatenate([_uncertain(real), _uncertain(imag)])
        return np.asarray(covariance(both, both), dtype=np.float64)

    def at(self, frequency: Quantity, *, kind: Kind = "linear") -> Spectrum:
        """Return the spectrum between its frequencies, by interpolation of both parts.

        Raises:
            InputError: a frequency outside.
        """
        own = read_series(self.frequency, "frequency")
        asked = plain_in(frequency, own.unit, "frequency")
        parts = [
            Table(
                own, Series(name, bare(part), unit, part if isinstance(part, UncertainArray) else None), kind
            )(quantity(asked, own.unit))
            for name, part, unit in zip(("real", "imag"), *self._named(), strict=True)
        ]
        return Spectrum(quantity(np.asarray(asked, dtype=np.float64), own.unit), *parts)

    def _named(self) -> tuple[tuple[Numbers, Numbers], tuple[Quantity, Quantity]]:
        real, imag, unit = self._parts()
        return (real, imag), (unit, unit)

    def __mul__(self, other: Spectrum) -> Spectrum:
        a, b, unit = self._parts()
        c, d, other_unit = self._same(other)
        made = unit * other_unit
        return Spectrum(self.frequency, quantity(a * c - b * d, made), quantity(a * d + b * c, made))

    def __truediv__(self, other: Spectrum) -> Spectrum:
        a, b, unit = self._parts()
        c, d, other_unit = self._same(other)
        if np.any(bare(c) ** 2 + bare(d) ** 2 == 0.0):
            raise InputError("a division by a response of 0", code="zero-response")
        size = c * c + d * d
        made = unit / other_unit
        return Spectrum(
            self.frequency, quantity((a * c + b * d) / size, made), quantity((b * c - a * d) / size, made)
        )

    def _parts(self) -> tuple[Numbers, Numbers, Quantity]:
        unit = self.real.units
        return self.real._magnitude, plain_in(self.imag, unit, "imag"), unit

    def _same(self, other: Spectrum) -> tuple[Numbers, Numbers, Quantity]:
        own = read_series(self.frequency, "frequency")
        theirs = bare(plain_in(other.frequency, own.unit, "frequency"))
        if theirs.shape != own.values.shape or not np.allclose(theirs, own.values, rtol=1e-9, atol=0.0):
            raise InputError(
                "the two spectra have different frequencies",
                way_out="Bring one to the other's with at().",
                code="frequencies",
            )
        return other._parts()


@asks(interval=FIGURE)
def spectrum(values: Quantity, interval: Quantity) -> Spectrum:
    """Return the discrete Fourier transform of a series, sum form, frequencies from 0 to half the rate.

    Args:
        values: plain or uncertain samples at even times.
        interval: between samples; a plain number is in seconds.

    Raises:
        InputError: an interval that is not positive.

    Source: S. Eichstädt and V. Wilkens, Meas. Sci. Technol. 27 (2016) 055001 (GUM-DFT).
    """
    row = read_series(values, "values")
    step = interval_in_seconds(interval)
    count = row.values.size
    angle = 2.0 * np.pi * np.outer(np.arange(count // 2 + 1), np.arange(count)) / count
    found = np.fft.rfft(row.values)
    unit = difference_unit(row.unit)
    parts = [
        quantity(linear_step("transform", part, [(row.errors, sparse(matrix))]), unit)
        for part, matrix in ((found.real.copy(), np.cos(angle)), (found.imag.copy(), -np.sin(angle)))
    ]
    return Spectrum(quantity(np.fft.rfftfreq(count, step), parse_unit("Hz")), *parts)


def from_spectrum(one: Spectrum, count: int) -> Quantity:
    """Return the series of `count` samples whose transform is `one`."""
    real, imag, unit = one._parts()
    angle = 2.0 * np.pi * np.outer(np.arange(count), np.arange(count // 2 + 1)) / count
    weight = np.full(count // 2 + 1, 2.0)
    weight[0] = 1.0
    if count % 2 == 0:
        weight[-1] = 1.0
    by_real, by_imag = np.cos(angle) * weight / count, -np.sin(angle) * weight / count
    value = by_real @ bare(real) + by_imag @ bare(imag)
    return quantity(linear_step("series", value, [(real, sparse(by_real)), (imag, sparse(by_imag))]), unit)


def interval_in_seconds(interval: Quantity) -> float:
    """Return the time between samples in seconds.

    Raises:
        InputError: it is not positive.
    """
    step = float(plain_in(interval, parse_unit("s"), "interval"))
    if not step > 0.0 or not np.isfinite(step):
        raise InputError(f"the interval between samples is {step} s; it is positive", code="interval")
    return step


def _uncertain(part: Numbers) -> UncertainArray:
    return part if isinstance(part, UncertainArray) else UncertainArray(np.asarray(part, dtype=np.float64))
