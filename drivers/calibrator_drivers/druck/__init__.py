"""Druck pressure controllers."""

from __future__ import annotations

from ._druck_pace5000 import DruckPACE5000
from ._druck_pace6000 import DruckPACE6000

__all__ = ["DruckPACE5000", "DruckPACE6000"]
