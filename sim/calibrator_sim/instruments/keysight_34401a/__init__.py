"""The 34401A multimeter: SCPI-1991, 6.5 digits."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["Keysight34401A"]
