"""Inputs of a budget and the ways in which one is known."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from calibrator_uncertainty._asked import one_number, row_of_numbers
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import (
    SQRT2,
    SQRT3,
    SQRT6,
    Arcsine,
    Constant,
    Normal,
    Rectangular,
    Shape,
    StudentT,
    Trapezoidal,
    Triangular,
)
from calibrator_uncertainty._units import difference_in, figures_in

__all__ = [
    "Input",
    "arcsine",
    "constant",
    "from_half_width",
    "normal",
    "rectangular",
    "student_t",
    "trapezoidal",
    "triangular",
    "type_a",
]


_CONSTANT, _NORMAL, _RECTANGULAR = Constant(), Normal(), Rectangular()
_TRIANGULAR, _ARCSINE = Triangular(), Arcsine()


@dataclass(frozen=True, slots=True)
class Input:
    """One input quantity: estimate and standard uncertainty `u`, both in `unit`.

    `u` of a temperature in degC is in kelvins. `dof` is infinite for a distribution that is known.
    `shared` names the physical cause: inputs of any budgets that bear the same text share one error.
    """

    name: str
    estimate: float
    unit: str
    u: float
    dof: float = math.inf
    distribution: Shape = _NORMAL
    source: str = ""
    shared: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"the name of an input is {self.name!r}, which is no text", code="name")
        if not self.name.isascii():  # as Python reads the model's arguments: the micro sign is a Greek mu
            object.__setattr__(self, "name", unicodedata.normalize("NFKC", self.name))
        if not self.name.isidentifier():
            raise InputError(
                f"the input name {self.name!r} cannot be an argument of the model",
                way_out="Use letters, digits and underscores.",
                code="name",
            )
        if not (type(self.estimate) is type(self.u) is type(self.dof) is float):
            for what in ("estimate", "u", "dof"):  # whole and numpy numbers are taken as plain floats
                found = one_number(getattr(self, what), f"the {what} of {self.name}")
                object.__setattr__(self, what, found)
        if not (math.isfinite(self.estimate) and 0.0 <= self.u < math.inf and self.dof >= 1.0):
            raise self._bad_figure()
        # Not isinstance(…, Shape): checking a protocol costs more than all the rest of an input.
        one = self.distribution
        if one is not _NORMAL and (
            isinstance(one, type) or not (hasattr(one, "draw") and hasattr(one, "name"))
        ):
            raise InputError(
                f"the distribution of {self.name} is {self.distribution!r}",
                way_out="Give a shape, or make the input with normal(), rectangular(), ...",
                code="shape",
            )

    def _bad_figure(self) -> InputError:
        for what, figure in (("estimate", self.estimate), ("u", self.u)):
            if not math.isfinite(figure):
                text = f"the {what} of {self.name} is {figure}; it must be finite"
                return InputError(text, code="not-finite")
        if self.u < 0:
            text = f"u of {self.name} is {self.u}; a standard uncertainty is never negative"
            return InputError(text, code="negative-u")
        text = f"dof of {self.name} is {self.dof}; degrees of freedom are 1 or more"
        return InputError(text, code="dof")

    def at(self, estimate: float) -> Input:
        """Return this input at another estimate.

        Raises:
            InputError: the estimate is not finite.
        """
        if not math.isfinite(estimate):
            raise InputError(
                f"the estimate of {self.name} is {estimate}; it must be finite", code="not-finite"
            )
        moved = object.__new__(Input)  # everything else was checked when this input was made
        put = object.__setattr__
        put(moved, "name", self.name)
        put(moved, "estimate", estimate)
        put(moved, "unit", self.unit)
        put(moved, "u", self.u)
        put(moved, "dof", self.dof)
        put(moved, "distribution", self.distribution)
        put(moved, "source", self.source)
        put(moved, "shared", self.shared)
        return moved


def _number(value: float, unit: str, name: str) -> float:
    """Return a figure in `unit`; quantities are converted, what is no number is refused by name."""
    if type(value) is float:
        return value
    if type(value) is int:
        return one_number(value, name)
    return one_number(figures_in(value, unit, name), name)


def _width(value: float, unit: str, name: str) -> float:
    """Return a figure of an uncertainty in `unit`, of degC in kelvins."""
    if type(value) is float:
        return value
    if type(value) is int:
        return one_number(value, f"the uncertainty of {name}")
    return one_number(difference_in(value, unit, name), f"the uncertainty of {name}")


def constant(name: str, value: float, unit: str, *, source: str = "") -> Input:
    """Return an exact number as an input."""
    return Input(name, _number(value, unit, name), unit, 0.0, math.inf, _CONSTANT, source)


def normal(
    name: str,
    estimate: float,
    u: float,
    unit: str,
    *,
    k: float = 1.0,
    dof: float = math.inf,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a normal input; `u` is divided by `k`, so that a certificate's U and k may be given.

    Raises:
        InputError: k not positive, u negative.

    Source: JCGM 100:2008, 4.3.3-4.3.4.
    """
    factor = one_number(k, f"k of {name}")
    if not (math.isfinite(factor) and factor > 0):
        raise InputError(f"k of {name} is {k}; a coverage factor is positive", code="k")
    return Input(
        name,
        _number(estimate, unit, name),
        unit,
        _width(u, unit, name) / factor,
        dof,
        _NORMAL,
        source,
        shared,
    )


