"""The 3458A multimeter: 8.5 digits, its own language, self-calibration."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_3458a._meter import Keysight3458A

__all__ = ["Keysight3458A"]
