"""Streamed draws: moments and a fine histogram instead of the draws themselves."""

from __future__ import annotations

import math

import numpy as np

from calibrator_uncertainty._tails import Tail, heavy_tail

__all__ = ["Stream", "symmetric_interval"]

_BINS = 16_384
_REACH = (
    2.58  # from the median, in distances to the 1 % and 99 % quantiles: 6 standard deviations of a normal
)


class Stream:
    """Takes draws in blocks; knows their number, mean, u and coverage intervals in fixed memory.

    The quantiles of the first block fix the range of the histogram, so that a few wild draws do not make its
    bins wide: a bin is about 1/1400 of a normal's standard deviation, and the ends of an interval,
    interpolated inside a bin, are good to some 1e-5 of u. Draws beyond the range are kept one by one as far
    as there is room (see `Tail`), so that a heavy tail has its ends from its own draws.
    """

    def __init__(self, first: np.ndarray) -> None:
        self.count = 0
        self._shift = _centre(first)
        self._low, self._high = _range_of(first)
        self._scale = _BINS / (self._high - self._low)
        self._counts = np.zeros(_BINS + 2, dtype=np.int64)
        self._sum = 0.0
        self._squares = 0.0
        self._least, self._most = math.inf, -math.inf
        self._below, self._above = Tail(), Tail()
        self._work = np.empty(0)
        self.add(first)

    def add(self, drawn: np.ndarray) -> None:
        """Take a block of draws."""
        if self._work.size != drawn.size:
            self._work = np.empty(drawn.size)
        work = self._work
        np.subtract(drawn, self._shift, out=work)
        self._sum += float(work.sum())
        self._least = min(self._least, float(drawn.min()))
        self._most = max(self._most, float(drawn.max()))
        self._squares += float(work @ work)
        np.subtract(drawn, self._low, out=work)
        work *= self._scale
        work += 1.0
        below, above = work < 1.0, work >= _BINS + 1.0
        if below.any() or above.any():
            self._below.add(drawn[below])
            self._above.add(drawn[above])
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

    @property
    def note(self) -> str:
        """What is to be known of the tails; empty where they are light."""
        sides = self._below.figures(), self._above.figures()
        return heavy_tail(sides, self._shift, (self._low, self._high))

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Return abscissae and the number of draws below each."""
        below, fewer = self._below.figures()
        above, more = self._above.figures()
        edges = np.linspace(self._low, self._high, _BINS + 1)
        inside = fewer.sum() + np.concatenate(([0], np.cumsum(self._counts[1:-1])))
        under = np.cumsum(fewer) - fewer  # the lowest draw has none below it
        x = np.concatenate((below, edges, above))
        np.clip(x, self._least, self._most, out=x)  # an empty bin is no place for the end of an interval
        return x, np.concatenate((under, inside, inside[-1] + np.cumsum(more)))

    def symmetric(self, probability: float) -> tuple[float, float]:
        """Return the probabilistically symmetric coverage interval (JCGM 101:2008, 3.15)."""
        if self._squares == 0.0:  # all draws are equal, and no bin is as narrow
            return self._shift, self._shift
        x, counts = self._curve()
        tail = (1.0 - probability) / 2.0 * self.count
        low, high = np.interp([tail, self.count - tail], counts, x)
        return float(low), float(high)

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest coverage interval (JCGM 101:2008, 3.16)."""
        if self._squares == 0.0:
            return self._shift, self._shift
        x, counts = self._curve()
        # Shortest over starts up to the place from which the probability still fits; lightly smoothed by the
        # quantile scale itself: starts are quantiles at equal steps of probability, not bins.
        steps = np.linspace(0.0, 1.0 - probability, 2001)
        starts = np.interp(steps * self.count, counts, x)
        ends = np.interp((steps + probability) * self.count, counts, x)
        place = _smooth_minimum(ends - starts)
        return float(starts[place]), float(ends[place])

    def errors(self, probability: float) -> tuple[float, float, float, float]:
        """Return the standard errors of mean, u and the symmetric ends, of whatever distribution.

        u has that of a sample's fourth moment; an end half of what lies between the order statistics one
        standard deviation of its rank below and above.

        Source: JCGM 101:2008, 7.9.4 for what they are; H. A. David, Order Statistics, 2.5 for the ends.
        """
        if self._squares == 0.0:
            return (0.0,) * 4
        x, counts = self._curve()
        tail = (1.0 - probability) / 2.0
        rank = math.sqrt(tail * (1.0 - tail) * self.count)
        ends = []
        for place in (tail * self.count, (1.0 - tail) * self.count):
            near = np.interp([place - rank, place + rank], counts, x)
            inside = place >= rank and place + rank <= self.count  # else too few draws to tell
            ends.append(float(near[1] - near[0]) / 2.0 if inside else math.inf)
        root = math.sqrt(self.count)
        return self.u / root, self._error_of_u(x, counts), ends[0], ends[1]

    def _error_of_u(self, x: np.ndarray, counts: np.ndarray) -> float:
        if self.u == 0.0:
            return 0.0
        middle = ((x[1:] + x[:-1]) / 2.0 - self.mean) / self.u
        fourth = float(np.diff(counts) @ middle**4) / self.count
        return self.u * math.sqrt(max(0.0, fourth - 1.0) / self.count) / 2.0


def _centre(first: np.ndarray) -> float:
    """Return the median, near which sums of squares lose least; a wild first draw does not move it."""
    return float(np.median(first))


def _range_of(first: np.ndarray) -> tuple[float, float]:
    """Return the ends of the histogram; where nearly all draws are equal, from those that are not."""
    low, middle, high = np.quantile(first, (0.01, 0.5, 0.99))
    wide = float(high - low)
    if wide > 0.0:
        left, right = max(middle - low, wide / 20.0), max(high - middle, wide / 20.0)
        return float(middle - _REACH * left), float(middle + _REACH * right)
    spread = float(first.std()) or abs(float(middle)) * 1e-9 or 1e-300
    return min(float(first.min()), middle - 6.0 * spread), max(float(first.max()), middle + 6.0 * spread)


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
