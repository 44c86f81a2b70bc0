"""Calibration curves: straight lines, polynomials, any model and tables, with their uncertainty.

Data are quantities, plain or uncertain; what is correlated in the data stays correlated in the curve. Numbers
may have uncertainty in y, in x or in both. Every curve is an ensemble of correlated uncertain quantities.

Example:
    >>> import pint
    >>> from calibrator_uncertainty import array
    >>> from calibrator_uncertainty.regression import fit_line
    >>> y = array([3.3, 5.6, 7.1, 9.3, 10.7, 12.1], 0.5, "V")
    >>> line = fit_line([1, 2, 3, 4, 5, 6], y)
    >>> f"{line['slope'].magnitude.value:.3f} V, u = {line['slope'].magnitude.u:.3f} V"
    '1.757 V, u = 0.120 V'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty.regression._curve import Curve
    from calibrator_uncertainty.regression._data import correlated_array
    from calibrator_uncertainty.regression._fit import Fit
    from calibrator_uncertainty.regression._fits import fit_columns, fit_curve, fit_line, fit_polynomial
    from calibrator_uncertainty.regression._order import OrderChoice, OrderTrial, choose_degree
    from calibrator_uncertainty.regression._quality import Goodness
    from calibrator_uncertainty.regression._table import Table, table

__all__ = [
    "Curve",
    "Fit",
    "Goodness",
    "OrderChoice",
    "OrderTrial",
    "Table",
    "choose_degree",
    "correlated_array",
    "fit_columns",
    "fit_curve",
    "fit_line",
    "fit_polynomial",
    "table",
]

_HOME = {
    "Curve": "_curve",
    "Fit": "_fit",
    "Goodness": "_quality",
    "OrderChoice": "_order",
    "OrderTrial": "_order",
    "Table": "_table",
    "choose_degree": "_order",
    "correlated_array": "_data",
    "fit_columns": "_fits",
    "fit_curve": "_fits",
    "fit_line": "_fits",
    "fit_polynomial": "_fits",
    "table": "_table",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562 hands on whatever the name is
    """Import the module that holds `name` when it is first asked for (PEP 562)."""
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
