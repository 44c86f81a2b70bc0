"""Function generators: 33220A and 33500B."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_generator._generator import Keysight33220A, Keysight33500B

__all__ = ["Keysight33220A", "Keysight33500B"]
