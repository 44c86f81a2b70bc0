"""Carries out the script of faults: which strike now, and what they do to a reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calibrator_sim._fault_script import Fault
from calibrator_sim.instruments import Device
from calibrator_sim.servers import Outgoing

__all__ = ["FaultScript"]

_GARBAGE = "\x80\x9b#?\x01,,E"


class FaultScript:
    """The faults of one bench with how often each has struck."""

    def __init__(self, faults: tuple[Fault, ...], time_ns: Callable[[], int]) -> None:
        self._faults = faults
        self._time_ns = time_ns
        self._kinds = frozenset(fault.kind for fault in faults)
        self._struck = [0] * len(faults)
        self._replies: dict[str, int] = {}

    def any(self, kind: str) -> bool:
        """Say whether the script has a fault of a kind at all."""
        return kind in self._kinds

    def strike(self, kind: str, instrument: str = "") -> Fault | None:
        """Return the fault of a kind that strikes now, and count it."""
        if not self._faults:
            return None
        seconds = self._time_ns() / 1e9
        for index, fault in enumerate(self._faults):
            if (
                fault.kind == kind
                and fault.instrument == instrument
                and fault.at_s <= seconds < fault.at_s + fault.for_s
                and self._replies.get(instrument, 0) >= fault.after
                and self._struck[index] < fault.count
            ):
                self._struck[index] += 1
                return fault
        return None

    def drift(self, instrument: str, ns: int) -> float:
        """Return by which fraction of its value an instrument is off at a moment."""
        if not self._faults:
            return 0.0
        seconds = ns / 1e9
        return sum(
            fault.ppm * 1e-6
            for fault in self._faults
            if fault.kind == "drift"
            and fault.instrument == instrument
            and fault.at_s <= seconds < fault.at_s + fault.for_s
        )

    def closes(self, device: Device) -> bool:
        """Say whether the connection breaks now; a full error queue is there before the message is read."""
        if not self._faults:
            return False
        if self.strike("queue-overflow", device.name):
            device.overflow_queue()
        return self.strike("closed", device.name) is not None

    def refuses(self, device: Device) -> bool:
        """Say whether a new connection is refused now."""
        return self.strike("refused", device.name) is not None

    def mutes(self, device: Device) -> bool:
        """Say whether a request for service gets lost now."""
        return self.strike("lost-srq", device.name) is not None

    def replies(self, device: Device, message: str, response: str, end: bytes) -> list[Outgoing]:
        """Return what goes out in place of a response."""
        plain = [Outgoing(response.encode("latin-1", "replace") + end)]
        if not self._faults:
            return plain
        name = device.name
        try:
            return self._altered(device, message, plain, end)
        finally:
            self._replies[name] = self._replies.get(name, 0) + 1

    def _altered(self, device: Device, message: str, plain: list[Outgoing], end: bytes) -> list[Outgoing]:
        name, asked = device.name, getattr(device, "identity_messages", ("*IDN?",))
        if message.strip().upper().startswith(asked) and (fault := self.strike("identity", name)):
            return [Outgoing((fault.text or "ACME,1234,SIM0,1.0").encode("latin-1", "replace") + end)]
        if self.strike("no-reply", name):
            return []
        if fault := self.strike("late-reply", name):
            plain = [Outgoing(item.data, fault.delay_s) for item in plain]
        elif self.strike("duplicate-reply", name):
            plain = plain * 2
        elif self.strike("truncated", name):
            plain = [Outgoing(item.data[: len(item.data) // 2], ends=False) for item in plain]
        elif fault := self.strike("garbage", name):
            plain = [Outgoing((fault.text or _GARBAGE).encode("latin-1", "replace") + end)]
        return plain

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"struck": list(self._struck), "replies": dict(self._replies)}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._struck = list(state["struck"])
        self._replies = dict(state["replies"])
