"""Mettler-Toledo balances (MT-SICS)."""

from __future__ import annotations

from ._mt_sics import MettlerXS205DU

__all__ = ["MettlerXS205DU"]
