"""Simulated Fluke 9142, 9143 and 9144 metrology wells."""

from __future__ import annotations

from calibrator_sim.instruments.fluke_914x._well import Fluke914x

__all__ = ["Fluke914x"]