def student_t(
    name: str,
    estimate: float,
    u: float,
    dof: float,
    unit: str,
    *,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return an input with scale `u` and a t distribution when it is drawn (JCGM 101:2008, 6.4.9.7)."""
    return Input(
        name, _number(estimate, unit, name), unit, _width(u, unit, name), dof, StudentT(dof), source, shared
    )


def rectangular(
    name: str,
    estimate: float,
    half_width: float,
    unit: str,
    *,
    dof: float = math.inf,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a rectangular input of `half_width`, u = a/√3 (JCGM 100:2008, 4.3.7)."""
    return Input(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT3,
        dof,
        _RECTANGULAR,
        source,
        shared,
    )


def triangular(
    name: str, estimate: float, half_width: float, unit: str, *, source: str = "", shared: str | None = None
) -> Input:
    """Return a triangular input of `half_width`, u = a/√6 (JCGM 100:2008, 4.3.9)."""
    return Input(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT6,
        math.inf,
        _TRIANGULAR,
        source,
        shared,
    )


def trapezoidal(
    name: str,
    estimate: float,
    half_width: float,
    beta: float,
    unit: str,
    *,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a symmetric trapezoid of base half-width a: u = a·√((1 + β²)/6) (JCGM 100:2008, 4.3.9)."""
    try:
        shape = Trapezoidal(beta)
    except InputError as problem:
        raise InputError(f"{name}: {problem.what}", where=source, code=problem.code) from problem
    return Input(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) * math.sqrt((1 + beta**2) / 6),
        math.inf,
        shape,
        source,
        shared,
    )


def arcsine(
    name: str, estimate: float, half_width: float, unit: str, *, source: str = "", shared: str | None = None
) -> Input:
    """Return a U-shaped input of `half_width`, u = a/√2 (JCGM 101:2008, 6.4.6)."""
    return Input(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT2,
        math.inf,
        _ARCSINE,
        source,
        shared,
    )


def type_a(
    name: str, readings: Sequence[float], unit: str, *, floor_u: float = 0.0, source: str = ""
) -> Input:
    """Return the mean of `readings` with s/√n, or with `floor_u` where that is larger.

    `floor_u` is the resolution's d/√12, which enters once (METROLOGY 14): where it is the larger, the
    input is rectangular with infinite degrees of freedom; else t with n - 1.

    Raises:
        InputError: no readings, one reading or equal ones without a floor, or a reading that is not finite.

    Source: JCGM 100:2008, 4.2.

    Example:
        >>> round(type_a("V", [1.0, 2.0, 3.0], "V").u, 6)
        0.57735
    """
    floor_u = one_number(difference_in(floor_u, unit, name), f"floor_u of {name}")
    if not 0.0 <= floor_u < math.inf:
        raise InputError(
            f"floor_u of {name} is {floor_u}; a standard uncertainty is never negative", code="negative-u"
        )
    values = row_of_numbers(figures_in(readings, unit, name), f"the readings of {name}").tolist()
    count = len(values)
    if not all(math.isfinite(value) for value in values):
        raise InputError(f"a reading of {name} is not finite", code="not-finite")
    if count == 0 or (count == 1 and floor_u <= 0):
        raise InputError(
            f"{name} has {count} reading(s); s needs two, or a resolution as floor",
            way_out="Take more readings or give floor_u.",
            code="readings",
        )
    mean, spread = _mean_and_spread(values)
    if spread == 0.0 and floor_u == 0.0:
        raise InputError(
            f"the {count} readings of {name} are equal, and their resolution was not stated: u = 0 is wrong",
            way_out="Give floor_u = d/√12 of the resolution d; an exact number is a constant().",
            code="no-resolution",
        )
    text = source or f"{count} readings"
    if floor_u >= spread:
        return Input(name, mean, unit, floor_u, math.inf, _RECTANGULAR, text)
    return Input(name, mean, unit, spread, count - 1.0, StudentT(count - 1.0), text)


def _mean_and_spread(values: list[float]) -> tuple[float, float]:
    """Return mean and s/√n; figures whose squares would vanish or overflow are scaled by a power of two."""
    count, largest = len(values), max(abs(value) for value in values)
    scale = 1.0 if 1e-100 < largest < 1e100 or largest == 0.0 else math.ldexp(1.0, math.frexp(largest)[1] - 1)
    scaled = [value / scale for value in values]
    mean = math.fsum(scaled) / count
    if count == 1:
        return values[0], 0.0
    square = math.fsum((value - mean) ** 2 for value in scaled) / ((count - 1) * count)
    return mean * scale, math.sqrt(square) * scale


def from_half_width(
    name: str,
    estimate: float,
    half_width: float,
    unit: str,
    *,
    k: float,
    treat_as: Literal["normal_k", "limit_rectangular"] | str,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return the input that a specification row or certificate gives.

    `normal_k`: normal with u = half_width/k. `limit_rectangular`: rectangular with u = half_width/√3.

    Raises:
        InputError: `normal_k` without a stated k, or another `treat_as`.
    """
    if treat_as == "normal_k":
        if k is None or not one_number(k, f"k of {name}") > 0:
            raise InputError(
                f"{name} is to be normal but its k is {k}",
                where=source,
                way_out="State k, or treat the figure as limit_rectangular.",
                code="k",
            )
        return normal(name, estimate, half_width, unit, k=k, source=source, shared=shared)
    if treat_as == "limit_rectangular":
        return rectangular(name, estimate, half_width, unit, source=source, shared=shared)
    raise InputError(
        f"treat_as of {name} is {treat_as!r}; it is normal_k or limit_rectangular",
        where=source,
        code="treat-as",
    )
