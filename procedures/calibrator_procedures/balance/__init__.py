"""Calibration of non-automatic weighing instruments with standard weights."""

from calibrator_procedures.balance.procedure import PROCEDURE, BalanceCalibration

__all__ = ["PROCEDURE", "BalanceCalibration"]
