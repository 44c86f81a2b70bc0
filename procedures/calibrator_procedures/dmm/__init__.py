"""Verification of digital multimeters: zero offsets and gain against a multi-product calibrator."""

from calibrator_procedures.dmm.procedure import PROCEDURE, DmmVerification

__all__ = ["PROCEDURE", "DmmVerification"]
