"""The 5730A calibrator: direct volts in the dialect of Fluke's calibrators."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_5730a._calibrator import Fluke5730A

__all__ = ["Fluke5730A"]
