"""Frequency counters: 53131A and 53230A."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_counter._counter import Keysight53131A, Keysight53230A

__all__ = ["Keysight53131A", "Keysight53230A"]
