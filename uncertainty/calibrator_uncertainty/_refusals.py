"""What is refused, because it would silently drop an uncertainty or cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError
from calibrator_uncertainty._types import Numbers

__all__ = ["bad_leaf", "dropped", "no_slope", "not_finite", "overflown", "unsupported"]


_OTHERWISE = "Write it with supported functions, or take .value where the bare estimate is meant."
_WHOLE = "It jumps and has no slope: take .value first."
_INSTEAD = {
    "floor": _WHOLE,
    "ceil": _WHOLE,
    "rint": _WHOLE,
    "trunc": _WHOLE,
    "round": "Write results with rounding.round_result or express.",
    "around": "Write results with rounding.round_result or express.",
    "floor_divide": _WHOLE,
    "remainder": _WHOLE,
    "broadcast_arrays": "Use values of one shape and one dimension; an exponent is a plain number.",
    "multiply.accumulate": "Use numpy.cumprod.",
    "add.accumulate": "Use numpy.cumsum.",
    "multiply.reduce": "Use numpy.prod.",
    "maximum.reduce": "Use numpy.max.",
    "minimum.reduce": "Use numpy.min.",
    "nansum": "Use numpy.sum: no uncertain value is NaN.",
    "nanmean": "Use numpy.mean: no uncertain value is NaN.",
    "nanstd": "Use numpy.std: no uncertain value is NaN.",
    "polyfit": "Use fit_polynomial.",
    "linalg.lstsq": "Use fit_columns.",
    "lstsq": "Use fit_columns.",
    "vectorize": "Use wrapped.",
}


def dropped(call: str) -> NotSupportedError:
    return NotSupportedError(
        f"{call} would drop the uncertainty",
        way_out="Ask for .value where the bare estimate is meant.",
        code="drops-uncertainty",
    )


def unsupported(name: str) -> NotSupportedError:
    return NotSupportedError(
        f"{name} is not supported on an uncertain value",
        way_out=_INSTEAD.get(name.removeprefix("numpy."), _OTHERWISE),
        code="not-supported",
    )


def bad_leaf(value: Numbers, u: Numbers, dof: float, name: str) -> InputError:
    """Return the error of an elementary value that cannot be."""
    if np.size(value) == 0:
        return InputError(
            f"{name or 'an unnamed array'} has no elements", way_out="Give at least one.", code="empty"
        )
    return InputError(
        f"value {value!r}, u = {u!r}, dof = {dof}: all are finite, u is not negative, dof is 1 or more",
        where=name or "an unnamed value",
        code="leaf",
    )


def not_finite(name: str, operands: Sequence[Numbers], result: Numbers) -> ModelError:
    """Return the error of an operation on arrays whose result is not finite somewhere."""
    at, shown = _first(~np.isfinite(result), operands)
    return ModelError(
        f"{name}({shown}) has no finite value, at element {at}",
        way_out="Check the estimates and the model at this operation.",
        code="not-finite",
    )


def no_slope(name: str, operands: Sequence[Numbers], slope: Numbers) -> ModelError:
    """Return the error of an operation on arrays that has no finite derivative somewhere."""
    at, shown = _first(~np.isfinite(slope), operands)
    return ModelError(
        f"the derivative of {name} at {shown}, element {at}, is infinite or does not exist",
        way_out="Use Monte Carlo or the second order: the first order says nothing here.",
        code="infinite-slope",
    )


def _first(wrong: Numbers, operands: Sequence[Numbers]) -> tuple[str, str]:
    """Return the place of the first wrong element, and the operands there."""
    shape = np.broadcast_shapes(np.shape(wrong), *(np.shape(one) for one in operands))
    place = tuple(int(axis[0]) for axis in np.nonzero(np.broadcast_to(wrong, shape)))
    values = (float(np.broadcast_to(one, shape)[place]) for one in operands)
    return ", ".join(map(str, place)), ", ".join(f"{value:.6g}" for value in values)


def overflown(value: Numbers, u: Numbers) -> ModelError:
    """Return the error of a result that floats cannot hold."""
    return ModelError(
        f"the result is {value} with u = {u}, which is not finite",
        way_out="Choose units that keep the figures between 1e-300 and 1e300.",
        code="not-finite",
    )
