"""Keysight (Agilent, HP) instruments."""

from __future__ import annotations

from ._gpsdo_58503 import Gpsdo58503
from ._keysight_3458a import Keysight3458A
from ._keysight_34401a import Keysight34401A
from ._keysight_counters import Keysight53131A, Keysight53230A
from ._keysight_generators import Keysight33220A, Keysight33500B
from ._keysight_truevolt import Keysight34461A, Keysight34465A, Keysight34470A

__all__ = [
    "Gpsdo58503",
    "Keysight3458A",
    "Keysight33220A",
    "Keysight33500B",
    "Keysight34401A",
    "Keysight34461A",
    "Keysight34465A",
    "Keysight34470A",
    "Keysight53131A",
    "Keysight53230A",
]
