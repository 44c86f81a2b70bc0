"""How a laboratory writes its results: U to the nearest or upward, in steps of its last digit (GB/T 8170)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

__all__ = ["Rounder", "rounding_of"]


@dataclass(frozen=True, slots=True)
class Rounder:
    """Rounds U to two significant digits by a policy, and values to the same place; never to -0.

    Source: JCGM 100:2008, 7.2.6; EA-4/02 M:2022, 6.3; GB/T 8170-2008, 3.2 to 3.4.
    """

    policy: str = "nearest"  # "nearest", "upward", "ea-4/02"
    step: int = 1  # 1, 2 or 5 of the last digit

    @property
    def plain(self) -> bool:
        """Whether nothing was chosen: nearest, in steps of one."""
        return self.policy == "nearest" and self.step == 1

    def uncertainty(self, expanded: float | Decimal) -> Decimal:
        """Return U as it is written: never more than 5 % smaller, which coarse steps would make it."""
        from calibrator_uncertainty import round_uncertainty
        from calibrator_uncertainty.rounding import round_expanded

        if self.plain:
            return round_uncertainty(expanded)
        return round_expanded(
            expanded, policy="upward" if self.policy == "upward" else "ea-4/02", step=self.step
        )

    def like(self, value: float | Decimal, uncertainty: Decimal) -> Decimal:
        """Return a value as it is written beside its written U: halves to the even multiple of the step."""
        from calibrator_uncertainty import round_like
        from calibrator_uncertainty.rounding import round_gbt8170

        exponent = uncertainty.as_tuple().exponent
        if self.step == 1 or uncertainty == 0 or not isinstance(exponent, int):
            return round_like(value, uncertainty)
        return round_gbt8170(value, Decimal((0, (self.step,), exponent)))


def rounding_of(lab: Mapping[str, Any]) -> Rounder:
    """Return how the laboratory of a run writes, as its `run.opened` recorded lab.toml."""
    told = lab.get("rounding") or {}
    return Rounder(str(told.get("uncertainty", "nearest")), int(told.get("step", 1)))
