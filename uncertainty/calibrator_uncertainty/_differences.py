"""Sensitivities of functions that have no derivative, by differences on the scale of the uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._types import Numbers

__all__ = ["difference"]

_EPS = float(np.finfo(np.float64).eps)
# Steps over u: u itself, smaller ones where the function bends, larger ones where its noise drowns them.
_FINER = (1.0, 1 / 8, 1 / 64)
_COARSER = (8.0, 64.0, 512.0, 4096.0, 32768.0)
_FINE = 1e-10  # relative error that ends the search
_NOISY = 1e-6  # relative error from which larger steps are tried
_LARGEST = 1e-3  # of the argument: no step beyond u goes further
_AGREE = 0.02  # two steps tell the slope to the digits that an uncertainty has
_ROUNDING = 1e-12  # relative to the function's value
_KINK = 0.2  # of the slope: the difference of the slopes to either side
_BENT = 0.5  # of the slope over ±u: what the first order may be wrong by


def difference(name: str, function: Callable[..., Any], place: int, values: list[Any], u: Numbers) -> Numbers:
    """Return the derivative of a function by one operand, elementwise.

    Central differences with three steps are extrapolated to step 0; of several such triples the one that is
    surest is taken. Where u is 0 or not known the step follows the argument.

    Raises:
        ModelError: the function is not defined around the operand, the steps disagree, or they disagree with
            the slope over ±u.

    Source: JCGM 100:2008, 5.1.3, note 2.
    """
    at = np.asarray(values[place], dtype=np.float64)

    def moved(by: Numbers) -> tuple[Numbers, Numbers]:
        there = at + by
        operand = float(there) if there.ndim == 0 else there
        return there, _called(function, [*values[:place], operand, *values[place + 1 :]])

    here = _called(function, values)
    base = _base(at, u)
    best = _Best()
    wide: Numbers = np.nan
    with np.errstate(all="ignore"):
        for factor in _FINER + _COARSER:
            if best.within(_FINE if factor <= 1.0 else _NOISY):
                break
            step = base * factor
            allowed = (factor <= 1.0) | (step <= _LARGEST * np.abs(at))
            if not np.any(allowed):
                break
            coarse, slope, error, size = _extrapolated(moved, here, step)
            wide = coarse if factor == 1.0 else wide
            best.offer(slope, np.where(allowed, error, np.nan), _ROUNDING * size / step)
        best.check(name, at, wide if np.any(np.asarray(u) > 0.0) else np.nan)
    return best.slope


def _base(at: np.ndarray, u: Numbers) -> np.ndarray:
    """Return the first step: u, or where there is none a fraction of the argument."""
    spread = np.asarray(u, dtype=np.float64)
    if spread.ndim and spread.shape != at.shape:
        extra = at.ndim - spread.ndim  # draws or points stand last
        fits = extra > 0 and at.shape[: spread.ndim] == spread.shape
        spread = spread.reshape(spread.shape + (1,) * extra) if fits else spread.max()
    fallback = np.where(at == 0.0, _LARGEST, _LARGEST * np.abs(at))
    return np.where(spread > 0.0, np.maximum(spread, 1e3 * _EPS * np.abs(at)), fallback)


def _called(function: Callable[..., Any], operands: list[Any]) -> Numbers:
    """Return the function's value, NaN where it has none."""
    try:
        found = np.asarray(function(*operands), dtype=np.float64)
    except (ValueError, ZeroDivisionError, OverflowError):
        return np.asarray(np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _extrapolated(
    moved: Callable[..., Any], here: Numbers, step: np.ndarray
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the slope over ±step, that extrapolated from three steps, its error, and the largest |value|.

    Where the slopes to either side differ by an amount that does not shrink with the step there is a kink,
    and that difference is the error.
    """
    slopes, kinks = [], []
    size: Numbers = 0.0
    for part in (1.0, 0.5, 0.25):
        (above, up), (below, down) = moved(part * step), moved(-part * step)
        slopes.append((up - down) / (above - below))  # the distance as it came out, not as it was asked for
        kinks.append(np.abs((up - here) + (down - here)) / (part * step))
        size = np.maximum(size, np.maximum(np.abs(up), np.abs(down)))
    wide, narrow = (4.0 * slopes[1] - slopes[0]) / 3.0, (4.0 * slopes[2] - slopes[1]) / 3.0
    error = np.abs(narrow - wide) + 8.0 * _EPS * size / step
    kinked = (kinks[2] > 0.75 * kinks[0]) & (kinks[2] > _KINK * np.abs(narrow) + _ROUNDING * size / step)
    error = np.where(kinked, np.maximum(error, kinks[2]), error)
    return slopes[0], (16.0 * narrow - wide) / 15.0, error, size


class _Best:
    """The surest slope so far, elementwise; a slope up to `level` may be all rounding."""

    __slots__ = ("error", "level", "slope")

    def __init__(self) -> None:
        self.slope: Numbers = np.nan
        self.error: Numbers = np.inf
        self.level: Numbers = 0.0

    def within(self, relative: float) -> bool:
        """Tell whether every slope is sure enough."""
        return bool(np.all(self.error <= relative * np.abs(self.slope)))

    def offer(self, slope: Numbers, error: Numbers, level: Numbers) -> None:
        """Take a slope where it is surer than what is held."""
        better = error < self.error
        self.slope = np.where(better, slope, self.slope)
        self.level = np.where(better, level, self.level)
        self.error = np.where(better, error, self.error)

    def check(self, name: str, at: np.ndarray, wide: Numbers) -> None:
        """Refuse what no sensitivity can be told for; `wide` is the slope over ±u where there is one."""
        self._refuse(~np.isfinite(self.slope), at, f"{name} is not defined around", "undefined")
        over = np.where(np.isfinite(wide), wide, self.slope)
        steep = np.maximum(np.abs(self.slope), np.abs(over))
        unsure = self.error > np.maximum(_AGREE * steep, self.level)
        self._refuse(unsure, at, f"the slope of {name} depends on the step at", "rough")
        bent = np.abs(over - self.slope) > np.maximum(_BENT * steep, self.level)
        self._refuse(bent, at, f"the slope of {name} changes too much within u at", "rough")

    @staticmethod
    def _refuse(wrong: Numbers, at: np.ndarray, what: str, code: str) -> None:
        if np.any(wrong):
            shown = np.broadcast_to(at, np.broadcast_shapes(np.shape(wrong), at.shape))
            raise ModelError(
                f"{what} {float(shown[np.broadcast_to(wrong, shown.shape)][0]):.6g}",
                way_out="Give its derivatives, or use Monte Carlo: the first order says nothing here.",
                code=code,
            )
