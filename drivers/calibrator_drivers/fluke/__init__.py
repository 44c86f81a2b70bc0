"""Fluke calibrators, multimeters, wells, baths and readouts."""

from __future__ import annotations

from ._fluke_1502a import Fluke1502A
from ._fluke_1529 import Fluke1529
from ._fluke_1586a import Fluke1586A
from ._fluke_5522a import Fluke5520A, Fluke5522A
from ._fluke_5730a import Fluke5730A
from ._fluke_6270a import Fluke6270A
from ._fluke_7341 import Fluke7341
from ._fluke_8588a import Fluke8588A
from ._fluke_8846a import Fluke8846A
from ._fluke_9142 import Fluke9142, Fluke9143, Fluke9144

__all__ = [
    "Fluke1502A",
    "Fluke1529",
    "Fluke1586A",
    "Fluke5520A",
    "Fluke5522A",
    "Fluke5730A",
    "Fluke6270A",
    "Fluke7341",
    "Fluke8588A",
    "Fluke8846A",
    "Fluke9142",
    "Fluke9143",
    "Fluke9144",
]
