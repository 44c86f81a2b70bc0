"""The 34461A, 34465A and 34470A multimeters (Truevolt): a superset of the 34401A's language."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_truevolt._meter import (
    Keysight34461A,
    Keysight34465A,
    Keysight34470A,
)

__all__ = ["Keysight34461A", "Keysight34465A", "Keysight34470A"]
