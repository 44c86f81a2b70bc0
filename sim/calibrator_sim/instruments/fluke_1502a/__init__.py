"""A simulated Fluke 1502A."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_1502a._readout import Fluke1502A

__all__ = ["Fluke1502A"]
