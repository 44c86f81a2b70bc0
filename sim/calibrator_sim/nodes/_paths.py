"""Paths in closed form: a ramp that closes in on its target, and the memory of turning points."""

from __future__ import annotations

import math

__all__ = ["approach", "arrival_s", "play", "remember"]

_TRAIL = 64  # turning points that an element can remember


def arrival_s(start: float, target: float, rate: float, tau_s: float) -> float:
    """Return when a ramp ends and the exponential approach begins."""
    return max(0.0, abs(target - start) / rate - tau_s)


def approach(
    elapsed_s: float, start: float, target: float, *, rate: float, tau_s: float, beyond: float
) -> float:
    """Return a value that goes at a rate and closes in with one time constant, smooth where both meet.

    `beyond` is the height of an overshoot that comes and goes with two time constants; 0 for none.

    Example:
        >>> approach(1.0, 0.0, 100.0, rate=10.0, tau_s=2.0, beyond=0.0)
        10.0
    """
    distance = target - start
    if not distance:
        return target
    arrival = arrival_s(start, target, rate, tau_s)
    sign = math.copysign(1.0, distance)
    if elapsed_s < arrival:
        return start + sign * rate * elapsed_s
    left = min(abs(distance), rate * tau_s)
    x = (elapsed_s - arrival) / tau_s
    return target - sign * (left * math.exp(-x) - beyond * (x / 2.0) * math.exp(1.0 - x / 2.0))


def remember(trail: list[float], value: float) -> list[float]:
    """Add a value to the turning points; what a larger swing has wiped out is forgotten (Preisach)."""
    points = [*trail, value]
    while len(points) > 2:
        a, b, c = points[-3:]
        if (b - a) * (c - b) >= 0.0:  # the same direction: no turning point between
            del points[-2]
        elif len(points) > 3 and abs(b - a) <= min(abs(c - b), abs(a - points[-4])):  # a loop that is closed
            del points[-3:-1]
        else:
            break
    return points[-_TRAIL:]


def play(trail: list[float], width: float) -> float:
    """Return where an element stands in its play: -1 on the way up, +1 on the way down.

    Example:
        >>> play([0.0, 100.0], 10.0), play([0.0, 100.0, 50.0], 10.0)
        (-1.0, 1.0)
    """
    lagging = trail[0]
    for value in trail:
        lagging = min(max(lagging, value - width), value + width)
    return min(max((lagging - trail[-1]) / width, -1.0), 1.0)
