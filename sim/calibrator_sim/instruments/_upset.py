"""What the script of faults does to readings: stuck, beyond the range."""

from __future__ import annotations

from typing import Generic, TypeVar

from calibrator_sim.instruments._device import World

__all__ = ["Upset"]

T = TypeVar("T")


class Upset(Generic[T]):
    """The readings of one instrument on their way to a reply; plain values only, for snapshots."""

    def __init__(self, name: str, world: World) -> None:
        self.last: T | None = None
        self._name = name
        self._world = world

    def shown(self, value: T) -> T:
        """Return the reading, or the last one again where the instrument is stuck; asked once a reply."""
        if self._world.stuck(self._name) and self.last is not None:
            return self.last
        self.last = value
        return value

    def beyond(self) -> bool:
        """Say whether a fault makes the instrument show an overload now; asked once a reply."""
        return self._world.over_range(self._name)
