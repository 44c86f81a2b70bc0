"""Simulated instruments: each a model (physics, no strings) with a personality (commands)."""

from __future__ import annotations

from calibrator_sim.instruments._device import Device, World

__all__ = ["Device", "World"]
