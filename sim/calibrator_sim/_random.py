"""Random draws keyed by what they are for, never by the order of calls.

The same key gives the same number in every process and after every restore;
numpy is not needed, and a draw costs a few microseconds.
"""

from __future__ import annotations

import math
from hashlib import blake2b

__all__ = ["Draws"]

_SCALE = 2.0**-52
_MOST_KEPT = 4096  # draws


class Draws:
    """Draws of one seed.

    Example:
        >>> draws = Draws(1)
        >>> draws.uniform("emf", "volts") == Draws(1).uniform("emf", "volts")
        True
        >>> -1.0 < draws.uniform("emf", "volts") < 1.0
        True
    """

    __slots__ = ("_base", "_known", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._base = blake2b(str(seed).encode("ascii"), digest_size=16, person=b"calibrator-sim")
        # Draws without a number in their key last: an error of a serial is asked for at each reading.
        self._known: dict[tuple[str | int | float, ...], tuple[float, float]] = {}

    def _pair(self, key: tuple[str | int | float, ...]) -> tuple[float, float]:
        known = self._known.get(key)
        if known is not None:
            return known
        state = self._base.copy()
        state.update("\x1f".join(map(str, key)).encode("utf-8"))
        digest = state.digest()
        # 52 bits and a half are exact in a double: neither 0 nor 1 can be drawn.
        drawn = (
            ((int.from_bytes(digest[:8], "little") >> 12) + 0.5) * _SCALE,
            ((int.from_bytes(digest[8:], "little") >> 12) + 0.5) * _SCALE,
        )
        # A key with a number is not kept: 1 and 1.0 are the same to a dict, and draw differently.
        if len(self._known) < _MOST_KEPT and set(map(type, key)) == {str}:
            self._known[key] = drawn
        return drawn

    def unit(self, *key: str | int | float) -> float:
        """Return a number drawn uniformly from 0 to 1."""
        return self._pair(key)[0]

    def uniform(self, *key: str | int | float) -> float:
        """Return a number drawn uniformly from -1 to 1."""
        return 2.0 * self._pair(key)[0] - 1.0

    def normal(self, *key: str | int | float) -> float:
        """Return a number drawn from the standard normal distribution (Box and Muller)."""
        first, second = self._pair(key)
        return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
