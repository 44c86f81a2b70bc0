"""Calibration of thermocouples by comparison in a dry block or furnace."""

from calibrator_procedures.thermocouple.procedure import PROCEDURE, ThermocoupleComparison

__all__ = ["PROCEDURE", "ThermocoupleComparison"]
