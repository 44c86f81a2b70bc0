"""A simulated two-wire pressure transmitter with HART."""

from __future__ import annotations

from calibrator_sim.instruments.transmitter_4_20ma._transmitter import Transmitter

__all__ = ["Transmitter"]
