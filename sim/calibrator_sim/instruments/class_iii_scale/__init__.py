"""A class III scale without an interface, with the simulated operator who reads it."""

from __future__ import annotations

from calibrator_sim.instruments.class_iii_scale._scale import ClassIIIScale

__all__ = ["ClassIIIScale"]
