"""A simulated Druck PACE5000."""

from __future__ import annotations

from calibrator_sim.instruments.druck_pace5000._controller import DruckPACE5000, DruckPACE6000

__all__ = ["DruckPACE5000", "DruckPACE6000"]
