"""U as it is stated: never below the laboratory's CMC, marked outside its scope (METROLOGY 16)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator.procedure import Point
    from calibrator_uncertainty import BudgetResult

__all__ = ["OUTSIDE_SCOPE", "RAISED", "Stated", "stated"]

RAISED = "raised-to-cmc"
OUTSIDE_SCOPE = "outside-scope"
_COVERAGE = 2.0  # of a CMC


@dataclass(frozen=True, slots=True)
class Stated:
    """The uncertainty of a result as it is issued and judged by."""

    U: float
    u: float
    k: float
    dof: float
    floor: Decimal | None = None  # the CMC; U is never written smaller
    notes: tuple[str, ...] = ()
    rectangles: tuple[float, ...] = ()  # |c·u| of the two largest
    arcsine: float = 0.0  # |c·u| of the largest U-shaped one


def stated(result: BudgetResult, point: Point, lab: Mapping[str, Any]) -> Stated:
    """Return U raised to the CMC where it lies below; without a scope in lab.toml as it was evaluated.

    A raised U is that of a normal distribution with k = 2; it is also the U of guard band and PFA.

    Source: ILAC-P14:09/2020, 5.4: no uncertainty is reported that is smaller than the CMC.
    """
    own = Stated(
        result.U, result.u, result.k, result.dof, rectangles=result.rectangles, arcsine=result.arcsine
    )
    scope = lab.get("scope") or ()
    if not scope:
        return own
    smallest = [cmc for line in scope if (cmc := _cmc(line, point)) is not None]
    if not smallest:
        return replace(own, notes=(OUTSIDE_SCOPE,))
    floor = min(smallest)
    if not float(floor) > result.U:
        return replace(own, floor=floor)  # its digits may still fall below
    raised = float(floor)
    return Stated(raised, raised / _COVERAGE, _COVERAGE, math.inf, floor, (RAISED,))


def _cmc(line: Mapping[str, Any], point: Point) -> Decimal | None:
    """Return the CMC at a point by one line of the scope, None where the line does not hold there."""
    fits = line["function"] == point.function and line["unit"] == point.unit
    size = abs(point.nominal)
    if not fits or not any(
        Decimal(str(line["from"])) <= value <= Decimal(str(line["to"])) for value in (point.nominal, size)
    ):
        return None
    return Decimal(str(line["U"])) + Decimal(str(line["U_relative"])) * size
