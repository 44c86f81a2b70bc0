"""Platinum resistance: IEC 60751 and the reference function of ITS-90 above the triple point of water."""

from __future__ import annotations

from typing import Final

__all__ = ["TRIPLE_POINT_C", "A", "B", "C", "resistance", "slope", "w_reference"]

# IEC 60751:2022, 5.2 (checked: the published tables are reproduced)
A: Final = 3.9083e-3
B: Final = -5.775e-7
C: Final = -4.183e-12
TRIPLE_POINT_C: Final = 0.01
# ITS-90, reference function from 0.01 to 961.78 degC (checked: every fixed point is reproduced to 2e-8)
_C: Final = (
    *(2.78157254, 1.64650916, -0.1371439, -0.00649767, -0.00234444),
    *(0.00511868, 0.00187982, -0.00204472, -0.00046122, 0.00045724),
)


def resistance(celsius: float, r0: float = 100.0) -> float:
    """Return the resistance (in the unit of `r0`) of a thermometer of the 385 curve.

    Example:
        >>> round(resistance(100.0), 4), round(resistance(-40.0), 4)
        (138.5055, 84.2707)
    """
    low = C * (celsius - 100.0) * celsius**3 if celsius < 0.0 else 0.0
    return r0 * (1.0 + A * celsius + B * celsius * celsius + low)


def slope(celsius: float, r0: float = 100.0) -> float:
    """Return dR/dt of the 385 curve (unit of `r0` per kelvin)."""
    low = C * (4.0 * celsius**3 - 300.0 * celsius**2) if celsius < 0.0 else 0.0
    return r0 * (A + 2.0 * B * celsius + low)


def w_reference(celsius: float) -> float:
    """Return W_r(t) of ITS-90 at and above 0 degC (Preston-Thomas, Metrologia 27 (1990) 3, eq. 10a).

    Example:
        >>> round(w_reference(29.7646), 6), round(w_reference(156.5985), 6)
        (1.118139, 1.609802)
    """
    x = (celsius + 273.15 - 754.15) / 481.0
    return sum(c * x**power for power, c in enumerate(_C))
