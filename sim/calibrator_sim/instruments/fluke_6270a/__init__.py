"""A simulated Fluke 6270A."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_6270a._controller import Fluke6270A

__all__ = ["Fluke6270A"]
