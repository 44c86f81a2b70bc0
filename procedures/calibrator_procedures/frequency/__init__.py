"""Calibration of the time bases of counters and generators against a disciplined oscillator."""

from calibrator_procedures.frequency.procedure import PROCEDURE, FrequencyCalibration

__all__ = ["PROCEDURE", "FrequencyCalibration"]
