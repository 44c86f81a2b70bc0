"""The 4-20 mA loop: from pressure to current and back, and what a current says about the transmitter."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LoopScale", "loop_fault"]

_ZERO_A, _SPAN_A = 0.004, 0.016
_LOW_FAULT_A, _HIGH_FAULT_A = 0.0036, 0.021  # NAMUR NE 43
_LOW_LIVE_A, _HIGH_LIVE_A = 0.0038, 0.0205


@dataclass(frozen=True, slots=True)
class LoopScale:
    """The range of a transmitter: pressures at 4 mA and at 20 mA; `square_root` for flow by pressure drop.

    Example:
        >>> scale = LoopScale(0.0, 700e3)
        >>> round(scale.current_a(350e3), 6), round(scale.pressure_pa(0.012))
        (0.012, 350000)
    """

    lower_pa: float
    upper_pa: float
    square_root: bool = False

    def current_a(self, pressure_pa: float) -> float:
        """Return the current that stands for a pressure."""
        share = (pressure_pa - self.lower_pa) / (self.upper_pa - self.lower_pa)
        if self.square_root:
            share = max(0.0, share) ** 0.5
        return _ZERO_A + _SPAN_A * share

    def pressure_pa(self, current_a: float) -> float:
        """Return the pressure that a current stands for."""
        share = (current_a - _ZERO_A) / _SPAN_A
        if self.square_root:
            share = share**2
        return self.lower_pa + share * (self.upper_pa - self.lower_pa)

    def error_percent(self, current_a: float, pressure_pa: float) -> float:
        """Return the error of a current in % of span."""
        return 100.0 * (current_a - self.current_a(pressure_pa)) / _SPAN_A


def loop_fault(current_a: float) -> str:
    """Say what a loop current means: "" live, "saturated", or "fault" (NAMUR NE 43).

    Example:
        >>> loop_fault(0.012), loop_fault(0.0206), loop_fault(0.0035)
        ('', 'saturated', 'fault')
    """
    if current_a <= _LOW_FAULT_A or current_a >= _HIGH_FAULT_A:
        return "fault"
    return "" if _LOW_LIVE_A <= current_a <= _HIGH_LIVE_A else "saturated"
