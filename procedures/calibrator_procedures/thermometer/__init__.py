"""Calibration of platinum thermometers by comparison in a bath or block."""

from calibrator_procedures.thermometer.procedure import PROCEDURE, ThermometerComparison

__all__ = ["PROCEDURE", "ThermometerComparison"]
