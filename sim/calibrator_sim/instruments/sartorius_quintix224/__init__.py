"""A simulated Sartorius Quintix 224."""

from __future__ import annotations

from calibrator_sim.instruments.sartorius_quintix224._sbi import SartoriusQuintix224

__all__ = ["SartoriusQuintix224"]
