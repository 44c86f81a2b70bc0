"""The simulated operator before a display: takes time, and sometimes mistypes what it shows."""

from __future__ import annotations

from collections.abc import Generator

from calibrator_sim.instruments._device import World

__all__ = ["LOOK_S", "SECOND", "Reader"]

SECOND = 1_000_000_000
LOOK_S = 6
_AGAIN_S = 8
_MISTAKES = 0.01  # of first looks; a second look is careful (memory_low)


class Reader:
    """Reads and types for one instrument; draws are keyed by the moment, never by the order of readings."""

    def __init__(self, name: str, world: World) -> None:
        self._name = name
        self._world = world

    def look(self, *, again: bool) -> Generator[int, None, int]:
        """Take the time of a look and return the moment at which the display is read."""
        yield self._world.time_ns() + (_AGAIN_S if again else LOOK_S) * SECOND
        return self._world.time_ns()

    def types(self, shown: str, ns: int, *, again: bool) -> str:
        """Return what is typed for what a display shows."""
        draws, scale = self._world.draws, self._world.effects.keying
        if again or draws.unit("keying", self._name, ns) >= _MISTAKES * scale:
            return shown
        digits = [i for i, char in enumerate(shown[:-1]) if char.isdigit() and shown[i + 1].isdigit()]
        kind = draws.unit("keying kind", self._name, ns)
        if kind < 0.5 and digits:
            i = digits[int(draws.unit("keying place", self._name, ns) * len(digits))]
            return shown[:i] + shown[i + 1] + shown[i] + shown[i + 2 :]  # two digits change places
        if kind < 0.75 and shown.startswith("-"):
            return shown[1:]  # the sign is left out
        return shown.replace(".", "", 1)  # the point is left out
