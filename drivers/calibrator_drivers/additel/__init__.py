"""Additel digital pressure gauges."""

from __future__ import annotations

from ._additel_681 import AdditelADT681

__all__ = ["AdditelADT681"]
