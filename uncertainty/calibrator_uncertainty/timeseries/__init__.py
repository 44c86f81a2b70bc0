"""Dynamic quantities: series in time, clocks, filters, responses and stability, with their uncertainty.

A series is a quantity array, plain or uncertain, read at times that rise. What its samples have in common (a
standard, a filter's coefficients, a clock) stays in common through everything here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty.timeseries._allan import AllanDeviation, allan_deviation
    from calibrator_uncertainty.timeseries._clock import with_time_stamps
    from calibrator_uncertainty.timeseries._filters import fir_filter, iir_filter
    from calibrator_uncertainty.timeseries._resample import average_blocks, resample
    from calibrator_uncertainty.timeseries._response import (
        apply_response,
        deconvolve,
        inverse_filter,
        low_pass,
    )
    from calibrator_uncertainty.timeseries._runs import mean_response
    from calibrator_uncertainty.timeseries._sensor import fit_second_order, second_order_response
    from calibrator_uncertainty.timeseries._spectrum import Spectrum, spectrum

__all__ = [
    "AllanDeviation",
    "Spectrum",
    "allan_deviation",
    "apply_response",
    "average_blocks",
    "deconvolve",
    "fir_filter",
    "fit_second_order",
    "iir_filter",
    "inverse_filter",
    "low_pass",
    "mean_response",
    "resample",
    "second_order_response",
    "spectrum",
    "with_time_stamps",
]

_HOME = {
    "AllanDeviation": "_allan",
    "Spectrum": "_spectrum",
    "allan_deviation": "_allan",
    "apply_response": "_response",
    "average_blocks": "_resample",
    "deconvolve": "_response",
    "fir_filter": "_filters",
    "fit_second_order": "_sensor",
    "iir_filter": "_filters",
    "inverse_filter": "_response",
    "low_pass": "_response",
    "mean_response": "_runs",
    "resample": "_resample",
    "second_order_response": "_sensor",
    "spectrum": "_spectrum",
    "with_time_stamps": "_clock",
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
