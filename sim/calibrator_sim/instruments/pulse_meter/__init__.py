"""Simulated energy meters that nobody speaks to: all they have is a pulse output."""

from __future__ import annotations

from calibrator_sim.instruments.pulse_meter._meter import PulseMeterClass05S, PulseMeterClass2

__all__ = ["PulseMeterClass05S", "PulseMeterClass2"]
