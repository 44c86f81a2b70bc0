"""A simulated Vaisala PTU300."""

from __future__ import annotations

from calibrator_sim.instruments.vaisala_ptu300._sensor import VaisalaPTU300

__all__ = ["VaisalaPTU300"]
