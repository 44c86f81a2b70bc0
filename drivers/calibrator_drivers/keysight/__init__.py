"""Keysight (Agilent, HP) instruments."""

from __future__ import annotations

from ._keysight_3458a import Keysight3458A
from ._keysight_34401a import Keysight34401A
from ._keysight_truevolt import Keysight34461A, Keysight34465A, Keysight34470A

__all__ = ["Keysight3458A", "Keysight34401A", "Keysight34461A", "Keysight34465A", "Keysight34470A"]
