"""A simulated temperature transmitter."""

from __future__ import annotations

from calibrator_sim.instruments.temperature_transmitter._transmitter import TemperatureTransmitter

__all__ = ["TemperatureTransmitter"]
