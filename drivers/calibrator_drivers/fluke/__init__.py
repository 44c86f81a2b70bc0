"""Fluke calibrators."""

from __future__ import annotations

from ._fluke_5522a import Fluke5520A, Fluke5522A

__all__ = ["Fluke5520A", "Fluke5522A"]
