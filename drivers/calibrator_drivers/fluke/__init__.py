"""Fluke calibrators, wells, baths and readouts."""

from __future__ import annotations

from ._fluke_1529 import Fluke1529
from ._fluke_1586a import Fluke1586A
from ._fluke_5522a import Fluke5520A, Fluke5522A
from ._fluke_6270a import Fluke6270A
from ._fluke_7341 import Fluke7341
from ._fluke_9142 import Fluke9142, Fluke9143, Fluke9144

__all__ = [
    "Fluke1529",
    "Fluke1586A",
    "Fluke5520A",
    "Fluke5522A",
    "Fluke6270A",
    "Fluke7341",
    "Fluke9142",
    "Fluke9143",
    "Fluke9144",
]
