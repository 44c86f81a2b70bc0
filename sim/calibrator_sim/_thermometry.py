"""Thermometers as electricity: thermocouple voltages (ITS-90) and platinum resistances (IEC 60751)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["SPANS_C", "TYPES", "couple_c", "platinum_c", "pt100_ohm", "solve", "thermocouple_v"]

TYPES = ("B", "E", "J", "K", "N", "R", "S", "T")
_A, _B, _C = 3.9083e-3, -5.775e-7, -4.183e-12  # IEC 60751:2022, 5.2
_EDGE_C = 1e-9
# Where the voltage of a type rises, so that it can be turned into a temperature.
SPANS_C = {"B": (250.0, 1820.0), "E": (-200.0, 1000.0), "J": (-200.0, 1200.0), "K": (-200.0, 1372.0)} | {
    "N": (-200.0, 1300.0),
    "R": (-50.0, 1768.0),
    "S": (-50.0, 1768.0),
    "T": (-200.0, 400.0),
}
_PLATINUM_C = (-200.0, 850.0)


@dataclass(frozen=True, slots=True)
class _Piece:
    low_c: float
    high_c: float
    coefficients_mv: tuple[float, ...]
    bump: tuple[float, ...]

    def mv(self, celsius: float) -> float:
        total = 0.0
        for coefficient in reversed(self.coefficients_mv):
            total = total * celsius + coefficient
        if self.bump:
            a0, a1, a2 = self.bump
            total += a0 * math.exp(a1 * (celsius - a2) ** 2)
        return total


def thermocouple_v(type_: str, celsius: float) -> float:
    """Return the voltage (V) of a thermocouple whose reference junction is at 0 degC (NIST Monograph 175).

    Raises:
        ValueError: outside the span of the type.

    Example:
        >>> round(thermocouple_v("K", 100.0) * 1e3, 3)
        4.096
    """
    for piece in _pieces()[type_]:
        if piece.low_c - _EDGE_C <= celsius <= piece.high_c + _EDGE_C:
            return piece.mv(celsius) * 1e-3
    raise ValueError(f"{celsius:g} degC is outside type {type_}")


def pt100_ohm(celsius: float, r0_ohm: float = 100.0) -> float:
    """Return the resistance (ohm) of a platinum thermometer of the 385 curve (IEC 60751:2022, 5.2).

    Example:
        >>> round(pt100_ohm(100.0), 4)
        138.5055
    """
    low = _C * (celsius - 100.0) * celsius**3 if celsius < 0.0 else 0.0
    return r0_ohm * (1.0 + _A * celsius + _B * celsius * celsius + low)


def platinum_c(ohm: float) -> float:
    """Return the temperature (degC) at which a Pt100 of the 385 curve has a resistance."""
    return solve(pt100_ohm, ohm, *_PLATINUM_C)


def couple_c(type_: str, volts: float) -> float:
    """Return the temperature (degC) of a thermocouple whose reference junction is at 0 degC."""
    return solve(lambda celsius: thermocouple_v(type_, celsius), volts, *SPANS_C[type_])


def solve(curve: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a rising curve has a value (bisection, 1e-7 K)."""
    while high - low > 1e-7:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if curve(middle) < wanted else (low, middle)
    return 0.5 * (low + high)


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
