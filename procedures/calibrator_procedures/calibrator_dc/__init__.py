"""Calibration of multifunction calibrators against a reference multimeter: direct volts and resistance."""

from calibrator_procedures.calibrator_dc.procedure import PROCEDURE, CalibratorDirect

__all__ = ["PROCEDURE", "CalibratorDirect"]
