"""Calibration of pressure gauges and transmitters against a pressure controller."""

from calibrator_procedures.pressure.procedure import PROCEDURE, PressureCalibration

__all__ = ["PROCEDURE", "PressureCalibration"]
