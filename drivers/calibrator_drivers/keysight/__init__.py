"""Keysight (HP, Agilent) multimeters."""

from __future__ import annotations

from ._keysight_34401a import Keysight34401A

__all__ = ["Keysight34401A"]
