"""Reference functions of thermocouples by ITS-90, with their sensitivity."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["emf_uv", "sensitivity_uv"]

_EDGE_C = 1e-9


@dataclass(frozen=True, slots=True)
class _Piece:
    low_c: float
    high_c: float
    coefficients_mv: tuple[float, ...]
    bump: tuple[float, ...]  # a0, a1, a2 of type K's exponential

    def mv(self, celsius: float) -> float:
        total = sum(c * celsius**power for power, c in enumerate(self.coefficients_mv))
        if self.bump:
            a0, a1, a2 = self.bump
            total += a0 * math.exp(a1 * (celsius - a2) ** 2)
        return total

    def slope_mv(self, celsius: float) -> float:
        terms = enumerate(self.coefficients_mv)
        total = sum(power * c * celsius ** (power - 1) for power, c in terms if power)
        if self.bump:
            a0, a1, a2 = self.bump
            away = celsius - a2
            total += 2.0 * a0 * a1 * away * math.exp(a1 * away**2)
        return total


def emf_uv(type_: str, celsius: float) -> float:
    """Return the voltage (uV) against a reference junction at 0 degC (NIST Monograph 175).

    Raises:
        ValueError: outside the span of the type.

    Example:
        >>> round(emf_uv("K", 100.0)), round(emf_uv("N", 1000.0))
        (4096, 36256)
    """
    return _piece(type_, celsius).mv(celsius) * 1e3


def sensitivity_uv(type_: str, celsius: float) -> float:
    """Return dE/dt (uV/K).

    Example:
        >>> round(sensitivity_uv("K", 25.0), 1), round(sensitivity_uv("S", 25.0), 1)
        (40.5, 6.0)
    """
    return _piece(type_, celsius).slope_mv(celsius) * 1e3


def _piece(type_: str, celsius: float) -> _Piece:
    for piece in _pieces()[type_]:
        if piece.low_c - _EDGE_C <= celsius <= piece.high_c + _EDGE_C:
            return piece
    raise ValueError(f"{celsius:g} degC is outside type {type_}")


@cache
def _pieces() -> dict[str, tuple[_Piece, ...]]:
    text = Path(__file__).with_name("its90.toml").read_text(encoding="utf-8")
    found: dict[str, list[_Piece]] = {}
    for entry in tomllib.loads(text)["forward"]:
        piece = _Piece(
            entry["t_min_C"],
            entry["t_max_C"],
            tuple(entry["coeffs_mV"]),
            tuple(entry.get("exponential_a0_a1_a2", ())),
        )
        found.setdefault(entry["type"], []).append(piece)
    return {name: tuple(pieces) for name, pieces in found.items()}
