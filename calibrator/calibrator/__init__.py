"""Calibrator: runs calibrations of measuring instruments and proves what it says about them.

The public doors are the sub-packages; nothing heavy is imported here.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.3.0"
