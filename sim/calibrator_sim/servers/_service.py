"""What every server of an instrument shares: requests for service, and locks."""

from __future__ import annotations

from collections.abc import Callable

from calibrator_sim.instruments import Device

__all__ = ["Locks", "ServiceWatch"]

_RQS = 64


class ServiceWatch:
    """Requests service when a new reason appears in the status byte (IEEE 488.2:1992, 11.3.3).

    Args:
        device: the instrument.
        muted: says whether a fault loses this request.
    """

    def __init__(self, device: Device, muted: Callable[[], bool]) -> None:
        self._device = device
        self._muted = muted
        self._reasons = 0
        self._listeners: list[Callable[[int], None]] = []
        self.requesting = False

    def listen(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the status byte at each request for service."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[int], None]) -> None:
        """Call it no more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def look(self, *, message_available: bool = False) -> None:
        """Look at the status byte, and request service where a new reason has appeared."""
        mask = self._device.service_mask() & ~_RQS
        if not mask and not self._reasons:
            return
        reasons = self._device.status_byte(message_available=message_available) & mask
        fresh, self._reasons = reasons & ~self._reasons, reasons
        if not reasons:
            self.requesting = False
        if fresh and not self._muted():
            self.requesting = True
            byte = self._byte(message_available)
            for listener in tuple(self._listeners):
                listener(byte)

    def poll(self, *, message_available: bool) -> int:
        """Return the status byte of a serial poll: bit 6 is the request, which it ends."""
        self.look(message_available=message_available)
        byte = self._byte(message_available)
        self.requesting = False
        return byte

    def _byte(self, message_available: bool) -> int:
        byte = self._device.status_byte(message_available=message_available) & ~_RQS
        return byte | _RQS if self.requesting else byte


class Locks:
    """Who may speak with an instrument: one exclusive owner, or several that share a name."""

    def __init__(self) -> None:
        self._exclusive: object | None = None
        self._shared: dict[object, str] = {}
        self._waiting: list[Callable[[], None]] = []

    def blocks(self, owner: object) -> bool:
        """Say whether somebody else's lock keeps `owner` out."""
        if self._exclusive is not None:
            return self._exclusive is not owner
        return bool(self._shared) and owner not in self._shared

    def take(self, owner: object, name: str = "") -> bool:
        """Lock exclusively, or with others who give the same name; False where it is held."""
        if name:
            if self._exclusive not in (None, owner) or any(n != name for n in self._shared.values()):
                return False
            self._shared[owner] = name
            return True
        if self._exclusive is not None or self.blocks(owner):
            return False
        self._exclusive = owner
        return True

    def holds(self, owner: object, *, exclusive: bool) -> bool:
        """Say whether `owner` holds a lock of that kind."""
        return self._exclusive is owner if exclusive else owner in self._shared

    def release(self, owner: object) -> str:
        """Give back the exclusive lock, else the shared one; returns which, empty where none was held."""
        if self._exclusive is owner:
            self._exclusive = None
            released = "exclusive"
        elif owner in self._shared:
            del self._shared[owner]
            released = "shared"
        else:
            return ""
        waiting, self._waiting = self._waiting, []
        for stir in waiting:
            stir()
        return released

    def release_all(self, owner: object) -> None:
        """Give back whatever `owner` holds: its connection is gone."""
        while self.release(owner):
            pass

    def wait(self, stir: Callable[[], None]) -> None:
        """Call `stir` once when a lock is given back."""
        self._waiting.append(stir)

    @property
    def exclusive(self) -> bool:
        """Whether there is an exclusive lock."""
        return self._exclusive is not None

    @property
    def count(self) -> int:
        """How many hold a lock."""
        return len(self._shared) + (self._exclusive is not None and self._exclusive not in self._shared)
