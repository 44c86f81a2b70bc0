"""The 5522A and 5520A multi-product calibrators: their own dialect under IEEE 488.2, single outputs."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_5522a._calibrator import Fluke5520A, Fluke5522A

__all__ = ["Fluke5520A", "Fluke5522A"]
