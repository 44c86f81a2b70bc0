"""Eastron energy meters (Modbus)."""

from __future__ import annotations

from ._eastron_sdm630 import EastronSDM630

__all__ = ["EastronSDM630"]
