"""A simulated Eastron SDM630 energy meter."""

from __future__ import annotations

from calibrator_sim.instruments.eastron_sdm630._meter import EastronSDM630

__all__ = ["EastronSDM630"]
