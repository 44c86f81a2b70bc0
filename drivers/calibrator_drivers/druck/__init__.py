"""Druck pressure controllers."""

from __future__ import annotations

from ._druck_pace5000 import DruckPACE5000

__all__ = ["DruckPACE5000"]
