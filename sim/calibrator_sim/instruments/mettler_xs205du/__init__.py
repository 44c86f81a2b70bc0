"""A simulated Mettler-Toledo XS205DU."""

from __future__ import annotations

from calibrator_sim.instruments.mettler_xs205du._sics import MettlerXS205DU

__all__ = ["MettlerXS205DU"]
