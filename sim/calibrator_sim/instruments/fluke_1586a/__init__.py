"""A simulated Fluke 1586A."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_1586a._daq import Fluke1586A

__all__ = ["Fluke1586A"]
