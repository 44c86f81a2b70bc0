"""A simulated Fluke (Hart Scientific) 7341 bath."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_7341._bath import Fluke7341

__all__ = ["Fluke7341"]
