"""Bench multimeters of other makers with the 34401A's kind of language: 8846A, 8588A, Keithley 2000."""

from __future__ import annotations

from calibrator_sim.instruments.scpi_meters._fluke_8588a import Fluke8588A
from calibrator_sim.instruments.scpi_meters._keithley_2000 import Keithley2000
from calibrator_sim.instruments.scpi_meters._meters import Fluke8846A

__all__ = ["Fluke8588A", "Fluke8846A", "Keithley2000"]
