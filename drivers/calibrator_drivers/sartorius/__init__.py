"""Sartorius balances (SBI)."""

from __future__ import annotations

from ._sbi import SartoriusQuintix224

__all__ = ["SartoriusQuintix224"]
