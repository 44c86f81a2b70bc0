"""A simulated Mensor CPC6050."""

from __future__ import annotations

from calibrator_sim.instruments.mensor_cpc6050._controller import MensorCPC6050

__all__ = ["MensorCPC6050"]
