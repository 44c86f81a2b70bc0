"""How much of a series is repetition: its readings to the independent ones that they are worth."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["memory_ratio", "parts_differ"]

_PARTS = (2, 3)  # of a series, whose means are compared: a drift, a bow
_BLOCKS = (6, 8)
_CHANCE = 1.0  # standard deviations of the sum of lags of a series without memory
_SURE = 0.002  # probability that parts are found to differ where nothing does


def memory_ratio(centred: np.ndarray) -> float:
    """Return n/n_eff of readings less their mean, the largest of up to three views of their memory.

    A decay as its first lags begin. Where the first √n lags together are positive beyond chance, also the sum
    of all positive pairs of lags, which sees a drift below noise that no single lag tells, and the scatter of
    the means of blocks.

    Source: N. F. Zhang, Metrologia 43 (2006) S276; C. J. Geyer, Statistical Science 7 (1992) 473 (initial
        monotone sequence); M. G. Kendall, Biometrika 41 (1954) 403 for the bias.
    """
    count = centred.size
    rho = _correlations(centred)
    decay = _of_decay(rho, count)
    lags = math.isqrt(count)
    if float(rho[1 : lags + 1].sum()) <= _CHANCE * math.sqrt(lags / count):
        return decay
    pairs = _of_pairs(rho, 0.0)
    pairs = _of_pairs(rho, pairs / count)  # the mean that was subtracted took as much from each lag
    return max(decay, pairs, _of_blocks(centred))


def _correlations(centred: np.ndarray) -> np.ndarray:
    """Return the autocorrelation at lags 0 to n - 1."""
    count = centred.size
    spectrum = np.fft.rfft(centred / np.abs(centred).max(), 2 * count)
    found = np.fft.irfft(np.abs(spectrum) ** 2)[:count]
    rho: np.ndarray = found / found[0]
    return rho


def _of_decay(rho: np.ndarray, count: int) -> float:
    """Sum the significant lags; what lies below significance is taken to decay as it began."""
    total, squares, last, first = 0.0, 0.0, 0.0, 0.0
    for lag in range(1, count // 4 + 1):
        one = float(rho[lag])
        if one <= 1.96 * math.sqrt((1.0 + 2.0 * squares) / count):
            break
        first = first or min(one, 0.99)
        total += (1.0 - lag / count) * one
        squares += one * one
        last = one
    ratio = 1.0 + 2.0 * (total + last * first / (1.0 - first))
    raw = float(rho[1])
    if raw > 0.5 / math.sqrt(count):
        decay = min(raw + (1.0 + 4.0 * raw) / count, 0.99)
        ratio = max(ratio, (1.0 + decay) / (1.0 - decay))
    return ratio


def _of_pairs(rho: np.ndarray, lifted: float) -> float:
    """Sum pairs of neighbouring lags, none larger than the one before, as long as they are positive."""
    half = rho.size // 4 * 2
    pairs = rho[0:half:2] + rho[1:half:2] + 2.0 * lifted
    ends = np.flatnonzero(pairs <= 0.0)
    positive = pairs[: ends[0]] if ends.size else pairs
    return max(1.0, 2.0 * float(np.minimum.accumulate(positive).sum()) - 1.0)


def _of_blocks(centred: np.ndarray) -> float:
    variance = float(centred @ centred) / (centred.size - 1)
    return max(_scatter(centred, blocks) / (blocks - 1) / variance for blocks in _BLOCKS)


def _scatter(centred: np.ndarray, blocks: int) -> float:
    """Return the sum of squares of the means of blocks, as one reading would have it."""
    length = centred.size // blocks
    means = centred[centred.size - length * blocks :].reshape(blocks, length).mean(axis=1)
    return length * float(((means - means.mean()) ** 2).sum())


def parts_differ(centred: np.ndarray) -> bool:
    """Tell whether halves or thirds of a series differ by more than what its first lags decay to explains."""
    from scipy.special import chdtri

    each = _of_decay(_correlations(centred), centred.size) * float(centred @ centred) / centred.size
    return any(_scatter(centred, parts) > each * float(chdtri(parts - 1, _SURE)) for parts in _PARTS)
