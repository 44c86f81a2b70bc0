"""The operator as an instrument: displays and pointers whose indication a person types.

`open_typed(model, ask, …)` opens one at a terminal; over any other resource, such as that of a simulated
operator, the drivers work like every other.
"""

from __future__ import annotations

from ._gauge import HydraulicGauge10Bar, PointerGauge, PointerGauge10Bar, PrecisionGauge10Bar
from ._handheld import Fluke87V, Fluke179
from ._prompt import Ask, PromptLink, Question, open_typed
from ._scale import ClassIIIScale6And15kg, ClassIIIScale15kg
from ._text import Typed, parse_typed

__all__ = [
    "Ask",
    "ClassIIIScale6And15kg",
    "ClassIIIScale15kg",
    "Fluke87V",
    "Fluke179",
    "HydraulicGauge10Bar",
    "PointerGauge",
    "PointerGauge10Bar",
    "PrecisionGauge10Bar",
    "PromptLink",
    "Question",
    "Typed",
    "open_typed",
    "parse_typed",
]
