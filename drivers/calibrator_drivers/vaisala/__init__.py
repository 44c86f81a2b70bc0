"""Vaisala environment sensors."""

from __future__ import annotations

from ._vaisala_ptu300 import VaisalaPTU300

__all__ = ["VaisalaPTU300"]
