"""Streamed draws: moments and a fine histogram instead of the draws themselves."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["Stream", "symmetric_interval"]

_BINS = 16_384
_REACH = 12.0  # half-widths of the histogram in standard deviations of the first draws


class Stream:
    """Takes draws in blocks; knows their number, mean, u and coverage intervals in fixed memory.

    The first block fixes the range of the histogram: a bin is about 1/1400 of a standard deviation, so that
    the ends of an interval, interpolated inside a bin, are good to some 1e-5 of u, far below the noise of any
    number of draws. Draws beyond the range are kept one by one (a heavy tail sends few there).
    """

    def __init__(self, first: np.ndarray) -> None:
        self.count = 0
        self._shift = float(first.mean())
        spread = float(first.std()) or abs(self._shift) * 1e-9 or 1e-300
        self._low = min(float(first.min()), self._shift - _REACH / 2 * spread)
        self._high = max(float(first.max()), self._shift + _REACH / 2 * spread)
        self._scale = _BINS / (self._high - self._low)
        self._counts = np.zeros(_BINS + 2, dtype=np.int64)
        self._sum = 0.0
        self._squares = 0.0
        self._beyond: list[np.ndarray] = []
        self._work = np.empty(0)
        self.add(first)

    def add(self, drawn: np.ndarray) -> None:
        """Take a block of draws."""
        if self._work.size != drawn.size:
            self._work = np.empty(drawn.size)
        work = self._work
        np.subtract(drawn, self._shift, out=work)
        self._sum += float(work.sum())
        self._squares += float(work @ work)
        np.subtract(drawn, self._low, out=work)
        work *= self._scale
        work += 1.0
        outside = (work < 1.0) | (work >= _BINS + 1.0)
        if outside.any():
            self._beyond.append(drawn[outside].copy())
            np.clip(work, 0.0, _BINS + 1.0, out=work)
        self._counts += np.bincount(work.astype(np.int32), minlength=_BINS + 2)
        self.count += drawn.size

    @property
    def mean(self) -> float:
        """Average of all draws."""
        return self._shift + self._sum / self.count

    @property
    def u(self) -> float:
        """Standard deviation of all draws."""
        average = self._sum / self.count
        return math.sqrt(max(0.0, self._squares - self.count * average * average) / max(1, self.count - 1))

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Return abscissae and the number of draws below each."""
        beyond = np.sort(np.concatenate(self._beyond)) if self._beyond else np.empty(0)
        below = beyond[beyond < self._low]
        above = beyond[beyond >= self._high]
        edges = np.linspace(self._low, self._high, _BINS + 1)
        inside = below.size + np.concatenate(([0], np.cumsum(self._counts[1:-1])))
        x = np.concatenate((below, edges, above))
        counts = np.concatenate((np.arange(below.size), inside, inside[-1] + 1 + np.arange(above.size)))
        return x, counts.astype(np.float64)

    def symmetric(self, probability: float) -> tuple[float, float]:
        """Return the probabilistically symmetric coverage interval (JCGM 101:2008, 3.15)."""
        x, counts = self._curve()
        tail = (1.0 - probability) / 2.0 * self.count
        low, high = np.interp([tail, self.count - tail], counts, x)
        return float(low), float(high)

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest coverage interval (JCGM 101:2008, 3.16)."""
        x, counts = self._curve()
        # Shortest over starts up to the place from which the probability still fits; lightly smoothed by the
        # quantile scale itself: starts are quantiles at equal steps of probability, not bins.
        steps = np.linspace(0.0, 1.0 - probability, 2001)
        starts = np.interp(steps * self.count, counts, x)
        ends = np.interp((steps + probability) * self.count, counts, x)
        place = _smooth_minimum(ends - starts)
        return float(starts[place]), float(ends[place])


def _smooth_minimum(lengths: np.ndarray) -> int:
    """Return the place of the least length, after a running mean that noise does not decide."""
    width = 41
    padded = np.pad(lengths, width // 2, mode="edge")
    smooth = np.convolve(padded, np.ones(width) / width, mode="valid")
    return int(np.argmin(smooth))


def symmetric_interval(drawn: np.ndarray, probability: float) -> tuple[float, float]:
    """Return the symmetric interval of one block of draws (JCGM 101:2008, 7.7.2)."""
    inside = math.floor(probability * drawn.size + 0.5)
    first = max(0, math.floor((drawn.size - inside) / 2 + 0.5) - 1)
    last = min(drawn.size - 1, first + inside)
    ordered = np.partition(drawn, (first, last))
    return float(ordered[first]), float(ordered[last])
