"""What lies beyond a histogram: the draws themselves, and whether they fall off fast enough for a u."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["Tail", "heavy_tail"]

_ROOM = 1 << 18  # figures that are kept of one side, 4 MB with their counts
_FEWEST = 20  # draws beyond the range that can tell how fast they fall off
_HEAVY = 2.2  # x^-2 is where u ceases to exist; what is told from draws is that much uncertain


class Tail:
    """Draws beyond one end of a histogram, in bounded memory.

    Each figure stands for itself; where there is no more room they become the edges of bins, in which later
    draws are counted. The few draws outside these bins are kept one by one again.
    """

    def __init__(self) -> None:
        self._single: list[np.ndarray] = []
        self._waiting = 0
        self._edges = np.empty(0)
        self._counts = np.empty(0)  # draws above the former edge and not above this one

    def add(self, drawn: np.ndarray) -> None:
        """Take draws."""
        if drawn.size == 0:
            return
        if self._edges.size:
            inside = (drawn > self._edges[0]) & (drawn <= self._edges[-1])
            places = np.searchsorted(self._edges, drawn[inside])
            self._counts += np.bincount(places, minlength=self._edges.size)
            drawn = drawn[~inside]
        self._single.append(drawn)
        self._waiting += drawn.size
        if not self._edges.size and self._waiting > _ROOM:
            values = np.sort(np.concatenate(self._single))
            self._edges = np.unique(values)
            self._counts = np.diff(np.searchsorted(values, self._edges, side="right"), prepend=0.0)
            self._single, self._waiting = [], 0

    def figures(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the kept figures in order, and how many draws each stands for."""
        single = np.sort(np.concatenate(self._single)) if self._single else np.empty(0)
        if not self._edges.size:
            return single, np.ones(single.size)
        place = int(np.searchsorted(single, self._edges[0], side="right"))
        ones = np.ones(single.size)
        return (
            np.concatenate((single[:place], self._edges, single[place:])),
            np.concatenate((ones[:place], self._counts, ones[place:])),
        )


def heavy_tail(
    sides: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    centre: float,
    ends: tuple[float, float],
) -> str:
    """Return a sentence where the draws beyond the histogram fall off so slowly that u does not exist.

    Probability beyond x that falls as x^-a has a standard deviation for a > 2 only, a mean for a > 1; a is
    told by Hill's estimator from the draws beyond the two `ends` of the histogram, seen from its `centre`.

    Source: B. M. Hill, Ann. Statist. 3 (1975) 1163; JCGM 101:2008, 6.4.9.4 note 2 for t of few dof.
    """
    logs, count = 0.0, 0.0
    for (values, weights), end in zip(sides, ends, strict=True):
        if values.size and end != centre:
            logs += float(weights @ np.log((values - centre) / (end - centre)))
            count += float(weights.sum())
    if count < _FEWEST or logs <= 0.0:
        return ""
    falls = count / logs
    if falls >= _HEAVY:
        return ""
    what = "neither mean nor u" if falls <= 1.0 + (_HEAVY - 2.0) else "no u"
    return (
        f"the draws fall off as x^-{_shown(falls)}, so that the result has {what}: those printed grow with "
        "the number of draws; use the coverage intervals, whose ends and errors hold"
    )


def _shown(falls: float) -> str:
    return f"{math.floor(falls * 10.0 + 0.5) / 10.0:g}"
