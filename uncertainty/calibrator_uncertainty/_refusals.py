"""What is refused, because it would silently drop an uncertainty or cannot be."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError, NotSupportedError
from calibrator_uncertainty._types import Numbers

__all__ = ["bad_leaf", "called", "dropped", "no_slope", "not_finite", "overflown", "unsupported"]


_OTHERWISE = "Write it with supported functions, or take .value where the bare estimate is meant."
_PLACES = "Where values stand is a question to their estimates: take .value first."
_FIXED = "An uncertain array never changes: use numpy.where or numpy.concatenate."
_OWN = "Wrap a function of the elements with wrapped(); its derivatives are found by differences."
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
    "modf": _WHOLE,
    "frexp": _WHOLE,
    "fix": _WHOLE,
    "fmod": _WHOLE,
    "all": "Compare first: numpy.all(x > 0).",
    "any": "Compare first: numpy.any(x > 0).",
    "divmod": _WHOLE,
    "heaviside": _WHOLE,
    "unwrap": "It jumps: unwrap the estimates, and add the multiples of 2 pi found.",
    "polyfit": "Use fit_polynomial.",
    "linalg.lstsq": "Use fit_columns.",
    "cov": "Use covariance(x, y) for what is known of x and y; for readings, simultaneous.",
    "corrcoef": "Use correlation(x, y) for what is known of x and y; for readings, simultaneous.",
    "vectorize": "Use wrapped.",
    "save": "Use dumps.",
    "savez": "Use dumps.",
    "savez_compressed": "Use dumps.",
    "savetxt": "Use dumps.",
    **dict.fromkeys(
        ("argsort", "argmax", "argmin", "searchsorted", "nonzero", "digitize", "partition"), _PLACES
    ),
    **dict.fromkeys(("histogram", "unique", "lexsort", "argwhere", "count_nonzero", "bincount"), _PLACES),
    **dict.fromkeys(("copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis"), _FIXED),
    **dict.fromkeys(("linalg.eigh", "linalg.eig", "linalg.eigvals", "linalg.eigvalsh"), _OWN),
    **dict.fromkeys(("linalg.svd", "linalg.svdvals", "linalg.qr", "linalg.cholesky", "roots"), _OWN),
    **dict.fromkeys(("linalg.slogdet", "linalg.cond", "sinc", "i0"), _OWN),
}


# Python's float() is also what fills an element of a plain array, where numpy adds words of its own.
_FILLING = {
    "float()": " Where it was to fill an array: numpy.stack makes one of uncertain values.",
    "numpy.asarray()": " Join uncertain values with numpy.stack.",
}


def dropped(call: str) -> NotSupportedError:
    return NotSupportedError(
        f"{call} would drop the uncertainty",
        way_out="Ask for .value where the bare estimate is meant." + _FILLING.get(call, ""),
        code="drops-uncertainty",
    )


def unsupported(name: str, of: str = "an uncertain value") -> NotSupportedError:
    short = name.removeprefix("numpy.")
    instead = _INSTEAD.get(short, _OTHERWISE)
    if short.startswith("nan"):
        instead = f"Use numpy.{short[3:]}: no uncertain value is NaN."
    elif short.startswith("fft."):
        instead = "Use timeseries.spectrum."
    elif short.endswith((".reduce", ".accumulate", ".reduceat", ".at")):
        instead = "Use numpy.sum, prod, max, min, cumsum or cumprod on parts."
    return NotSupportedError(f"{name} is not supported on {of}", way_out=instead, code="not-supported")


def called(name: str, ours: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Call our part of a numpy function; options that it does not have are refused by their names.

    Raises:
        NotSupportedError: arguments that numpy takes and we do not.
    """
    try:
        return ours(*args, **kwargs)
    except TypeError as problem:
        if _fits(ours, args, kwargs):
            raise
        known = [one for one in inspect.signature(ours).parameters if one != "kwargs"]
        strange = [key for key in kwargs if key not in known]
        raise NotSupportedError(
            f"{name} with {', '.join(strange) or 'these arguments'} is not supported on uncertain values",
            way_out=f"Leave them out; it takes {', '.join(known)}.",
            code="options",
        ) from problem


def _fits(ours: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    try:
        inspect.signature(ours).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def bad_leaf(value: Numbers, u: Numbers, dof: float, name: str) -> InputError:
    """Return the error of an elementary value that cannot be."""
    if np.size(value) == 0:
        return InputError(
            f"{name or 'an unnamed array'} has no elements", way_out="Give at least one.", code="empty"
        )
    if np.shape(u) not in ((), np.shape(value)):
        return InputError(
            f"u has shape {np.shape(u)}, the values have {np.shape(value)}",
            where=name or "an unnamed array",
            way_out="Give one u, or one for each value.",
            code="shape",
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
        way_out="Use Monte Carlo with inputs drawn only where it exists: no derivative helps.",
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
