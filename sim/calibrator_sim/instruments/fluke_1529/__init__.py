"""A simulated Fluke (Hart Scientific) 1529 readout."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_1529._readout import Fluke1529

__all__ = ["Fluke1529"]
