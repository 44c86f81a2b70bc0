"""A pointer gauge for pressure with the simulated operator who reads it."""

from __future__ import annotations

from calibrator_sim.instruments.pointer_gauge._gauge import PointerGauge

__all__ = ["PointerGauge"]
