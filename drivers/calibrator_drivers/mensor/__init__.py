"""Mensor (WIKA) pressure controllers."""

from __future__ import annotations

from ._mensor_cpc6050 import MensorCPC6050

__all__ = ["MensorCPC6050"]
