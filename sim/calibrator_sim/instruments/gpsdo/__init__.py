"""A disciplined oscillator of the 58503 type: 10 MHz from the received time scale."""

from __future__ import annotations

from calibrator_sim.instruments.gpsdo._oscillator import Gpsdo

__all__ = ["Gpsdo"]
