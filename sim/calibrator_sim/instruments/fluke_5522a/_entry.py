"""What stands behind a keyword of the 5522A."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

__all__ = ["Entry", "Outcome", "entered_hz"]

# A command returns its response, nothing, or yields the moments (ns) until which it is busy.
Outcome = str | None | Generator[int, None, str | None]


# Step of the frequency setting up to each frequency (memory_high).
_FREQUENCY_STEPS = ((119.99, 0.01), (1199.9, 0.1), (11999.0, 1.0), (119990.0, 10.0), (math.inf, 100.0))


@dataclass(frozen=True, slots=True)
class Entry:
    """A command and how many parameters it takes."""

    run: Callable[..., Any]
    least: int = 0
    most: int = 0


def entered_hz(hertz: float) -> float:
    """Return the frequency as the instrument takes it: four to five digits."""
    step = next(step for most, step in _FREQUENCY_STEPS if hertz <= most)
    counts = round(hertz / step)
    return counts / round(1.0 / step) if step < 1.0 else counts * step
