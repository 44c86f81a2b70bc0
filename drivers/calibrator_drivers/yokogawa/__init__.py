"""Yokogawa power meters."""

from __future__ import annotations

from ._yokogawa_wt310 import YokogawaWT310

__all__ = ["YokogawaWT310"]
