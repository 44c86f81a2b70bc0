"""Calibration of dry-block calibrators: display, homogeneity, loading, hysteresis and stability."""

from calibrator_procedures.dry_block.procedure import PROCEDURE, DryBlock

__all__ = ["PROCEDURE", "DryBlock"]
