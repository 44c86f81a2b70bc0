"""Hand-held multimeters with the simulated operator who reads them: 87V and 179."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_handheld._meter import Fluke87V, Fluke179

__all__ = ["Fluke87V", "Fluke179"]
