"""The 2450 source-measure unit."""

from __future__ import annotations

from calibrator_sim.instruments.keithley_2450._unit import Keithley2450

__all__ = ["Keithley2450"]
