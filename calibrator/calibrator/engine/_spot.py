"""Where the desk works: the parts of a wiring, their channels, and what limits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from calibrator.engine._safety import Quantity

if TYPE_CHECKING:
    from calibrator.standards import Unit

__all__ = ["Spot"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the desk works now: a point (or the proof), the parts of its wiring, and what limits them."""

    name: str  # point id, or "proof:<section>"
    section: str
    parts: Mapping[str, str]  # role of the procedure -> name on the bench
    quantity: Quantity  # what the meter sees of the source with these leads
    ceilings: Mapping[str, float] = field(default_factory=dict)  # largest magnitude allowed here, by unit
    unit: str = ""
    channels: Mapping[str, int] = field(default_factory=dict)
    wiring: str = ""
    standard: str = "source"  # the part that realises the reference value
    slew_pa_per_s: float | None = None  # the fastest that the line may be taken
    alone: bool = False  # one check standard is read for all units that are measured at once

    def of_unit(self, reads: Unit) -> Spot:
        """Return the same place with the parts and the channel of one of the units under test."""
        channels = {} if reads.channel is None else {"uut": reads.channel}
        parts = {**self.parts, **reads.parts, "uut": reads.reader}
        return replace(self, parts=parts, channels={**self.channels, **channels})
