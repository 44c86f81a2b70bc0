"""Two-wire transmitters: their loop current, and what they say over HART."""

from __future__ import annotations

from ._hart_transmitter import HartTransmitter
from ._loop import LoopScale, loop_fault

__all__ = ["HartTransmitter", "LoopScale", "loop_fault"]
