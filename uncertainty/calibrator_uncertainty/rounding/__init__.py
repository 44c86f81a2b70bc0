"""Rounding and writing of results, in decimals throughout.

Numbers are rounded as they are written: 0.35 to one digit is 0.4, though the float nearest to 0.35 lies below
it. Nothing is ever written as -0.

Example:
    >>> from calibrator_uncertainty.rounding import round_result
    >>> mass = round_result(100.0214712, 0.00069, unit="g")
    >>> mass.parenthesis(), mass.plus_minus()
    ('100.02147(69) g', '(100.02147 ± 0.00069) g')
    >>> round_result(-0.0012345, 0.0000123, unit="V").prefixed().plus_minus()
    '(-1.234 ± 0.012) mV'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty._coverage import whole_dof
    from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
    from calibrator_uncertainty.rounding._parse import parse_result
    from calibrator_uncertainty.rounding._policy import round_expanded
    from calibrator_uncertainty.rounding._result import (
        RoundedResult,
        express,
        round_result,
        round_together,
    )
    from calibrator_uncertainty.rounding._steps import round_gbt8170, round_to_step

__all__ = [
    "RoundedResult",
    "express",
    "parse_result",
    "plain",
    "round_expanded",
    "round_gbt8170",
    "round_like",
    "round_result",
    "round_to_step",
    "round_together",
    "round_uncertainty",
    "whole_dof",
]

_HOME = {
    "RoundedResult": "rounding._result",
    "express": "rounding._result",
    "parse_result": "rounding._parse",
    "plain": "_rounding",
    "round_expanded": "rounding._policy",
    "round_gbt8170": "rounding._steps",
    "round_like": "_rounding",
    "round_result": "rounding._result",
    "round_to_step": "rounding._steps",
    "round_together": "rounding._result",
    "round_uncertainty": "_rounding",
    "whole_dof": "_coverage",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562 hands on whatever the name is
    """Import the module that holds `name` when it is first asked for (PEP 562)."""
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"calibrator_uncertainty.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
