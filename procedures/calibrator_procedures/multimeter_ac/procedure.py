"""The 34401A's quantities beside its zero offsets and gain, measured and evaluated by the script of `dmm`."""

from __future__ import annotations

from pathlib import Path

from calibrator_procedures.dmm.procedure import DmmVerification

__all__ = ["PROCEDURE"]

PROCEDURE = DmmVerification(Path(__file__).parent)
