"""Alternating volts and current, frequency and two-wire resistance of the 34401A, by the script of `dmm`."""

from calibrator_procedures.multimeter_ac.procedure import PROCEDURE

__all__ = ["PROCEDURE"]
