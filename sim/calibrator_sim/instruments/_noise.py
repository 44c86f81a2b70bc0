"""How the noise of a reading falls with its integration time: white first, then towards a floor."""

from __future__ import annotations

import math

__all__ = ["falling"]

_FLOOR = 0.25  # of the power at the usual integration time is 1/f noise (memory_medium)


def falling(share: float, flicker: float) -> float:
    """Return the noise at an integration time over that at the usual one.

    Args:
        share: usual time over this one; above 1 the integration is shorter.
        flicker: size of the effect; 0 leaves white noise alone.

    Example:
        >>> falling(0.25, 0.0), falling(4.0, 1.0)
        (0.5, 2.0)
    """
    floor = min(1.0, _FLOOR * flicker)
    return math.sqrt(share if share >= 1.0 else share + (1.0 - share) * floor)
