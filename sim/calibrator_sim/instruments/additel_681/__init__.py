"""A simulated Additel ADT681 pressure gauge."""

from __future__ import annotations

from calibrator_sim.instruments.additel_681._gauge import AdditelADT681

__all__ = ["AdditelADT681"]
