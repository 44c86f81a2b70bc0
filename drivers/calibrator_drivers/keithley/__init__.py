"""Keithley instruments."""

from __future__ import annotations

from ._keithley_2000 import Keithley2000
from ._keithley_2450 import Keithley2450

__all__ = ["Keithley2000", "Keithley2450"]
