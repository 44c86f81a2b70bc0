"""The 5522A multi-product calibrator: its own dialect under IEEE 488.2, direct functions."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_5522a._calibrator import Fluke5522A

__all__ = ["Fluke5522A"]
